{# How many hashes two lists have in common; no list has one twice. #}
{% macro in_common(one, other) -%}
    len({{ one }}) + len({{ other }}) - list_unique({{ one }} || {{ other }})
{%- endmacro %}
