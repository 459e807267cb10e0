with source as (
    select * from {{ source('raw', 'documents') }}
)

select * from source
