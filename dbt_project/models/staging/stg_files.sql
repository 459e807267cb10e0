with source as (
    select * from {{ source('raw', 'files') }}
)

select * from source
