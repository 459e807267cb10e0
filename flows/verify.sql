-- What must be true of a release as a whole, spans and keys aside: each line counts the rows that break a rule.
with mention_counts as (
    select
        m.entity_id,
        count(*) as mention_count,
        count(distinct m.document_id) as document_count
    from entity_mentions as m
    inner join documents as d using (document_id)
    where d.is_current and d.is_canonical
    group by m.entity_id
),

statement_counts as (
    select
        s.speaker_entity_id as entity_id,
        count(*) as statement_count
    from statements as s
    inner join documents as d using (document_id)
    where d.is_current and d.is_canonical
    group by s.speaker_entity_id
)

select 'documents whose id is not that of their text' as check_name, count(*) as found
from documents
where document_id <> left(sha256(concat_ws(chr(31), 'document', text)), 20)

union all

select 'documents with another number of characters', count(*)
from documents
where char_count <> length(text)

union all

select 'documents with another number of sentences', count(*)
from documents as d
left join (select document_id, count(*) as n from sentences group by document_id) as c using (document_id)
where d.sentence_count <> coalesce(c.n, 0)

union all

select 'documents with another number of statements', count(*)
from documents as d
left join (select document_id, count(*) as n from statements group by document_id) as c using (document_id)
where d.statement_count <> coalesce(c.n, 0)

union all

select 'documents without a source', count(*)
from documents
where document_id not in (select document_id from document_sources)

union all

select 'documents that are current where no source is, or the reverse', count(*)
from documents as d
inner join
    (select document_id, bool_or(is_current) as is_current from document_sources group by document_id) as s
    using (document_id)
where d.is_current <> s.is_current

union all

select 'entities with another number of mentions, documents or statements', count(*)
from entities as e
left join mention_counts as m using (entity_id)
left join statement_counts as s using (entity_id)
where
    e.mention_count <> coalesce(m.mention_count, 0)
    or e.document_count <> coalesce(m.document_count, 0)
    or e.statement_count <> coalesce(s.statement_count, 0)
