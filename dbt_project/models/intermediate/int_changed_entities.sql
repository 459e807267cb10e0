-- Entities that this build writes anew: they gained or lost a member, have one in a document that changed, or are or
-- were named by a line of corrections.
{% set last_corrections = last_build('corrections', 'main') %}
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

changed as (
    select entity_id
    from corrected_changes

    union distinct

    select last_entity_id as entity_id
    from corrected_changes

    union distinct

    select unnest([entity_id, value]) as entity_id
    from corrections

    union distinct

    select corrected_map.entity_id
    from corrected_map
    semi join corrections on corrected_map.document_id = corrections.document_id

    union distinct

    select entity_id
    from {{ ref('int_corrected_mentions') }}

    union distinct

    select speaker_entity_id as entity_id
    from {{ ref('int_corrected_statements') }}

    {% if last_corrections %}
        union distinct

        select unnest([entity_id, value]) as entity_id
        from {{ last_corrections }}
    {% endif %}
    {% if last_mentions %}
        union distinct

        select entity_id
        from {{ last_mentions }}
        where corrected_by is not null
    {% endif %}
    {% if last_statements %}
        union distinct

        select speaker_entity_id as entity_id
        from {{ last_statements }}
        where corrected_by is not null
    {% endif %}
)

select entity_id
from changed
where entity_id is not null
