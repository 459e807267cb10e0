with source as (
    select * from {{ source('raw', 'mentions') }}
)

select * from source
