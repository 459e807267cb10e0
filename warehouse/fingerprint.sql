-- Count and order-independent hash of every raw table that decides public rows. Extracted rows follow from
-- documents and extractions; columns that only record observation are left out. The hash is a sum, as what two rows have in
-- common can fall out of an exclusive or.
select 'documents' as table_name, count(*) as row_count, sum(hash(document_id)) as row_hash
from raw.documents

union all

select 'document_sources', count(*), sum(hash(s))
from (select * exclude (first_seen_at, last_seen_at, run_id) from raw.document_sources) as s

union all

select 'files', count(*), sum(hash(source_root, source_uri, file_sha256))
from raw.files

union all

-- A file that holds again what it held before brings no row, but makes another text current.
select 'current_files', count(*), sum(hash(source_root, source_uri, file_sha256, read_options))
from (
    select *
    from raw.files
    qualify row_number() over (
        partition by source_root, source_uri
        order by last_seen_at desc, first_seen_at desc, file_sha256 asc
    ) = 1
)

union all

select 'rejections', count(*), sum(hash(rejection_id, rejection_id in (from raw.current_rejections)))
from raw.rejections

union all

select 'extractions', count(*), sum(hash(document_id, extractor_version, extracted_at))
from raw.extractions

union all

select 'corrections', count(*), sum(hash(c))
from raw.corrections as c

union all

select 'sketches', count(*), sum(hash(document_id, sketch_version))
from raw.sketches

order by table_name
