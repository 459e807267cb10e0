-- The pieces of a statement, sliced from its document and joined, are its text; its span holds them all.
with statements as (
    select statements.*
    from {{ ref('statements') }} as statements
    semi join {{ ref('int_changed_documents') }} as changed on statements.document_id = changed.document_id
),

documents as (
    select * from {{ ref('documents') }}
),

pieces as (
    select
        statement_id,
        document_id,
        unnest(content_spans) as piece,
        generate_subscripts(content_spans, 1) as piece_index,
    from statements
),

joined as (
    select
        pieces.statement_id,
        string_agg(
            span_text(documents.text, pieces.piece.start_char, pieces.piece.end_char), ' … '
            order by pieces.piece_index
        ) as text,
        min(pieces.piece.start_char) as start_char,
        max(pieces.piece.end_char) as end_char,
        bool_and(
            pieces.piece.start_char >= 0
            and pieces.piece.start_char < pieces.piece.end_char
            and pieces.piece.end_char <= documents.char_count
        ) as is_inside,
    from pieces
    inner join documents on pieces.document_id = documents.document_id
    group by pieces.statement_id
)

select statements.statement_id
from statements
left join joined on statements.statement_id = joined.statement_id
where
    joined.text is distinct from statements.text
    or joined.start_char != statements.start_char
    or joined.end_char != statements.end_char
    or not joined.is_inside
