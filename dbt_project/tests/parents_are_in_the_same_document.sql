-- A statement reported inside another one stands in the same document, and no chain of parents is a circle.
with recursive statements as (
    select statements.*
    from {{ ref('statements') }} as statements
    semi join {{ ref('int_changed_documents') }} as changed on statements.document_id = changed.document_id
),

ancestors as (
    select
        statement_id,
        parent_statement_id as ancestor_id,
    from statements
    where parent_statement_id is not null

    union distinct

    select
        ancestors.statement_id,
        statements.parent_statement_id as ancestor_id,
    from ancestors
    inner join statements on ancestors.ancestor_id = statements.statement_id
    where statements.parent_statement_id is not null
)

select statements.statement_id
from statements
inner join statements as parents on statements.parent_statement_id = parents.statement_id
where statements.document_id != parents.document_id

union all

select statement_id
from ancestors
where statement_id = ancestor_id
