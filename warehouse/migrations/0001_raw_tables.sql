-- The private raw tables, in raw.duckdb. Ids are content hashes (20 hexadecimal digits); spans are
-- code points, 0-based, end exclusive; times are UTC. No keys or indexes: rows are appended by
-- anti-join and their uniqueness is tested by dbt.

create schema raw;

-- One row for each file or download that was read, by place: lets an unchanged one be recognised by its hash.
create table raw.files (
    source_root varchar not null,
    source_uri varchar not null,
    file_sha256 varchar not null,
    read_options varchar not null,      -- what else decided the rows: reader, reader version, --map
    byte_size bigint not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null
);

-- One row for each distinct text.
create table raw.documents (
    document_id varchar not null,       -- from the text's hash
    text varchar not null,
    char_count integer not null,
    word_count integer not null,
    body_start_char integer not null,   -- after header lines and dateline
    ingested_at timestamptz not null,
    run_id varchar not null
);

-- Every place a text was seen, with the metadata found there.
create table raw.document_sources (
    document_id varchar not null,
    source_root varchar not null,
    source_uri varchar not null,
    record_key varchar not null,        -- place inside a container file; '' for a file that is one document
    source_format varchar not null,
    file_sha256 varchar not null,
    read_options varchar not null,      -- as in raw.files: which reading of the file last showed this text here
    title varchar,
    byline varchar,
    publisher varchar,
    language varchar,                   -- ISO 639-1
    dateline_place varchar,
    dateline_date date,
    published_date date,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    run_id varchar not null
);

create table raw.rejections (
    rejection_id varchar not null,      -- from place, record key, file hash and reason code
    source_root varchar not null,
    source_uri varchar not null,
    record_key varchar not null,
    file_sha256 varchar,                -- null where the file could not be read
    reason_code varchar not null,
    reason varchar not null,
    sample varchar not null,            -- first 500 characters, safe to print
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    run_id varchar not null
);

-- Which documents were extracted, and by which version; a document without statements has its row too.
create table raw.extractions (
    document_id varchar not null,
    extractor_version varchar not null,
    extracted_at timestamptz not null,
    run_id varchar not null
);

create table raw.sentences (
    sentence_id varchar not null,
    document_id varchar not null,
    sentence_index integer not null,
    paragraph_index integer not null,
    text varchar not null,
    start_char integer not null,
    end_char integer not null,
    extractor_version varchar not null
);

-- Things as one document shows them; identity across documents is worked out in dbt.
create table raw.local_entities (
    local_entity_id varchar not null,   -- from document and entity_index
    document_id varchar not null,
    entity_index integer not null,
    entity_type varchar not null,
    name varchar not null,
    entity_key varchar not null,        -- normalised full name, or ISO:RU for a country
    aliases varchar[] not null,
    acronyms varchar[] not null,        -- short forms this document defines for it
    country_code varchar,
    gender varchar,
    is_full boolean not null,           -- false: only part of a name is known, never joined by its key
    extractor_version varchar not null
);

create table raw.mentions (
    mention_id varchar not null,
    document_id varchar not null,
    sentence_index integer not null,
    local_entity_id varchar not null,
    entity_type varchar not null,
    mention_type varchar not null,
    reason varchar not null,            -- why it belongs to its entity
    text varchar not null,
    start_char integer not null,
    end_char integer not null,
    extractor_version varchar not null
);

create table raw.roles (
    role_id varchar not null,
    document_id varchar not null,
    local_entity_id varchar not null,
    title varchar not null,
    organization_local_entity_id varchar,
    country_code varchar,
    role_status varchar not null,       -- current, former, acting, designate
    start_char integer not null,
    end_char integer not null,
    extractor_version varchar not null
);

create table raw.statements (
    statement_id varchar not null,
    document_id varchar not null,
    statement_index integer not null,
    parent_statement_id varchar,
    statement_type varchar not null,
    text varchar not null,              -- the pieces joined by ' … '
    content_spans struct(start_char integer, end_char integer)[] not null,
    start_char integer not null,
    end_char integer not null,
    speaker_local_entity_id varchar,
    speaker_text varchar,
    speaker_start_char integer,
    speaker_end_char integer,
    speaker_resolution varchar not null,
    cue_text varchar,
    cue_lemma varchar,
    cue_class varchar,
    cue_start_char integer,
    cue_end_char integer,
    addressee_local_entity_id varchar,
    addressee_text varchar,
    date_text varchar,
    date_code varchar,                  -- what the words mean before the anchor is known, e.g. weekday:3
    place_local_entity_id varchar,
    list_id varchar,
    list_position integer,
    rule varchar not null,
    confidence double not null,
    extractor_version varchar not null
);

-- Documents in a language that extraction covers; one without a known language is tried.
create view raw.covered_documents as
select distinct document_id
from raw.document_sources
where coalesce(language, 'en') = 'en';
