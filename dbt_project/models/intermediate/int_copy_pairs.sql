-- Pairs of texts of which one (document_id) has its wording, names and figures from the other, fuller one
-- (fuller_document_id).
{% set min_size_share = 0.2 %}      {# of the fuller text: a quotation is no copy #}
{% set min_wording_share = 0.4 %}
{% set min_facts_share = 0.6 %}
{% set min_facts = 5 %}             {# fewer names and figures say nothing: the wording must do #}
{% set min_wording_share_without_facts = 0.8 %}
{% set max_facts_share_of_strangers = 0.25 %}

with candidates as (
    select * from {{ ref('int_copy_candidates') }}
),

sketches as (
    select * from {{ ref('stg_sketches') }}
),

measurable as (
    select
        candidates.document_id,
        candidates.fuller_document_id,
        copies.shingle_count,
        copies.shingles,
        copies.facts,
        fuller.shingles as fuller_shingles,
        fuller.facts as fuller_facts,
        len(list_filter(copies.shingles, lambda hashed: hashed <= fuller.highest)) as own_count,
        len(list_filter(fuller.shingles, lambda hashed: hashed <= copies.highest)) as fuller_count,
    from candidates
    inner join sketches as copies on candidates.document_id = copies.document_id
    inner join sketches as fuller on candidates.fuller_document_id = fuller.document_id
    where copies.shingle_count >= {{ min_size_share }} * fuller.shingle_count
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

alike as (
    select *
    from measured
    where
        wording_share >= {{ min_wording_share }}
        and case
            when fact_count >= {{ min_facts }} then facts_share >= {{ min_facts_share }}
            else wording_share >= {{ min_wording_share_without_facts }}
        end
),

-- A round-up holds several stories: two texts that stand in it and have hardly a name in common. It joins nothing.
first_parts as (
    select
        fuller_document_id,
        arg_max(document_id, (shingle_count, document_id)) as document_id,
    from alike
    group by fuller_document_id
),

other_parts as (
    select
        alike.fuller_document_id,
        alike.document_id,
        first_parts.document_id as first_document_id,
    from alike
    inner join first_parts on alike.fuller_document_id = first_parts.fuller_document_id
    anti join alike as known
        on alike.document_id = known.document_id and first_parts.document_id = known.fuller_document_id
    where alike.document_id != first_parts.document_id
),

round_ups as (
    select distinct other_parts.fuller_document_id
    from other_parts
    inner join sketches as others on other_parts.document_id = others.document_id
    inner join sketches as firsts on other_parts.first_document_id = firsts.document_id
    where
        {{ in_common('others.facts', 'firsts.facts') }} < {{ max_facts_share_of_strangers }} * len(others.facts)
),

final as (
    select
        alike.document_id,
        alike.fuller_document_id,
        alike.shingle_count,
        alike.wording_share + alike.facts_share + alike.resemblance as closeness,
    from alike
    anti join round_ups on alike.fuller_document_id = round_ups.fuller_document_id
)

select * from final
