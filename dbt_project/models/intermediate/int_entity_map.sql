-- Which entity each document-local entity is. Depends on the set of rows alone, never on their order.
with keyed as (
    select * from {{ ref('int_entity_keys') }}
),

evidence as (
    select * from {{ ref('int_entity_evidence') }}
),

namesakes as (
    select * from {{ ref('int_namesakes') }}
),

told_apart as (
    select
        keyed.local_entity_id,
        keyed.entity_type,
        keyed.cluster_key,
        coalesce(namesakes.discriminator, '') as discriminator,
        coalesce(namesakes.reason, keyed.reason) as reason,
    from keyed
    left join namesakes on keyed.local_entity_id = namesakes.local_entity_id
),

-- A surname with title and country means the one full name that has all three: "Kyrgyz Prime Minister Omurov".
held as (
    select distinct
        told_apart.cluster_key,
        told_apart.discriminator,
        evidence.kind,
        evidence.item,
    from told_apart
    inner join evidence on told_apart.local_entity_id = evidence.local_entity_id
    where told_apart.entity_type = 'person' and told_apart.reason != 'document'
),

office_holders as (
    select
        titles.cluster_key,
        titles.discriminator,
        titles.item as title,
        countries.item as country_code,
        unnest([split_part(titles.cluster_key, ' ', 1), split_part(titles.cluster_key, ' ', -1)]) as surname,
    from held as titles
    inner join held as countries
        on
            titles.cluster_key = countries.cluster_key
            and titles.discriminator = countries.discriminator
    where titles.kind = 'title' and countries.kind = 'country'
),

surnames as (
    select
        local_entities.local_entity_id,
        min(office_holders.cluster_key) as cluster_key,
        min(office_holders.discriminator) as discriminator,
    from {{ ref('stg_local_entities') }} as local_entities
    inner join evidence as titles
        on local_entities.local_entity_id = titles.local_entity_id and titles.kind = 'title'
    inner join evidence as countries
        on local_entities.local_entity_id = countries.local_entity_id and countries.kind = 'country'
    inner join office_holders
        on
            local_entities.entity_key = office_holders.surname
            and titles.item = office_holders.title
            and countries.item = office_holders.country_code
    where local_entities.entity_type = 'person' and not local_entities.is_full
    group by local_entities.local_entity_id
    having count(distinct office_holders.cluster_key || '/' || office_holders.discriminator) = 1
),

joined as (
    select
        told_apart.local_entity_id,
        told_apart.entity_type,
        coalesce(surnames.cluster_key, told_apart.cluster_key) as cluster_key,
        coalesce(surnames.discriminator, told_apart.discriminator) as discriminator,
        case when surnames.local_entity_id is null then told_apart.reason else 'surname_and_office' end as reason,
    from told_apart
    left join surnames on told_apart.local_entity_id = surnames.local_entity_id
),

entity_map as (
    select
        local_entity_id,
        {{ content_id(["'entity'", 'entity_type', 'cluster_key', 'discriminator']) }} as entity_id,
        cluster_key as entity_key,
        discriminator,
        reason,
    from joined
)

select * from entity_map
