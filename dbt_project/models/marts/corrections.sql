-- int_changed_entities reads the lines of the last build from here, so it comes first.
-- depends_on: {{ ref('int_changed_entities') }}
with corrections as (
    select * from {{ ref('stg_corrections') }}
),

named as (
    select unnest([entity_id, value]) as entity_id
    from corrections
),

-- What lines touched or name; a line that merged an entity, or took it out, stands among its corrections.
corrected_map as (
    select
        document_id,
        own_entity_id,
        entity_id,
        corrections,
    from {{ ref('int_corrected_map') }}
    where
        len(corrections) > 0
        or own_entity_id in (select named.entity_id from named)
),

corrected_mentions as (
    select * from {{ ref('int_corrected_mentions') }}
),

corrected_statements as (
    select * from {{ ref('int_corrected_statements') }}
),

documents as (
    select * from {{ ref('documents') }}
),

matches as (
    select
        unnest(corrections) as correction,
        'document' as matched,
        document_id as matched_id,
    from corrected_map
    where len(corrections) > 0

    union distinct

    select
        corrections.correction,
        'document' as matched,
        corrected_map.document_id as matched_id,
    from corrections
    inner join corrected_map on corrections.entity_id = corrected_map.entity_id
    where corrections.action in ('rename', 'retype')

    union distinct

    select
        correction,
        'mention' as matched,
        mention_id as matched_id,
    from corrected_mentions

    union distinct

    select
        corrected_statements.correction,
        'statement' as matched,
        corrected_statements.statement_id as matched_id,
    from corrected_statements
    inner join corrections
        on
            corrected_statements.correction = corrections.correction
            and corrections.action in ('speaker', 'wrong')
),

match_counts as (
    select
        correction,
        any_value(matched) as matched,
        count(*) as matched_count,
    from matches
    group by correction
),

final as (
    select
        corrections.correction,
        corrections.action,
        corrections.entity_id,
        corrections.document_id,
        corrections.start_char,
        corrections.end_char,
        corrections.text,
        corrections.value,
        corrections.note,
        match_counts.matched,
        cast(coalesce(match_counts.matched_count, 0) as integer) as matched_count,
        case
            when match_counts.correction is not null then null
            when
                corrections.entity_id is not null
                and corrections.entity_id not in (select corrected_map.own_entity_id from corrected_map)
                then 'no entity has the id ' || corrections.entity_id
            when
                corrections.action in ('merge', 'split', 'mention', 'speaker')
                and regexp_full_match(corrections.value, '[0-9a-f]{20}')
                and corrections.value not in (select corrected_map.own_entity_id from corrected_map)
                then 'no entity has the id ' || corrections.value
            when corrections.document_id is not null and documents.document_id is null
                then 'no document has the id ' || corrections.document_id
            when
                corrections.start_char is not null
                and corrections.action = 'mention'
                and span_text(documents.text, corrections.start_char, corrections.end_char) != corrections.text
                then concat(
                    'other words stand there: ',
                    span_text(documents.text, corrections.start_char, corrections.end_char)
                )
            when corrections.action in ('speaker', 'wrong') then 'no statement has this document, span and text'
            when corrections.action = 'split' then 'the document does not mention the entity'
            when corrections.action = 'mention' then 'nothing is mentioned there, or the words stand in no sentence'
            else 'another correction merged the entity or took it out'
        end as problem,
        corrections.source_file,
        corrections.line_number,
    from corrections
    left join match_counts on corrections.correction = match_counts.correction
    left join documents on corrections.document_id = documents.document_id
)

select * from final
