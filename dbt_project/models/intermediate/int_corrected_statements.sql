-- Statements that a correction says are wrong or somebody else's; few rows.
with corrections as (
    select * from {{ ref('stg_corrections') }}
    where action in ('speaker', 'wrong')
),

corrected_map as (
    select * from {{ ref('int_corrected_map') }}
),

corrected_mentions as (
    select * from {{ ref('int_corrected_mentions') }}
),

corrected_documents as (
    select document_id
    from corrections

    union distinct

    select document_id
    from corrected_mentions
),

states as (
    select states.*
    from {{ ref('int_document_states') }} as states
    semi join corrected_documents on states.document_id = corrected_documents.document_id
),

statements as (
    select statements.*
    from {{ ref('stg_statements') }} as statements
    semi join states on statements.extraction_number = states.extraction_number
),

targets as (
    select distinct
        own_entity_id,
        entity_id,
    from corrected_map
    semi join corrections on corrected_map.own_entity_id = corrections.value
    where entity_id is not null
),

named as (
    select
        statements.statement_id,
        statements.document_id,
        corrections.action = 'wrong' as is_wrong,
        targets.entity_id as speaker_entity_id,
        corrections.correction,
        case when is_wrong then 1 else 2 end as priority,
    from statements
    inner join corrections
        on
            statements.document_id = corrections.document_id
            and statements.start_char = corrections.start_char
            and statements.end_char = corrections.end_char
            and statements.text = corrections.text
    left join targets on corrections.value = targets.own_entity_id
    where is_wrong or targets.entity_id is not null
),

-- Where the words that name the speaker are another entity, that one speaks.
by_mention as (
    select
        statements.statement_id,
        statements.document_id,
        false as is_wrong,
        corrected_mentions.entity_id as speaker_entity_id,
        corrected_mentions.correction,
        case when corrected_mentions.entity_id is null then 4 else 3 end as priority,
    from statements
    inner join corrected_mentions
        on
            statements.document_id = corrected_mentions.document_id
            and statements.speaker_start_char <= corrected_mentions.start_char
            and statements.speaker_end_char >= corrected_mentions.end_char
            and (
                statements.speaker_local_entity_id is null
                or corrected_mentions.local_entity_id is null
                or statements.speaker_local_entity_id = corrected_mentions.local_entity_id
            )
),

final as (
    select * from named

    union all by name

    select * from by_mention
)

select * exclude (priority)
from final
qualify row_number() over (
    partition by statement_id
    order by priority asc, correction asc
) = 1
