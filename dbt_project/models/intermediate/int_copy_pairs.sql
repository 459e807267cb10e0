-- Pairs of texts of which one (document_id) has its wording, names and figures from the other, fuller one
-- (fuller_document_id). Linear in the number of texts: a text is held against few of those that share a hash with it.
{% set compared_hashes = 128 %}     {# the smallest ones of a sketch, by which candidates are found #}
{% set min_shingles = 12 %}         {# shorter texts say too little #}
{% set min_size_share = 0.2 %}      {# of the fuller text: a quotation is no copy #}
{% set min_wording_share = 0.4 %}
{% set min_facts_share = 0.6 %}
{% set min_facts = 5 %}             {# fewer names and figures say nothing: the wording must do #}
{% set min_wording_share_without_facts = 0.8 %}
{% set max_facts_share_of_strangers = 0.25 %}
{% set max_candidates = 16 %}

with sketches as (
    select *
    from {{ ref('stg_sketches') }}
    where shingle_count >= {{ min_shingles }}
),

compared as (
    select
        document_id,
        shingle_count,
        unnest(shingles[:{{ compared_hashes }}]) as hashed,
    from sketches
),

repeated as (
    select hashed
    from compared
    group by hashed
    having count(*) > 1
),

-- Texts that share a hash, the fullest first.
sharing as (
    select
        compared.hashed,
        compared.document_id,
        row_number() over fullest_first as place,
        lag(compared.document_id, 1) over fullest_first as fuller_1,
        lag(compared.document_id, 2) over fullest_first as fuller_2,
        lag(compared.document_id, 3) over fullest_first as fuller_3,
    from compared
    inner join repeated on compared.hashed = repeated.hashed
    window fullest_first as (
        partition by compared.hashed order by compared.shingle_count desc, compared.document_id asc
    )
),

fullest as (
    select
        hashed,
        list(document_id order by place) as document_ids,
    from sharing
    where place <= 5
    group by hashed
),

-- Each is held against the fullest ones that share a hash, and those next to it in fullness.
meetings as (
    select
        sharing.document_id,
        unnest(list_distinct(
            fullest.document_ids[:sharing.place - 1] || [sharing.fuller_1, sharing.fuller_2, sharing.fuller_3]
        )) as fuller_document_id,
    from sharing
    inner join fullest on sharing.hashed = fullest.hashed
    where sharing.place > 1
),

counted as (
    select
        document_id,
        fuller_document_id,
        count(*) as shared_count,
    from meetings
    where fuller_document_id is not null
    group by document_id, fuller_document_id
    having count(*) >= 5
),

candidates as (
    select
        counted.document_id,
        counted.fuller_document_id,
        copies.shingle_count,
        fuller.shingle_count as fuller_shingle_count,
        len(list_filter(copies.shingles, lambda hashed: hashed <= fuller.highest)) as own_count,
        len(list_filter(fuller.shingles, lambda hashed: hashed <= copies.highest)) as fuller_count,
        len(copies.facts) as fact_count,
    from counted
    inner join sketches as copies on counted.document_id = copies.document_id
    inner join sketches as fuller on counted.fuller_document_id = fuller.document_id
    where copies.shingle_count >= {{ min_size_share }} * fuller.shingle_count
    qualify row_number() over (
        partition by counted.document_id order by counted.shared_count desc, counted.fuller_document_id asc
    ) <= {{ max_candidates }}
),

measurable as (
    select *
    from sketches
    where
        document_id in (select candidates.document_id from candidates)
        or document_id in (select candidates.fuller_document_id from candidates)
),

held as (
    select
        document_id,
        unnest(shingles) as hashed,
        false as is_fact,
    from measurable

    union all

    select
        document_id,
        unnest(facts) as hashed,
        true as is_fact,
    from measurable
),

shared as (
    select
        candidates.document_id,
        candidates.fuller_document_id,
        count(*) filter (not held.is_fact) as shared_shingles,
        count(*) filter (held.is_fact) as shared_facts,
    from candidates
    inner join held on candidates.document_id = held.document_id
    inner join held as fuller_held
        on
            candidates.fuller_document_id = fuller_held.document_id
            and held.hashed = fuller_held.hashed
            and held.is_fact = fuller_held.is_fact
    group by candidates.document_id, candidates.fuller_document_id
),

measured as (
    select
        candidates.document_id,
        candidates.fuller_document_id,
        candidates.shingle_count,
        candidates.fact_count,
        shared.shared_shingles / candidates.own_count as wording_share,
        shared.shared_shingles
        / (candidates.own_count + candidates.fuller_count - shared.shared_shingles) as resemblance,
        -- Two are taken off, as texts with few names share some by chance.
        coalesce((shared.shared_facts - 2) / nullif(candidates.fact_count, 0), 0) as facts_share,
    from candidates
    inner join shared using (document_id, fuller_document_id)
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

parts_shared as (
    select
        other_parts.fuller_document_id,
        other_parts.document_id,
        count(first_held.hashed) / count(*) as facts_share,
    from other_parts
    inner join held on other_parts.document_id = held.document_id and held.is_fact
    left join held as first_held
        on
            other_parts.first_document_id = first_held.document_id
            and held.hashed = first_held.hashed
            and first_held.is_fact
    group by other_parts.fuller_document_id, other_parts.document_id
),

round_ups as (
    select distinct fuller_document_id
    from parts_shared
    where facts_share < {{ max_facts_share_of_strangers }}
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
