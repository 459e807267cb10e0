with mentions as (
    select * from {{ ref('stg_mentions') }}
),

entity_map as (
    select * from {{ ref('int_entity_map') }}
),

final as (
    select
        mentions.mention_id,
        mentions.document_id,
        mentions.sentence_index,
        entity_map.entity_id,
        mentions.entity_type,
        mentions.mention_type,
        mentions.text,
        mentions.start_char,
        mentions.end_char,
        mentions.reason as mention_reason,
        entity_map.reason as entity_reason,
    from mentions
    inner join entity_map on mentions.local_entity_id = entity_map.local_entity_id
)

select * from final
