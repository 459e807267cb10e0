-- What the texts say of the bearers of names, an item a row: countries, fields and middle initials tell bearers of one
-- name apart; titles and organizations only help to tell which of them a text means.
{{ config(
    materialized='incremental',
    unique_key='document_id',
    meta={'changes': 'int_new_documents'},
) }}

with new_documents as (
    select * from {{ ref('int_new_documents') }}
    where not is_gone
),

local_keys as (
    select local_keys.*
    from {{ ref('int_local_keys') }} as local_keys
    semi join new_documents on local_keys.document_id = new_documents.document_id
),

roles as (
    select roles.*
    from {{ ref('stg_roles') }} as roles
    semi join new_documents on roles.extraction_number = new_documents.extraction_number
),

title_fields as (
    select * from {{ ref('int_title_fields') }}
),

title_ends as (
    select
        local_entity_id,
        document_id,
        unnest([regexp_extract(lower(title), '\S+$'), regexp_extract(lower(title), '\S+ \S+$')]) as title_end,
    from roles
),

evidence as (
    select
        local_entity_id,
        document_id,
        'country' as kind,
        country_code as item,
    from local_keys
    where country_code is not null

    union distinct

    select
        local_entity_id,
        document_id,
        'country' as kind,
        country_code as item,
    from roles
    where country_code is not null

    union distinct

    select
        local_entity_id,
        document_id,
        'initial' as kind,
        middle_initial as item,
    from local_keys
    where middle_initial is not null

    union distinct

    select
        title_ends.local_entity_id,
        title_ends.document_id,
        'field' as kind,
        title_fields.field as item,
    from title_ends
    inner join title_fields on title_ends.title_end = title_fields.title

    union distinct

    select
        local_entity_id,
        document_id,
        'title' as kind,
        lower(title) as item,
    from roles

    union distinct

    select
        roles.local_entity_id,
        roles.document_id,
        'organization' as kind,
        organizations.entity_key as item,
    from roles
    inner join local_keys as organizations
        on roles.organization_local_entity_id = organizations.local_entity_id
)

select * from evidence
