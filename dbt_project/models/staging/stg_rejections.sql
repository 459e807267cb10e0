with source as (
    select * from {{ source('raw', 'rejections') }}
)

select * from source
