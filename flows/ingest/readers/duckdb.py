"""DuckDB files: a record for each row of the table that `--table` names, or of the only one that has texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import duckdb

from flows.ingest.database import choose_table, on_disk, quoted
from flows.ingest.fields import read_rows, wanted
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_ROWS_TOGETHER = 500
_LOCKED_UP: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
"""A view in the file may name other files and hosts: none is opened."""


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """A record or rejection for each row, in the order of the table."""
    with on_disk(stream) as path:
        try:
            with duckdb.connect(path, read_only=True, config=_LOCKED_UP) as connection:
                yield from _read_table(connection, options)
        except duckdb.OutOfMemoryException as error:
            raise MemoryError from error
        except duckdb.Error as error:
            yield Rejected("file_damaged", f"this DuckDB file cannot be read ({str(error).splitlines()[0]})")


def _read_table(connection: duckdb.DuckDBPyConnection, options: ReadOptions) -> Iterator[Record | Rejected]:
    found = connection.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns() "
        "where not internal and database_name = current_database() and schema_name = 'main' "
        "and (? or table_name in (select table_name from duckdb_tables())) group by table_name order by table_name",
        ["table" in options.field_map],
    )
    columns_of: dict[str, list[str]] = dict(found.fetchall())
    table = choose_table(columns_of, options)
    if isinstance(table, Rejected):
        yield table
        return
    columns = wanted(columns_of[table], options.field_map) or columns_of[table]
    connection.execute(f"select {', '.join(map(quoted, columns))} from {quoted(table)}")
    yield from read_rows(columns, _rows(connection), options)


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := connection.fetchmany(_ROWS_TOGETHER):
        yield from rows


READER = Reader("duckdb", (".duckdb", ".ddb"), ("application/vnd.duckdb",), read, version=4, takes_fields=True)
