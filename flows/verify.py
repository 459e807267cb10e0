"""What `wirehouse verify` finds: damaged files, rows that contradict each other, sources that are no longer as read."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from rich.console import Console

from flows.publish import AUDIT_SQL
from flows.settings import Settings
from flows.terminal import figures, printable
from warehouse import disk, keys, releases, state
from warehouse.connection import REPAIRS, newest_version, open_readonly, open_releases, too_new
from warehouse.errors import BusyError, DamagedError, UsageError, WirehouseError

VERIFY_SQL = (Path(__file__).parent / "verify.sql").read_text(encoding="utf-8")

TRACES = ("entity_changes", "runs", "release", "corrections")
"""Tables that tell of what was, or of what somebody believes; the entities and runs they name need not be there."""

SHOWN_SOURCES = 20


@dataclass(slots=True)
class Report:
    """What was looked at: `passed` checks, and what is `damaged`, a line each.

    `sources` counts the sources that are `unchanged`, `changed`, `gone` or `not checked` (downloads); `moved` names
    the changed and gone ones. Neither is damage: the next run sees to what changed.
    """

    passed: int = 0
    damaged: list[str] = field(default_factory=list)
    sources: Counter[str] = field(default_factory=Counter)
    moved: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, fault: str | None) -> None:
        """Count a check: what it found wrong, or None."""
        if fault is None:
            self.passed += 1
        else:
            self.damaged.append(fault)


def verify(settings: Settings) -> Report:
    """Check every file of the data folder, every row of the published release, and the sources it was made from.

    Changes nothing, and never waits for a run.

    Raises:
        UsageError: there is no warehouse.
    """
    if not (settings.published_file.exists() or settings.raw_file.exists()):
        raise UsageError(f"there is no warehouse in {settings.root}: run `wirehouse run SOURCE` first")
    report = Report()
    _check_state(settings, report)
    _check_releases(settings, report)
    if gone := raw_tables_gone(settings):
        report.add(gone)
    for path in (settings.raw_file, settings.build_file, *sorted(settings.backups_dir.glob("*.duckdb"))):
        if path.exists():
            _check_private(path, report)
    if newer := _newer(settings.raw_file):
        report.add(newer)
    _check_sources(settings, report)
    return report


def print_verify(settings: Settings, console: Console) -> None:
    """Print what `verify` found.

    Raises:
        DamagedError: something is damaged.
    """
    report = verify(settings)
    for note in report.notes:
        console.print(printable(note), soft_wrap=True)
    console.print(f"{report.passed:,} checks passed, {len(report.damaged):,} failed")
    for fault in report.damaged:
        console.print(printable(f"  damaged: {fault}"), soft_wrap=True)
    counts = ", ".join(f"{report.sources[kind]:,} {kind}" for kind in ("unchanged", "changed", "gone", "not checked"))
    console.print(f"sources since they were read: {counts}", soft_wrap=True)
    if report.moved:
        table = figures("now", "source")
        for uri, now in report.moved[:SHOWN_SOURCES]:
            table.add_row(now, printable(uri))
        console.print(table)
        if len(report.moved) > SHOWN_SOURCES:
            console.print(f"and {len(report.moved) - SHOWN_SOURCES:,} more")
    if report.damaged:
        raise DamagedError(
            f"{settings.root} is damaged: `wirehouse run --full SOURCE` repairs it from the raw tables, or from the "
            "sources where these are damaged; `wirehouse rollback` goes back to an earlier release at once; damaged "
            "releases and backups can only be deleted"
        )


def _check_state(settings: Settings, report: Report) -> None:
    if not settings.state_file.exists():
        return
    try:
        fault = state.fault(settings.state_file)
        report.add(f"{settings.state_file}: {fault}: `wirehouse run` makes it anew" if fault else None)
    except sqlite3.Error as error:
        report.add(f"{settings.state_file} cannot be read: {error}")


def _check_releases(settings: Settings, report: Report) -> None:
    try:
        hashes = state.release_hashes(settings.state_file)
    except sqlite3.Error:
        hashes = {}
    for name in (settings.published_file, *sorted(settings.releases_dir.glob("*.duckdb"))):
        path = name.resolve()  # the same file throughout, whatever is published meanwhile
        found: list[str | None] = []
        try:
            found.append(unreadable(path))
            if found == [None]:
                found.append(altered(path, hashes))
                found += [broken and f"{path}: {broken}" for broken in _contradictions(path)]
        except DamagedError as error:
            found.append(str(error))
        except WirehouseError as error:
            if path.exists():
                report.notes.append(f"{name.name} was not checked: {error}")
        if path.exists():  # a run may have deleted an old one meanwhile
            for fault in found:
                report.add(fault and fault.replace(str(path), str(name)))


def _check_private(path: Path, report: Report) -> None:
    try:
        report.add(unreadable(path))
    except BusyError:
        report.notes.append(f"{path.name} was not checked: a run is writing to it")
    except WirehouseError as error:
        report.notes.append(f"{path.name} was not checked: {error}")


def raw_tables_gone(settings: Settings) -> str | None:
    """That there are no raw tables although something was published, or None."""
    if settings.raw_file.exists() or not settings.published_file.exists():
        return None
    return f"{settings.raw_file} is gone: {REPAIRS[settings.raw_file.name]}"


def _newer(raw_file: Path) -> str | None:
    """That the raw tables are of a newer version of Wirehouse; None, too, where that cannot be read, which is told."""
    try:
        with open_releases({"warehouse": raw_file}) as connection:
            ((version,),) = connection.execute("select max(version) from warehouse.main.schema_version").fetchall()
    except (WirehouseError, duckdb.Error):
        return None
    return too_new(raw_file, version) if version > newest_version() else None


def unreadable(path: Path) -> str | None:
    """Read every column of every table of a DuckDB file, whose blocks carry checksums; what is wrong with it, or None.

    Raises:
        BusyError: another process writes to it.
        WirehouseError: the machine is short of something, such as the right to read it.
    """
    try:
        with open_readonly(path) as connection:
            tables = connection.execute(
                "select database_name, schema_name, table_name from duckdb_tables() where not temporary"
            ).fetchall()
            for database, schema, table in tables:
                connection.execute(f'select bit_xor(hash(t)) from "{database}"."{schema}"."{table}" as t').fetchall()
    except (DamagedError, duckdb.Error) as error:
        first = str(error).splitlines()[0]
        return first if str(path) in first else f"{path}: {first}: {REPAIRS.get(path.name, 'delete it')}"
    return None


def altered(path: Path, hashes: Mapping[str, str]) -> str | None:
    """Whether a readable release is not what was written, by `hashes` of bytes by run; None where nobody knows."""
    release = releases.read_file(path)
    written = hashes.get(release.run_id) if release else None
    if written is None or disk.sha256(path) in written.split():
        return None
    return f"{path}: its bytes are not those that were written: {REPAIRS.get(path.name, 'delete it')}"


def _contradictions(path: Path) -> Iterator[str | None]:
    """For each rule: what breaks it in a release, or None."""
    with open_releases({"release": path}) as connection:
        connection.execute("use release")
        connection.execute("create temp view audited as select document_id, text from release.main.documents")
        for sql in (AUDIT_SQL, VERIFY_SQL, *_key_checks(releases.columns(connection))):
            try:
                for rule, found in connection.execute(sql).fetchall():
                    yield f"{found:,} {rule}" if found else None
            except duckdb.Error as error:
                yield str(error).splitlines()[0]


def _key_checks(columns: dict[str, list[str]]) -> Iterator[str]:
    """For each key: how many rows share one, and for each column that points at a row: how many point at none."""
    identified = keys.identified(columns)
    for table, names in columns.items():
        key = ", ".join(keys.key(table, columns))
        yield (f"select '{table} with the key of another row', count(*) - count(distinct ({key})) from {table}")
        for column in () if table in TRACES else names:
            target = keys.pointed_at(column, columns)
            if target is not None and (identified[target] != table or column != target):
                yield (
                    f"select '{table} whose {column} is not in {identified[target]}', count(*) from {table} as t "
                    f"where t.{column} is not null and t.{column} not in (select {target} from {identified[target]})"
                )


def _check_sources(settings: Settings, report: Report) -> None:
    """Hash the files that were read last at each place."""
    try:
        with open_releases({"warehouse": settings.raw_file}) as connection:
            files = connection.execute(
                "select source_root, source_uri, file_sha256 from warehouse.raw.files qualify row_number() over ("
                "partition by source_root, source_uri order by last_seen_at desc, first_seen_at desc) = 1 order by 1, 2"
            ).fetchall()
    except (WirehouseError, duckdb.Error):  # told already
        return
    for root, uri, sha256 in files:
        now = _now(root, uri, sha256)
        report.sources[now] += 1
        if now in ("changed", "gone"):
            report.moved.append((f"{root}/{uri}", now))


def _now(root: str, uri: str, sha256: str) -> str:
    path = Path(root) / uri
    if not root:
        return "not checked"
    try:
        return "unchanged" if disk.sha256(path) == sha256 else "changed"
    except OSError:
        return "gone"
