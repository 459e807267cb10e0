"""What `wirehouse diff A B` shows: the rows that came, went or changed between two releases, by document."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import duckdb
from rich.console import Console

from flows.query import Rows, as_csv, as_json, as_table
from flows.settings import Settings
from warehouse import keys, releases
from warehouse.connection import open_releases
from warehouse.errors import UsageError

log = logging.getLogger("wirehouse.diff")

SHOWN_DOCUMENTS = 20
COUNTS = ("added", "gone", "changed")


def diff(settings: Settings, old: str | None, new: str | None) -> Rows:
    """Rows added, gone and changed from release `old` to `new`, a row for each table and document.

    By default `new` is the published release and `old` the one made before `new`. A row is the same if its key
    is; it changed if another column did, times of observation (`*_at`) aside. Rows of tables that belong to no
    document have NULL as their document.

    Raises:
        UsageError: there is no such release.
        WirehouseError: a file is damaged.
    """
    files = releases.listed(settings.published_file, settings.releases_dir)
    later = releases.choose(files, new) if new else _published(files, settings)
    earlier = releases.choose(files, old) if old else _before(files, later)
    log.info("from %s to %s", earlier.run_id, later.run_id)
    found = list(_changes(earlier.path, later.path))
    return ["table", "document_id", "source_uri", *COUNTS], found


def print_diff(settings: Settings, old: str | None, new: str | None, output_format: str, console: Console) -> None:
    """Print `diff`: totals and the documents that changed most, or as CSV or JSON all of it."""
    rows = diff(settings, old, new)
    if output_format == "csv":
        console.file.write(as_csv(rows))
    elif output_format == "json":
        console.file.write(as_json(rows))
    else:
        console.print(as_table(totals(rows), console.width))
        documents = by_document(rows)
        console.print(as_table((documents[0], documents[1][:SHOWN_DOCUMENTS]), console.width))
        if len(documents[1]) > SHOWN_DOCUMENTS:
            console.print(f"and {len(documents[1]) - SHOWN_DOCUMENTS:,} more documents: --format csv lists all")


def totals(rows: Rows) -> Rows:
    """The counts of `diff` by table."""
    return _summed(rows, ("table",))


def by_document(rows: Rows) -> Rows:
    """The counts of `diff` by document, all tables together, the most changed first; rows of no document left out."""
    columns, found = _summed(rows, ("document_id", "source_uri"))
    return columns, sorted((row for row in found if row[0]), key=lambda row: (-sum(row[-3:]), row[0]))


def _summed(rows: Rows, names: tuple[str, ...]) -> Rows:
    columns, values = rows
    places = [columns.index(name) for name in names]
    sums: dict[tuple[object, ...], list[int]] = {}
    for row in values:
        counts = sums.setdefault(tuple(row[place] for place in places), [0] * len(COUNTS))
        for number, count in enumerate(row[-len(COUNTS) :]):
            counts[number] += count
    return [*names, *COUNTS], [(*group, *counts) for group, counts in sums.items()]


def _published(files: list[releases.ReleaseFile], settings: Settings) -> releases.ReleaseFile:
    for file in files:
        if file.path == settings.published_file:
            return releases.choose([file], file.run_id)
    raise UsageError("nothing is published: name two releases, `wirehouse releases` lists them")


def _before(files: list[releases.ReleaseFile], later: releases.ReleaseFile) -> releases.ReleaseFile:
    if earlier := releases.whole(files[files.index(later) + 1 :]):
        return earlier[0]
    raise UsageError(f"no release made before {later.run_id} is kept: name two, `wirehouse releases` lists them")


def _changes(old: Path, new: Path) -> Iterator[tuple[object, ...]]:
    with open_releases({"old": old, "new": new}) as connection:
        columns = {name: releases.columns(connection, name) for name in ("old", "new")}
        for table in sorted(columns["old"].keys() & columns["new"].keys() - set(releases.ORIGINS)):
            shared = [column for column in columns["new"][table] if column in columns["old"][table]]
            yield from _table_changes(connection, table, keys.key(table, columns["new"]), shared)


def _table_changes(
    connection: duckdb.DuckDBPyConnection, table: str, key: tuple[str, ...], shared: list[str]
) -> Iterator[tuple[object, ...]]:
    same_row = " and ".join(f"old.{column} = new.{column}" for column in key)
    compared = [column for column in shared if not column.endswith("_at")]
    values = {side: f"row({', '.join(f'{side}.{column}' for column in compared)})" for side in ("old", "new")}
    if "document_id" in shared:
        document = "coalesce(new.document_id, old.document_id)"
    elif "statement_id" in shared:
        document = "coalesce(new_statements.document_id, old_statements.document_id)"
    else:
        document = "null"
    yield from connection.execute(
        f"""
        with counts as (
            select
                {document} as document_id,
                count(*) filter (old.{key[0]} is null) as added,
                count(*) filter (new.{key[0]} is null) as gone,
                count(*) filter (
                    old.{key[0]} is not null and new.{key[0]} is not null
                    and {values["old"]} is distinct from {values["new"]}
                ) as changed
            from old.{table} as old
            full join new.{table} as new on {same_row}
            {_joined_statements(shared)}
            group by all
        )
        select ?, counts.document_id, coalesce(new_documents.source_uri, old_documents.source_uri), added, gone, changed
        from counts
        left join new.documents as new_documents on counts.document_id = new_documents.document_id
        left join old.documents as old_documents on counts.document_id = old_documents.document_id
        where added + gone + changed > 0
        order by 3, 2
        """,
        [table],
    ).fetchall()


def _joined_statements(shared: list[str]) -> str:
    """Joins that tell the document of rows that only name a statement."""
    if "document_id" in shared or "statement_id" not in shared:
        return ""
    return " ".join(
        f"left join {side}.statements as {side}_statements on {side}.statement_id = {side}_statements.statement_id"
        for side in ("old", "new")
    )
