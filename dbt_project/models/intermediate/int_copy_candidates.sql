-- Pairs of texts that may be copies, as they meet often.
{{ config(
    materialized='incremental',
    unique_key='document_id',
    meta={'changes': 'int_copy_meetings'},
) }}

with meetings as (
    select * from {{ ref('int_copy_meetings') }}
),

counts as (
    select
        document_id,
        fuller_document_id,
        gained_count as meeting_count,
    from meetings

    {% if is_incremental() %}
        union all

        select
            built.document_id,
            built.fuller_document_id,
            built.meeting_count,
        from {{ this }} as built
        semi join meetings on built.document_id = meetings.document_id
    {% endif %}
),

final as (
    select
        document_id,
        fuller_document_id,
        cast(sum(meeting_count) as integer) as meeting_count,
    from counts
    group by document_id, fuller_document_id
    having sum(meeting_count) >= {{ min_meetings() }}
)

select * from final
