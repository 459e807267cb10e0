-- Pairs of texts that may be copies, as they share passages. Linear in the number of texts: each is held against few of
-- those that share one with it. A table of its own, so that DuckDB knows how few they are when it measures them.
{% set compared_hashes = 128 %}     {# the smallest ones of a sketch #}
{% set min_passages = 4 %}
{% set min_shingles = 12 %}         {# shorter texts say too little #}
{% set max_candidates = 16 %}

with sketches as (
    select *
    from {{ ref('stg_sketches') }}
    where shingle_count >= {{ min_shingles }}
),

-- The fullest text has the smallest number.
ranked as (
    select
        document_id,
        cast(row_number() over (order by shingle_count desc, document_id asc) as integer) as fullness,
    from sketches
),

-- A hash and the next one of the same text. One hash alone is shared by many texts where phrases are few.
passages as (
    select
        ranked.fullness,
        unnest(sketches.shingles[:{{ compared_hashes }}]) as hashed,
        unnest(sketches.shingles[2:{{ compared_hashes }} + 1]) as next_hashed,
    from sketches
    inner join ranked on sketches.document_id = ranked.document_id
),

repeated as (
    select
        hashed,
        next_hashed,
    from passages
    where next_hashed is not null
    group by hashed, next_hashed
    having count(*) > 1
),

-- Texts that share a passage, the fullest first.
sharing as (
    select
        passages.hashed,
        passages.next_hashed,
        passages.fullness,
        row_number() over fullest_first as place,
        lag(passages.fullness, 1) over fullest_first as fuller_1,
        lag(passages.fullness, 2) over fullest_first as fuller_2,
        lag(passages.fullness, 3) over fullest_first as fuller_3,
    from passages
    inner join repeated on passages.hashed = repeated.hashed and passages.next_hashed = repeated.next_hashed
    window fullest_first as (
        partition by passages.hashed, passages.next_hashed order by passages.fullness
    )
),

fullest as (
    select
        hashed,
        next_hashed,
        list(fullness order by place) as texts,
    from sharing
    where place <= 5
    group by hashed, next_hashed
),

-- Each is held against the fullest ones that share a passage, and those next to it in fullness.
meetings as (
    select
        sharing.fullness,
        unnest(list_distinct(
            fullest.texts[:sharing.place - 1] || [sharing.fuller_1, sharing.fuller_2, sharing.fuller_3]
        )) as met_fullness,
    from sharing
    inner join fullest on sharing.hashed = fullest.hashed and sharing.next_hashed = fullest.next_hashed
    where sharing.place > 1
),

counted as (
    select
        fullness,
        met_fullness,
        count(*) as shared_count,
    from meetings
    where met_fullness is not null
    group by fullness, met_fullness
    having count(*) >= {{ min_passages }}
),

final as (
    select
        copies.document_id,
        fuller.document_id as fuller_document_id,
    from counted
    inner join ranked as copies on counted.fullness = copies.fullness
    inner join ranked as fuller on counted.met_fullness = fuller.fullness
    qualify row_number() over (
        partition by counted.fullness order by counted.shared_count desc, counted.met_fullness asc
    ) <= {{ max_candidates }}
)

select * from final
