"""`wirehouse forget`: a text and all that came of it leaves every file of the data folder; its hash stays.

The order is what makes it safe to die anywhere: first the raw tables say what is to be forgotten, then each file is
replaced by one without it, the raw file last. The next run finishes what is pending (`flows.recover`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console

from flows.recover import finish_forgetting, recover
from flows.settings import Settings
from flows.terminal import figures, printable
from warehouse import forgotten, keys, lock, releases
from warehouse.connection import open_raw, open_releases
from warehouse.errors import UsageError


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What was removed: the documents, and the rows by file and table."""

    document_ids: list[str]
    removed: dict[Path, Counter[str]]


def forget(
    settings: Settings, documents: Sequence[str] = (), sources: Sequence[str] = (), entities: Sequence[str] = ()
) -> ForgetReport:
    """Remove texts from the raw tables, all releases and all backups, so that no run loads them again.

    Args:
        settings: where the warehouse is.
        documents: `document_id`s.
        sources: places, as in `document_sources.source_uri` or with the folder before it; all texts that stood there.
        entities: `entity_id`s; all texts that name them.

    Raises:
        UsageError: nothing was named, or nothing is known by that name; nothing was removed.
        BusyError: a run is writing to the data folder.
        WirehouseError: a file is damaged, or the disk has no room; the next run goes on.
    """
    if not settings.raw_file.exists():
        raise UsageError(f"there is no warehouse in {settings.root}: run `wirehouse run SOURCE` first")
    with lock.hold(settings.lock_file, settings.wait_seconds):
        recover(settings)
        with open_raw(settings) as raw:
            found = _found(settings, raw, documents, sources, entities)
            removed = forgotten.remember(raw, found)
        return ForgetReport(found, {settings.raw_file: removed} | finish_forgetting(settings))


def print_report(report: ForgetReport, settings: Settings, console: Console) -> None:
    """Print what was removed."""
    count = len(report.document_ids)
    console.print(f"forgotten: {count:,} document{'' if count == 1 else 's'}")
    for document_id in report.document_ids:
        console.print(f"  {document_id}")
    table = figures("table", "rows removed", "file")
    for path, rows in report.removed.items():
        for name, count in sorted(rows.items()):
            if count:
                table.add_row(name, f"{count:,}", printable(str(path.relative_to(settings.root))))
    console.print(table)
    console.print("the next run builds and publishes the tables without them", soft_wrap=True)


def _found(
    settings: Settings,
    raw: duckdb.DuckDBPyConnection,
    documents: Sequence[str],
    sources: Sequence[str],
    entities: Sequence[str],
) -> list[str]:
    """The ids of all documents that were named, each way of naming them."""
    if not (documents or sources or entities):
        raise UsageError("name what to forget: --document ID, --source PATH or URL, or --entity ID")
    files = [settings.published_file] if settings.published_file.exists() else []
    files += [file.path for file in releases.kept(settings.releases_dir) if file.release]
    found: set[str] = set()
    for document_id in documents:
        found |= _named(_document(raw, files, document_id), f"no document {document_id}: see the table documents")
    for source in sources:
        found |= _named(_at_source(raw, files, source), f"no source {source}: see the table document_sources")
    for entity_id in entities:
        found |= _named(_of_entity(files, entity_id), f"no entity {entity_id} in any release: see the table entities")
    return sorted(found)


def _named(found: set[str], complaint: str) -> set[str]:
    if not found:
        raise UsageError(complaint)
    return found


def _document(raw: duckdb.DuckDBPyConnection, files: Iterable[Path], document_id: str) -> set[str]:
    query = "select document_id from {} where document_id = $wanted"
    return _ids(raw, "raw.documents", files, "documents", query, document_id)


def _at_source(raw: duckdb.DuckDBPyConnection, files: Iterable[Path], source: str) -> set[str]:
    query = "select document_id from {} where source_uri = $wanted or source_root || '/' || source_uri = $wanted"
    table = "raw.document_sources", files, "document_sources", query
    return _ids(raw, *table, source) or _ids(raw, *table, str(Path(source).absolute()))


def _ids(
    raw: duckdb.DuckDBPyConnection, raw_table: str, files: Iterable[Path], table: str, query: str, wanted: str
) -> set[str]:
    rows = raw.execute(query.format(raw_table), {"wanted": wanted}).fetchall()
    for path in files:
        with open_releases({"release": path}) as release:
            rows += release.execute(query.format(f"release.main.{table}"), {"wanted": wanted}).fetchall()
    return {document_id for (document_id,) in rows}


def _of_entity(files: Iterable[Path], entity_id: str) -> set[str]:
    """The documents of every row, in any release, that points at the entity."""
    found: set[str] = set()
    for path in files:
        with open_releases({"release": path}) as release:
            release.execute("use release")
            columns = releases.columns(release)
            for table, names in columns.items():
                pointers = [name for name in names if keys.pointed_at(name, columns) == "entity_id"]
                if "document_id" in names and pointers:
                    matches = " or ".join(f"{name} = $wanted" for name in pointers)
                    rows = release.execute(
                        f"select document_id from {table} where document_id is not null and ({matches})",
                        {"wanted": entity_id},
                    ).fetchall()
                    found |= {document_id for (document_id,) in rows}
    return found
