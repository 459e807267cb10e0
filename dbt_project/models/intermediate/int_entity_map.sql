-- Which entity each document-local entity is. Depends on the set of rows alone, never on their order.
with recursive local_entities as (
    select * from {{ ref('stg_local_entities') }}
),

roles as (
    select * from {{ ref('stg_roles') }}
),

-- Acronyms of organizations and events, with the one long name that all documents defining them agree on.
acronym_meanings as (
    select
        entity_type,
        {{ acronym_form('unnest(acronyms)') }} as acronym,
        entity_key,
    from local_entities
    where is_full and entity_type in ('organization', 'event')
),

agreed_acronyms as (
    select
        entity_type,
        acronym,
        min(entity_key) as entity_key,
        count(distinct entity_key) as meaning_count,
    from acronym_meanings
    group by entity_type, acronym
),

-- The name under which a local entity is looked for in other documents: a full name, or a long name for its acronym.
-- One that only its own document can tell (part of a name, two of one name in one text, an acronym of several
-- meanings) is keyed by itself, so it joins nothing.
keyed as (
    select
        local_entities.local_entity_id,
        local_entities.entity_type,
        case
            when agreed_acronyms.meaning_count = 1 then agreed_acronyms.entity_key
            when
                agreed_acronyms.meaning_count > 1
                or not local_entities.is_full
                or count(*) over (
                    partition by local_entities.document_id, local_entities.entity_type, local_entities.entity_key
                ) > 1
                then local_entities.local_entity_id
            else local_entities.entity_key
        end as cluster_key,
        case
            when agreed_acronyms.meaning_count = 1 then 'acronym'
            when cluster_key = local_entities.local_entity_id then 'document'
            when starts_with(cluster_key, 'ISO:') then 'country'
            else 'same_name'
        end as reason,
    from local_entities
    left join agreed_acronyms
        on
            local_entities.entity_type = agreed_acronyms.entity_type
            and {{ acronym_form('local_entities.name') }} = agreed_acronyms.acronym
            and len(local_entities.acronyms) = 0
),

-- Bearers of one name whom the texts tell apart by country. Countries named together for one local entity
-- belong together, and so do those linked through others.
country_evidence as (
    select
        local_entity_id,
        country_code,
    from local_entities
    where country_code is not null

    union distinct

    select
        local_entity_id,
        country_code,
    from roles
    where country_code is not null
),

contested as (
    select
        entity_type,
        cluster_key,
    from keyed
    inner join country_evidence using (local_entity_id)
    group by entity_type, cluster_key
    having count(distinct country_code) > 1
),

contested_evidence as (
    select
        keyed.local_entity_id,
        keyed.entity_type,
        keyed.cluster_key,
        country_evidence.country_code,
    from contested
    inner join keyed using (entity_type, cluster_key)
    inner join country_evidence using (local_entity_id)
),

linked_countries as (
    select distinct
        one.entity_type,
        one.cluster_key,
        one.country_code,
        other.country_code as other_country_code,
    from contested_evidence as one
    inner join contested_evidence as other
        on
            one.local_entity_id = other.local_entity_id
            and one.cluster_key = other.cluster_key
),

reached as (
    select
        entity_type,
        cluster_key,
        country_code,
        other_country_code,
    from linked_countries

    union distinct

    select
        reached.entity_type,
        reached.cluster_key,
        reached.country_code,
        linked_countries.other_country_code,
    from reached
    inner join linked_countries
        on
            reached.entity_type = linked_countries.entity_type
            and reached.cluster_key = linked_countries.cluster_key
            and reached.other_country_code = linked_countries.country_code
),

country_groups as (
    select
        entity_type,
        cluster_key,
        country_code,
        min(other_country_code) as country_group,
    from reached
    group by entity_type, cluster_key, country_code
),

bearers as (
    select distinct
        contested_evidence.local_entity_id,
        contested_evidence.entity_type,
        contested_evidence.cluster_key,
        country_groups.country_group,
    from contested_evidence
    inner join country_groups using (entity_type, cluster_key, country_code)
),

bearer_sizes as (
    select
        entity_type,
        cluster_key,
        country_group,
        count(*) as local_entity_count,
    from bearers
    group by entity_type, cluster_key, country_group
),

-- Whom a document means that names no country: the bearer seen three times as often as all others, else nobody known.
main_bearers as (
    select
        entity_type,
        cluster_key,
        count(*) as bearer_count,
        arg_max(country_group, local_entity_count) as country_group,
        max(local_entity_count) >= 3 * (sum(local_entity_count) - max(local_entity_count)) as is_dominant,
    from bearer_sizes
    group by entity_type, cluster_key
),

told_apart as (
    select
        keyed.local_entity_id,
        keyed.entity_type,
        keyed.cluster_key,
        case
            when coalesce(main_bearers.bearer_count, 1) = 1 then ''
            when bearers.country_group is not null then bearers.country_group
            when main_bearers.is_dominant then main_bearers.country_group
            else keyed.local_entity_id
        end as discriminator,
        case
            when coalesce(main_bearers.bearer_count, 1) = 1 then keyed.reason
            when bearers.country_group is not null then 'same_name_and_country'
            when main_bearers.is_dominant then 'usual_bearer'
            else 'document'
        end as reason,
    from keyed
    left join main_bearers using (entity_type, cluster_key)
    left join bearers using (local_entity_id)
),

entity_map as (
    select
        local_entity_id,
        {{ content_id(["'entity'", 'entity_type', 'cluster_key', 'discriminator']) }} as entity_id,
        cluster_key as entity_key,
        discriminator,
        reason,
    from told_apart
)

select * from entity_map
