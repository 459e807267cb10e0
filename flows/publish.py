"""The publish stage: audit what is new, then put the release in place with one atomic replace."""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import duckdb

from flows.settings import Settings
from warehouse import releases, state
from warehouse.connection import open_readonly
from warehouse.errors import WirehouseError

log = logging.getLogger("wirehouse.publish")

NEVER_SHRINK = ("documents", "document_sources", "rejections", "runs")
NEVER_SHRINK_WITH_SAME_EXTRACTOR = ("sentences", "entity_mentions", "statements")
AUDIT_SQL = (Path(__file__).parent / "audit.sql").read_text(encoding="utf-8")


class AuditFailed(WirehouseError):
    """The new tables are not fit to be published; the published file stays as it was."""


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What the publish stage did. `row_counts` is by public table; `file_bytes` is the published file's size."""

    published: bool
    row_counts: dict[str, int]
    file_bytes: int


def published_release(settings: Settings) -> releases.Release | None:
    """The release that analysts see now; None before the first."""
    if not settings.published_file.exists():
        return None
    with open_readonly(settings.published_file) as connection:
        return releases.read(connection)


def publish(settings: Settings, run_id: str) -> PublishReport:
    """Audit the built file and replace the published one by it, unless that one was made from the same inputs.

    Raises:
        AuditFailed: there is no complete build, a row does not show its text, or a table lost rows without reason.
        OSError: the disk is full or the folder cannot be written; the published file stays as it was.
    """
    build = releases.read_build(settings.build_file)
    if build is None:
        raise AuditFailed("there is no complete build to publish: run `wirehouse transform` first")
    previous = published_release(settings)
    if previous is not None and previous.inputs == build.inputs:
        with open_readonly(settings.published_file) as connection:
            return PublishReport(False, releases.row_counts(connection), settings.published_file.stat().st_size)
    published_at = state.now()
    release = releases.Release(**asdict(build), run_id=run_id, published_at=published_at)
    runs = [
        replace(run, state="done", finished_at=published_at.isoformat()) if run.run_id == run_id else run
        for run in state.list_runs(settings.state_file)
    ]
    candidate = settings.published_file.with_suffix(".duckdb.new")
    try:
        shutil.copyfile(settings.build_file, candidate)
        with duckdb.connect(candidate) as connection:
            releases.finish(connection, release, runs)
            raw_file = str(settings.raw_file).replace("'", "''")
            connection.execute(f"attach '{raw_file}' as raw (read_only)")
            audit(connection, settings, previous, release)
            connection.execute("detach raw")
            row_counts = releases.row_counts(connection)
            connection.execute("checkpoint")
        _flush(candidate)
        candidate.replace(settings.published_file)
        _flush(settings.published_file.parent)
    finally:
        for leftover in (candidate, candidate.with_name(candidate.name + ".wal")):
            leftover.unlink(missing_ok=True)
    log.info("published %s", settings.published_file)
    return PublishReport(True, row_counts, settings.published_file.stat().st_size)


def audit(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    previous: releases.Release | None,
    release: releases.Release,
) -> None:
    """Check the new rows' spans, and that no table shrank while the extractor stayed the same.

    Rows are new where their document was ingested after the release that is published now.

    Raises:
        AuditFailed: with the first rule that is broken.
    """
    same_extractor = previous is not None and previous.extractor_version == release.extractor_version
    known_since = previous.published_at if previous is not None and same_extractor else None
    for rule, broken in connection.execute(AUDIT_SQL, {"known_since": known_since}).fetchall():
        if broken:
            raise AuditFailed(f"{broken} {rule}")
    if previous is None:
        return
    with open_readonly(settings.published_file) as published:
        before = releases.row_counts(published)
    after = releases.row_counts(connection)
    for table in NEVER_SHRINK + (NEVER_SHRINK_WITH_SAME_EXTRACTOR if same_extractor else ()):
        if after[table] < before.get(table, 0):
            raise AuditFailed(f"{table} shrank from {before[table]} to {after[table]} rows without reason")


def _flush(path: Path) -> None:
    """Have the operating system write the file's, or folder's, changes to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
