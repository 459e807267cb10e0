-- Document-local entities that are another entity than in the last build, all those of new documents among them; one
-- that is there no more has no entity.
{% set last_map = last_build('int_entity_map') %}

with new_documents as (
    select * from {{ ref('int_new_documents') }}
),

told_apart_before as (
    select distinct
        entity_type,
        cluster_key,
    from {{ last_map or ref('int_told_apart') }}
    where discriminator != ''
),

-- Where nothing tells the bearers of a name apart, now or before, only those can be others who are in new documents or
-- bear an acronym whose meaning changed.
told_apart as (
    select * exclude (acronym)
    from {{ ref('int_told_apart') }}
    where
        discriminator != ''
        or document_id in (select new_documents.document_id from new_documents)
        or (entity_type, acronym) in (
            select (acronyms.entity_type, acronyms.acronym)
            from {{ ref('int_acronyms') }} as acronyms
            where acronyms.built_at = {{ build_stamp() }}
        )
        or (entity_type, cluster_key) in (
            select (told_apart_before.entity_type, told_apart_before.cluster_key) from told_apart_before
        )
),

evidence as (
    select * from {{ ref('int_entity_evidence') }}
),

office_holders as (
    select * from {{ ref('int_office_holders') }}
),

changed_surnames as (
    select distinct unnest([split_part(cluster_key, ' ', 1), split_part(cluster_key, ' ', -1)]) as surname
    from {{ ref('int_changed_names') }}
    where entity_type = 'person'
),

local_keys as (
    select * from {{ ref('int_local_keys') }}
),

surnames as (
    select local_keys.*
    from local_keys
    where
        local_keys.entity_type = 'person'
        and not local_keys.is_full
        and (
            local_keys.entity_key in (select changed_surnames.surname from changed_surnames)
            or local_keys.document_id in (select new_documents.document_id from new_documents)
        )
),

-- A surname with title and country means the one full name that has all three: "Kyrgyz Prime Minister Omurov".
surnames_in_office as (
    select
        surnames.local_entity_id,
        min(office_holders.cluster_key) as cluster_key,
        min(office_holders.discriminator) as discriminator,
    from surnames
    inner join evidence as titles
        on surnames.local_entity_id = titles.local_entity_id and titles.kind = 'title'
    inner join evidence as countries
        on surnames.local_entity_id = countries.local_entity_id and countries.kind = 'country'
    inner join office_holders
        on
            surnames.entity_key = office_holders.surname
            and titles.item = office_holders.title
            and countries.item = office_holders.country_code
    group by surnames.local_entity_id
    having count(distinct office_holders.cluster_key || '/' || office_holders.discriminator) = 1
),

placed as (
    select * from told_apart

    union all by name

    select
        surnames.local_entity_id,
        surnames.document_id,
        surnames.entity_type,
        surnames.own_key as cluster_key,
        '' as discriminator,
        'document' as reason,
    from surnames
    anti join told_apart on surnames.local_entity_id = told_apart.local_entity_id
),

joined as (
    select
        placed.local_entity_id,
        placed.document_id,
        placed.entity_type,
        placed.cluster_key,
        coalesce(surnames_in_office.cluster_key, placed.cluster_key) as entity_key,
        coalesce(surnames_in_office.discriminator, placed.discriminator) as discriminator,
        case
            when surnames_in_office.local_entity_id is null then placed.reason else 'surname_and_office'
        end as reason,
    from placed
    left join surnames_in_office on placed.local_entity_id = surnames_in_office.local_entity_id
),

found as (
    select
        *,
        {{ content_id(["'entity'", 'entity_type', 'entity_key', 'discriminator']) }} as entity_id,
    from joined
),

final as (
    {% if last_map %}
        select found.*
        from found
        left join {{ last_map }} as last_map on found.local_entity_id = last_map.local_entity_id
        where
            found.document_id in (select new_documents.document_id from new_documents)
            or last_map.entity_id is distinct from found.entity_id
            or last_map.cluster_key is distinct from found.cluster_key
            or last_map.entity_key is distinct from found.entity_key
            or last_map.discriminator is distinct from found.discriminator
            or last_map.reason is distinct from found.reason

        union all by name

        select last_map.* replace (cast(null as varchar) as entity_id)
        from {{ last_map }} as last_map
        semi join new_documents on last_map.document_id = new_documents.document_id
        anti join found on last_map.local_entity_id = found.local_entity_id
    {% else %}
        select * from found
    {% endif %}
)

select * from final
