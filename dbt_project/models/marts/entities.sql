{{ config(
    materialized='incremental',
    unique_key='entity_id',
    meta={'changes': 'int_changed_entities'},
) }}

with document_entities as (
    select document_entities.*
    from {{ ref('document_entities') }} as document_entities
    semi join {{ ref('int_changed_entities') }} as changed on document_entities.entity_id = changed.entity_id
),

entity_mentions as (
    select entity_mentions.*
    from {{ ref('entity_mentions') }} as entity_mentions
    semi join {{ ref('int_changed_entities') }} as changed on entity_mentions.entity_id = changed.entity_id
),

corrections as (
    select * from {{ ref('stg_corrections') }}
),

entity_corrections as (
    select * from {{ ref('int_entity_corrections') }}
),

corrected_mentions as (
    select * from {{ ref('int_corrected_mentions') }}
),

corrected_statements as (
    select * from {{ ref('int_corrected_statements') }}
),

local_entities as (
    select * from {{ ref('stg_local_entities') }}
),

roles as (
    select * from {{ ref('stg_roles') }}
),

statements as (
    select
        statements.statement_id,
        statements.document_id,
        statements.speaker_local_entity_id,
    from {{ ref('stg_statements') }} as statements
    semi join document_entities on statements.speaker_local_entity_id = document_entities.document_entity_id

    union distinct

    select
        statements.statement_id,
        statements.document_id,
        statements.speaker_local_entity_id,
    from {{ ref('stg_statements') }} as statements
    semi join corrected_statements on statements.statement_id = corrected_statements.statement_id
),

documents as (
    select * from {{ ref('documents') }}
),

members as (
    select
        document_entities.entity_id,
        document_entities.entity_type,
        document_entities.entity_reason as reason,
        local_entities.name,
        local_entities.aliases,
        local_entities.acronyms,
        local_entities.country_code,
        documents.is_current and documents.is_canonical as is_counted,
    from document_entities
    inner join local_entities on document_entities.document_entity_id = local_entities.local_entity_id
    inner join documents on local_entities.document_id = documents.document_id
),

-- Every way in which documents name an entity; a document that knows it by its acronym alone gives no full form.
forms as (
    select
        entity_id,
        name as form,
        reason != 'acronym' as is_full_form,
        is_counted,
    from members

    union all

    select
        entity_id,
        unnest(list_concat(aliases, acronyms)) as form,
        false as is_full_form,
        is_counted,
    from members

    union all

    select
        corrected_mentions.entity_id,
        corrected_mentions.text as form,
        false as is_full_form,
        documents.is_current and documents.is_canonical as is_counted,
    from corrected_mentions
    inner join documents on corrected_mentions.document_id = documents.document_id
    where corrected_mentions.entity_id is not null and corrected_mentions.mention_type = 'name'
),

ranked_forms as (
    select
        entity_id,
        form,
        row_number() over (
            partition by entity_id
            order by
                bool_or(is_full_form) desc,
                count(*) filter (is_full_form and is_counted) desc,
                length(form) desc,
                lower(form) asc,
                -- "Wang Yi" before "WANG YI"
                form desc
        ) as form_rank,
    from forms
    group by entity_id, form
),

found_names as (
    select
        entity_id,
        form as name,
    from ranked_forms
    where form_rank = 1
),

given_names as (
    select
        found_names.entity_id,
        coalesce(corrections.value, found_names.name) as name,
    from found_names
    left join corrections
        on found_names.entity_id = corrections.entity_id and corrections.action = 'rename'
),

names as (
    select
        given_names.entity_id,
        given_names.name,
        coalesce(
            list(ranked_forms.form order by ranked_forms.form) filter (ranked_forms.form != given_names.name), []
        ) as aliases,
    from given_names
    inner join ranked_forms on given_names.entity_id = ranked_forms.entity_id
    group by given_names.entity_id, given_names.name
),

country_evidence as (
    select
        entity_id,
        country_code,
    from members
    where country_code is not null

    union distinct

    select
        document_entities.entity_id,
        roles.country_code,
    from roles
    inner join document_entities on roles.local_entity_id = document_entities.document_entity_id
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

types as (
    select
        entity_id,
        any_value(entity_type) as entity_type,
    from members
    group by entity_id
),

seen as (
    select
        entity_mentions.entity_id,
        count(distinct entity_mentions.document_id) as document_count,
        count(*) as mention_count,
        min(coalesce(documents.dateline_date, documents.published_date)) as first_seen_date,
        max(coalesce(documents.dateline_date, documents.published_date)) as last_seen_date,
    from entity_mentions
    inner join documents on entity_mentions.document_id = documents.document_id
    where documents.is_current and documents.is_canonical
    group by entity_mentions.entity_id
),

spoken as (
    select
        statements.document_id,
        case
            when corrected_statements.statement_id is null then document_entities.entity_id
            else corrected_statements.speaker_entity_id
        end as entity_id,
    from statements
    left join document_entities on statements.speaker_local_entity_id = document_entities.document_entity_id
    left join corrected_statements on statements.statement_id = corrected_statements.statement_id
    where corrected_statements.is_wrong is distinct from true
),

statement_counts as (
    select
        spoken.entity_id,
        count(*) as statement_count,
    from spoken
    inner join documents on spoken.document_id = documents.document_id
    where documents.is_current and documents.is_canonical
    group by spoken.entity_id
),

corrected as (
    select
        entity_id,
        string_agg(correction, ', ' order by correction) as corrected_by,
    from entity_corrections
    group by entity_id
),

final as (
    select
        types.entity_id,
        types.entity_type,
        names.name,
        names.aliases,
        countries.country_code,
        cast(coalesce(seen.document_count, 0) as integer) as document_count,
        cast(coalesce(seen.mention_count, 0) as integer) as mention_count,
        cast(coalesce(statement_counts.statement_count, 0) as integer) as statement_count,
        seen.first_seen_date,
        seen.last_seen_date,
        corrected.corrected_by,
    from types
    inner join names on types.entity_id = names.entity_id
    left join countries on types.entity_id = countries.entity_id
    left join seen on types.entity_id = seen.entity_id
    left join statement_counts on types.entity_id = statement_counts.entity_id
    left join corrected on types.entity_id = corrected.entity_id
)

select * from final
