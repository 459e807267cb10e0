-- How much more often texts meet than before, or less. They meet in passages that they share (a hash of a sketch and
-- the next one; one hash alone is shared by many where phrases are few): each meets the five fullest that share it and
-- the next three that are fuller than itself. So the search is linear in the number of texts.
{% set compared_hashes = 128 %}     {# the smallest ones of a sketch #}
{% set min_shingles = 12 %}         {# shorter texts say too little #}
{% set base = 2 ** 32 %}            {# two numbers of 32 bits make one #}
{% set last_candidates = last_build('int_copy_candidates') %}
{% set states = [('met', '')] + ([('met_before', 'where not is_new')] if last_candidates else []) %}

-- The fullest text has the smallest number.
with ranked as (
    select
        sketches.document_id,
        sketches.shingles,
        compared_texts.built_at = {{ build_stamp() }} as is_new,
        cast(row_number() over (order by sketches.shingle_count desc, sketches.document_id asc) as integer) as fullness,
    from {{ ref('stg_sketches') }} as sketches
    inner join {{ ref('int_compared_texts') }} as compared_texts using (document_id)
    where sketches.shingle_count >= {{ min_shingles }}
),

neighbours as (
    select
        fullness,
        is_new,
        unnest(shingles[:{{ compared_hashes }}]) as hashed,
        unnest(shingles[2:{{ compared_hashes }} + 1]) as next_hashed,
    from ranked
),

passages as (
    select
        fullness,
        is_new,
        cast(hashed as ubigint) * {{ base }} + next_hashed as passage,
    from neighbours
    where next_hashed is not null
),

sought as (
    select passage
    from passages
    {% if last_candidates -%}
        where is_new
    {% else -%}
        group by passage
        having count(*) > 1
    {% endif -%}
),

shared as (
    select passages.*
    from passages
    semi join sought on passages.passage = sought.passage
),

{% for met, condition in states %}
    {{ met }}_placed as (
        select
            passage,
            fullness,
            row_number() over fullest_first as place,
            lag(fullness, 1) over fullest_first as fuller_1,
            lag(fullness, 2) over fullest_first as fuller_2,
            lag(fullness, 3) over fullest_first as fuller_3,
        from shared
        {{ condition }}
        window fullest_first as (partition by passage order by fullness)
    ),

    {{ met }}_fullest as (
        select
            passage,
            list(fullness order by place) as texts,
        from {{ met }}_placed
        where place <= 5
        group by passage
    ),

    {{ met }} as (
        select
            placed.passage,
            placed.fullness,
            list_slice(fullest.texts, 1, greatest(placed.place - 4, 0))
            || [placed.fuller_3, placed.fuller_2, placed.fuller_1] as texts,
        from {{ met }}_placed as placed
        inner join {{ met }}_fullest as fullest on placed.passage = fullest.passage
        where placed.place > 1
    ),
{% endfor %}

-- A pair is one number, which is grouped in half the time of two.
{% if last_candidates %}
    changed as (
        select
            met.fullness,
            met.texts,
            met_before.texts as texts_before,
        from met
        left join met_before on met.passage = met_before.passage and met.fullness = met_before.fullness
        where met.texts is distinct from met_before.texts
    ),

    events as (
        select
            cast(fullness as ubigint) * {{ base }} + unnest(texts) as pair,
            1 as gained,
        from changed

        union all

        select
            cast(fullness as ubigint) * {{ base }} + unnest(texts_before) as pair,
            -1 as gained,
        from changed
    ),
{% else %}
    events as (
        select
            cast(fullness as ubigint) * {{ base }} + unnest(texts) as pair,
            1 as gained,
        from met
    ),
{% endif %}

counted as (
    select
        cast(pair // {{ base }} as integer) as fullness,
        cast(pair % {{ base }} as integer) as met_fullness,
        sum(gained) as gained_count,
    from events
    where pair is not null
    group by pair
    having sum(gained) >= {{ min_meetings() }} or sum(gained) < 0
),

final as (
    select
        copies.document_id,
        fuller.document_id as fuller_document_id,
        counted.gained_count,
    from counted
    inner join ranked as copies on counted.fullness = copies.fullness
    inner join ranked as fuller on counted.met_fullness = fuller.fullness
    {% if last_candidates %}
        left join {{ last_candidates }} as candidates
            on copies.document_id = candidates.document_id and fuller.document_id = candidates.fuller_document_id
        where counted.gained_count > 0 or candidates.document_id is not null
    {% endif %}
)

select * from final
