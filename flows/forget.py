"""`wirehouse forget`: a text and all that came of it leaves every file of the data folder; its hash stays.

The order is what makes it safe to die anywhere: first the raw tables say what is to be forgotten, then each file is
replaced by one without it, the raw file last. The next run finishes what is pending (`flows.recover`).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console

from flows.recover import finish_forgetting, recover
from flows.settings import Settings
from flows.terminal import figures, printable
from warehouse import forgotten, keys, lock, releases, state
from warehouse.connection import open_raw, open_releases
from warehouse.errors import UsageError

log = logging.getLogger("wirehouse.forget")

AT_SOURCE = "source_uri = $wanted or source_root || '/' || source_uri = $wanted"
REJECTED_WITH = """
select rejection_id
from {0}.rejections
where
    (source_root, source_uri, record_key) in (
        select (source_root, source_uri, record_key)
        from {0}.document_sources
        where document_id in (select unnest($wanted::varchar[]))
    )
    or (source_root, source_uri) in (
        select (source_root, source_uri)
        from {0}.document_sources
        group by source_root, source_uri
        having bool_and(document_id in (select unnest($wanted::varchar[])))
    )
"""
"""What was rejected of the records that documents stood in, and of sources in which nothing else stood."""


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What was removed: the documents, what was rejected beside them, and the rows by file and table."""

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
            state.begin_forgetting(settings.state_file)
            removed = forgotten.remember(raw, found, rejected)
        try:
            return ForgetReport(found, rejected, {settings.raw_file: removed} | finish_forgetting(settings))
        except BaseException:
            log.warning("not every file is without it yet: the next run, forget or rollback goes on")
            raise


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
    console.print("the next run builds all tables anew, without them", soft_wrap=True)


def _found(
    settings: Settings,
    raw: duckdb.DuckDBPyConnection,
    documents: Sequence[str],
    sources: Sequence[str],
    entities: Sequence[str],
) -> tuple[list[str], list[str]]:
    """The ids of all documents that were named, each way of naming them, and of rejections there or beside them."""
    if not (documents or sources or entities):
        raise UsageError("name what to forget: --document ID, --source PATH or URL, or --entity ID")
    files = [settings.published_file] if settings.published_file.exists() else []
    files += [file.path for file in releases.kept(settings.releases_dir) if file.release]
    found: set[str] = set()
    rejected: set[str] = set()
    known = forgotten.remembered(raw)
    for document_id in documents:
        query = "select document_id from {}.documents where document_id = $wanted"
        complaint = f"no document {document_id}: see the table documents"
        if document_id in known:
            complaint = f"document {document_id} is forgotten already"
        found |= _named(_ids(raw, files, query, document_id), complaint)
    for source in sources:
        loaded, refused = (
            _ids(raw, files, query, source) or _ids(raw, files, query, str(Path(source).absolute()))
            for query in (
                f"select document_id from {{}}.document_sources where {AT_SOURCE}",
                f"select rejection_id from {{}}.rejections where {AT_SOURCE}",
            )
        )
        _named(loaded | refused, f"no source {source}: see the tables document_sources and rejections")
        found |= loaded
        rejected |= refused
    for entity_id in entities:
        found |= _named(_of_entity(files, entity_id), f"no entity {entity_id} in any release: see the table entities")
    return sorted(found), sorted(rejected | _ids(raw, files, REJECTED_WITH, [*found]))


def _named(found: set[str], complaint: str) -> set[str]:
    if not found:
        raise UsageError(complaint)
    return found


def _ids(raw: duckdb.DuckDBPyConnection, files: Iterable[Path], query: str, wanted: str | list[str]) -> set[str]:
    """What `query` finds in the raw tables and in each release, whose schema stands for `{}`."""
    rows = raw.execute(query.format("raw"), {"wanted": wanted}).fetchall()
    for path in files:
        with open_releases({"release": path}) as release:
            rows += release.execute(query.format("release.main"), {"wanted": wanted}).fetchall()
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
