{{ config(
    materialized='incremental',
    unique_key='document_id',
    meta={'changes': 'int_changed_documents'},
) }}

with statements as (
    select statements.*
    from {{ ref('statements') }} as statements
    semi join {{ ref('int_changed_documents') }} as changed on statements.document_id = changed.document_id
),

entity_mentions as (
    select entity_mentions.*
    from {{ ref('entity_mentions') }} as entity_mentions
    semi join {{ ref('int_changed_documents') }} as changed on entity_mentions.document_id = changed.document_id
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
        pieces.document_id,
    from pieces
    inner join entity_mentions
        on
            pieces.document_id = entity_mentions.document_id
            and pieces.piece.start_char <= entity_mentions.start_char
            and pieces.piece.end_char >= entity_mentions.end_char
)

select * from final
