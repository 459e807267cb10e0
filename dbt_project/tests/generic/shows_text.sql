{# Each span is inside its document and slices it to exactly what the column shows. Spans are null together. #}
{% test shows_text(model, column_name, start_char='start_char', end_char='end_char') %}

select rows_to_test.*
from {{ model }} as rows_to_test
inner join {{ ref('documents') }} as documents
    on rows_to_test.document_id = documents.document_id
where
    (rows_to_test.{{ start_char }} is null) != (rows_to_test.{{ end_char }} is null)
    or rows_to_test.{{ start_char }} < 0
    or rows_to_test.{{ start_char }} >= rows_to_test.{{ end_char }}
    or rows_to_test.{{ end_char }} > documents.char_count
    or (
        rows_to_test.{{ start_char }} is not null
        and span_text(
            documents.text, rows_to_test.{{ start_char }}, rows_to_test.{{ end_char }}
        ) is distinct from rows_to_test.{{ column_name }}
    )

{% endtest %}
