-- Acronyms of organizations and events, with the one long name that all documents defining them agree on (country_code
-- is empty), or that all those agree on which speak of one country; null where they do not agree.
{{ config(
    materialized='incremental',
    unique_key=['entity_type', 'acronym', 'country_code'],
) }}

with local_keys as (
    select * from {{ ref('int_local_keys') }}
    where len(defined_acronyms) > 0
),

definitions as (
    select
        entity_type,
        {{ acronym_form('unnest(defined_acronyms)') }} as acronym,
        entity_key,
        country_code,
    from local_keys
),

scoped as (
    select
        entity_type,
        acronym,
        '' as country_code,
        entity_key,
    from definitions
    where acronym is not null

    union all

    select
        entity_type,
        acronym,
        country_code,
        entity_key,
    from definitions
    where acronym is not null and country_code is not null
),

agreed as (
    select
        entity_type,
        acronym,
        country_code,
        case when min(entity_key) = max(entity_key) then min(entity_key) end as entity_key,
    from scoped
    group by entity_type, acronym, country_code
),

changed as (
    select
        agreed.*,
        false as is_gone,
    from agreed
    {% if is_incremental() %}
        left join {{ this }} as built using (entity_type, acronym, country_code)
        where
            coalesce(built.is_gone, true)
            or built.entity_key is distinct from agreed.entity_key

        union all by name

        select
            built.* exclude (is_gone, built_at),
            true as is_gone,
        from {{ this }} as built
        anti join agreed using (entity_type, acronym, country_code)
        where not built.is_gone
    {% endif %}
),

final as (
    select
        *,
        {{ build_stamp() }} as built_at,
    from changed
)

select * from final
