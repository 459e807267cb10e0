-- The name under which each document-local entity is looked for in other documents: its own, or the long name for its
-- acronym; an acronym of several meanings joins nothing.
{{ config(materialized='view') }}

with local_keys as (
    select * from {{ ref('int_local_keys') }}
),

acronyms as (
    select * from {{ ref('int_acronyms') }}
    where not is_gone
),

keyed as (
    select
        local_keys.local_entity_id,
        local_keys.document_id,
        local_keys.entity_type,
        local_keys.acronym,
        case
            when in_general.entity_key is not null then in_general.entity_key
            when in_country.entity_key is not null then in_country.entity_key
            when in_general.acronym is not null then local_keys.local_entity_id
            else local_keys.own_key
        end as cluster_key,
        case
            when coalesce(in_general.entity_key, in_country.entity_key) is not null then 'acronym'
            when cluster_key = local_keys.local_entity_id then 'document'
            when starts_with(cluster_key, 'ISO:') then 'country'
            else 'same_name'
        end as reason,
    from local_keys
    left join acronyms as in_general
        on
            local_keys.entity_type = in_general.entity_type
            and local_keys.acronym = in_general.acronym
            and in_general.country_code = ''
    left join acronyms as in_country
        on
            local_keys.entity_type = in_country.entity_type
            and local_keys.acronym = in_country.acronym
            and local_keys.country_code = in_country.country_code
)

select * from keyed
