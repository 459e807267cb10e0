-- Which bearer of its name each document-local entity is, where the texts tell several apart. Documents that share what
-- they say of the bearer mean the same one, directly or through others. Depends on the set of rows alone.
with recursive keyed as (
    select keyed.*
    from {{ ref('int_entity_keys') }} as keyed
    semi join {{ ref('int_changed_names') }} as changed
        on keyed.entity_type = changed.entity_type and keyed.cluster_key = changed.cluster_key
),

evidence as (
    select * from {{ ref('int_entity_evidence') }}
),

contested_kinds as (
    select
        keyed.entity_type,
        keyed.cluster_key,
        evidence.kind,
    from keyed
    inner join evidence on keyed.local_entity_id = evidence.local_entity_id
    where evidence.kind in ('country', 'initial', 'field')
    group by keyed.entity_type, keyed.cluster_key, evidence.kind
    having min(evidence.item) != max(evidence.item)
),

contested as (
    select distinct
        entity_type,
        cluster_key,
    from contested_kinds
),

titled as (
    select
        keyed.entity_type,
        keyed.cluster_key,
        count(distinct evidence.item) <= 200 as has_few_titles,
    from keyed
    semi join contested using (entity_type, cluster_key)
    inner join evidence on keyed.local_entity_id = evidence.local_entity_id
    where evidence.kind in ('title', 'organization')
    group by keyed.entity_type, keyed.cluster_key
),

contested_entities as (
    select
        keyed.local_entity_id,
        keyed.entity_type,
        keyed.cluster_key,
        {% for kind in ['country', 'initial', 'field'] -%}
            coalesce(list(evidence.item order by evidence.item) filter (evidence.kind = '{{ kind }}'), [])
                as {{ kind }}_items,
        {% endfor -%}
        {% for kind in ['title', 'organization'] -%}
            coalesce(list(evidence.item order by evidence.item) filter (
                evidence.kind = '{{ kind }}' and titled.has_few_titles
            ), []) as {{ kind }}_items,
        {% endfor -%}
        {{ content_id([
            "country_items::varchar", "initial_items::varchar", "field_items::varchar", "title_items::varchar",
            "organization_items::varchar",
        ]) }} as profile_id,
    from contested
    inner join keyed using (entity_type, cluster_key)
    left join titled using (entity_type, cluster_key)
    left join evidence on keyed.local_entity_id = evidence.local_entity_id
    group by keyed.local_entity_id, keyed.entity_type, keyed.cluster_key
),

profiles as (
    select
        * exclude (local_entity_id),
        count(*) as local_entity_count,
    from contested_entities
    group by all
),

pairs as (
    select
        one.entity_type,
        one.cluster_key,
        one.profile_id,
        other.profile_id as other_profile_id,
        {% for kind in ['country', 'initial', 'field'] -%}
            one.{{ kind }}_items = [] as lacks_{{ kind }},
            one.{{ kind }}_items != []
            and other.{{ kind }}_items != []
            and not list_has_any(one.{{ kind }}_items, other.{{ kind }}_items) as differs_in_{{ kind }},
        {% endfor -%}
        differs_in_country or differs_in_initial or differs_in_field as differs,
        cast(list_has_any(one.country_items, other.country_items) as integer)
        + cast(list_has_any(one.field_items, other.field_items) as integer)
        + 2 * cast(list_has_any(one.initial_items, other.initial_items) as integer)
        + 2 * cast(list_has_any(one.title_items, other.title_items) as integer)
        + 2 * cast(list_has_any(one.organization_items, other.organization_items) as integer) as shared_count,
    from profiles as one
    inner join profiles as other
        on
            one.entity_type = other.entity_type
            and one.cluster_key = other.cluster_key
            and one.profile_id != other.profile_id
),

-- Of a text that does not say what tells the bearers apart, only what it shares most with counts.
weighed as (
    select
        *,
        (lacks_country and bool_or(differs_in_country) over bearers)
        or (lacks_initial and bool_or(differs_in_initial) over bearers)
        or (lacks_field and bool_or(differs_in_field) over bearers) as is_vague,
        max(shared_count) filter (not differs) over (
            partition by entity_type, cluster_key, profile_id
        ) as best_count,
    from pairs
    window bearers as (partition by entity_type, cluster_key)
),

chosen as (
    select
        entity_type,
        cluster_key,
        profile_id,
        other_profile_id,
        is_vague,
    from weighed
    where not differs and shared_count > 0 and (not is_vague or shared_count = best_count)
),

