with source as (
    select * from {{ source('raw', 'sketches') }}
),

final as (
    select
        document_id,
        sketch_version,
        shingle_count,
        shingles,
        facts,
        -- Up to here the sketch holds the hashes of all shingles of the text.
        case when len(shingles) < 256 then 4294967295 else shingles[-1] end as highest,
    from source
)

select * from final
