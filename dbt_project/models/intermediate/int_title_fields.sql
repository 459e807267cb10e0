-- The walk of life that a title belongs to, by its last words in lower case. Only titles whose bearers seldom hold one
-- of another field: directors, chairs, leaders, authors and professors are found in all of them.
with fields (field, titles) as (
    values
    (
        'public',
        'president|minister|premier|chancellor|secretary|secretary-general|undersecretary|senator|congressman|'
        'congresswoman|representative|lawmaker|legislator|assemblyman|councilor|councillor|councilman|governor|'
        'mayor|ambassador|envoy|diplomat|commissioner|speaker|whip|judge|justice|prosecutor|attorney|general|'
        'admiral|colonel|commander|king|queen|emir|sultan|mp|mep|dictator|comptroller|sen.|rep.|gov.|gen.|adm.|col.'
    ),
    (
        'sport',
        'coach|player|grandmaster|footballer|midfielder|striker|goalkeeper|defender|quarterback|referee|cyclist|'
        'swimmer|sprinter|skier'
    ),
    (
        'arts',
        'critic|poet|novelist|composer|conductor|artist|architect|actor|actress|singer|musician|filmmaker|comedian|'
        'film director|art director|artistic director|creative director'
    ),
    (
        'science',
        'physicist|chemist|biologist|geologist|hydrologist|meteorologist|climatologist|oceanographer|astronomer|'
        'mathematician|archaeologist|anthropologist|sociologist|psychologist|epidemiologist|virologist'
    ),
    ('faith', 'pope|patriarch|archbishop|bishop|cardinal|rabbi|imam|ayatollah|pastor|reverend')
),

title_fields as (
    select
        field,
        unnest(string_split(titles, '|')) as title,
    from fields
)

select * from title_fields
