-- After texts were taken out of a release: the fullest copy of one stands for their story (of `touched_stories`), entities
-- that other texts name too (`touched`) are counted anew, and lose what only the texts taken out called them, there and in
-- entity_changes.
create temp table heirs as
select arg_max(document_id, (is_current, char_count, document_id)) as document_id
from documents
where story_id in (from touched_stories)
group by story_id
having not bool_or(is_canonical);

update documents
set is_canonical = true, similarity = 1
where document_id in (from heirs);

update statements
set is_reprint = false
where document_id in (from heirs);

update entity_mentions
set is_reprint = false
where document_id in (from heirs);

insert into touched
select distinct entity_id, false as is_gone
from entity_mentions
where document_id in (from heirs) and entity_id not in (select entity_id from touched);

create temp table forms as
select
    m.entity_id,
    m.text as form,
    count(*) as uses
from entity_mentions as m
where m.mention_type = 'name' and m.entity_id in (select entity_id from touched where not is_gone)
group by all;

update entities as e
set aliases = list_filter(e.aliases, lambda alias: list_contains(left_over.forms, alias))
from (select entity_id, list(form) as forms from forms group by entity_id) as left_over
where e.entity_id = left_over.entity_id;

update entities as e
set name = best.form
from (
    select
        entity_id,
        arg_max(form, (length(form), uses, form)) as form,
        list(form) as forms
    from forms
    group by entity_id
) as best
where e.entity_id = best.entity_id and not list_contains(best.forms, e.name);

update entities
set aliases = list_filter(aliases, lambda alias: alias <> name)
where entity_id in (select entity_id from touched);

-- What an acronym means, where no text is left that says it.
update document_entities as acronyms
set entity_key = lower(name)
where
    entity_reason = 'acronym'
    and entity_id in (select entity_id from touched)
    and not exists (
        select others.entity_key
        from document_entities as others
        where others.entity_key = acronyms.entity_key and others.entity_reason <> 'acronym'
    );

create temp table linked as
with recursive linked as (
    select entity_id from touched
    union
    select unnest([c.entity_id, c.new_entity_id]) as entity_id
    from entity_changes as c
    inner join linked as l on l.entity_id in (c.entity_id, c.new_entity_id)
)

select entity_id from linked where entity_id is not null;

create temp table names_left as
select text as name from entity_mentions where mention_type = 'name'
union
select name from entities;

delete from entity_changes
where
    (entity_id in (from linked) or new_entity_id in (from linked))
    and (old_name not in (from names_left) or new_name not in (from names_left));

update entities as e
set
    document_count = coalesce(c.document_count, 0),
    mention_count = coalesce(c.mention_count, 0),
    first_seen_date = c.first_seen_date,
    last_seen_date = c.last_seen_date
from (
    select
        t.entity_id,
        count(distinct d.document_id) as document_count,
        count(d.document_id) as mention_count,
        min(coalesce(d.dateline_date, d.published_date)) as first_seen_date,
        max(coalesce(d.dateline_date, d.published_date)) as last_seen_date
    from touched as t
    left join entity_mentions as m using (entity_id)
    left join documents as d on m.document_id = d.document_id and d.is_current and d.is_canonical
    group by t.entity_id
) as c
where e.entity_id = c.entity_id;

update entities as e
set statement_count = c.statement_count
from (
    select
        t.entity_id,
        count(d.document_id) as statement_count
    from touched as t
    left join statements as s on t.entity_id = s.speaker_entity_id
    left join documents as d on s.document_id = d.document_id and d.is_current and d.is_canonical
    group by t.entity_id
) as c
where e.entity_id = c.entity_id;

update statements as s
set speaker_name = e.name
from entities as e
where s.speaker_entity_id = e.entity_id and e.entity_id in (select entity_id from touched);
