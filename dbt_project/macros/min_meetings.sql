{# In how many passages two texts must meet to be measured. #}
{% macro min_meetings() -%}4{%- endmacro %}
