{# Each key names a row of another table, or is null: one query where dbt's `relationships` takes one a column. #}
{% test foreign_keys(model, keys) %}

with rows_to_test as (
    select * from {{ model }}
)

{% for column, (table, field) in keys.items() %}
    select
        '{{ column }}' as key_column,
        rows_to_test.{{ column }} as key_value,
    from rows_to_test
    anti join {{ ref(table) }} as target on rows_to_test.{{ column }} = target.{{ field }}
    where rows_to_test.{{ column }} is not null
    {{ 'union all' if not loop.last }}
{% endfor %}

{% endtest %}
