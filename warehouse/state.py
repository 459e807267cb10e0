"""The state file: which runs there were, what each is doing, how each ended.

SQLite, because it can be read while a run writes; failed runs stay in it. A copy of the table
`runs` goes into every release.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

from warehouse.disk import DAMAGED

log = logging.getLogger("wirehouse.warehouse")

SCHEMA = (Path(__file__).parent / "state.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run. Times are UTC in ISO 8601; counts are None where the run did not get that far."""

    run_id: str
    started_at: str
    finished_at: str | None
    state: str
    stage: str | None
    sources: str
    documents_new: int | None
    documents_total: int | None
    statements_total: int | None
    rejections_new: int | None
    extractor_version: str | None
    wirehouse_version: str
    process_id: int
    message: str | None
    flow_run_id: str | None = None
    on_failure: str | None = None
    told_at: str | None = None


NOT_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM,
    }
)  # fmt: skip
"""SQLite's codes where the machine, and not the file, is at fault."""

DIED = "the process ended without a word"
_NAMES = ", ".join(RunRow.__dataclass_fields__)
_CRASHED = "state = 'crashed', finished_at = :finished_at, message = coalesce(message, :message)"


@contextmanager
def _connect(state_file: Path) -> Iterator[sqlite3.Connection]:
    state_file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(state_file, timeout=30)
    try:
        connection.executescript(SCHEMA)
        known = {name for _, name, *_ in connection.execute("pragma table_info(runs)")}
        for name in RunRow.__dataclass_fields__.keys() - known:  # of a state file made by a former version
            connection.execute(f"alter table runs add column {name} text")
        with connection:
            yield connection
    finally:
        connection.close()


def fault(state_file: Path) -> str | None:
    """What is wrong with the bytes of the state file; None where it is sound, or not there.

    What a killed process left half written is rolled back first.

    Raises:
        sqlite3.Error: it cannot be read for another reason, such as a lock or missing rights.
    """
    if not state_file.exists():
        return None
    try:
        with _connect(state_file) as connection:
            (answer,) = connection.execute("pragma integrity_check").fetchone()
            columns = connection.execute("pragma table_info(runs)").fetchall()
        # SQLite has no checksums: names and texts may be wrong where it finds nothing.
        needed = {name for _, name, _, not_null, _, key in columns if not_null or key}
        if unknown := needed - RunRow.__dataclass_fields__.keys():
            return f"the table runs has a column {min(unknown)}"
        for ask in (list_runs, release_hashes, forgotten):
            ask(state_file)
        same_inputs(state_file, "")
        is_forgetting(state_file)
    except UnicodeDecodeError as error:
        return str(error)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in NOT_DAMAGE:
            raise
        return str(error)
    return None if answer == "ok" else str(answer)


def set_damaged_aside(state_file: Path) -> bool:
    """Start a new state file where the present one is damaged, and say whether it was; the caller holds the lock.

    What it knew of runs is in the published file, what of forgotten texts in the raw tables.
    """
    if found := fault(state_file):
        aside = state_file.with_name(state_file.name + DAMAGED)
        log.warning("%s is damaged (%s); it is set aside as %s and made anew", state_file, found, aside.name)
        # First, as SQLite would take it for the new file's.
        state_file.with_name(state_file.name + "-journal").unlink(missing_ok=True)
        state_file.replace(aside)
    return found is not None


def now() -> datetime:
    """The current time, UTC."""
    return datetime.now(UTC)


def start_run(
    state_file: Path,
    run_id: str,
    sources: str,
    wirehouse_version: str,
    started_at: datetime,
    *,
    flow_run_id: str | None = None,
    on_failure: str | None = None,
) -> None:
    """Record that a run began. The caller holds the lock, so runs still called `running` died: they are marked so."""
    with _connect(state_file) as connection:
        connection.execute(
            f"update runs set {_CRASHED} where state = 'running'",
            {"message": DIED, "finished_at": started_at.isoformat()},
        )
        connection.execute(
            "insert into runs (run_id, started_at, state, sources, wirehouse_version, process_id, flow_run_id, "
            "on_failure) values (?, ?, 'running', ?, ?, ?, ?, ?)",
            (run_id, started_at.isoformat(), sources, wirehouse_version, os.getpid(), flow_run_id, on_failure),
        )


