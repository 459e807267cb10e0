with rejections as (
    select * from {{ ref('stg_rejections') }}
),

final as (
    select
        rejection_id,
        source_uri,
        record_key,
        reason_code,
        reason,
        sample,
        first_seen_at,
        last_seen_at,
        source_root,
        is_current,
    from rejections
)

select * from final
