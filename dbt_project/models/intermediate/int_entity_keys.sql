-- The name under which each document-local entity is looked for in other documents.
{% set middle_initial -%}
    nullif(regexp_extract(local_entities.name, '^\p{L}[\p{L}''’-]+ (\p{Lu})\. ', 1), '')
{%- endset %}

with local_entities as (
    select * from {{ ref('stg_local_entities') }}
),

-- Acronyms of organizations and events, with the one long name that all documents defining them agree on, or that
-- all those agree on which speak of one country.
acronym_meanings as (
    select
        entity_type,
        {{ acronym_form('unnest(acronyms)') }} as acronym,
        entity_key,
        country_code,
    from local_entities
    where is_full and entity_type in ('organization', 'event')
),

agreed_acronyms as (
    select
        entity_type,
        acronym,
        null as country_code,
        min(entity_key) as entity_key,
        count(distinct entity_key) as meaning_count,
    from acronym_meanings
    group by entity_type, acronym

    union all

    select
        entity_type,
        acronym,
        country_code,
        min(entity_key) as entity_key,
        count(distinct entity_key) as meaning_count,
    from acronym_meanings
    where country_code is not null
    group by entity_type, acronym, country_code
),

-- A full name, or a long name for its acronym. What only its own document can tell (part of a name, two of one name in
-- one text, an acronym of several meanings) is keyed by itself, so it joins nothing.
keyed as (
    select
        local_entities.local_entity_id,
        local_entities.entity_type,
        {{ middle_initial }} as middle_initial,
        case
            when in_general.meaning_count = 1 then in_general.entity_key
            when in_country.meaning_count = 1 then in_country.entity_key
            when
                in_general.meaning_count > 1
                or not local_entities.is_full
                or count(*) over (
                    partition by
                        local_entities.document_id,
                        local_entities.entity_type,
                        local_entities.entity_key,
                        local_entities.country_code,
                        middle_initial
                ) > 1
                then local_entities.local_entity_id
            else local_entities.entity_key
        end as cluster_key,
        case
            when in_general.meaning_count = 1 or in_country.meaning_count = 1 then 'acronym'
            when cluster_key = local_entities.local_entity_id then 'document'
            when starts_with(cluster_key, 'ISO:') then 'country'
            else 'same_name'
        end as reason,
    from local_entities
    left join agreed_acronyms as in_general
        on
            local_entities.entity_type = in_general.entity_type
            and {{ acronym_form('local_entities.name') }} = in_general.acronym
            and in_general.country_code is null
            and len(local_entities.acronyms) = 0
    left join agreed_acronyms as in_country
        on
            local_entities.entity_type = in_country.entity_type
            and {{ acronym_form('local_entities.name') }} = in_country.acronym
            and local_entities.country_code = in_country.country_code
            and len(local_entities.acronyms) = 0
)

select * from keyed
