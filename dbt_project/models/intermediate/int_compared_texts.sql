-- Texts whose wording was held against that of the others, and by which build.
{{ config(materialized='incremental', unique_key='document_id') }}

with sketches as (
    select * from {{ ref('stg_sketches') }}
),

final as (
    select
        document_id,
        sketch_version,
        {{ build_stamp() }} as built_at,
    from sketches
    {% if is_incremental() %}
        anti join {{ this }} using (document_id, sketch_version)
    {% endif %}
)

select * from final
