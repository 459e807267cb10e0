-- Documents whose own rows this build writes anew: new ones, extracted anew, described otherwise, or gone.
select
    document_id,
    extraction_number,
    is_gone,
    waiting_count,
from {{ ref('int_document_states') }}
where built_at = {{ build_stamp() }}
