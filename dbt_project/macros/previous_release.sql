{#
    Attach what analysts see now: entity_changes compares it with what is being built. In memory, so empty, before the
    first release. Not in the profile, since dbt reads all its files anew where that changes.
#}
{% macro attach_previous_release() -%}
    {%- set path = env_var('WIREHOUSE_PREVIOUS_RELEASE', ':memory:') -%}
    attach '{{ path | replace("'", "''") }}' as previous {{ '(read_only)' if path != ':memory:' }}
{%- endmacro %}

{# A table of the release that analysts see now; none before the first release. #}
{% macro previous_release(table) -%}
    {%- if execute -%}
        {{ return(adapter.get_relation(database='previous', schema='main', identifier=table)) }}
    {%- endif -%}
{%- endmacro %}
