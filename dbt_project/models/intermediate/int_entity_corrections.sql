-- Which correction touched which entity of this release; few rows.
with corrections as (
    select * from {{ ref('stg_corrections') }}
),

corrected_map as (
    select * from {{ ref('int_corrected_map') }}
),

-- Read once: both of its uses below would look through the whole map.
moved as materialized (
    select
        entity_id,
        found_entity_id,
        corrections,
    from corrected_map
    where len(corrections) > 0
),

corrected_mentions as (
    select * from {{ ref('int_corrected_mentions') }}
),

touched as (
    select
        entity_id,
        unnest(corrections) as correction,
    from moved

    union distinct

    select
        found_entity_id as entity_id,
        unnest(corrections) as correction,
    from moved

    union distinct

    select
        entity_id,
        correction,
    from corrections
    where action in ('rename', 'retype')

    union distinct

    select
        entity_id,
        correction,
    from corrected_mentions

    union distinct

    select
        corrected_map.entity_id,
        corrected_mentions.correction,
    from corrected_mentions
    inner join corrected_map on corrected_mentions.local_entity_id = corrected_map.local_entity_id
),

final as (
    select touched.*
    from touched
    semi join corrected_map on touched.entity_id = corrected_map.entity_id
)

select * from final