-- A vague text that fits two who differ means neither for certain.
torn as (
    select distinct
        one.entity_type,
        one.cluster_key,
        one.profile_id,
    from chosen as one
    inner join chosen as other
        on
            one.entity_type = other.entity_type
            and one.cluster_key = other.cluster_key
            and one.profile_id = other.profile_id
    inner join pairs
        on
            one.entity_type = pairs.entity_type
            and one.cluster_key = pairs.cluster_key
            and one.other_profile_id = pairs.profile_id
            and other.other_profile_id = pairs.other_profile_id
    where one.is_vague and pairs.differs
),

certain as (
    select chosen.*
    from chosen
    anti join torn using (entity_type, cluster_key, profile_id)
),

links as (
    select
        one.entity_type,
        one.cluster_key,
        one.profile_id,
        one.other_profile_id,
    from certain as one
    inner join certain as other
        on
            one.entity_type = other.entity_type
            and one.cluster_key = other.cluster_key
            and one.profile_id = other.other_profile_id
            and one.other_profile_id = other.profile_id
),

reached as (
    select
        entity_type,
        cluster_key,
        profile_id,
        profile_id as reached_profile_id,
    from profiles

    union distinct

    select
        reached.entity_type,
        reached.cluster_key,
        reached.profile_id,
        links.other_profile_id as reached_profile_id,
    from reached
    inner join links
        on
            reached.entity_type = links.entity_type
            and reached.cluster_key = links.cluster_key
            and reached.reached_profile_id = links.profile_id
),

grouped as (
    select
        entity_type,
        cluster_key,
        profile_id,
        min(reached_profile_id) as bearer_id,
    from reached
    group by entity_type, cluster_key, profile_id
),

-- Profiles that tell a bearer from another; the others cannot make a bearer of their own.
telling as (
    select distinct
        entity_type,
        cluster_key,
        profile_id,
    from weighed
    where differs or not is_vague
),

-- A name is that of several only where two texts differ.
differing as (
    select distinct
        entity_type,
        cluster_key,
    from pairs
    where differs
),

bearer_items as (
    select
        grouped.entity_type,
        grouped.cluster_key,
        grouped.bearer_id,
        unnest(list_concat(profiles.country_items, profiles.initial_items, profiles.field_items)) as item,
    from grouped
    inner join telling using (entity_type, cluster_key, profile_id)
    inner join profiles using (entity_type, cluster_key, profile_id)
),

own_items as (
    select
        entity_type,
        cluster_key,
        item,
        min(bearer_id) as bearer_id,
    from bearer_items
    group by entity_type, cluster_key, item
    having count(distinct bearer_id) = 1
),

named as (
    select
        entity_type,
        cluster_key,
        bearer_id,
        min(item) as item,
    from own_items
    group by entity_type, cluster_key, bearer_id
),

bearers as (
    select
        grouped.entity_type,
        grouped.cluster_key,
        grouped.bearer_id,
        sum(profiles.local_entity_count) as local_entity_count,
        coalesce(any_value(named.item), grouped.bearer_id) as discriminator,
    from grouped
    inner join profiles using (entity_type, cluster_key, profile_id)
    left join named using (entity_type, cluster_key, bearer_id)
    semi join bearer_items using (entity_type, cluster_key, bearer_id)
    group by grouped.entity_type, grouped.cluster_key, grouped.bearer_id
),

-- Whom a text means that tells nothing: the bearer seen three times as often as all others, else nobody known. A bearer
-- seen fifty times as often as another is that one too: what sets so few texts apart is rather misread than true.
main_bearers as (
    select
        entity_type,
        cluster_key,
        count(*) as bearer_count,
        arg_max(discriminator, local_entity_count) as discriminator,
        max(local_entity_count) as local_entity_count,
        max(local_entity_count) >= 3 * (sum(local_entity_count) - max(local_entity_count)) as is_dominant,
    from bearers
    group by entity_type, cluster_key
),

final as (
    select
        contested_entities.local_entity_id,
        bearers.discriminator is not null
        and not (
            main_bearers.is_dominant and main_bearers.local_entity_count >= 50 * bearers.local_entity_count
        ) as is_told_apart,
        case
            when is_told_apart then bearers.discriminator
            when main_bearers.is_dominant then main_bearers.discriminator
            else contested_entities.local_entity_id
        end as discriminator,
        case
            when is_told_apart then 'same_name_and_evidence'
            when main_bearers.is_dominant then 'usual_bearer'
            else 'document'
        end as reason,
    from contested_entities
    inner join main_bearers using (entity_type, cluster_key)
    inner join grouped using (entity_type, cluster_key, profile_id)
    left join bearers using (entity_type, cluster_key, bearer_id)
    semi join differing using (entity_type, cluster_key)
    where main_bearers.bearer_count > 1
)

select
    local_entity_id,
    discriminator,
    reason,
from final
