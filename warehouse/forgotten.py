"""Removing texts from DuckDB files, down to the bytes: rows are deleted, then the file is written anew without them.

DuckDB leaves the bytes of deleted rows in the file until it needs the room, so deleting alone would not do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb

from warehouse import disk, keys, releases
from warehouse.connection import STORAGE_VERSION, damage_told, literal, open_releases
from warehouse.raw import HASHES, transaction

SETTLE_SQL = (Path(__file__).parent / "settle_release.sql").read_text(encoding="utf-8")
Removed = Counter[str]
"""Rows removed, by table."""


def remember(raw: duckdb.DuckDBPyConnection, document_ids: Iterable[str], rejection_ids: Iterable[str] = ()) -> Removed:
    """Delete documents and all that came of them, and rejections, from the open raw tables, and remember their hashes.

    Files of which nothing else is left at a place are remembered too, by the hash of their bytes, and all that was
    rejected of them goes. One transaction; the rows are gone from `raw` then, and pending (see `pending`).
    """
    with transaction(raw):
        raw.execute(
            "create or replace temp table gone as select unnest(?::varchar[] || ?::varchar[]) as id",
            [[*document_ids], [*rejection_ids]],
        )
        raw.execute(
            "insert into gone "
            "select file_sha256 from raw.document_sources "
            "group by file_sha256 having bool_and(document_id in (from gone)) "
            "union select file_sha256 from raw.rejections anti join raw.document_sources using (file_sha256) "
            "where file_sha256 is not null and reason_code <> 'file_empty' "  # all empty files have one hash
            "group by file_sha256, source_root, source_uri having bool_and(rejection_id in (from gone))"
        )
        raw.execute("insert into gone select rejection_id from raw.rejections where file_sha256 in (from gone)")
        raw.execute(
            "insert into raw.forgotten select distinct id, now(), false from gone "
            "anti join raw.forgotten on id = content_hash"
        )
        return _delete_raw(raw)


def pending(raw: duckdb.DuckDBPyConnection) -> list[str]:
    """The hashes of what was forgotten and other files of the data folder may still hold."""
    return [found for (found,) in raw.execute("select content_hash from raw.forgotten where not is_gone").fetchall()]


def remembered(raw: duckdb.DuckDBPyConnection) -> list[str]:
    """The hashes of all that was ever forgotten."""
    return [found for (found,) in raw.execute("select content_hash from raw.forgotten").fetchall()]


def recall(raw: duckdb.DuckDBPyConnection, hashes: Iterable[str]) -> None:
    """Remember hashes that the raw tables, made anew, know nothing of; they are pending."""
    raw.execute(
        "insert into raw.forgotten select content_hash, now(), false "
        "from (select unnest(?::varchar[]) as content_hash) anti join raw.forgotten using (content_hash)",
        [[*hashes]],
    )


def rewrite_raw(path: Path, hashes: Iterable[str], *, settle: bool) -> Removed:
    """Write a raw file, or a backup of one, anew without what was forgotten, by hash; with `settle` nothing is pending
    any more."""

    def change(connection: duckdb.DuckDBPyConnection) -> Removed:
        connection.execute("create temp table gone as select unnest(?::varchar[]) as id", [[*hashes]])
        removed = _delete_raw(connection)
        if settle:
            connection.execute("update raw.forgotten set is_gone = true")
        return removed

    return _rewrite(path, change)


def rewrite_release(path: Path, hashes: Iterable[str], place: Callable[[Path], None] | None = None) -> Removed:
    """Write a release anew without what was forgotten, by hash; a release that holds nothing of it stays as it is.

    The new file is put where the old one is, or given to `place`.
    """
    wanted = [*hashes]
    with open_releases({"release": path}) as connection:
        held = connection.execute(
            "select document_id from release.main.documents where document_id in (select unnest($1)) "
            "union select rejection_id from release.main.rejections where rejection_id in (select unnest($1))",
            [wanted],
        ).fetchall()
    if not held:
        return Counter()

    def change(connection: duckdb.DuckDBPyConnection) -> Removed:
        connection.execute("create temp table gone as select unnest(?::varchar[]) as id", [wanted])
        return _delete_public(connection)

    return _rewrite(path, change, place)


def _rewrite(
    path: Path,
    change: Callable[[duckdb.DuckDBPyConnection], Removed],
    place: Callable[[Path], None] | None = None,
) -> Removed:
    """Apply `change` to a copy, copy what is left of it row by row to a new file, and put that in place."""
    copy = path.with_name(f"{path.name}.forgetting{disk.NEW}")
    new = path.with_name(path.name + disk.NEW)
    disk.remove_unfinished(path.parent)
    disk.copy(path, copy)
    disk.require_room(path.parent, path.stat().st_size, f"writing {path.name} anew")
    with damage_told(path), duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach {literal(copy)} as old")
        connection.execute("use old")
        removed = change(connection)
        connection.execute(f"attach {literal(new)} as new (storage_version '{STORAGE_VERSION}')")
        connection.execute("copy from database old to new")
        connection.execute("checkpoint new")
    if place:
        place(new)
    else:
        disk.put_in_place(new, path)
    disk.remove_unfinished(path.parent)
    return removed


def _delete_raw(raw: duckdb.DuckDBPyConnection) -> Removed:
    """Delete what has a hash in the temporary table `gone` from all tables of the schema `raw`."""
    removed: Removed = Counter()
    tables = raw.execute(
        "select table_name, list(column_name) from duckdb_columns() "
        "semi join duckdb_tables() using (database_name, schema_name, table_name) "
        "where database_name = current_database() and schema_name = 'raw' and column_name in (select unnest(?)) "
        "group by table_name",
        [HASHES],
    ).fetchall()
    for table, names in tables:
        condition = " or ".join(f"{name} in (from gone)" for name in names)
        removed[table] += _delete(raw, f"raw.{table}", condition)
    return removed


def _delete_public(release: duckdb.DuckDBPyConnection) -> Removed:
    """Delete the documents and rejections in the temporary table `gone`, and what came of them, from a release.

    What has a document's id goes with the document, and what has an id of something gone goes with that; columns
    that only point at something gone (`parent_statement_id`) become null. Entities that no other document names go
    too; the others are counted anew.
    """
    removed: Removed = Counter()
    columns = releases.columns(release)
    identified = keys.identified(columns)
    of_the_gone = "document_id in (from gone)"
    owned = {table: names for table, names in columns.items() if "document_id" in names}
    named = " union ".join(
        f"select {column} as entity_id, document_id from {table}"
        for table, names in owned.items()
        for column in names
        if keys.pointed_at(column, columns) == "entity_id"
    )
    release.execute(
        f"create temp table touched as select entity_id, bool_and({of_the_gone}) as is_gone from ({named}) "
        f"where entity_id is not null group by entity_id having bool_or({of_the_gone})"
    )
    release.execute(f"create temp table touched_stories as select distinct story_id from documents where {of_the_gone}")
    release.execute("create temp table gone_ids (kind varchar, id varchar)")
    release.execute("insert into gone_ids select unnest(['document_id', 'rejection_id']), id from gone")
    release.execute("insert into gone_ids select 'entity_id', entity_id from touched where is_gone")
    for table in owned:
        (key, *others) = keys.key(table, columns)
        if not others and key in identified and key != "document_id":
            release.execute(f"insert into gone_ids select '{key}', {key} from {table} where {of_the_gone}")
    optional = {
        (table, column)
        for table, column in release.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'main' and is_nullable"
        ).fetchall()
    }
    for table, names in columns.items():
        for column in names:
            kind = keys.pointed_at(column, columns)
            if kind is None:
                continue
            condition = f"{column} in (select id from gone_ids where kind = '{kind}')"
            if column != kind and (table, column) in optional:
                release.execute(f"update {table} set {column} = null where {condition}")
            else:
                removed[table] += _delete(release, table, condition)
    release.execute(SETTLE_SQL)
    release.execute("update release set inputs = inputs || ', less what was forgotten'")
    return removed


def _delete(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    row = connection.execute(f"delete from {table} where {condition}").fetchone()
    return int(row[0]) if row else 0
