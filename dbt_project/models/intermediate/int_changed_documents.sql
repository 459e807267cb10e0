-- Documents whose rows this build writes anew.
with builds as (
    select * from {{ ref('int_document_builds') }}
    where built_at = {{ build_stamp() }}
),

states as (
    select * from {{ ref('int_document_states') }}
)

select
    builds.document_id,
    states.load_part,
    states.extraction_number,
from builds
inner join states on builds.document_id = states.document_id
