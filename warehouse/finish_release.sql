-- From a copy of the built file to a release: what is not public goes, what only a release knows is filled in.
drop schema if exists staging cascade;
drop schema if exists intermediate cascade;
delete from runs;
create or replace table release (
    inputs varchar not null,
    run_id varchar not null,
    published_at timestamptz not null,
    extractor_version varchar not null,
    wirehouse_version varchar not null
);
comment on table release is 'What this file was made from: one row.';
comment on column release.inputs is 'Hash over the raw rows, the dbt project and the versions; equal inputs give equal tables.';
comment on column release.run_id is 'The run that published this file.';
comment on column release.published_at is 'When it was published, UTC.';
comment on column release.extractor_version is 'The version of the extraction rules and models behind mentions and statements.';
comment on column release.wirehouse_version is 'The version of Wirehouse that built it.';
