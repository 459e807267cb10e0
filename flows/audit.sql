-- What must be true of every row: each line counts those of the documents in `audited` (document_id, text) that
-- break a rule. A run audits the documents that are new; `wirehouse verify` all.
select 'sentences that do not show their text' as check_name, count(*) as found
from sentences as s
inner join audited as d using (document_id)
where span_text(d.text, s.start_char, s.end_char) is distinct from s.text

union all

select 'entity_mentions that do not show their text', count(*)
from entity_mentions as m
inner join audited as d using (document_id)
where span_text(d.text, m.start_char, m.end_char) is distinct from m.text

union all

select 'person_roles whose title is not in the text', count(*)
from person_roles as r
inner join audited as d using (document_id)
where span_text(d.text, r.start_char, r.end_char) is distinct from r.title

union all

select 'statements whose content does not show their text', count(*)
from statements as s
inner join audited as d using (document_id)
where
    list_aggregate(
        list_transform(s.content_spans, lambda piece: span_text(d.text, piece.start_char, piece.end_char)),
        'string_agg', ' … '
    ) is distinct from s.text

union all

select 'statements whose speaker does not stand where they say', count(*)
from statements as s
inner join audited as d using (document_id)
where
    s.speaker_start_char is not null
    and span_text(d.text, s.speaker_start_char, s.speaker_end_char) is distinct from s.speaker_text

union all

select 'statements whose cue does not stand where they say', count(*)
from statements as s
inner join audited as d using (document_id)
where
    s.cue_start_char is not null
    and span_text(d.text, s.cue_start_char, s.cue_end_char) is distinct from s.cue_text
