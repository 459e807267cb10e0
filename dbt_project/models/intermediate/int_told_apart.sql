-- Which bearer of its name each document-local entity is, for names that changed.
{{ config(materialized='view') }}

with keyed as (
    select keyed.*
    from {{ ref('int_entity_keys') }} as keyed
    semi join {{ ref('int_changed_names') }} as changed
        on keyed.entity_type = changed.entity_type and keyed.cluster_key = changed.cluster_key
),

namesakes as (
    select * from {{ ref('int_namesakes') }}
),

told_apart as (
    select
        keyed.local_entity_id,
        keyed.document_id,
        keyed.entity_type,
        keyed.cluster_key,
        keyed.acronym,
        coalesce(namesakes.discriminator, '') as discriminator,
        coalesce(namesakes.reason, keyed.reason) as reason,
    from keyed
    left join namesakes on keyed.local_entity_id = namesakes.local_entity_id
)

select * from told_apart
