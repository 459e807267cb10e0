{# What tells the rows of this build from those of earlier ones: when dbt was started. #}
{% macro build_stamp() -%}
    cast('{{ run_started_at }}' as timestamptz)
{%- endmacro %}

{# The same table as the last build left it, for models that come before it; none in the first build. #}
{% macro last_build(table, schema='intermediate') -%}
    {%- if execute and not should_full_refresh() -%}
        {{ return(adapter.get_relation(database=this.database, schema=schema, identifier=table)) }}
    {%- endif -%}
{%- endmacro %}

{# An entity whose canonical name changed speaks under its new one in documents that did not change, too. #}
{% macro rename_speakers() -%}
    update {{ this }} as statements
    set speaker_name = entities.name
    from {{ ref('entities') }} as entities
    semi join {{ ref('int_changed_entities') }} as changed on entities.entity_id = changed.entity_id
    where
        statements.speaker_entity_id = entities.entity_id
        and statements.speaker_name is distinct from entities.name
{%- endmacro %}

{# Data tests look at the rows that this build wrote: the others were tested when they were written. #}
{% macro get_where_subquery(relation) -%}
    {%- set changes = {
        'documents': ('document_id', 'int_new_documents'),
        'sentences': ('document_id', 'int_new_documents'),
        'entities': ('entity_id', 'int_changed_entities'),
        'document_entities': ('document_id', 'int_changed_documents'),
        'entity_mentions': ('document_id', 'int_changed_documents'),
        'person_roles': ('document_id', 'int_changed_documents'),
        'statements': ('document_id', 'int_changed_documents'),
        'statement_mentions': ('document_id', 'int_changed_documents'),
        'int_entity_map': ('local_entity_id', 'int_map_changes'),
        'int_entity_tallies': ('entity_id', 'int_changed_entities'),
    } -%}
    {%- if relation.identifier not in changes -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- set key, table = changes[relation.identifier] -%}
    {%- set changed = relation.incorporate(path={'schema': 'intermediate', 'identifier': table}) -%}
    {{ return('(select tested.* from ' ~ relation ~ ' as tested semi join ' ~ changed ~ ' using (' ~ key ~ '))') }}
{%- endmacro %}
