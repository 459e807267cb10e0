"""Read-only SQL on the published file, and its result as a table, CSV, JSON or Parquet."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from flows.settings import Settings
from flows.terminal import printable
from warehouse.connection import open_readonly
from warehouse.errors import UsageError, WirehouseError

PIVOT = re.compile(r"[\s(]*(pivot|select|from|with)\b", re.IGNORECASE)
"""How a statement with PIVOT begins that only reads: the parser calls anything with a PIVOT in it MULTI."""

NARROWEST = 8
"""Characters that a column of a table needs to be read, if its cells have so many."""

Rows = tuple[list[str], list[tuple[Any, ...]]]
"""Column names, and the rows."""


@contextmanager
def executed(settings: Settings, sql: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file after `sql` was run on it; nothing can be changed and no other file or host reached.

    Raises:
        UsageError: there is no published file yet, or there is not one statement.
        WirehouseError: the SQL is wrong or not allowed.
    """
    if not settings.published_file.exists():
        raise UsageError(f"there is no warehouse at {settings.published_file}: run `wirehouse run SOURCE` first")
    with open_readonly(settings.published_file) as connection:
        try:
            statements = connection.extract_statements(sql)
            if not statements:
                raise UsageError("there is no SQL to run")
            if not all(map(_only_reads, statements)):
                raise WirehouseError(
                    "only SELECT, PIVOT, DESCRIBE, SHOW and EXPLAIN can be run, and no EXPLAIN ANALYZE"
                )
            if len(statements) > 1:
                raise UsageError(f"these are {len(statements)} statements: run one at a time")
            yield connection.execute(statements[0])
        except duckdb.Error as error:
            raise WirehouseError(_in_one_line(error)) from error


def _is_database(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        head = stream.read(16)
    return head == b"SQLite format 3\0" or head[8:12] == b"DUCK"


def _in_one_line(error: duckdb.Error) -> str:
    """DuckDB's message without the line of marks that point at the place."""
    return " ".join(line.strip() for line in str(error).splitlines() if line.strip(" ^~"))


def _only_reads(statement: duckdb.Statement) -> bool:
    """Whether a statement can do nothing but read."""
    try:
        kind = statement.type
    except ValueError:  # a kind that DuckDB's Python client does not know
        return False
    if kind == duckdb.StatementType.MULTI:
        return PIVOT.match(statement.query) is not None
    if kind == duckdb.StatementType.EXPLAIN:  # with ANALYZE it runs what it explains
        return "analyze" not in statement.query.lower()
    return kind == duckdb.StatementType.SELECT


def query(settings: Settings, sql: str, *, output_format: str, output: Path | None, console: Console) -> None:
    """Run `sql` and write its result to `output`, or to `console` where that is None.

    Raises:
        UsageError: Parquet without an output file, a database as the output file, no warehouse yet, or several
            statements.
        WirehouseError: the SQL is wrong or not allowed, or the output cannot be written.
    """
    if output_format == "parquet" and output is None:
        raise UsageError("Parquet is not text: name a file with --output FILE")
    if output is not None and _is_database(output):
        raise UsageError(f"{output} is a database, which no result may replace: name another file with --output FILE")
    try:
        with executed(settings, sql) as result:
            if output_format == "parquet" and output is not None:
                with warnings.catch_warnings():
                    # DuckDB advises another way that copies less, but runs the SQL a second time.
                    warnings.filterwarnings("ignore", "Arrow output")
                    pq.write_table(result.to_arrow_table(), output)
                return
            columns = [column[0] for column in result.description or []]
            rows = (columns, result.fetchall())
        if output_format == "table" and output is None:
            console.print(as_table(rows, console.width))
            return
        text = {"csv": as_csv, "json": as_json, "table": as_plain_table}[output_format](rows)
        if output is not None:
            output.write_text(text, encoding="utf-8")
    except OSError as error:
        if output is None:
            raise
        why = os.strerror(error.errno) if error.errno else str(error)
        raise WirehouseError(f"{output} cannot be written: {why}") from error
    if output is None:
        console.file.write(str(printable(text)) if console.is_terminal else text)


def as_table(rows: Rows, width: int) -> Table:
    """A table whose cells wrap to `width` characters; records where its columns would be too narrow."""
    columns, values = rows
    widths = (max(len(shown(cell)) for cell in cells) for cells in zip(columns, *values, strict=True))
    if sum(min(NARROWEST, widest) + 3 for widest in widths) >= width:
        return as_records(rows)
    table = Table(show_lines=False, header_style="bold")
    numeric = [any(isinstance(row[i], int | float) for row in values) for i in range(len(columns))]
    for name, is_number in zip(columns, numeric, strict=True):
        table.add_column(printable(name), justify="right" if is_number else "left", overflow="fold")
    for row in values:
        table.add_row(*(printable(shown(value)) for value in row))
    table.caption = _count(values)
    return table


def as_records(rows: Rows) -> Table:
    """The rows below one another, each a block with a line for each column."""
    columns, values = rows
    table = Table(show_header=False, caption=_count(values))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for row in values:
        for name, value in zip(columns, row, strict=True):
            table.add_row(printable(name), printable(shown(value)))
        table.add_section()
    return table


def _count(values: list[tuple[Any, ...]]) -> str:
    return f"{len(values):,} row{'' if len(values) == 1 else 's'}"


def as_plain_table(rows: Rows) -> str:
    """The table as text, 120 characters wide."""
    text = io.StringIO()
    Console(file=text, width=120, color_system=None).print(as_table(rows, 120))
    return text.getvalue()


def as_csv(rows: Rows) -> str:
    """CSV with a header; lists and structs as JSON."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([["" if value is None else shown(value) for value in row] for row in rows[1]])
    return text.getvalue()


def as_json(rows: Rows) -> str:
    """A JSON array of objects."""
    columns, values = rows
    records = [dict(zip(columns, row, strict=True)) for row in values]
    return json.dumps(records, ensure_ascii=False, indent=1, default=str) + "\n"


def shown(value: object) -> str:
    """One value as text: NULL empty, lists and structs as JSON."""
    if value is None:
        return ""
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
