{# An acronym as it is compared: without its full stops; null for what is not one. #}
{% macro acronym_form(name) -%}
    nullif(regexp_extract(replace({{ name }}, '.', ''), '^\p{Lu}[\p{Lu}\d&-]+$'), '')
{%- endmacro %}
