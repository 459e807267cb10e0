with source as (
    select * from {{ source('raw', 'local_entities') }}
)

select * from source
