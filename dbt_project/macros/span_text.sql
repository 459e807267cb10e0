{# The SQL macro that ships in the published file: what a span shows, in code points from 0, end exclusive. #}
{% macro create_span_text() -%}
    create or replace macro main.span_text(text, start_char, end_char) as
    substring(text, start_char + 1, end_char - start_char)
{%- endmacro %}
