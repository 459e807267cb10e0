"""SQLite: a record for each row of the table that `--table` names, or of the only one that has texts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import BinaryIO
from urllib.parse import quote

import regex

from flows.ingest.database import choose_table, on_disk, quoted
from flows.ingest.fields import has_text, read_rows, wanted
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_FULL_TEXT = regex.compile(r"create\s+virtual\s+table\b.*\busing\s+fts[345]\b", regex.I | regex.S)
_PARTS_OF_AN_INDEX = ("config", "content", "data", "docsize", "idx", "segdir", "segments", "stat")
"""What SQLite calls the tables in which it keeps an index for full-text search, after the name of the index."""


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """A record or rejection for each row, in the order of the table. Nothing is written, not even a lock.

    An index for full-text search is no table of its own where another one has texts.
    A file whose last rows lie in a log beside it (`-wal`) is rejected, as they are not part of what is read.
    """
    with on_disk(stream) as path:
        log = path.with_name(f"{path.name}-wal")
        if log.is_file() and log.stat().st_size:
            yield Rejected("file_changed", f"rows still lie in {log.name}, close the program that writes it")
            return
        uri = f"file:{quote(str(path))}?mode=ro&immutable=1"
        try:
            with closing(sqlite3.connect(uri, uri=True)) as connection:
                connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
                connection.execute("pragma trusted_schema = off")
                yield from _read_table(connection, options)
        except sqlite3.Error as error:
            yield Rejected("file_damaged", f"this is no complete SQLite file ({error})")


def _read_table(connection: sqlite3.Connection, options: ReadOptions) -> Iterator[Record | Rejected]:
    is_named = "table" in options.field_map
    kinds = ("table", "view") if is_named else ("table",)
    tables = connection.execute(
        "select name, type, coalesce(sql, '') from sqlite_schema where name not like 'sqlite\\_%' escape '\\'"
    ).fetchall()
    indexes = {name for name, _, sql in tables if _FULL_TEXT.match(sql)}
    inside = {f"{index}_{part}" for index in indexes for part in _PARTS_OF_AN_INDEX}
    columns_of = {
        name: [row[1] for row in connection.execute(f"pragma table_info({quoted(name)})")]
        for name, kind, _ in sorted(tables)
        if kind in kinds and (is_named or name not in inside)
    }
    others = {name: columns for name, columns in columns_of.items() if name not in indexes}
    is_copy = not is_named and any(has_text(columns, options.field_map) for columns in others.values())
    table = choose_table(others if is_copy else columns_of, options)
    if isinstance(table, Rejected):
        yield table
        return
    columns = wanted(columns_of[table], options.field_map) or columns_of[table]
    rows = connection.execute(f"select {', '.join(map(quoted, columns))} from {quoted(table)}")
    yield from read_rows(columns, rows, options)


READER = Reader(
    "sqlite",
    (".sqlite", ".sqlite3", ".db"),
    ("application/vnd.sqlite3", "application/x-sqlite3"),
    read,
    version=4,
    takes_fields=True,
)
