with source as (
    select * from {{ source('raw', 'corrections') }}
),

named as (
    select
        source_file || ':' || line_number as correction,
        *,
    from source
)

select * from named
