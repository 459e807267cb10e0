-- The state file (SQLite). Times are UTC, ISO 8601.
create table if not exists runs (
    run_id text primary key,
    started_at text not null,
    finished_at text,
    state text not null,            -- running, done, unchanged, failed, crashed
    stage text,                     -- what it is doing, or was doing when it ended
    sources text not null,
    documents_new integer,
    documents_total integer,
    statements_total integer,
    rejections_new integer,
    extractor_version text,
    wirehouse_version text not null,
    process_id integer not null,
    message text,                   -- why it failed
    flow_run_id text,               -- its id in Prefect, where a schedule started it
    on_failure text,                -- whom to tell if it fails: a command or a URL
    told_at text                    -- when that was done
);

-- What was published, byte for byte; two hashes with a blank between while one file takes the place of another.
create table if not exists release_files (
    run_id text primary key,
    sha256 text not null
);

-- Inputs of builds that were found to give the same tables as others, which were published.
create table if not exists same_inputs (
    inputs text primary key,
    published_inputs text not null
);

-- What was forgotten, by hash, as in the raw tables, which may be lost.
create table if not exists forgotten (
    content_hash text primary key
);

-- One row while texts are being forgotten, until no file holds them any more.
create table if not exists forgetting (
    since text primary key
);
