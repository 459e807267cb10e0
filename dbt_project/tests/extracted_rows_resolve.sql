-- Every extracted row of a new document that names a local entity names one of the same document.
with new_documents as (
    select * from {{ ref('int_new_documents') }}
),

local_keys as (
    select * from {{ ref('int_local_keys') }}
),

named as (
    {% for table, column in [
        ('stg_mentions', 'local_entity_id'),
        ('stg_roles', 'local_entity_id'),
        ('stg_roles', 'organization_local_entity_id'),
        ('stg_statements', 'speaker_local_entity_id'),
        ('stg_statements', 'addressee_local_entity_id'),
        ('stg_statements', 'place_local_entity_id'),
    ] %}
        select
            '{{ table }}.{{ column }}' as named_by,
            extracted.document_id,
            extracted.{{ column }} as named_entity_id,
        from {{ ref(table) }} as extracted
        semi join new_documents on extracted.extraction_number = new_documents.extraction_number
        where extracted.{{ column }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select named.*
from named
anti join local_keys
    on named.document_id = local_keys.document_id and named.named_entity_id = local_keys.local_entity_id
