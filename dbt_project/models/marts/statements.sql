{{ config(
    materialized='incremental',
    unique_key='document_id',
    meta={'changes': 'int_changed_documents'},
    post_hook="{{ rename_speakers() }}",
) }}

with statements as (
    select statements.*
    from {{ ref('stg_statements') }} as statements
    semi join {{ ref('int_changed_documents') }} as changed on statements.document_id = changed.document_id
),

document_entities as (
    select document_entities.*
    from {{ ref('document_entities') }} as document_entities
    semi join {{ ref('int_changed_documents') }} as changed on document_entities.document_id = changed.document_id
),

corrected_statements as (
    select * from {{ ref('int_corrected_statements') }}
),

wrong_statements as (
    select * from corrected_statements
    where is_wrong
),

spoken as (
    select
        statements.*,
        case
            when corrected_statements.statement_id is null then speakers.entity_id
            else corrected_statements.speaker_entity_id
        end as speaker_entity_id,
        corrected_statements.correction as corrected_by,
    from statements
    left join corrected_statements on statements.statement_id = corrected_statements.statement_id
    left join document_entities as speakers
        on statements.speaker_local_entity_id = speakers.document_entity_id
    anti join wrong_statements on statements.statement_id = wrong_statements.statement_id
),

entities as (
    select * from {{ ref('entities') }}
),

documents as (
    select * from {{ ref('documents') }}
),

sentences as (
    select sentences.*
    from {{ ref('stg_sentences') }} as sentences
    semi join {{ ref('int_changed_documents') }} as changed on sentences.document_id = changed.document_id
),

-- Sorted for itself, without the texts, which would fill the memory.
in_sentences as (
    select
        statements.statement_id,
        first_sentences.sentence_index as first_sentence_index,
        last_sentences.sentence_index as last_sentence_index,
    from statements
    asof left join sentences as first_sentences
        on
            statements.document_id = first_sentences.document_id
            and statements.start_char >= first_sentences.start_char
    asof left join sentences as last_sentences
        on
            statements.document_id = last_sentences.document_id
            and statements.end_char > last_sentences.start_char
),

final as (
    select
        spoken.statement_id,
        spoken.document_id,
        spoken.statement_index,
        case
            when wrong_statements.statement_id is null then spoken.parent_statement_id
        end as parent_statement_id,
        spoken.statement_type,
        spoken.text,
        spoken.content_spans,
        spoken.start_char,
        spoken.end_char,
        spoken.speaker_entity_id,
        coalesce(entities.name, spoken.speaker_text) as speaker_name,
        spoken.speaker_text,
        spoken.speaker_start_char,
        spoken.speaker_end_char,
        spoken.speaker_resolution,
        spoken.cue_text,
        spoken.cue_lemma,
        spoken.cue_class,
        spoken.cue_start_char,
        spoken.cue_end_char,
        addressees.entity_id as addressee_entity_id,
        spoken.addressee_text,
        {{ resolve_date(
            'spoken.date_code',
            'coalesce(documents.dateline_date, documents.published_date)',
        ) }} as statement_date,
        spoken.date_text,
        places.entity_id as statement_place_entity_id,
        spoken.list_id,
        spoken.list_position,
        spoken.rule,
        spoken.confidence,
        in_sentences.first_sentence_index,
        in_sentences.last_sentence_index,
        spoken.corrected_by,
        not documents.is_canonical as is_reprint,
    from spoken
    inner join documents on spoken.document_id = documents.document_id
    left join wrong_statements on spoken.parent_statement_id = wrong_statements.statement_id
    left join entities on spoken.speaker_entity_id = entities.entity_id
    left join document_entities as addressees
        on spoken.addressee_local_entity_id = addressees.document_entity_id
    left join document_entities as places on spoken.place_local_entity_id = places.document_entity_id
    inner join in_sentences on spoken.statement_id = in_sentences.statement_id
)

select * from final
