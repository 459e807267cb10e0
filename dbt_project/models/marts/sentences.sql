with sentences as (
    select * from {{ ref('stg_sentences') }}
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
