-- Which entity each document-local entity is after the corrections: first split, then merged, then taken out; worked
-- out for what changed in int_entity_map, and for all that a line names or named in the last build.
{% set last_map = last_build('int_corrected_map') %}

with recursive corrections as (
    select * from {{ ref('stg_corrections') }}
),

map_changes as (
    select * from {{ ref('int_map_changes') }}
),

touched as (
    select local_entity_id
    from map_changes

    union distinct

    select entity_map.local_entity_id
    from {{ ref('int_entity_map') }} as entity_map
    where
        entity_map.entity_id in (select corrections.entity_id from corrections)
        or entity_map.entity_id in (select corrections.value from corrections)

    {% if last_map %}
        union distinct

        select last_map.local_entity_id
        from {{ last_map }} as last_map
        where len(last_map.corrections) > 0 or last_map.entity_type != last_map.found_entity_type
    {% endif %}
),

entity_map as (
    select entity_map.*
    from {{ ref('int_entity_map') }} as entity_map
    semi join touched on entity_map.local_entity_id = touched.local_entity_id
),

split_lines as (
    select
        correction,
        entity_id,
        document_id,
        case
            when regexp_full_match(value, '[0-9a-f]{20}') then value
            else {{ content_id(["'entity'", "'split'", "entity_id", "coalesce(value, '')"]) }}
        end as own_entity_id,
        regexp_full_match(coalesce(value, ''), '[0-9a-f]{20}') as names_entity,
    from corrections
    where action = 'split'
),

made as (
    select * from split_lines
    where not names_entity
),

splits as (
    select * from split_lines
    where
        not names_entity
        or own_entity_id in (select entity_map.entity_id from entity_map)
        or own_entity_id in (select made.own_entity_id from made)
),

owned as (
    select
        entity_map.local_entity_id,
        entity_map.document_id,
        entity_map.entity_type,
        entity_map.entity_id as found_entity_id,
        coalesce(splits.own_entity_id, entity_map.entity_id) as own_entity_id,
        splits.correction as split_by,
    from entity_map
    left join splits
        on
            entity_map.entity_id = splits.entity_id
            and entity_map.document_id = splits.document_id
),

merge_lines as (
    select
        correction,
        entity_id,
        value as target_entity_id,
    from corrections
    where action = 'merge' and value in (select owned.own_entity_id from owned)
),

followed as (
    select
        entity_id,
        target_entity_id,
        list_value(correction) as corrections,
    from merge_lines

    union all

    select
        followed.entity_id,
        merge_lines.target_entity_id,
        list_append(followed.corrections, merge_lines.correction) as corrections,
    from followed
    inner join merge_lines on followed.target_entity_id = merge_lines.entity_id
),

joined as (
    select followed.*
    from followed
    anti join merge_lines on followed.target_entity_id = merge_lines.entity_id
),

placed as (
    select
        owned.local_entity_id,
        owned.document_id,
        owned.entity_type,
        owned.found_entity_id,
        owned.own_entity_id,
        coalesce(joined.target_entity_id, owned.own_entity_id) as entity_id,
        list_concat(
            case when owned.split_by is null then [] else list_value(owned.split_by) end,
            coalesce(joined.corrections, [])
        ) as corrections,
    from owned
    left join joined on owned.own_entity_id = joined.entity_id
),

-- A merged entity is of the type of the one that it was merged into.
types as (
    select
        entity_id,
        coalesce(min(entity_type) filter (own_entity_id = entity_id), min(entity_type)) as entity_type,
    from placed
    group by entity_id
),

corrected as (
    select
        placed.local_entity_id,
        placed.document_id,
        placed.found_entity_id,
        placed.own_entity_id,
        case when taken_out.correction is null then placed.entity_id end as entity_id,
        coalesce(retyped.value, types.entity_type) as entity_type,
        placed.entity_type as found_entity_type,
        case
            when taken_out.correction is null then placed.corrections
            else list_append(placed.corrections, taken_out.correction)
        end as corrections,
    from placed
    inner join types on placed.entity_id = types.entity_id
    left join corrections as taken_out
        on placed.entity_id = taken_out.entity_id and taken_out.action = 'not_an_entity'
    left join corrections as retyped
        on placed.entity_id = retyped.entity_id and retyped.action = 'retype'
),

final as (
    {% if last_map %}
        select
            corrected.*,
            false as is_gone,
        from corrected
        left join {{ last_map }} as last_map on corrected.local_entity_id = last_map.local_entity_id
        where
            corrected.local_entity_id in (select map_changes.local_entity_id from map_changes)
            or last_map.own_entity_id is distinct from corrected.own_entity_id
            or last_map.entity_id is distinct from corrected.entity_id
            or last_map.entity_type is distinct from corrected.entity_type
            or last_map.corrections is distinct from corrected.corrections

        union all by name

        select
            last_map.*,
            true as is_gone,
        from {{ last_map }} as last_map
        semi join map_changes on last_map.local_entity_id = map_changes.local_entity_id
        anti join corrected on last_map.local_entity_id = corrected.local_entity_id
    {% else %}
        select
            *,
            false as is_gone,
        from corrected
    {% endif %}
)

select * from final
