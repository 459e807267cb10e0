-- What copies of a text are told by, worked out once for each text and version of the method.
create table raw.sketches (
    document_id varchar not null,
    sketch_version varchar not null,
    shingle_count integer not null,     -- different shingles of the body, estimated where there are many
    shingles uinteger[] not null,       -- smallest hashes of the shingles, ascending
    facts uinteger[] not null           -- smallest hashes of names and figures, ascending
);
