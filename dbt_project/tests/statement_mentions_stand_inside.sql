-- An entity named inside a statement stands in the statement's document, between its first and last character.
with statement_mentions as (
    select statement_mentions.*
    from {{ ref('statement_mentions') }} as statement_mentions
    semi join {{ ref('int_changed_documents') }} as changed on statement_mentions.document_id = changed.document_id
),

statements as (
    select * from {{ ref('statements') }}
),

entity_mentions as (
    select * from {{ ref('entity_mentions') }}
)

select
    statement_mentions.statement_id,
    statement_mentions.mention_id,
from statement_mentions
inner join statements on statement_mentions.statement_id = statements.statement_id
inner join entity_mentions on statement_mentions.mention_id = entity_mentions.mention_id
where
    statements.document_id != entity_mentions.document_id
    or entity_mentions.start_char < statements.start_char
    or entity_mentions.end_char > statements.end_char
    or statement_mentions.entity_id != entity_mentions.entity_id
