-- When each document's rows were last written: for a document of its own, because a name in it means another entity, or
-- because a line of corrections names it.
{{ config(materialized='incremental', unique_key='document_id') }}

with new_documents as (
    select * from {{ ref('int_new_documents') }}
),

states as (
    select * from {{ ref('int_document_states') }}
),

corrections as (
    select * from {{ ref('stg_corrections') }}
),

corrected_changes as (
    select * from {{ ref('int_corrected_changes') }}
),

extractions as (
    select * from {{ ref('stg_extractions') }}
),

-- Extracted anew since, and left to a later build: the rows that they are made from are gone.
outdated as (
    select states.document_id
    from states
    inner join extractions on states.document_id = extractions.document_id
    where not states.is_gone and states.extraction_number is distinct from extractions.extraction_number
),

changed as (
    select document_id
    from new_documents

    union distinct

    select document_id
    from corrected_changes

    union distinct

    select states.document_id
    from states
    semi join corrections on states.document_id = corrections.document_id
)

select
    changed.document_id,
    {{ build_stamp() }} as built_at,
from changed
anti join outdated on changed.document_id = outdated.document_id
