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
            document_id,
            {{ column }} as local_entity_id,
        from {{ ref(table) }}
        where {{ column }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select named.*
from named
semi join new_documents on named.document_id = new_documents.document_id
anti join local_keys
    on named.document_id = local_keys.document_id and named.local_entity_id = local_keys.local_entity_id
