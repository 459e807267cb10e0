-- Names carry identity from release to release: their ids follow from the text, whatever entity they belong to.
-- So an entity is traced by where its names are counted now. A name that only moved between two entities
-- that both were there before and still are is a better reading of one text, and no change of the entities.
{% set previous_mentions = previous_release('entity_mentions') %}
{% set previous_changes = previous_release('entity_changes') %}

with entities as (
    select * from {{ ref('entities') }}
),

renames as (
    select * from {{ ref('stg_corrections') }}
    where action = 'rename'
),

-- A build that leaves documents to the next one looks for no moves: the last one finds them all.
waiting as (
    select document_id
    from {{ ref('int_new_documents') }}
    where waiting_count > 0
),

-- Only what was written since that release can have moved.
rewritten as (
    select builds.document_id
    from {{ ref('int_document_builds') }} as builds
    where
        not exists (select waiting.document_id from waiting)
        and builds.built_at > (
            select coalesce(max(release.published_at), cast('-infinity' as timestamptz))
            from {{ previous_release('release') or ref('release') }} as release
        )
),

previous_mentions as (
    select
        mention_id,
        document_id,
        entity_id,
    from {{ previous_mentions or ref('entity_mentions') }}
    where mention_type = 'name' and {{ 'true' if previous_mentions else 'false' }}
),

rewritten_mentions as (
    select mentions.*
    from {{ ref('entity_mentions') }} as mentions
    semi join rewritten on mentions.document_id = rewritten.document_id
    where mentions.mention_type = 'name'
),

previous_entities as (
    select
        entity_id,
        name,
    from {{ previous_release('entities') or ref('entities') }}
),

moved as (
    select
        previous_mentions.entity_id,
        rewritten_mentions.entity_id as new_entity_id,
        count(*) as mention_count,
        string_agg(
            distinct coalesce('correction ' || rewritten_mentions.corrected_by, rewritten_mentions.entity_reason), ', '
            order by coalesce('correction ' || rewritten_mentions.corrected_by, rewritten_mentions.entity_reason)
        ) as reason,
    from previous_mentions
    inner join rewritten_mentions
        on
            previous_mentions.document_id = rewritten_mentions.document_id
            and previous_mentions.mention_id = rewritten_mentions.mention_id
    group by previous_mentions.entity_id, rewritten_mentions.entity_id
),

-- Mentions that stayed matter only for entities that some mention left or joined.
concerned as (
    select unnest([entity_id, new_entity_id]) as entity_id
    from moved
    where entity_id != new_entity_id
),

stayed as (
    select
        previous_mentions.entity_id,
        previous_mentions.entity_id as new_entity_id,
        count(*) as mention_count,
    from previous_mentions
    semi join concerned on previous_mentions.entity_id = concerned.entity_id
    anti join rewritten on previous_mentions.document_id = rewritten.document_id
    group by previous_mentions.entity_id
),

moves as (
    select * from moved

    union all by name

    select * from stayed
    anti join moved on stayed.entity_id = moved.entity_id and stayed.new_entity_id = moved.new_entity_id
),

counted_moves as (
    select
        *,
        count(*) over (partition by entity_id) as target_count,
        count(*) over (partition by new_entity_id) as origin_count,
    from moves
),

regrouped as (
    select
        case
            when counted_moves.target_count > 1 and new_before.entity_id is null then 'split'
            when counted_moves.origin_count > 1 or new_before.entity_id is not null then 'merged'
            else 'new_id'
        end as change_type,
        counted_moves.entity_id,
        counted_moves.new_entity_id,
        old_before.name as old_name,
        new_now.name as new_name,
        cast(counted_moves.mention_count as integer) as mention_count,
        counted_moves.reason,
    from counted_moves
    inner join previous_entities as old_before on counted_moves.entity_id = old_before.entity_id
    inner join entities as new_now on counted_moves.new_entity_id = new_now.entity_id
    left join previous_entities as new_before on counted_moves.new_entity_id = new_before.entity_id
    left join entities as old_now on counted_moves.entity_id = old_now.entity_id
    where
        counted_moves.entity_id != counted_moves.new_entity_id
        and (new_before.entity_id is null or old_now.entity_id is null)
),

renamed as (
    select
        'renamed' as change_type,
        entities.entity_id,
        entities.entity_id as new_entity_id,
        previous_entities.name as old_name,
        entities.name as new_name,
        entities.mention_count,
        coalesce('correction ' || renames.correction, 'usual_form') as reason,
    from entities
    inner join previous_entities on entities.entity_id = previous_entities.entity_id
    left join renames on entities.entity_id = renames.entity_id
    where entities.name != previous_entities.name
),

changes as (
    select * from regrouped

    union all by name

    select * from renamed
),

identified as (
    select
        *,
        getvariable('run_id') as run_id,
    from changes
),

keyed as (
    select
        {{ content_id(["'change'", 'run_id', 'change_type', 'entity_id', 'new_entity_id']) }} as entity_change_id,
        change_type,
        entity_id,
        new_entity_id,
        old_name,
        new_name,
        mention_count,
        reason,
        run_id,
    from identified
),

earlier as (
    select * from {{ previous_changes or 'keyed' }}
    where {{ 'true' if previous_changes else 'false' }}
),

final as (
    select * from keyed

    union all by name

    select * from earlier
)

select * from final
