{# 20 hexadecimal digits that depend on the parts alone; the separator cannot stand in a name. #}
{% macro content_id(parts) -%}
    left(sha256(concat_ws(chr(31), {{ parts | join(', ') }})), 20)
{%- endmacro %}
