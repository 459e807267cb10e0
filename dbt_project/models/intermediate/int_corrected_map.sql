-- Which entity each document-local entity is after the corrections.
{{ config(
    materialized='incremental',
    unique_key='local_entity_id',
    meta={'changes': 'int_corrected_changes'},
) }}

with corrected_changes as (
    select * from {{ ref('int_corrected_changes') }}
    where not is_gone
)

select * exclude (is_gone)
from corrected_changes
