-- What analysts put right, from corrections/*.csv in the data folder: a line a row, replaced whole before each build.
create table raw.corrections (
    source_file varchar not null,       -- name of the file
    line_number integer not null,
    action varchar not null,
    entity_id varchar,                  -- the entity that the line corrects
    document_id varchar,
    start_char integer,
    end_char integer,
    text varchar,                       -- the words that stand there
    value varchar,                      -- the new name, type or entity
    note varchar
);
