-- Copies and what they are copies of, one row for each text that has a copy or is one. Of the texts of a story that
-- are current and about as full as the fullest (nine tenths of its wording), the earliest is the canonical one.
with roots as (
    select * from {{ ref('int_story_roots') }}
),

sketches as (
    select * from {{ ref('stg_sketches') }}
),

sources as (
    select
        sources.document_id,
        bool_or(document_sources.is_current) as is_current,
        min(coalesce(sources.published_date, sources.dateline_date)) as first_date,
    from {{ ref('stg_document_sources') }} as sources
    inner join {{ ref('document_sources') }} as document_sources
        using (document_id, source_root, source_uri, record_key, file_sha256)
    group by sources.document_id
),

memberships as (
    select
        document_id,
        root_document_id,
    from roots

    union all

    select distinct
        root_document_id as document_id,
        root_document_id,
    from roots
),

members as (
    select
        memberships.document_id,
        memberships.root_document_id,
        sources.is_current,
        sources.first_date,
        sketches.shingle_count,
        sketches.shingles,
        sketches.highest,
    from memberships
    inner join sketches on memberships.document_id = sketches.document_id
    inner join sources on memberships.document_id = sources.document_id
),

ranked as (
    select
        *,
        -- The smallest member's id names the story, so that it changes only when a smaller one comes.
        {{ content_id(["'story'", 'min(document_id) over (partition by root_document_id)']) }} as story_id,
        shingle_count
        >= 0.9 * max(shingle_count) over (partition by root_document_id, is_current) as is_full,
    from members
),

ordered as (
    select
        *,
        row_number() over (
            partition by root_document_id
            order by is_current desc, is_full desc, first_date asc nulls last, shingle_count desc, document_id asc
        ) as place,
    from ranked
),

compared as (
    select
        ordered.document_id,
        ordered.story_id,
        ordered.place = 1 as is_canonical,
        ordered.shingles,
        canonical.shingles as canonical_shingles,
        least(ordered.highest, canonical.highest) as highest,
    from ordered
    inner join ordered as canonical
        on ordered.root_document_id = canonical.root_document_id and canonical.place = 1
),

final as (
    select
        document_id,
        story_id,
        is_canonical,
        round(
            len(list_intersect(shingles, canonical_shingles))
            / least(
                len(list_filter(shingles, lambda hashed: hashed <= highest)),
                len(list_filter(canonical_shingles, lambda hashed: hashed <= highest))
            ),
            3
        ) as similarity,
    from compared
)

select * from final
