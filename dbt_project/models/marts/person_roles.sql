{{ config(
    materialized='incremental',
    unique_key='document_id',
    meta={'changes': 'int_changed_documents'},
) }}

with roles as (
    select roles.*
    from {{ ref('stg_roles') }} as roles
    semi join {{ ref('int_changed_documents') }} as changed
        on roles.extraction_number = changed.extraction_number
),

document_entities as (
    select document_entities.*
    from {{ ref('document_entities') }} as document_entities
    semi join {{ ref('int_changed_documents') }} as changed on document_entities.document_id = changed.document_id
),

documents as (
    select * from {{ ref('documents') }}
),

final as (
    select
        roles.document_id,
        persons.entity_id,
        roles.title,
        organizations.entity_id as organization_entity_id,
        roles.country_code,
        coalesce(documents.dateline_date, documents.published_date) as as_of_date,
        roles.start_char,
        roles.end_char,
        roles.role_status,
        roles.role_id,
    from roles
    inner join documents on roles.document_id = documents.document_id
    inner join document_entities as persons on roles.local_entity_id = persons.document_entity_id
    left join document_entities as organizations
        on roles.organization_local_entity_id = organizations.document_entity_id
    where persons.entity_id is not null
)

select * from final
