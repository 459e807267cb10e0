-- What each document is made from: the place of its metadata, its story, its extraction, corrections in it. A row is
-- written when that changes, WIREHOUSE_TRANSFORM_CHARS characters of text in a build, so that memory stays bounded.
{{ config(materialized='incremental', unique_key='document_id') }}

with texts as (
    select * from {{ ref('stg_documents') }}
),

document_sources as (
    select * from {{ ref('document_sources') }}
),

sources as (
    select * from {{ ref('stg_document_sources') }}
),

extractions as (
    select * from {{ ref('stg_extractions') }}
),

corrections as (
    select
        document_id,
        string_agg(
            concat_ws(chr(31), correction, action, start_char, end_char, text, value), chr(30)
            order by correction
        ) as correction_lines,
    from {{ ref('stg_corrections') }}
    where document_id is not null
    group by document_id
),

stories as (
    select * from {{ ref('int_stories') }}
),

-- A text's metadata are those of the first place, by name, that shows it today.
first_sources as (
    select
        sources.*,
        document_sources.is_current,
    from sources
    inner join document_sources
        using (document_id, source_root, source_uri, record_key, file_sha256)
    qualify row_number() over (
        partition by sources.document_id
        order by
            document_sources.is_current desc,
            sources.source_uri asc,
            sources.source_root asc,
            sources.record_key asc,
            sources.file_sha256 asc
    ) = 1
),

described as (
    select
        texts.document_id,
        -- When it was loaded and, as a number from 0 to 15, the first digit of its id.
        16 * epoch_us(texts.ingested_at) + instr('123456789abcdef', texts.document_id[1]) as load_part,
        first_sources.source_uri,
        first_sources.source_format,
        first_sources.is_current,
        first_sources.title,
        first_sources.byline,
        first_sources.publisher,
        first_sources.language,
        first_sources.dateline_place,
        first_sources.dateline_date,
        first_sources.published_date,
        coalesce(stories.story_id, {{ content_id(["'story'", 'texts.document_id']) }}) as story_id,
        coalesce(stories.is_canonical, true) as is_canonical,
        coalesce(stories.similarity, 1) as similarity,
        extractions.extracted_at,
        extractions.extraction_number,
        corrections.correction_lines,
    from texts
    inner join first_sources on texts.document_id = first_sources.document_id
    left join stories on texts.document_id = stories.document_id
    left join extractions on texts.document_id = extractions.document_id
    left join corrections on texts.document_id = corrections.document_id
),

-- With all that a row of documents says, ingested_at by its part; and by extracted_at, since numbers may come again.
found as (
    select
        *,
        md5(cast(described as varchar)) as state_id,
    from described
),

changed as (
    {% if is_incremental() %}
        -- A text that is loaded anew stays in the part where it is counted.
        select
            found.* replace (coalesce(built.load_part, found.load_part) as load_part),
            false as is_gone,
        from found
        left join {{ this }} as built on found.document_id = built.document_id
        where built.state_id is distinct from found.state_id or built.is_gone

        union all by name

        select
            built.* exclude (is_gone, built_at, waiting_count) replace (cast(null as bigint) as extraction_number),
            true as is_gone,
        from {{ this }} as built
        anti join found on built.document_id = found.document_id
        where not built.is_gone
    {% else %}
        select
            *,
            false as is_gone,
        from found
    {% endif %}
),

ordered as (
    select
        changed.*,
        sum(coalesce(texts.char_count, 0)) over (
            order by texts.ingested_at asc, changed.document_id asc
            rows between unbounded preceding and 1 preceding
        ) as chars_before,
        count(*) over () as changed_count,
    from changed
    left join texts on changed.document_id = texts.document_id
),

final as (
    select
        * exclude (chars_before, changed_count),
        {{ build_stamp() }} as built_at,
        cast(changed_count - count(*) over () as integer) as waiting_count,
    from ordered
    where coalesce(chars_before, 0) < getvariable('transform_chars')
)

select * from final
