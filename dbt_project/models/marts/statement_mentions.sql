{{ config(
    materialized='incremental',
    unique_key='document_id',
    meta={'changes': 'int_changed_documents'},
) }}

{% set stretch_chars = 4000 %}

with statements as (
    select statements.*
    from {{ ref('statements') }} as statements
    semi join {{ ref('int_changed_documents') }} as changed on statements.document_id = changed.document_id
),

entity_mentions as (
    select
        entity_mentions.*,
        entity_mentions.start_char // {{ stretch_chars }} as stretch,
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

-- Pieces by each stretch of the text that they reach into: without it, a long text's cost would grow with its square.
placed as (
    select
        pieces.statement_id,
        pieces.document_id,
        pieces.piece,
        unnest(range(
            pieces.piece.start_char // {{ stretch_chars }},
            pieces.piece.end_char // {{ stretch_chars }} + 1
        )) as stretch,
    from pieces
),

final as (
    select
        placed.statement_id,
        entity_mentions.mention_id,
        entity_mentions.entity_id,
        placed.document_id,
    from placed
    inner join entity_mentions
        on
            placed.document_id = entity_mentions.document_id
            and placed.stretch = entity_mentions.stretch
            and placed.piece.start_char <= entity_mentions.start_char
            and placed.piece.end_char >= entity_mentions.end_char
)

select * from final
