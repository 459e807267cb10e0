-- The name of each document-local entity, as its document alone tells it.
{{ config(
    materialized='incremental',
    unique_key='document_id',
    meta={'changes': 'int_new_documents'},
) }}

{% set middle_initial -%}
    nullif(regexp_extract(name, '^\p{L}[\p{L}''’-]+ (\p{Lu})\. ', 1), '')
{%- endset %}

with new_documents as (
    select * from {{ ref('int_new_documents') }}
    where not is_gone
),

local_entities as (
    select local_entities.*
    from {{ ref('stg_local_entities') }} as local_entities
    semi join new_documents on local_entities.extraction_number = new_documents.extraction_number
),

-- Part of a name, and two of one name in one text, are keyed by themselves, so they join nothing.
keyed as (
    select
        local_entity_id,
        document_id,
        entity_type,
        entity_key,
        country_code,
        is_full,
        case when entity_type = 'person' then {{ middle_initial }} end as middle_initial,
        case
            when
                not is_full
                or count(*) over (
                    partition by document_id, entity_type, entity_key, country_code, {{ middle_initial }}
                ) > 1
                then local_entity_id
            else entity_key
        end as own_key,
        case
            when entity_type in ('organization', 'event') and len(acronyms) = 0 then {{ acronym_form('name') }}
        end as acronym,
        case
            when is_full and entity_type in ('organization', 'event') then acronyms else []
        end as defined_acronyms,
    from local_entities
)

select * from keyed
