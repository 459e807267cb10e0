-- Pairs of a copy (document_id) and the fuller text that it may come from, without round-ups as the fuller one.
{% set max_facts_share_of_strangers = 0.25 %}

with alike as (
    select * from {{ ref('int_alike_texts') }}
),

sketches as (
    select * from {{ ref('stg_sketches') }}
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
    select alike.*
    from alike
    anti join round_ups on alike.fuller_document_id = round_ups.fuller_document_id
)

select * from final
