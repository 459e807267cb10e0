{{ config(materialized='view') }}

-- No database name before a table: the view must also work in the published copy of this file.
with entity_mentions as (
    select * from {{ ref('entity_mentions').include(database=false) }}
),

document_entities as (
    select * from {{ ref('document_entities').include(database=false) }}
),

-- Where a document gives the fullest form of a name.
fullest as (
    select
        entity_mentions.document_entity_id,
        entity_mentions.text,
        entity_mentions.start_char,
        entity_mentions.end_char,
    from entity_mentions
    inner join document_entities using (document_entity_id)
    where entity_mentions.mention_type = 'name'
    qualify row_number() over (
        partition by entity_mentions.document_entity_id
        order by
            entity_mentions.text = document_entities.name desc,
            length(entity_mentions.text) desc,
            entity_mentions.start_char asc
    ) = 1
),

-- Where a long name has its acronym in brackets beside it.
definitions as (
    select
        document_entity_id,
        text,
        document_id,
        start_char,
        end_char,
        {{ acronym_form('text') }} as acronym,
    from entity_mentions
    where mention_reason = 'acronym_defined'
),

defined_first as (
    select
        document_entities.found_entity_id,
        definitions.acronym,
        definitions.document_id,
        definitions.start_char,
        definitions.end_char,
    from definitions
    inner join document_entities using (document_entity_id)
    qualify row_number() over (
        partition by document_entities.found_entity_id, definitions.acronym
        order by definitions.document_id asc, definitions.start_char asc
    ) = 1
),

before as (
    select
        mention_id,
        document_entity_id,
        lag(text) over in_document as text,
        lag(start_char) over in_document as start_char,
        lag(end_char) over in_document as end_char,
    from entity_mentions
    where document_entity_id is not null
    window in_document as (
        partition by document_entity_id
        order by start_char asc, mention_id asc
    )
),

-- What a pronoun or a role goes back to: the mention before it; before the first one, the fullest name.
antecedents as (
    select
        before.mention_id,
        coalesce(before.text, fullest.text) as text,
        coalesce(before.start_char, fullest.start_char) as start_char,
        coalesce(before.end_char, fullest.end_char) as end_char,
    from before
    left join fullest using (document_entity_id)
),

in_document as (
    select
        entity_mentions.mention_id,
        entity_mentions.entity_id,
        1 as step,
        entity_mentions.document_id,
        case entity_mentions.mention_reason
            when 'name' then 'named here: ' || entity_mentions.text
            when 'same_name' then 'same name as at ' || fullest.start_char || ': ' || fullest.text
            when 'acronym_defined' then 'acronym, defined here beside: ' || fullest.text
            when 'acronym'
                then concat(
                    'acronym of: ', fullest.text, coalesce(', defined at ' || definitions.start_char, '')
                )
            when 'alias' then 'in the lexicon another name of: ' || document_entities.name
            when 'pronoun' then 'pronoun for ' || antecedents.text || ' at ' || antecedents.start_char
            when 'role' then 'role of ' || antecedents.text || ' at ' || antecedents.start_char
            when 'kind' then 'kind of thing that ' || antecedents.text || ' at ' || antecedents.start_char || ' is'
            when 'correction' then 'correction ' || entity_mentions.corrected_by
            else concat(
                replace(entity_mentions.mention_reason, '_', ' '), ' of ', fullest.text, ' at ', fullest.start_char
            )
        end as reason,
        case
            when entity_mentions.mention_reason in ('pronoun', 'role', 'kind') then antecedents.start_char
            when entity_mentions.mention_reason = 'acronym' then definitions.start_char
            when entity_mentions.mention_reason in ('name', 'alias', 'correction') then entity_mentions.start_char
            else fullest.start_char
        end as start_char,
        case
            when entity_mentions.mention_reason in ('pronoun', 'role', 'kind') then antecedents.end_char
            when entity_mentions.mention_reason = 'acronym' then definitions.end_char
            when entity_mentions.mention_reason in ('name', 'alias', 'correction') then entity_mentions.end_char
            else fullest.end_char
        end as end_char,
    from entity_mentions
    left join document_entities using (document_entity_id)
    left join fullest using (document_entity_id)
    left join antecedents using (mention_id)
    left join definitions
        on
            entity_mentions.document_entity_id = definitions.document_entity_id
            and entity_mentions.text = definitions.text
),

across_documents as (
    select
        entity_mentions.mention_id,
        entity_mentions.entity_id,
        2 as step,
        coalesce(defined_first.document_id, entity_mentions.document_id) as document_id,
        case document_entities.entity_reason
            when 'same_name' then 'same full name in all documents: ' || document_entities.entity_key
            when 'country' then 'the country ' || document_entities.entity_key
            when 'acronym'
                then concat(
                    'acronym that documents agree on: ', document_entities.entity_key,
                    coalesce(
                        ', defined in document ' || defined_first.document_id || ' at ' || defined_first.start_char, ''
                    )
                )
            when 'same_name_and_evidence'
                then concat(
                    'same full name, and the country, walk of life, initial, title or organization fits: ',
                    document_entities.entity_key
                )
            when
                'usual_bearer'
                then 'same full name, and most who bear it are this one: ' || document_entities.entity_key
            when 'surname_and_office'
                then concat(
                    'surname, title and country of one person alone: ', document_entities.name
                )
            else 'known from this document alone: ' || document_entities.name
        end as reason,
        coalesce(defined_first.start_char, fullest.start_char) as start_char,
        coalesce(defined_first.end_char, fullest.end_char) as end_char,
    from entity_mentions
    inner join document_entities using (document_entity_id)
    left join fullest using (document_entity_id)
    left join defined_first
        on
            document_entities.found_entity_id = defined_first.found_entity_id
            and document_entities.entity_reason = 'acronym'
            and {{ acronym_form('document_entities.name') }} = defined_first.acronym
    where entity_mentions.mention_reason != 'correction'
),

by_correction as (
    select
        mention_id,
        entity_id,
        3 as step,
        document_id,
        'correction ' || corrected_by as reason,
        start_char,
        end_char,
    from entity_mentions
    where corrected_by is not null and mention_reason != 'correction'
),

final as (
    select * from in_document

    union all by name

    select * from across_documents

    union all by name

    select * from by_correction
)

select * from final
