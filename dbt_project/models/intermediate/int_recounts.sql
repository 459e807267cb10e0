-- What this build counts anew in int_entity_tallies: each changed entity, in the parts of the corpus where a document
-- changed.
with changed_parts as (
    select distinct load_part
    from {{ ref('int_changed_documents') }}
)

select
    changed_entities.entity_id,
    changed_parts.load_part,
from {{ ref('int_changed_entities') }} as changed_entities
cross join changed_parts
