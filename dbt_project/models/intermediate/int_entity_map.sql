-- Which entity each document-local entity is. Depends on the set of rows alone, never on their order.
{{ config(
    materialized='incremental',
    unique_key='local_entity_id',
    meta={'changes': 'int_map_changes'},
) }}

with map_changes as (
    select * from {{ ref('int_map_changes') }}
    where entity_id is not null
)

select *
from map_changes
