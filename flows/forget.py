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
    """What was removed: the documents, rejections that were named by their source, and the rows by file and table."""

    document_ids: list[str]
    rejection_ids: list[str]
    removed: dict[Path, Counter[str]]


def forget(
    settings: Settings, documents: Sequence[str] = (), sources: Sequence[str] = (), entities: Sequence[str] = ()
) -> ForgetReport:
    """Remove texts from the raw tables, all releases and all backups, so that no run loads them again.

    Args:
        settings: where the warehouse is.
        documents: `document_id`s.
        sources: places, as in `document_sources.source_uri` or with the folder before it; all texts that stood there,
            and all that was rejected.
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
            found, rejected = _found(settings, raw, documents, sources, entities)
            removed = forgotten.remember(raw, found, rejected)
        return ForgetReport(found, rejected, {settings.raw_file: removed} | finish_forgetting(settings))


def print_report(report: ForgetReport, settings: Settings, console: Console) -> None:
    """Print what was removed."""
    counts = {"document": len(report.document_ids), "rejection": len(report.rejection_ids)}
    told = [f"{count:,} {what}{'' if count == 1 else 's'}" for what, count in counts.items() if count]
    console.print(f"forgotten: {', '.join(told)}")
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
) -> tuple[list[str], list[str]]:
    """The ids of all documents that were named, each way of naming them, and of the rejections at sources."""
    if not (documents or sources or entities):
        raise UsageError("name what to forget: --document ID, --source PATH or URL, or --entity ID")
    files = [settings.published_file] if settings.published_file.exists() else []
    files += [file.path for file in releases.kept(settings.releases_dir) if file.release]
    found: set[str] = set()
    rejected: set[str] = set()
    for document_id in documents:
        found |= _named(_document(raw, files, document_id), f"no document {document_id}: see the table documents")
    for source in sources:
        loaded = _at_source(raw, files, source, "document_sources", "document_id")
        refused = _at_source(raw, files, source, "rejections", "rejection_id")
        _named(loaded | refused, f"no source {source}: see the tables document_sources and rejections")
        found |= loaded
        rejected |= refused
    for entity_id in entities:
        found |= _named(_of_entity(files, entity_id), f"no entity {entity_id} in any release: see the table entities")
    return sorted(found), sorted(rejected)


def _named(found: set[str], complaint: str) -> set[str]:
    if not found:
        raise UsageError(complaint)
    return found


def _document(raw: duckdb.DuckDBPyConnection, files: Iterable[Path], document_id: str) -> set[str]:
    return _ids(raw, files, "documents", "select document_id from {} where document_id = $wanted", document_id)


def _at_source(
    raw: duckdb.DuckDBPyConnection, files: Iterable[Path], source: str, table: str, id_column: str
) -> set[str]:
    query = f"select {id_column} from {{}} where source_uri = $wanted or source_root || '/' || source_uri = $wanted"
    return _ids(raw, files, table, query, source) or _ids(raw, files, table, query, str(Path(source).absolute()))


def _ids(raw: duckdb.DuckDBPyConnection, files: Iterable[Path], table: str, query: str, wanted: str) -> set[str]:
    """What `query` finds in a table of the raw file and of each release."""
    rows = raw.execute(query.format(f"raw.{table}"), {"wanted": wanted}).fetchall()
    for path in files:
        with open_releases({"release": path}) as release:
            rows += release.execute(query.format(f"release.main.{table}"), {"wanted": wanted}).fetchall()
    return {found for (found,) in rows}


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
