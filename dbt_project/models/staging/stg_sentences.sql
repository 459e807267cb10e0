with source as (
    select * from {{ source('raw', 'sentences') }}
)

select * from source
