{{ config(
    materialized='incremental',
    unique_key='document_id',
    meta={'changes': 'int_changed_documents'},
) }}

-- depends_on: {{ ref('int_changed_entities') }}
with mentions as (
    select mentions.*
    from {{ ref('stg_mentions') }} as mentions
    semi join {{ ref('int_changed_documents') }} as changed
        on mentions.extraction_number = changed.extraction_number
),

document_entities as (
    select document_entities.*
    from {{ ref('document_entities') }} as document_entities
    semi join {{ ref('int_changed_documents') }} as changed on document_entities.document_id = changed.document_id
),

documents as (
    select * from {{ ref('documents') }}
),

corrected_mentions as (
    select corrected_mentions.*
    from {{ ref('int_corrected_mentions') }} as corrected_mentions
    semi join {{ ref('int_changed_documents') }} as changed on corrected_mentions.document_id = changed.document_id
),

found as (
    select
        mentions.mention_id,
        mentions.document_id,
        mentions.sentence_index,
        document_entities.entity_id,
        document_entities.entity_type,
        mentions.mention_type,
        mentions.text,
        mentions.start_char,
        mentions.end_char,
        mentions.reason as mention_reason,
        document_entities.entity_reason,
        mentions.local_entity_id as document_entity_id,
        document_entities.corrected_by,
    from mentions
    inner join document_entities on mentions.local_entity_id = document_entities.document_entity_id
    anti join corrected_mentions on mentions.mention_id = corrected_mentions.mention_id
    where document_entities.entity_id is not null
),

corrected as (
    select
        mention_id,
        document_id,
        sentence_index,
        entity_id,
        entity_type,
        mention_type,
        text,
        start_char,
        end_char,
        'correction' as mention_reason,
        'correction' as entity_reason,
        local_entity_id as document_entity_id,
        correction as corrected_by,
    from corrected_mentions
    where entity_id is not null
),

united as (
    select * from found

    union all by name

    select * from corrected
),

final as (
    select
        united.*,
        not documents.is_canonical as is_reprint,
    from united
    inner join documents on united.document_id = documents.document_id
)

select * from final
