{{ config(materialized='view') }}

-- No database name before a table: the view must also work in the published copy of this file.
with statements as (
    select * from {{ ref('statements').include(database=false) }}
),

documents as (
    select * from {{ ref('documents').include(database=false) }}
),

sentences as (
    select * from {{ ref('sentences').include(database=false) }}
),

person_roles as (
    select * from {{ ref('person_roles').include(database=false) }}
),

worded_roles as (
    select
        document_id,
        entity_id,
        as_of_date,
        role_status,
        start_char,
        case
            when role_status = 'current' or starts_with(lower(title), role_status) then title
            when role_status = 'designate' then title || '-designate'
            else role_status || ' ' || title
        end as role,
    from person_roles
),

distinct_roles as (
    select
        document_id,
        entity_id,
        role,
        min(start_char) as first_start_char,
    from worded_roles
    group by document_id, entity_id, role
),

roles_in_document as (
    select
        document_id,
        entity_id,
        string_agg(role, ', ' order by first_start_char) as role,
    from distinct_roles
    group by document_id, entity_id
),

roles_by_day as (
    select
        entity_id,
        as_of_date,
        string_agg(distinct role, ', ' order by role) as role,
    from worded_roles
    where role_status in ('current', 'acting') and as_of_date is not null
    group by entity_id, as_of_date
),

dated_statements as (
    select
        statements.*,
        documents.publisher,
        documents.title as document_title,
        documents.published_date,
        documents.source_uri,
        documents.text as document_text,
        coalesce(statements.statement_date, documents.dateline_date, documents.published_date) as said_by_date,
    from statements
    inner join documents on statements.document_id = documents.document_id
    where documents.is_current
),

final as (
    select
        dated_statements.statement_id,
        dated_statements.speaker_name as speaker,
        coalesce(roles_in_document.role, roles_by_day.role) as speaker_role,
        dated_statements.publisher,
        dated_statements.document_title,
        dated_statements.published_date,
        dated_statements.statement_date,
        dated_statements.statement_type,
        dated_statements.cue_text as cue,
        dated_statements.text,
        sentences_before.text as sentence_before,
        span_text(
            dated_statements.document_text, first_sentences.start_char, last_sentences.end_char
        ) as sentence,
        sentences_after.text as sentence_after,
        dated_statements.source_uri,
        dated_statements.document_id,
        dated_statements.start_char,
        dated_statements.end_char,
        dated_statements.speaker_entity_id,
        dated_statements.parent_statement_id is not null as is_nested,
        dated_statements.list_position,
        dated_statements.confidence,
        dated_statements.is_reprint,
    from dated_statements
    left join roles_in_document
        on
            dated_statements.document_id = roles_in_document.document_id
            and dated_statements.speaker_entity_id = roles_in_document.entity_id
    asof left join roles_by_day
        on
            dated_statements.speaker_entity_id = roles_by_day.entity_id
            and dated_statements.said_by_date >= roles_by_day.as_of_date
    left join sentences as first_sentences
        on
            dated_statements.document_id = first_sentences.document_id
            and dated_statements.first_sentence_index = first_sentences.sentence_index
    left join sentences as last_sentences
        on
            dated_statements.document_id = last_sentences.document_id
            and dated_statements.last_sentence_index = last_sentences.sentence_index
    left join sentences as sentences_before
        on
            dated_statements.document_id = sentences_before.document_id
            and dated_statements.first_sentence_index - 1 = sentences_before.sentence_index
    left join sentences as sentences_after
        on
            dated_statements.document_id = sentences_after.document_id
            and dated_statements.last_sentence_index + 1 = sentences_after.sentence_index
)

select * from final
