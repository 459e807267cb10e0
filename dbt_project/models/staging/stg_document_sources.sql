with source as (
    select * from {{ source('raw', 'document_sources') }}
)

select * from source
