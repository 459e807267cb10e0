-- Persons known by a full name, with each title that they hold and each country that they are of.
{{ config(
    materialized='incremental',
    unique_key=['entity_type', 'cluster_key'],
    meta={'changes': 'int_changed_names'},
) }}

with told_apart as (
    select * from {{ ref('int_told_apart') }}
    where entity_type = 'person' and reason != 'document'
),

evidence as (
    select * from {{ ref('int_entity_evidence') }}
    where kind in ('title', 'country')
),

held as (
    select distinct
        told_apart.entity_type,
        told_apart.cluster_key,
        told_apart.discriminator,
        evidence.kind,
        evidence.item,
    from told_apart
    inner join evidence on told_apart.local_entity_id = evidence.local_entity_id
),

office_holders as (
    select
        titles.entity_type,
        titles.cluster_key,
        titles.discriminator,
        titles.item as title,
        countries.item as country_code,
        unnest([split_part(titles.cluster_key, ' ', 1), split_part(titles.cluster_key, ' ', -1)]) as surname,
    from held as titles
    inner join held as countries
        on
            titles.cluster_key = countries.cluster_key
            and titles.discriminator = countries.discriminator
    where titles.kind = 'title' and countries.kind = 'country'
)

select * from office_holders
