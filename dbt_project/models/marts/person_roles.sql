with roles as (
    select * from {{ ref('stg_roles') }}
),

entity_map as (
    select * from {{ ref('int_entity_map') }}
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
    inner join entity_map as persons on roles.local_entity_id = persons.local_entity_id
    left join entity_map as organizations
        on roles.organization_local_entity_id = organizations.local_entity_id
)

select * from final
