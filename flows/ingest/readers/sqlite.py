"""SQLite: a record for each row of the table that `--table` names, or of the only one that has texts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import BinaryIO
from urllib.parse import quote

from flows.ingest.database import choose_table, on_disk, quoted
from flows.ingest.fields import read_rows, wanted
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """A record or rejection for each row, in the order of the table. Nothing is written, not even a lock.

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
    kinds = ("table", "view") if "table" in options.field_map else ("table",)
    tables = connection.execute("select name, type from sqlite_schema where name not like 'sqlite\\_%' escape '\\'")
    columns_of = {
        name: [row[1] for row in connection.execute(f"pragma table_info({quoted(name)})")]
        for name, kind in sorted(tables.fetchall())
        if kind in kinds
    }
    table = choose_table(columns_of, options)
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