def note_failure(state_file: Path, failed: RunRow) -> None:
    """Record what the server says of a run of a schedule, `failed.flow_run_id`, unless the run itself said it."""
    with _connect(state_file) as connection:
        known = connection.execute(
            f"update runs set {_CRASHED} where flow_run_id = :flow_run_id and state = 'running'",
            {"message": DIED, "finished_at": failed.finished_at, "flow_run_id": failed.flow_run_id},
        ).rowcount
        if known or connection.execute("select 1 from runs where flow_run_id = ?", (failed.flow_run_id,)).fetchone():
            return
        names = RunRow.__dataclass_fields__
        connection.execute(
            f"insert into runs ({', '.join(names)}) values ({', '.join('?' for _ in names)})", astuple(failed)
        )


def claim_untold(state_file: Path, now: datetime, resting: Collection[str] = ()) -> list[RunRow]:
    """The failed runs that somebody, but none of `resting`, is to be told of and was not, oldest first, noted as told
    at `now`.

    Each is given to one caller alone; one that reaches nobody sets `told_at` back to None.
    """
    if not state_file.exists():
        return []
    with _connect(state_file) as connection:
        connection.execute("begin immediate")
        rows = connection.execute(
            f"select {_NAMES} from runs where state in ('failed', 'crashed') and on_failure is not null "
            "and told_at is null and on_failure not in (select value from json_each(?)) order by started_at, run_id",
            (json.dumps([*resting]),),
        ).fetchall()
        connection.executemany(
            "update runs set told_at = ? where run_id = ?", [(now.isoformat(), row[0]) for row in rows]
        )
    return [RunRow(*row) for row in rows]


def update_run(state_file: Path, run_id: str, **columns: object) -> None:
    """Set columns of one run (names as in `RunRow`)."""
    assignments = ", ".join(f"{name} = ?" for name in columns)
    with _connect(state_file) as connection:
        connection.execute(f"update runs set {assignments} where run_id = ?", (*columns.values(), run_id))


def list_runs(state_file: Path, limit: int | None = None) -> list[RunRow]:
    """The runs, newest first; none where there is no state file yet."""
    if not state_file.exists():
        return []
    with _connect(state_file) as connection:
        rows = connection.execute(
            f"select {_NAMES} from runs order by started_at desc, run_id limit ?",
            (-1 if limit is None else limit,),
        ).fetchall()
    return [RunRow(*row) for row in rows]


def note_release(state_file: Path, run_id: str, sha256: str) -> None:
    """Record what the bytes of a run's release are, before it is put in place."""
    with _connect(state_file) as connection:
        connection.execute("insert or replace into release_files (run_id, sha256) values (?, ?)", (run_id, sha256))


def release_hashes(state_file: Path) -> dict[str, str]:
    """SHA-256 of each release's bytes as they were written, by run; two, with a blank between, while it is replaced."""
    if not state_file.exists():
        return {}
    with _connect(state_file) as connection:
        return dict(connection.execute("select run_id, sha256 from release_files").fetchall())


def note_same_inputs(state_file: Path, inputs: str, published: str) -> None:
    """Record that a build made from `inputs` has the tables of the release that was made from `published`."""
    with _connect(state_file) as connection:
        connection.execute("insert or replace into same_inputs values (?, ?)", (inputs, published))


def same_inputs(state_file: Path, inputs: str) -> set[str]:
    """`inputs` and what is known to give the same tables."""
    if not state_file.exists():
        return {inputs}
    with _connect(state_file) as connection:
        found = connection.execute("select published_inputs from same_inputs where inputs = ?", (inputs,)).fetchall()
    return {inputs, *(same for (same,) in found)}


def note_forgotten(state_file: Path, hashes: Collection[str]) -> None:
    """Remember what was forgotten, by hash, for the case that the raw tables are lost."""
    with _connect(state_file) as connection:
        connection.executemany(
            "insert or ignore into forgotten (content_hash) values (?)", [(content_hash,) for content_hash in hashes]
        )


def forgotten(state_file: Path) -> list[str]:
    """The hashes that were noted by `note_forgotten`."""
    if not state_file.exists():
        return []
    with _connect(state_file) as connection:
        return [found for (found,) in connection.execute("select content_hash from forgotten").fetchall()]


def begin_forgetting(state_file: Path) -> None:
    """Note that some file may hold what is to be forgotten."""
    with _connect(state_file) as connection:
        connection.execute("insert or ignore into forgetting values (?)", (now().isoformat(),))


def end_forgetting(state_file: Path) -> None:
    """Note that no file does any more."""
    with _connect(state_file) as connection:
        connection.execute("delete from forgetting")


def is_forgetting(state_file: Path) -> bool:
    """Whether a forgetting began and did not end."""
    if not state_file.exists():
        return False
    with _connect(state_file) as connection:
        return connection.execute("select 1 from forgetting").fetchone() is not None
