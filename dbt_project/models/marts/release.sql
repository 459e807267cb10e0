-- Empty here: filled when a release is made, which alone knows its run and its time.
select
    cast(null as varchar) as inputs,
    cast(null as varchar) as run_id,
    cast(null as timestamptz) as published_at,
    cast(null as varchar) as extractor_version,
    cast(null as varchar) as wirehouse_version,
where false
