-- What was asked to be forgotten: hashes alone, so that it is not loaded again.
create table raw.forgotten (
    content_hash varchar not null,      -- a document_id, or the file_sha256 of a file in which nothing else stood
    forgotten_at timestamptz not null,
    is_gone boolean not null            -- false until every file of the data folder is rewritten without it
);
