-- Documents whose rows this build writes anew.
select document_id
from {{ ref('int_document_builds') }}
where built_at = {{ build_stamp() }}
