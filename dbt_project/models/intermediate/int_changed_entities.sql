-- Entities that this build writes anew: they gained or lost a member, have one in a document that changed, or are or
-- were named by a line of corrections. With the parts of the corpus where they are counted anew (int_entity_tallies),
-- null where that document did not change.
{% set last_corrections = last_build('corrections', 'main') %}
{% set last_entities = last_build('document_entities', 'main') %}
{% set last_mentions = last_build('entity_mentions', 'main') %}
{% set last_statements = last_build('statements', 'main') %}

with corrected_changes as (
    select * from {{ ref('int_corrected_changes') }}
),

corrected_map as (
    select * from {{ ref('int_corrected_map') }}
),

corrections as (
    select * from {{ ref('stg_corrections') }}
),

changed_documents as (
    select * from {{ ref('int_changed_documents') }}
),

touched as (
    select
        entity_id,
        document_id,
    from corrected_changes

    union all

    select
        unnest([entity_id, value]) as entity_id,
        document_id,
    from corrections

    union all

    select
        corrected_map.entity_id,
        corrected_map.document_id,
    from corrected_map
    semi join corrections on corrected_map.document_id = corrections.document_id

    union all

    select
        entity_id,
        document_id,
    from {{ ref('int_corrected_mentions') }}

    union all

    select
        speaker_entity_id as entity_id,
        document_id,
    from {{ ref('int_corrected_statements') }}

    -- What a document that waited named when it was written, which may be several builds ago.
    {% if last_entities %}
        union all

        select
            last_entities.entity_id,
            last_entities.document_id,
        from {{ last_entities }} as last_entities
        semi join changed_documents on last_entities.document_id = changed_documents.document_id
    {% endif %}
    {% if last_corrections %}
        union all

        select
            unnest([entity_id, value]) as entity_id,
            document_id,
        from {{ last_corrections }}
    {% endif %}
    {% if last_mentions %}
        union all

        select
            entity_id,
            document_id,
        from {{ last_mentions }}
        where corrected_by is not null
    {% endif %}
    {% if last_statements %}
        union all

        select
            speaker_entity_id as entity_id,
            document_id,
        from {{ last_statements }}
        where corrected_by is not null
    {% endif %}
)

select distinct
    touched.entity_id,
    changed_documents.load_part,
from touched
left join changed_documents on touched.document_id = changed_documents.document_id
where touched.entity_id is not null
