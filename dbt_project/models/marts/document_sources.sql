with sources as (
    select * from {{ ref('stg_document_sources') }}
),

files as (
    select * from {{ ref('stg_files') }}
),

current_files as (
    select
        source_root,
        source_uri,
        file_sha256,
        read_options,
    from files
    qualify row_number() over (
        partition by source_root, source_uri
        order by last_seen_at desc, first_seen_at desc, file_sha256 asc
    ) = 1
),

final as (
    select
        sources.document_id,
        sources.source_root,
        sources.source_uri,
        sources.record_key,
        current_files.file_sha256 is not null as is_current,
        sources.file_sha256,
        sources.title,
        sources.publisher,
        sources.published_date,
        sources.canonical_url,
        sources.encoding,
        coalesce(sources.is_repaired, false) as is_repaired,
        sources.page_starts,
        sources.first_seen_at,
        sources.last_seen_at,
    from sources
    left join current_files
        using (source_root, source_uri, file_sha256, read_options)
)

select * from final
