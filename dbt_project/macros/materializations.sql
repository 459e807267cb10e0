{#
    Tables as dbt-duckdb makes them, without its renames, backups and questions for columns, which take longer than the
    statements themselves: a build that fails is thrown away, and one of another dbt project starts anew.
#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set target = this.incorporate(type='table') -%}
    {#- In one transaction with what follows, so that others never miss it; a Python model writes by a cursor of its own. -#}
    {% do drop_earlier(target, begin=model['language'] == 'sql') %}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main', language=model['language']) -%}
        {{ create_table_as(False, target, compiled_code, model['language']) }}
    {%- endcall %}
    {% do persist_docs(target, model) %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#
    Rows that come take the place of those with the same unique_key. Where meta names a table of `changes`, it is rows whose
    unique_key stands there that go, also where no new ones come.
#}
{% materialization incremental, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set is_new = load_cached_relation(this) is none or should_full_refresh() -%}
    {% do drop_earlier(target) if is_new %}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        {{ create_table_as(False, target, compiled_code) if is_new else replace_rows(target, compiled_code) }}
    {%- endcall %}
    {% do persist_docs(target, model) if is_new %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% macro drop_earlier(target, begin=true) -%}
    {%- set earlier = load_cached_relation(target) -%}
    {%- if earlier is not none -%}
        {% call statement('drop', auto_begin=begin) -%} drop {{ earlier.type }} {{ target }} {%- endcall %}
    {%- endif -%}
{%- endmacro %}

{% macro replace_rows(target, compiled_code) -%}
    {%- set new_rows = make_temp_relation(target) -%}
    {%- set changes = config.get('meta', {}).get('changes') -%}
    {%- set gone = target.incorporate(path={'schema': 'intermediate', 'identifier': changes}) if changes else new_rows -%}
    {%- set unique_key = config.get('unique_key') -%}
    {%- set keys = [unique_key] if unique_key is string else unique_key -%}
    {{ create_table_as(True, new_rows, compiled_code) }};

    delete from {{ target }} as old
    using (select distinct {{ keys | join(', ') }} from {{ gone }}) as gone
    where {% for key in keys %}old.{{ key }} = gone.{{ key }}{{ ' and ' if not loop.last }}{% endfor %};

    insert into {{ target }} by name select * from {{ new_rows }};

    drop table {{ new_rows }}
{%- endmacro %}
