with statements as (
    select * from {{ ref('statements') }}
),

entity_mentions as (
    select * from {{ ref('entity_mentions') }}
),

pieces as (
    select
        statement_id,
        document_id,
        unnest(content_spans) as piece,
    from statements
),

final as (
    select
        pieces.statement_id,
        entity_mentions.mention_id,
        entity_mentions.entity_id,
    from pieces
    inner join entity_mentions
        on
            pieces.document_id = entity_mentions.document_id
            and pieces.piece.start_char <= entity_mentions.start_char
            and pieces.piece.end_char >= entity_mentions.end_char
)

select * from final
