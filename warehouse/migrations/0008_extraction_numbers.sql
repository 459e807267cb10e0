-- Each document that is extracted gets the number after the greatest that there is, and all its rows bear it: rows are
-- appended in that order, so DuckDB skips older ones, unread, where it looks for those of documents that just came. The
-- version of the extractor stands in raw.extractions alone. Always filled; DuckDB cannot say so of a column added here.
alter table raw.extractions add column extraction_number bigint;

update raw.extractions as e
set extraction_number = numbered.extraction_number
from (
    select
        document_id,
        extractor_version,
        row_number() over (order by extracted_at, document_id, extractor_version) as extraction_number
    from raw.extractions
) as numbered
where e.document_id = numbered.document_id and e.extractor_version = numbered.extractor_version;

alter table raw.sentences add column extraction_number bigint;

update raw.sentences as r
set extraction_number = e.extraction_number
from raw.extractions as e
where r.document_id = e.document_id and r.extractor_version = e.extractor_version;

alter table raw.sentences drop column extractor_version;

alter table raw.local_entities add column extraction_number bigint;

update raw.local_entities as r
set extraction_number = e.extraction_number
from raw.extractions as e
where r.document_id = e.document_id and r.extractor_version = e.extractor_version;

alter table raw.local_entities drop column extractor_version;

alter table raw.mentions add column extraction_number bigint;

update raw.mentions as r
set extraction_number = e.extraction_number
from raw.extractions as e
where r.document_id = e.document_id and r.extractor_version = e.extractor_version;

alter table raw.mentions drop column extractor_version;

alter table raw.roles add column extraction_number bigint;

update raw.roles as r
set extraction_number = e.extraction_number
from raw.extractions as e
where r.document_id = e.document_id and r.extractor_version = e.extractor_version;

alter table raw.roles drop column extractor_version;

alter table raw.statements add column extraction_number bigint;

update raw.statements as r
set extraction_number = e.extraction_number
from raw.extractions as e
where r.document_id = e.document_id and r.extractor_version = e.extractor_version;

alter table raw.statements drop column extractor_version;
