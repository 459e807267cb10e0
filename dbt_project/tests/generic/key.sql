{# Each row has a value, and no two have the same: one query where dbt's own `unique` and `not_null` take two. #}
{% test key(model, column_name) %}

select {{ column_name }}
from {{ model }}
group by {{ column_name }}
having count(*) > 1 or {{ column_name }} is null

{% endtest %}
