-- What the texts say of the bearers of names, an item a row: countries, fields and middle initials tell bearers of one
-- name apart; titles and organizations only help to tell which of them a text means.
with local_entities as (
    select * from {{ ref('stg_local_entities') }}
),

roles as (
    select * from {{ ref('stg_roles') }}
),

title_fields as (
    select * from {{ ref('int_title_fields') }}
),

keyed as (
    select * from {{ ref('int_entity_keys') }}
),

evidence as (
    select
        local_entity_id,
        'country' as kind,
        country_code as item,
    from local_entities
    where country_code is not null

    union distinct

    select
        local_entity_id,
        'country' as kind,
        country_code as item,
    from roles
    where country_code is not null

    union distinct

    select
        local_entity_id,
        'initial' as kind,
        middle_initial as item,
    from keyed
    where entity_type = 'person' and middle_initial is not null

    union distinct

    select
        roles.local_entity_id,
        'field' as kind,
        title_fields.field as item,
    from roles
    inner join title_fields
        on
            title_fields.title = regexp_extract(lower(roles.title), '\S+$')
            or title_fields.title = regexp_extract(lower(roles.title), '\S+ \S+$')

    union distinct

    select
        local_entity_id,
        'title' as kind,
        lower(title) as item,
    from roles

    union distinct

    select
        roles.local_entity_id,
        'organization' as kind,
        organizations.entity_key as item,
    from roles
    inner join local_entities as organizations
        on roles.organization_local_entity_id = organizations.local_entity_id
)

select * from evidence
