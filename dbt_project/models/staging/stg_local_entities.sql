with source as (
    select * from {{ source('raw', 'local_entities') }}
),

extractions as (
    select * from {{ ref('stg_extractions') }}
),

newest as (
    select source.*
    from source
    inner join extractions
        on
            source.document_id = extractions.document_id
            and source.extractor_version = extractions.extractor_version
)

select * from newest
