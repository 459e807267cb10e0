-- Entities that this build writes anew.
select distinct entity_id
from {{ ref('int_recounts') }}
