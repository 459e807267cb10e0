-- Empty here: filled from the state file when a release is made, so that it holds the run that makes it.
select
    cast(null as varchar) as run_id,
    cast(null as timestamptz) as started_at,
    cast(null as timestamptz) as finished_at,
    cast(null as varchar) as state,
    cast(null as integer) as documents_new,
    cast(null as integer) as documents_total,
    cast(null as integer) as rejections_new,
    cast(null as varchar) as extractor_version,
    cast(null as varchar) as wirehouse_version,
where false
