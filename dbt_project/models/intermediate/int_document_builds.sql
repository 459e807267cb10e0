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

-- Extracted anew since, or to be: left to a later build, as the rows that they are made from are gone. Told by the
-- time, since numbers come again where all was extracted anew.
outdated as (
    select states.document_id
    from states
    left join extractions on states.document_id = extractions.document_id
    where not states.is_gone and states.extracted_at is distinct from extractions.extracted_at
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
