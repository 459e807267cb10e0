-- Rejections that still hold: nothing was read from their place since, neither a mended file nor with other options.
-- Names are not qualified, as dbt attaches this file as `raw`, where `raw.files` could mean two things.
use warehouse.raw;

create view current_rejections as
with last_read as (
    select
        source_root,
        source_uri,
        max(last_seen_at) as last_read_at
    from files
    group by source_root, source_uri
)

select r.rejection_id
from rejections as r
left join last_read as l using (source_root, source_uri)
where l.last_read_at is null or r.last_seen_at >= l.last_read_at;

use warehouse;
