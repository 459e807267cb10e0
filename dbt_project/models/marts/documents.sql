{{ config(
    materialized='incremental',
    unique_key='document_id',
    meta={'changes': 'int_new_documents'},
) }}

with texts as (
    select texts.*
    from {{ ref('stg_documents') }} as texts
    semi join {{ ref('int_new_documents') }} as changed on texts.document_id = changed.document_id
),

states as (
    select states.*
    from {{ ref('int_document_states') }} as states
    semi join {{ ref('int_new_documents') }} as changed on states.document_id = changed.document_id
    where not states.is_gone
),

sentences as (
    select sentences.*
    from {{ ref('stg_sentences') }} as sentences
    semi join {{ ref('int_new_documents') }} as changed
        on sentences.extraction_number = changed.extraction_number
),

statements as (
    select statements.*
    from {{ ref('stg_statements') }} as statements
    semi join {{ ref('int_new_documents') }} as changed
        on statements.extraction_number = changed.extraction_number
    anti join {{ ref('int_corrected_statements') }} as corrected
        on statements.statement_id = corrected.statement_id and corrected.is_wrong
),

sentence_counts as (
    select
        document_id,
        count(*) as sentence_count,
    from sentences
    group by document_id
),

statement_counts as (
    select
        document_id,
        count(*) as statement_count,
    from statements
    group by document_id
),

final as (
    select
        texts.document_id,
        states.source_uri,
        states.source_format,
        states.is_current,
        states.title,
        states.byline,
        states.publisher,
        states.language,
        states.dateline_place,
        states.dateline_date,
        states.published_date,
        texts.text,
        texts.body_start_char,
        texts.char_count,
        texts.word_count,
        cast(coalesce(sentence_counts.sentence_count, 0) as integer) as sentence_count,
        cast(coalesce(statement_counts.statement_count, 0) as integer) as statement_count,
        texts.ingested_at,
        states.story_id,
        states.is_canonical,
        states.similarity,
    from texts
    inner join states on texts.document_id = states.document_id
    left join sentence_counts on texts.document_id = sentence_counts.document_id
    left join statement_counts on texts.document_id = statement_counts.document_id
)

select * from final
