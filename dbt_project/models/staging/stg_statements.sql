with source as (
    select * from {{ source('raw', 'statements') }}
)

select * from source
