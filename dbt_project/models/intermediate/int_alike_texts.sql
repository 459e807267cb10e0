-- Pairs of texts of which one (document_id) has its wording, names and figures from the other, fuller one
-- (fuller_document_id). A text is measured against those that it meets most.
{{ config(
    materialized='incremental',
    unique_key='document_id',
    meta={'changes': 'int_copy_meetings'},
) }}

{% set max_candidates = 16 %}
{% set min_size_share = 0.2 %}      {# of the fuller text: a quotation is no copy #}
{% set min_wording_share = 0.4 %}
{% set min_facts_share = 0.6 %}
{% set min_facts = 5 %}             {# fewer names and figures say nothing: the wording must do #}
{% set min_wording_share_without_facts = 0.8 %}

with candidates as (
    select candidates.*
    from {{ ref('int_copy_candidates') }} as candidates
    semi join {{ ref('int_copy_meetings') }} as meetings on candidates.document_id = meetings.document_id
),

sketches as (
    select * from {{ ref('stg_sketches') }}
),

closest as (
    select
        candidates.document_id,
        candidates.fuller_document_id,
    from candidates
    inner join sketches as copies on candidates.document_id = copies.document_id
    inner join sketches as fuller on candidates.fuller_document_id = fuller.document_id
    where copies.shingle_count >= {{ min_size_share }} * fuller.shingle_count
    qualify row_number() over (
        partition by candidates.document_id
        order by candidates.meeting_count desc, fuller.shingle_count desc, candidates.fuller_document_id asc
    ) <= {{ max_candidates }}
),

measurable as (
    select
        closest.document_id,
        closest.fuller_document_id,
        copies.shingle_count,
        copies.shingles,
        copies.facts,
        fuller.shingles as fuller_shingles,
        fuller.facts as fuller_facts,
        len(list_filter(copies.shingles, lambda hashed: hashed <= fuller.highest)) as own_count,
        len(list_filter(fuller.shingles, lambda hashed: hashed <= copies.highest)) as fuller_count,
    from closest
    inner join sketches as copies on closest.document_id = copies.document_id
    inner join sketches as fuller on closest.fuller_document_id = fuller.document_id
),

measured as (
    select
        document_id,
        fuller_document_id,
        shingle_count,
        len(facts) as fact_count,
        {{ in_common('shingles', 'fuller_shingles') }} as shared_shingles,
        shared_shingles / own_count as wording_share,
        shared_shingles / (own_count + fuller_count - shared_shingles) as resemblance,
        -- Two are taken off, as texts with few names share some by chance.
        coalesce(({{ in_common('facts', 'fuller_facts') }} - 2) / nullif(len(facts), 0), 0) as facts_share,
    from measurable
),

final as (
    select
        document_id,
        fuller_document_id,
        shingle_count,
        wording_share + facts_share + resemblance as closeness,
    from measured
    where
        wording_share >= {{ min_wording_share }}
        and case
            when fact_count >= {{ min_facts }} then facts_share >= {{ min_facts_share }}
            else wording_share >= {{ min_wording_share_without_facts }}
        end
)

select * from final
