{{ config(
    materialized='incremental',
    unique_key='entity_id',
    meta={'changes': 'int_changed_entities'},
) }}

with tallies as (
    select tallies.*
    from {{ ref('int_entity_tallies') }} as tallies
    semi join {{ ref('int_changed_entities') }} as changed on tallies.entity_id = changed.entity_id
),

corrections as (
    select * from {{ ref('stg_corrections') }}
),

entity_corrections as (
    select * from {{ ref('int_entity_corrections') }}
),

sums as (
    select
        entity_id,
        any_value(entity_type) as entity_type,
        sum(document_count) as document_count,
        sum(mention_count) as mention_count,
        sum(statement_count) as statement_count,
        min(first_seen_date) as first_seen_date,
        max(last_seen_date) as last_seen_date,
    from tallies
    group by entity_id
),

forms as (
    select
        entity_id,
        unnest(forms) as named,
    from tallies
),

counted_forms as (
    select
        forms.entity_id,
        forms.named.form,
        bool_or(forms.named.is_full_form) as is_full_form,
        sum(forms.named.full_count) as full_count,
    from forms
    group by forms.entity_id, forms.named.form
),

-- "London" stands for "LONDON" too, however often datelines have that.
spelled_forms as (
    select
        entity_id,
        form,
        bool_or(is_full_form) over (partition by entity_id, lower(form)) as is_full_form,
        sum(full_count) over (partition by entity_id, lower(form)) as full_count,
    from counted_forms
),

ranked_forms as (
    select
        entity_id,
        form,
        row_number() over (
            partition by entity_id
            order by
                is_full_form desc,
                full_count desc,
                length(form) desc,
                lower(form) asc,
                -- "Wang Yi" before "WANG YI"
                form desc
        ) as form_rank,
    from spelled_forms
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
        unnest(country_codes) as country_code,
    from tallies
),

-- Only where all that the texts say agrees.
countries as (
    select
        entity_id,
        min(country_code) as country_code,
    from country_evidence
    group by entity_id
    having min(country_code) = max(country_code)
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
        sums.entity_id,
        sums.entity_type,
        names.name,
        names.aliases,
        countries.country_code,
        cast(sums.document_count as integer) as document_count,
        cast(sums.mention_count as integer) as mention_count,
        cast(sums.statement_count as integer) as statement_count,
        sums.first_seen_date,
        sums.last_seen_date,
        corrected.corrected_by,
    from sums
    inner join names on sums.entity_id = names.entity_id
    left join countries on sums.entity_id = countries.entity_id
    left join corrected on sums.entity_id = corrected.entity_id
    where sums.entity_type is not null
)

select * from final
