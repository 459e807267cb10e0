-- Rejections that still hold: the last time that somebody looked at their place, nothing else came of it.
-- Names are not qualified, as dbt attaches this file as `raw`, where `raw.files` could mean two things.
use warehouse.raw;

create view current_rejections as
with seen as (
    select source_root, source_uri, last_seen_at from files
    union all
    select source_root, source_uri, last_seen_at from rejections
),

last_seen as (
    select source_root, source_uri, max(last_seen_at) as last_seen_at
    from seen
    group by source_root, source_uri
)

select r.rejection_id
from rejections as r
inner join last_seen as l
    on r.source_root = l.source_root and r.source_uri = l.source_uri and r.last_seen_at = l.last_seen_at;

use warehouse;
