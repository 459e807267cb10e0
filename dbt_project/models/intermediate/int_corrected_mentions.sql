-- Mentions that a correction says are of another entity, of none, or were missed; few rows.
with corrections as (
    select * from {{ ref('stg_corrections') }}
    where action = 'mention'
),

corrected_map as (
    select * from {{ ref('int_corrected_map') }}
),

documents as (
    select * from {{ ref('stg_documents') }}
),

states as (
    select states.*
    from {{ ref('int_document_states') }} as states
    semi join corrections on states.document_id = corrections.document_id
),

sentences as (
    select sentences.*
    from {{ ref('stg_sentences') }} as sentences
    semi join states on sentences.extraction_number = states.extraction_number
),

mentions as (
    select mentions.*
    from {{ ref('stg_mentions') }} as mentions
    semi join states on mentions.extraction_number = states.extraction_number
),

targets as (
    select distinct
        own_entity_id,
        entity_id,
        entity_type,
    from corrected_map
    semi join corrections on corrected_map.own_entity_id = corrections.value
    where entity_id is not null
),

lines as (
    select
        corrections.correction,
        corrections.document_id,
        corrections.start_char,
        corrections.end_char,
        corrections.text,
        targets.entity_id,
        targets.entity_type,
    from corrections
    inner join documents
        on
            corrections.document_id = documents.document_id
            and corrections.text
            = span_text(documents.text, corrections.start_char, corrections.end_char)
    left join targets on corrections.value = targets.own_entity_id
    where corrections.value is null or targets.entity_id is not null
),

-- What stands there already gets the entity; what only shares words with a name that is put right was misread.
touched as (
    select
        mentions.mention_id,
        mentions.document_id,
        mentions.sentence_index,
        mentions.local_entity_id,
        mentions.mention_type,
        mentions.text,
        mentions.start_char,
        mentions.end_char,
        lines.correction,
        mentions.start_char = lines.start_char and mentions.end_char = lines.end_char as is_same_place,
        case when is_same_place then lines.entity_id end as entity_id,
        case when is_same_place then lines.entity_type end as entity_type,
    from mentions
    inner join lines
        on
            mentions.document_id = lines.document_id
            and mentions.start_char < lines.end_char
            and mentions.end_char > lines.start_char
    where is_same_place or lines.entity_id is not null
    qualify row_number() over (
        partition by mentions.mention_id
        order by is_same_place desc, lines.start_char asc, lines.end_char asc
    ) = 1
),

missed as (
    select
        {{ content_id(["'mention'", "lines.document_id", "lines.start_char || '-' || lines.end_char"]) }} as mention_id,
        lines.document_id,
        sentences.sentence_index,
        cast(null as varchar) as local_entity_id,
        'name' as mention_type,
        lines.text,
        lines.start_char,
        lines.end_char,
        lines.correction,
        true as is_same_place,
        lines.entity_id,
        lines.entity_type,
    from lines
    inner join sentences
        on
            lines.document_id = sentences.document_id
            and lines.start_char >= sentences.start_char
            and lines.end_char <= sentences.end_char
    anti join mentions
        on
            lines.document_id = mentions.document_id
            and lines.start_char = mentions.start_char
            and lines.end_char = mentions.end_char
    where lines.entity_id is not null
),

final as (
    select * from touched

    union all by name

    select * from missed
)

select * from final
