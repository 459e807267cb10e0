with source as (
    select * from {{ source('raw', 'roles') }}
)

select * from source
