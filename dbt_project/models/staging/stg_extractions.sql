with source as (
    select * from {{ source('raw', 'extractions') }}
),

newest as (
    select *
    from source
    qualify row_number() over (
        partition by document_id
        order by extraction_number desc
    ) = 1
)

select * from newest
