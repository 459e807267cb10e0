with statements as (
    select * from {{ ref('stg_statements') }}
),

entity_map as (
    select * from {{ ref('int_entity_map') }}
),

entities as (
    select * from {{ ref('entities') }}
),

documents as (
    select * from {{ ref('documents') }}
),

sentences as (
    select * from {{ ref('stg_sentences') }}
),

final as (
    select
        statements.statement_id,
        statements.document_id,
        statements.statement_index,
        statements.parent_statement_id,
        statements.statement_type,
        statements.text,
        statements.content_spans,
        statements.start_char,
        statements.end_char,
        speakers.entity_id as speaker_entity_id,
        coalesce(entities.name, statements.speaker_text) as speaker_name,
        statements.speaker_text,
        statements.speaker_start_char,
        statements.speaker_end_char,
        statements.speaker_resolution,
        statements.cue_text,
        statements.cue_lemma,
        statements.cue_class,
        statements.cue_start_char,
        statements.cue_end_char,
        addressees.entity_id as addressee_entity_id,
        statements.addressee_text,
        {{ resolve_date(
            'statements.date_code',
            'coalesce(documents.dateline_date, documents.published_date)',
        ) }} as statement_date,
        statements.date_text,
        places.entity_id as statement_place_entity_id,
        statements.list_id,
        statements.list_position,
        statements.rule,
        statements.confidence,
        first_sentences.sentence_index as first_sentence_index,
        last_sentences.sentence_index as last_sentence_index,
    from statements
    inner join documents on statements.document_id = documents.document_id
    left join entity_map as speakers on statements.speaker_local_entity_id = speakers.local_entity_id
    left join entities on speakers.entity_id = entities.entity_id
    left join entity_map as addressees on statements.addressee_local_entity_id = addressees.local_entity_id
    left join entity_map as places on statements.place_local_entity_id = places.local_entity_id
    asof left join sentences as first_sentences
        on
            statements.document_id = first_sentences.document_id
            and statements.start_char >= first_sentences.start_char
    asof left join sentences as last_sentences
        on
            statements.document_id = last_sentences.document_id
            and statements.end_char > last_sentences.start_char
)

select * from final
