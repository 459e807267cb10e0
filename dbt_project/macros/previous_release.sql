{# A table of the release that analysts see now; none before the first release. #}
{% macro previous_release(table) -%}
    {%- if execute -%}
        {{ return(adapter.get_relation(database='previous', schema='main', identifier=table)) }}
    {%- endif -%}
{%- endmacro %}
