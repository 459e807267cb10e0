-- What each part of the corpus (int_document_states.load_part) says of each entity. An entity is the sum of its
-- tallies, so that one that many documents name is counted anew only in the parts where one of them changed.
{{ config(
    materialized='incremental',
    unique_key=['entity_id', 'load_part'],
    meta={'changes': 'int_changed_entities'},
) }}

with changed_entities as (
    select * from {{ ref('int_changed_entities') }}
),

documents as (
    select
        states.document_id,
        states.load_part,
        states.extraction_number,
        states.is_current and states.is_canonical as is_counted,
        coalesce(states.dateline_date, states.published_date) as seen_date,
    from {{ ref('int_document_states') }} as states
    semi join changed_entities on states.load_part = changed_entities.load_part
    where not states.is_gone
),

document_entities as (
    select
        document_entities.document_entity_id,
        document_entities.entity_id,
        document_entities.entity_type,
        document_entities.entity_reason,
        documents.load_part,
        documents.extraction_number,
        documents.is_counted,
    from {{ ref('document_entities') }} as document_entities
    inner join documents on document_entities.document_id = documents.document_id
    semi join changed_entities
        on document_entities.entity_id = changed_entities.entity_id and documents.load_part = changed_entities.load_part
),

mentions as (
    select
        entity_mentions.entity_id,
        entity_mentions.document_id,
        documents.load_part,
        documents.seen_date,
        count(*) as mention_count,
    from {{ ref('entity_mentions') }} as entity_mentions
    inner join documents on entity_mentions.document_id = documents.document_id and documents.is_counted
    semi join changed_entities
        on entity_mentions.entity_id = changed_entities.entity_id and documents.load_part = changed_entities.load_part
    group by all
),

corrected_mentions as (
    select
        corrected_mentions.entity_id,
        corrected_mentions.text,
        documents.load_part,
        documents.is_counted,
    from {{ ref('int_corrected_mentions') }} as corrected_mentions
    inner join documents on corrected_mentions.document_id = documents.document_id
    where corrected_mentions.entity_id is not null and corrected_mentions.mention_type = 'name'
),

corrected_statements as (
    select * from {{ ref('int_corrected_statements') }}
),

members as (
    select
        document_entities.*,
        local_entities.name,
        local_entities.aliases,
        local_entities.acronyms,
        local_entities.country_code,
    from document_entities
    inner join {{ ref('stg_local_entities') }} as local_entities
        on
            document_entities.document_entity_id = local_entities.local_entity_id
            and document_entities.extraction_number = local_entities.extraction_number
),

-- Every way in which documents name an entity; a document that knows it by its acronym alone gives no full form.
named as (
    select
        entity_id,
        load_part,
        name as form,
        entity_reason != 'acronym' as is_full_form,
        is_counted,
    from members

    union all

    select
        entity_id,
        load_part,
        unnest(list_concat(aliases, acronyms)) as form,
        false as is_full_form,
        is_counted,
    from members

    union all

    select
        entity_id,
        load_part,
        text as form,
        false as is_full_form,
        is_counted,
    from corrected_mentions
),

form_counts as (
    select
        entity_id,
        load_part,
        form,
        bool_or(is_full_form) as is_full_form,
        count(*) filter (is_full_form and is_counted) as full_count,
    from named
    group by entity_id, load_part, form
),

forms as (
    select
        entity_id,
        load_part,
        list_sort(list(
            struct_pack(form := form, is_full_form := is_full_form, full_count := full_count)
        )) as forms,
    from form_counts
    group by entity_id, load_part
),

country_evidence as (
    select
        entity_id,
        load_part,
        country_code,
    from members
    where country_code is not null

    union distinct

    select
        members.entity_id,
        members.load_part,
        roles.country_code,
    from {{ ref('stg_roles') }} as roles
    inner join members
        on
            roles.local_entity_id = members.document_entity_id
            and roles.extraction_number = members.extraction_number
    where roles.country_code is not null
),

countries as (
    select
        entity_id,
        load_part,
        list_sort(list(country_code)) as country_codes,
    from country_evidence
    group by entity_id, load_part
),

types as (
    select
        entity_id,
        load_part,
        any_value(entity_type) as entity_type,
    from members
    group by entity_id, load_part
),

seen as (
    select
        entity_id,
        load_part,
        count(*) as document_count,
        sum(mention_count) as mention_count,
        min(seen_date) as first_seen_date,
        max(seen_date) as last_seen_date,
    from mentions
    group by entity_id, load_part
),

spoken as (
    select
        members.entity_id,
        members.load_part,
    from {{ ref('stg_statements') }} as statements
    inner join members
        on
            statements.speaker_local_entity_id = members.document_entity_id
            and statements.extraction_number = members.extraction_number
            and members.is_counted
    anti join corrected_statements on statements.statement_id = corrected_statements.statement_id

    union all

    select
        corrected_statements.speaker_entity_id as entity_id,
        documents.load_part,
    from corrected_statements
    inner join documents on corrected_statements.document_id = documents.document_id and documents.is_counted
    where not corrected_statements.is_wrong and corrected_statements.speaker_entity_id is not null
),

statement_counts as (
    select
        entity_id,
        load_part,
        count(*) as statement_count,
    from spoken
    group by entity_id, load_part
),

final as (
    select
        entity_id,
        load_part,
        types.entity_type,
        coalesce(forms.forms, []) as forms,
        coalesce(countries.country_codes, []) as country_codes,
        coalesce(seen.document_count, 0) as document_count,
        cast(coalesce(seen.mention_count, 0) as bigint) as mention_count,
        coalesce(statement_counts.statement_count, 0) as statement_count,
        seen.first_seen_date,
        seen.last_seen_date,
    from types
    full join forms using (entity_id, load_part)
    full join countries using (entity_id, load_part)
    full join seen using (entity_id, load_part)
    full join statement_counts using (entity_id, load_part)
    semi join changed_entities using (entity_id, load_part)
)

select * from final
