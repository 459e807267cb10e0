-- What the run's report in Prefect's UI shows of the published file: a chart's rows in order, newest or largest first.
with
days as (
    select coalesce(published_date, dateline_date) as day, count(*) as figure
    from documents
    where is_current and day is not null
    group by day
    order by day desc
    limit 14
),

sizes as (
    select
        case
            when statement_count <= 2 then format('{}', statement_count)
            when statement_count <= 5 then '3 to 5'
            when statement_count <= 10 then '6 to 10'
            when statement_count <= 20 then '11 to 20'
            else 'more'
        end as label,
        min(statement_count) as position,
        count(*) as figure
    from documents
    where is_current
    group by label
),

speakers as (
    select name, entity_id, statement_count as figure
    from entities
    where statement_count > 0
    order by statement_count desc, name asc, entity_id asc
    limit 10
)

select 'Documents a day' as chart, 'day' as what, 1 as chart_position, -epoch(day) as row_position,
    strftime(day, '%Y-%m-%d') as label, figure
from days

union all

select 'Statements a document', 'statements', 2, position, label, figure
from sizes

union all

select 'Who said most', 'speaker', 3, -figure, name, figure
from speakers

order by chart_position, row_position, label
