-- Documents in a covered language that the extractor version $1 has not read yet, in a fixed order.
select d.document_id
from raw.documents as d
anti join (select document_id from raw.extractions where extractor_version = $1) as e using (document_id)
semi join raw.covered_documents as c using (document_id)
order by d.ingested_at, d.document_id
