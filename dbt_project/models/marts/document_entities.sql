{{ config(
    materialized='incremental',
    unique_key='document_id',
    meta={'changes': 'int_changed_documents'},
) }}

-- depends_on: {{ ref('int_changed_entities') }}
with corrected_map as (
    select corrected_map.*
    from {{ ref('int_corrected_map') }} as corrected_map
    semi join {{ ref('int_changed_documents') }} as changed on corrected_map.document_id = changed.document_id
),

entity_map as (
    select entity_map.*
    from {{ ref('int_entity_map') }} as entity_map
    semi join {{ ref('int_changed_documents') }} as changed on entity_map.document_id = changed.document_id
),

local_entities as (
    select local_entities.*
    from {{ ref('stg_local_entities') }} as local_entities
    semi join {{ ref('int_changed_documents') }} as changed
        on local_entities.extraction_number = changed.extraction_number
),

final as (
    select
        corrected_map.local_entity_id as document_entity_id,
        corrected_map.document_id,
        corrected_map.entity_id,
        corrected_map.entity_type,
        local_entities.name,
        entity_map.entity_key,
        entity_map.reason as entity_reason,
        corrected_map.found_entity_id,
        nullif(array_to_string(corrected_map.corrections, ', '), '') as corrected_by,
    from corrected_map
    inner join entity_map on corrected_map.local_entity_id = entity_map.local_entity_id
    inner join local_entities on corrected_map.local_entity_id = local_entities.local_entity_id
)

select * from final
