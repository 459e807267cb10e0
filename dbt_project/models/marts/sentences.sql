{{ config(
    materialized='incremental',
    unique_key='document_id',
    meta={'changes': 'int_new_documents'},
) }}

with sentences as (
    select sentences.*
    from {{ ref('stg_sentences') }} as sentences
    semi join {{ ref('int_new_documents') }} as changed
        on sentences.extraction_number = changed.extraction_number
),

final as (
    select
        sentence_id,
        document_id,
        sentence_index,
        paragraph_index,
        text,
        start_char,
        end_char,
    from sentences
)

select * from final
