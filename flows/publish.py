"""The publish stage: audit what is new, then put the release in place with one atomic replace."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import duckdb

from flows.settings import Settings
from warehouse import disk, releases, state
from warehouse.connection import open_readonly
from warehouse.errors import WirehouseError

log = logging.getLogger("wirehouse.publish")

NEVER_SHRINK = ("documents", "document_sources", "rejections", "runs")
NEVER_SHRINK_WITH_SAME_EXTRACTOR = ("sentences", "entity_mentions", "statements")
SHOWN_CORRECTIONS = 10
"""Corrections without effect that the log names; all are in the table `corrections`."""
NEW_ROWS_SQL = """
create temp table audited as
select document_id, text
from documents
semi join intermediate.int_document_builds as builds
    on documents.document_id = builds.document_id and ($since is null or builds.built_at >= $since)
"""
"""Documents whose rows were built after the release that is published now."""
ALL_METADATA_ANEW = "set experimental_metadata_reuse = false"
"""Else DuckDB 2.0 leaves descriptions of tables that did not change where DuckDB 1.x does not look for them: it could
not open one in three releases."""
AUDIT_SQL = (Path(__file__).parent / "audit.sql").read_text(encoding="utf-8")


class AuditFailed(WirehouseError):
    """The new tables are not fit to be published; the published file stays as it was."""


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What the publish stage did. `row_counts` is by public table; `file_bytes` is the published file's size.

    `unmatched_corrections` has a line for each correction that matched nothing. `rolled_back_from` is the run whose
    release is not published again, because somebody went back from it.
    """

    published: bool
    row_counts: dict[str, int]
    file_bytes: int
    unmatched_corrections: list[str]
    rolled_back_from: str | None = None


def publish(settings: Settings, run_id: str, *, may_shrink: bool = False) -> PublishReport:
    """Audit the built file and replace the published one by it, which is kept as an earlier release.

    With `may_shrink`, tables may have lost rows, as where damaged ones were made anew from the sources that are left.
    Nothing is published where the published release was made from the same inputs or holds the same, or was put back by
    a rollback from one that was made from them.

    Raises:
        AuditFailed: there is no complete build, a row does not show its text, or a table lost rows without reason.
        WirehouseError: the disk has no room for one more release.
        OSError: the disk is full or the folder cannot be written; the published file stays as it was.
    """
    build = releases.read_build(settings.build_file)
    if build is None:
        raise AuditFailed("there is no complete build to publish: run `wirehouse transform` first")
    previous = releases.read_file(settings.published_file)
    if previous is not None:
        inputs = state.same_inputs(settings.state_file, build.inputs)
        undone = releases.rolled_back_from(settings.releases_dir, previous, inputs)
        if undone or previous.inputs in inputs or _is_same(settings, build, previous):
            return _report(settings, published=False, undone=undone)
    candidate = settings.published_file.with_name(settings.published_file.name + disk.NEW)
    published_at = state.now()
    release = releases.Release(**asdict(build), run_id=run_id, published_at=published_at)
    try:
        disk.copy(settings.build_file, candidate)
        with duckdb.connect(candidate, config={"memory_limit": settings.duckdb_memory_limit}) as connection:
            connection.execute(ALL_METADATA_ANEW)
            connection.execute(NEW_ROWS_SQL, {"since": previous and previous.published_at})
            documents = releases.row_counts(connection)["documents"]
            runs = [
                replace(run, state="done", finished_at=published_at.isoformat(), documents_total=documents)
                if run.run_id == run_id
                else run
                for run in state.list_runs(settings.state_file)
            ]
            releases.finish(connection, release, runs, settings.published_file if previous else None)
            audit(connection, settings, previous, release, may_shrink=may_shrink)
            connection.execute("checkpoint")
        with ThreadPoolExecutor(1) as beside:  # the disk is slower than the processor
            written = beside.submit(disk.flush, candidate)
            state.note_release(settings.state_file, run_id, disk.sha256(candidate))
            written.result()
        if previous is not None and settings.keep_releases:
            releases.keep(settings.published_file, previous, settings.releases_dir)
        releases.put_in_front(candidate, run_id, settings.published_file)
    finally:
        disk.remove_unfinished(settings.root)
    releases.prune(settings.releases_dir, release.run_id, settings.keep_releases)
    log.info("published %s", settings.published_file)
    return _report(settings, published=True)


def _is_same(settings: Settings, build: releases.Build, published: releases.Release) -> bool:
    """Whether a build from other inputs, such as a full one, has the tables of the published release; noted if so."""
    versions = [(each.extractor_version, each.wirehouse_version) for each in (build, published)]
    if versions[0] != versions[1]:
        return False
    for look in (releases.row_counts, releases.content):  # the numbers first, which cost nothing
        found = []
        for path in (settings.build_file, settings.published_file):
            with open_readonly(path, settings.duckdb_memory_limit) as connection:
                found.append({name: value for name, value in look(connection).items() if name not in releases.ORIGINS})
        if found[0] != found[1]:
            return False
    state.note_same_inputs(settings.state_file, build.inputs, published.inputs)
    return True


def _report(settings: Settings, *, published: bool, undone: releases.Release | None = None) -> PublishReport:
    """What there is to say of the file that is published now; corrections that matched nothing are logged too."""
    with open_readonly(settings.published_file) as connection:
        row_counts = releases.row_counts(connection)
        unmatched = releases.unmatched_corrections(connection)
    for line in unmatched[:SHOWN_CORRECTIONS]:
        log.warning("a correction matched nothing, %s", line)
    size = settings.published_file.stat().st_size
    return PublishReport(published, row_counts, size, unmatched, undone.run_id if undone else None)


def audit(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    previous: releases.Release | None,
    release: releases.Release,
    *,
    may_shrink: bool,
) -> None:
    """Check the new rows' spans, and that no table shrank while the extractor stayed the same, or say which did.

    Raises:
        AuditFailed: with the first rule that is broken.
    """
    for rule, broken in connection.execute(AUDIT_SQL).fetchall():
        if broken:
            raise AuditFailed(f"{broken} {rule}")
    connection.execute("drop table audited")
    if previous is None:
        return
    with open_readonly(settings.published_file) as published:
        before = releases.row_counts(published)
        corrected = releases.corrected_tables(published) | releases.corrected_tables(connection)
    after = releases.row_counts(connection)
    same_extractor = previous.extractor_version == release.extractor_version
    for table in NEVER_SHRINK + (NEVER_SHRINK_WITH_SAME_EXTRACTOR if same_extractor else ()):
        if after[table] < before.get(table, 0) and table not in corrected:
            shrank = f"{table} shrank from {before[table]:,} to {after[table]:,} rows"
            if not may_shrink:
                raise AuditFailed(f"{shrank} without reason: `wirehouse run --full SOURCE` publishes what there is")
            log.warning("%s; those of the release before are kept in it (`wirehouse releases`)", shrank)
