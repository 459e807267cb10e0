{# Each span is inside its document. Its ends are null together. What it shows is compared with the row by the audit. #}
{% test inside_document(model, column_name, end_char='end_char') %}

select rows_to_test.*
from {{ model }} as rows_to_test
inner join {{ ref('documents') }} as documents
    on rows_to_test.document_id = documents.document_id
where
    (rows_to_test.{{ column_name }} is null) != (rows_to_test.{{ end_char }} is null)
    or rows_to_test.{{ column_name }} < 0
    or rows_to_test.{{ column_name }} >= rows_to_test.{{ end_char }}
    or rows_to_test.{{ end_char }} > documents.char_count

{% endtest %}
