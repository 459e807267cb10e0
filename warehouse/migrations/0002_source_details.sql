-- What readers of more formats tell of a place where a text was seen.

alter table raw.document_sources add column encoding varchar;         -- of the bytes, as Python names it; null: not told
alter table raw.document_sources add column is_repaired boolean;      -- text wrongly decoded by somebody before was put right
alter table raw.document_sources add column canonical_url varchar;    -- where the publisher has it, as the source says
alter table raw.document_sources add column page_starts integer[];    -- code point at which each page begins; null: no pages
