{{ config(
    materialized='incremental',
    unique_key='document_id',
    meta={'changes': 'int_changed_documents'},
    post_hook="{{ rename_speakers() }}",
) }}

with statements as (
    select statements.*
    from {{ ref('stg_statements') }} as statements
    semi join {{ ref('int_changed_documents') }} as changed
        on statements.extraction_number = changed.extraction_number
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
        statements.statement_id,
        statements.document_id,
        statements.start_char,
        statements.end_char,
        statements.speaker_text,
        statements.parent_statement_id,
        statements.addressee_local_entity_id,
        statements.place_local_entity_id,
        statements.date_code,
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
    select
        sentences.document_id,
        sentences.sentence_index,
        sentences.start_char,
    from {{ ref('stg_sentences') }} as sentences
    semi join {{ ref('int_changed_documents') }} as changed
        on sentences.extraction_number = changed.extraction_number
),

-- The last sentence that starts by then; null where none does.
in_sentences as (
    select
        spoken.statement_id,
        firsts.sentence_index as first_sentence_index,
        lasts.sentence_index as last_sentence_index,
    from spoken
    asof left join sentences as firsts
        on spoken.document_id = firsts.document_id and spoken.start_char >= firsts.start_char
    asof left join sentences as lasts
        on spoken.document_id = lasts.document_id and spoken.end_char > lasts.start_char
),

-- Without what only passes through, which would fill the memory in every join.
resolved as (
    select
        spoken.statement_id,
        case when wrong_statements.statement_id is null then spoken.parent_statement_id end as parent_statement_id,
        spoken.speaker_entity_id,
        coalesce(entities.name, spoken.speaker_text) as speaker_name,
        addressees.entity_id as addressee_entity_id,
        {{ resolve_date(
            'spoken.date_code',
            'coalesce(documents.dateline_date, documents.published_date)',
        ) }} as statement_date,
        places.entity_id as statement_place_entity_id,
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
    left join in_sentences on spoken.statement_id = in_sentences.statement_id
),

final as (
    select
        statements.statement_id,
        statements.document_id,
        statements.statement_index,
        resolved.parent_statement_id,
        statements.statement_type,
        statements.text,
        statements.content_spans,
        statements.start_char,
        statements.end_char,
        resolved.speaker_entity_id,
        resolved.speaker_name,
        statements.speaker_text,
        statements.speaker_start_char,
        statements.speaker_end_char,
        statements.speaker_resolution,
        statements.cue_text,
        statements.cue_lemma,
        statements.cue_class,
        statements.cue_start_char,
        statements.cue_end_char,
        resolved.addressee_entity_id,
        statements.addressee_text,
        resolved.statement_date,
        statements.date_text,
        resolved.statement_place_entity_id,
        statements.list_id,
        statements.list_position,
        statements.rule,
        statements.confidence,
        resolved.first_sentence_index,
        resolved.last_sentence_index,
        resolved.corrected_by,
        resolved.is_reprint,
    from statements
    inner join resolved on statements.statement_id = resolved.statement_id
)

select * from final
