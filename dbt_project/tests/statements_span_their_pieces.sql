-- The pieces of a statement are inside its document; its span holds them all.
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
    from statements
),

joined as (
    select
        pieces.statement_id,
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
    joined.start_char is distinct from statements.start_char
    or joined.end_char is distinct from statements.end_char
    or not joined.is_inside
