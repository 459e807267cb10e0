-- What must be true of every row: each line counts those of the documents in `audited` (document_id, text) that
-- break a rule. A run audits the documents that are new; `wirehouse verify` all.

-- Slicing costs what stands before the span: a long text is cut into stretches of 20,000 characters, each with the
-- next one, and a span is looked up in the stretch in which it starts; in the whole text (-1) where it is longer.
create or replace temp macro stretch_of(start_char, end_char) as
case when end_char - start_char <= 20000 then start_char // 20000 else -1 end;

create or replace temp macro shown(text, stretch, start_char, end_char) as
span_text(text, start_char - greatest(stretch, 0) * 20000, end_char - greatest(stretch, 0) * 20000);

with stretches as (
    select
        document_id,
        unnest(range(0, length(text) // 20000 + 1)) as stretch,
        substring(text, stretch * 20000 + 1, 40000) as text,
    from audited

    union all

    select document_id, -1 as stretch, text from audited
    where length(text) > 20000
)

select 'sentences that do not show their text' as check_name, count(*) as found
from sentences as s
semi join audited on s.document_id = audited.document_id
left join stretches as d on s.document_id = d.document_id and stretch_of(s.start_char, s.end_char) = d.stretch
where shown(d.text, d.stretch, s.start_char, s.end_char) is distinct from s.text

union all

select 'entity_mentions that do not show their text', count(*)
from entity_mentions as m
semi join audited on m.document_id = audited.document_id
left join stretches as d on m.document_id = d.document_id and stretch_of(m.start_char, m.end_char) = d.stretch
where shown(d.text, d.stretch, m.start_char, m.end_char) is distinct from m.text

union all

select 'person_roles whose title is not in the text', count(*)
from person_roles as r
semi join audited on r.document_id = audited.document_id
left join stretches as d on r.document_id = d.document_id and stretch_of(r.start_char, r.end_char) = d.stretch
where shown(d.text, d.stretch, r.start_char, r.end_char) is distinct from r.title

union all

select 'statements whose content does not show their text', count(*)
from statements as s
semi join audited on s.document_id = audited.document_id
left join stretches as d on s.document_id = d.document_id and stretch_of(s.start_char, s.end_char) = d.stretch
where
    list_aggregate(
        list_transform(s.content_spans, lambda piece: shown(d.text, d.stretch, piece.start_char, piece.end_char)),
        'string_agg', ' … '
    ) is distinct from s.text

union all

select 'statements whose speaker does not stand where they say', count(*)
from statements as s
semi join audited on s.document_id = audited.document_id
left join stretches as d
    on s.document_id = d.document_id and stretch_of(s.speaker_start_char, s.speaker_end_char) = d.stretch
where
    s.speaker_start_char is not null
    and shown(d.text, d.stretch, s.speaker_start_char, s.speaker_end_char) is distinct from s.speaker_text

union all

select 'statements whose cue does not stand where they say', count(*)
from statements as s
semi join audited on s.document_id = audited.document_id
left join stretches as d on s.document_id = d.document_id and stretch_of(s.cue_start_char, s.cue_end_char) = d.stretch
where
    s.cue_start_char is not null
    and shown(d.text, d.stretch, s.cue_start_char, s.cue_end_char) is distinct from s.cue_text
