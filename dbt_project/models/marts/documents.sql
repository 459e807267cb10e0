with texts as (
    select * from {{ ref('stg_documents') }}
),

document_sources as (
    select * from {{ ref('document_sources') }}
),

sources as (
    select * from {{ ref('stg_document_sources') }}
),

sentences as (
    select * from {{ ref('stg_sentences') }}
),

statements as (
    select statements.*
    from {{ ref('stg_statements') }} as statements
    anti join {{ ref('int_corrected_statements') }} as corrected
        on statements.statement_id = corrected.statement_id and corrected.is_wrong
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

sentence_counts as (
    select
        document_id,
        count(*) as sentence_count,
    from sentences
    group by document_id
),

statement_counts as (
    select
        document_id,
        count(*) as statement_count,
    from statements
    group by document_id
),

final as (
    select
        texts.document_id,
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
        texts.text,
        texts.body_start_char,
        texts.char_count,
        texts.word_count,
        cast(coalesce(sentence_counts.sentence_count, 0) as integer) as sentence_count,
        cast(coalesce(statement_counts.statement_count, 0) as integer) as statement_count,
        texts.ingested_at,
    from texts
    inner join first_sources on texts.document_id = first_sources.document_id
    left join sentence_counts on texts.document_id = sentence_counts.document_id
    left join statement_counts on texts.document_id = statement_counts.document_id
)

select * from final
