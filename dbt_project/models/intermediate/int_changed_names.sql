-- Names whose bearers may be others than in the last build: of new documents, as they are now and as they were, and of
-- acronyms whose meaning changed.
{% set last_map = last_build('int_entity_map') %}

with keyed as (
    select * from {{ ref('int_entity_keys') }}
),

new_documents as (
    select * from {{ ref('int_new_documents') }}
),

changed_acronyms as (
    select distinct
        entity_type,
        acronym,
    from {{ ref('int_acronyms') }}
    where built_at = {{ build_stamp() }}
),

touched as (
    select keyed.*
    from keyed
    semi join new_documents on keyed.document_id = new_documents.document_id

    union all

    select keyed.*
    from keyed
    semi join changed_acronyms
        on keyed.entity_type = changed_acronyms.entity_type and keyed.acronym = changed_acronyms.acronym
),

names as (
    select
        entity_type,
        cluster_key,
    from touched

    {% if last_map %}
        union distinct

        select
            last_map.entity_type,
            last_map.cluster_key,
        from {{ last_map }} as last_map
        semi join new_documents on last_map.document_id = new_documents.document_id

        union distinct

        select
            last_map.entity_type,
            last_map.cluster_key,
        from {{ last_map }} as last_map
        semi join touched on last_map.local_entity_id = touched.local_entity_id
    {% endif %}
)

select distinct * from names
