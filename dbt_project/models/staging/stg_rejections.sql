with source as (
    select * from {{ source('raw', 'rejections') }}
),

current_rejections as (
    select * from {{ source('raw', 'current_rejections') }}
),

final as (
    select
        source.*,
        current_rejections.rejection_id is not null as is_current,
    from source
    left join current_rejections on source.rejection_id = current_rejections.rejection_id
)

select * from final
