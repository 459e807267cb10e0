with entity_map as (
    select * from {{ ref('int_entity_map') }}
),

local_entities as (
    select * from {{ ref('stg_local_entities') }}
),

mentions as (
    select * from {{ ref('stg_mentions') }}
),

roles as (
    select * from {{ ref('stg_roles') }}
),

statements as (
    select * from {{ ref('stg_statements') }}
),

documents as (
    select * from {{ ref('documents') }}
),

mention_counts as (
    select
        local_entity_id,
        count(*) as mention_count,
    from mentions
    group by local_entity_id
),

statement_counts as (
    select
        speaker_local_entity_id as local_entity_id,
        count(*) as statement_count,
    from statements
    where speaker_local_entity_id is not null
    group by speaker_local_entity_id
),

members as (
    select
        entity_map.entity_id,
        entity_map.reason,
        local_entities.*,
        documents.is_current,
        coalesce(documents.dateline_date, documents.published_date) as seen_date,
        coalesce(mention_counts.mention_count, 0) as mention_count,
        coalesce(statement_counts.statement_count, 0) as statement_count,
    from entity_map
    inner join local_entities on entity_map.local_entity_id = local_entities.local_entity_id
    inner join documents on local_entities.document_id = documents.document_id
    left join mention_counts on entity_map.local_entity_id = mention_counts.local_entity_id
    left join statement_counts on entity_map.local_entity_id = statement_counts.local_entity_id
),

-- Every way in which documents name an entity; a document that knows it by its acronym alone gives no full form.
forms as (
    select
        entity_id,
        name as form,
        reason != 'acronym' as is_full_form,
        is_current,
    from members

    union all

    select
        entity_id,
        unnest(list_concat(aliases, acronyms)) as form,
        false as is_full_form,
        is_current,
    from members
),

ranked_forms as (
    select
        entity_id,
        form,
        row_number() over (
            partition by entity_id
            order by
                bool_or(is_full_form) desc,
                count(*) filter (is_full_form and is_current) desc,
                length(form) desc,
                lower(form) asc,
                -- "Wang Yi" before "WANG YI"
                form desc
        ) as form_rank,
    from forms
    group by entity_id, form
),

names as (
    select
        entity_id,
        any_value(form) filter (form_rank = 1) as name,
        coalesce(list(form order by form) filter (form_rank > 1), []) as aliases,
    from ranked_forms
    group by entity_id
),

country_evidence as (
    select
        entity_id,
        country_code,
    from members
    where country_code is not null

    union distinct

    select
        entity_map.entity_id,
        roles.country_code,
    from roles
    inner join entity_map on roles.local_entity_id = entity_map.local_entity_id
    where roles.country_code is not null
),

-- Only where all that the texts say agrees.
countries as (
    select
        entity_id,
        min(country_code) as country_code,
    from country_evidence
    group by entity_id
    having count(*) = 1
),

totals as (
    select
        entity_id,
        any_value(entity_type) as entity_type,
        count(distinct document_id) filter (is_current and mention_count > 0) as document_count,
        coalesce(sum(mention_count) filter (is_current), 0) as mention_count,
        coalesce(sum(statement_count) filter (is_current), 0) as statement_count,
        min(seen_date) filter (is_current) as first_seen_date,
        max(seen_date) filter (is_current) as last_seen_date,
    from members
    group by entity_id
),

final as (
    select
        totals.entity_id,
        totals.entity_type,
        names.name,
        names.aliases,
        countries.country_code,
        cast(totals.document_count as integer) as document_count,
        cast(totals.mention_count as integer) as mention_count,
        cast(totals.statement_count as integer) as statement_count,
        totals.first_seen_date,
        totals.last_seen_date,
    from totals
    inner join names on totals.entity_id = names.entity_id
    left join countries on totals.entity_id = countries.entity_id
)

select * from final
