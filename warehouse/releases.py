"""Builds and releases: what a built or published file was made from, and the last steps from built to public."""

from __future__ import annotations

import logging
import shutil
import uuid
from collections.abc import Container, Iterable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse import disk
from warehouse.connection import literal, open_readonly
from warehouse.errors import DamagedError, UsageError
from warehouse.state import RunRow

log = logging.getLogger("wirehouse.warehouse")

FOLDER = "published"
"""Where the published file is, and the one before, each in a folder of its own; analysts open it by the link beside."""

ORIGINS = ("runs", "release")
"""Tables that say how a release came about, not what is in it."""

OF_RUNS = ("run_id", "entity_change_id")
"""Columns that name a run, or follow from one."""

HOLDING = "(select true as is_current) as otherwise, lateral (select * from rejections where is_current)"
"""What `from` takes to have the rejections that hold: all of them in files from before that was told."""

FINISH_SQL = (Path(__file__).parent / "finish_release.sql").read_text(encoding="utf-8")
FINGERPRINT_SQL = (Path(__file__).parent / "fingerprint.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Build:
    """What public tables were made from. `inputs` is a hash over the raw rows, the dbt project and the versions:
    equal inputs give equal tables."""

    inputs: str
    extractor_version: str
    wirehouse_version: str


@dataclass(frozen=True, slots=True)
class Release(Build):
    """A published build. `published_at` is UTC."""

    run_id: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A release on disk, named by the run that made it. `release` is None where the file cannot be read."""

    run_id: str
    path: Path
    release: Release | None


def fingerprint(raw: duckdb.DuckDBPyConnection) -> str:
    """A value that changes whenever a raw row comes or goes; columns that only record observation do not count."""
    return "/".join(f"{table}:{rows}:{hashed}" for table, rows, hashed in raw.execute(FINGERPRINT_SQL).fetchall())


def mark_built(build_file: Path, build: Build | None, project: str = "") -> None:
    """Write into the built file what it was made from (None while it is being built) and by which dbt project."""
    with duckdb.connect(build_file) as connection:
        connection.execute("create schema if not exists staging")
        connection.execute(
            "create or replace table staging.build "
            "(inputs varchar, extractor_version varchar, wirehouse_version varchar)"
        )
        connection.execute("create or replace table staging.project as select ? as project", [project])
        if build is not None:
            connection.execute("insert into staging.build values (?, ?, ?)", astuple(build))


def read_build(build_file: Path) -> Build | None:
    """What the built file was made from; None if it does not exist or was left unfinished.

    Raises:
        DamagedError: the file is damaged.
    """
    if not build_file.exists():
        return None
    with open_readonly(build_file) as connection:
        try:
            row = connection.execute(
                "select inputs, extractor_version, wirehouse_version from staging.build"
            ).fetchone()
        except duckdb.CatalogException:
            return None
    return Build(*row) if row else None


def read_project(build_file: Path) -> str:
    """The hash of the dbt project that `mark_built` noted in a built file."""
    with open_readonly(build_file) as connection:
        row = connection.execute("select project from staging.project").fetchone()
    return str(row[0]) if row else ""


def finish(
    connection: duckdb.DuckDBPyConnection, release: Release, runs: Iterable[RunRow], previous: Path | None
) -> None:
    """Turn a copy of the built file into a release: public tables alone, with `runs` and `release` filled in.

    Runs that only the release before knows stay, for the case that the state file was lost.
    """
    connection.execute(FINISH_SQL)
    connection.execute(
        "insert into release (inputs, extractor_version, wirehouse_version, run_id, published_at) "
        "values (?, ?, ?, ?, ?)",
        astuple(release),
    )
    for run in runs:
        connection.execute(
            "insert into runs (run_id, started_at, finished_at, state, documents_new, documents_total, rejections_new, "
            "extractor_version, wirehouse_version) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                run.run_id, run.started_at, run.finished_at, run.state, run.documents_new, run.documents_total,
                run.rejections_new, run.extractor_version, run.wirehouse_version,
            ),
        )  # fmt: skip
    if previous is not None:
        connection.execute(f"attach {literal(previous)} as previous (read_only)")
        connection.execute("insert into runs by name select * from previous.runs anti join runs using (run_id)")
        connection.execute("detach previous")


def read(connection: duckdb.DuckDBPyConnection) -> Release | None:
    """Which release an open published file is; None if it says nothing about it."""
    try:
        row = connection.execute(
            "select inputs, extractor_version, wirehouse_version, run_id, published_at from release"
        ).fetchone()
    except duckdb.CatalogException:
        return None
    return Release(*row) if row else None


def read_file(path: Path) -> Release | None:
    """Which release a file is; None if there is no file, or one that says nothing about it.

    Raises:
        DamagedError: the file is damaged.
    """
    if not path.exists():
        return None
    with open_readonly(path) as connection:
        return read(connection)


def kept(releases_dir: Path) -> list[ReleaseFile]:
    """The releases in `releases_dir`, the last made first; those that cannot be read come last."""
    return _newest_first(_file(path, path.stem) for path in releases_dir.glob("*.duckdb"))


def listed(published_file: Path, releases_dir: Path) -> list[ReleaseFile]:
    """The published release and the kept ones, the last made first; none where nothing was published yet."""
    files = kept(releases_dir)
    if published_file.exists():
        published = _file(published_file, published_file.name)
        files = [published, *(file for file in files if file.run_id != published.run_id)]
    return _newest_first(files)


def choose(files: Iterable[ReleaseFile], name: str) -> ReleaseFile:
    """The release whose run id is `name` or alone begins with it.

    Raises:
        UsageError: there is none, or more than one.
        DamagedError: its file is damaged.
    """
    begun = [file for file in files if file.run_id.startswith(name)]
    found = [file for file in begun if file.run_id == name] or begun
    if len(found) != 1:
        what = "no release" if not found else f"{len(found)} releases"
        raise UsageError(f"{what} called {name}: `wirehouse releases` lists them")
    if found[0].release is None:
        raise DamagedError(f"{found[0].path} is damaged: `wirehouse releases` lists the others")
    return found[0]


def whole(files: Sequence[ReleaseFile]) -> list[ReleaseFile]:
    """Those that can be read; of the others the log says that they are passed over."""
    for file in files:
        if file.release is None:
            log.warning("%s is damaged and passed over", file.path)
    return [file for file in files if file.release]


def _file(path: Path, name_if_damaged: str) -> ReleaseFile:
    try:
        release = read_file(path)
    except DamagedError:
        release = None
    return ReleaseFile(release.run_id if release else name_if_damaged, path, release)


def _newest_first(files: Iterable[ReleaseFile]) -> list[ReleaseFile]:
    return sorted(files, key=lambda file: file.release.published_at.timestamp() if file.release else 0, reverse=True)


def keep(published_file: Path, release: Release, releases_dir: Path) -> None:
    """Keep the published release under its run's name, unless it is kept already."""
    path = releases_dir / f"{release.run_id}.duckdb"
    if not path.exists():
        disk.duplicate(published_file, path)


def put_in_front(new: Path, run_id: str, published_file: Path) -> None:
    """Let analysts see the whole file `new` from now on, which gets a name of its own that `published_file` leads to.

    DuckDB 2.0 opens a file several times by its name, after it has followed links: what that name means must not change
    in between. So the file that was in front stays until another one comes.
    """
    drop_former(published_file)
    # The file's own name stays, as DuckDB names a database after it.
    target = _folder(published_file) / f"{run_id}-{uuid.uuid4().hex[:6]}" / published_file.name
    target.parent.mkdir(parents=True)
    disk.put_in_place(new, target)
    disk.flush(target.parent.parent)
    disk.point(published_file, target)


def drop_former(published_file: Path, *, at_once: bool = False) -> None:
    """Delete the file that was in front before the published one.

    What readers put beside it, where their memory did not suffice, they may still need: it goes with the next one, or
    `at_once`.
    """
    folder = _folder(published_file)
    for path in folder.glob("*/"):
        former = path / published_file.name
        if path == published_file.resolve().parent:
            continue
        if former.exists() and not at_once:
            former.unlink()
            with suppress(OSError):  # not empty
                path.rmdir()
        else:
            shutil.rmtree(path, ignore_errors=True)
    if folder.exists():
        disk.flush(folder)


def _folder(published_file: Path) -> Path:
    return (published_file.parent / FOLDER).resolve()


def prune(releases_dir: Path, published: str, keep_releases: int) -> list[str]:
    """Delete all but the newest `keep_releases` besides the published one; the run ids of what went."""
    old = [file for file in kept(releases_dir) if file.run_id != published][keep_releases:]
    for file in old:
        file.path.unlink()
    return [file.run_id for file in old]


def rolled_back_from(releases_dir: Path, published: Release, inputs: Container[str]) -> Release | None:
    """The release made from one of `inputs`, if the published one was put back in its place."""
    for file in kept(releases_dir):
        newer = file.release
        if newer and newer.inputs in inputs and newer.published_at > published.published_at:
            return newer
    return None


def columns(connection: duckdb.DuckDBPyConnection, database: str | None = None) -> dict[str, list[str]]:
    """The columns of each public table of an open release, in order; `database` is the name it is attached by."""
    rows = connection.execute(
        "select c.table_name, list(c.column_name order by c.column_index) "
        "from duckdb_columns() as c semi join duckdb_tables() using (database_name, schema_name, table_name) "
        "where c.database_name = coalesce(?, current_database()) and c.schema_name = 'main' "
        "group by all order by c.table_name",
        [database],
    ).fetchall()
    return dict(rows)


def count_not_covered(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many documents a published file has in each language that extraction does not cover, by ISO 639-1 code."""
    rows = connection.execute(
        "select language, count(*) from documents where language <> 'en' group by language"
    ).fetchall()
    return dict(rows)


def count_holding(connection: duckdb.DuckDBPyConnection) -> int:
    """How many rejections of a published file still hold."""
    row = connection.execute(f"select count(*) from {HOLDING}").fetchone()
    return int(row[0]) if row else 0


def row_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of each public table, by name."""
    counts = {}
    for name in columns(connection):
        row = connection.execute(f'select count(*) from "{name}"').fetchone()
        counts[name] = int(row[0]) if row else 0
    return counts


def content(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Rows of each public table of an open file, and a hash of them that no order of rows changes.

    `ORIGINS`, and times of observation, are left out.
    """
    found = {}
    for table, names in columns(connection).items():
        if table not in ORIGINS:
            compared = [name for name in names if name not in OF_RUNS and not name.endswith("_at")]
            row = connection.execute(
                f"select count(*), coalesce(sum(hash(row({', '.join(compared)}))), 0) from {table}"
            ).fetchone()
            found[table] = (int(row[0]), int(row[1])) if row else (0, 0)
    return found


def unmatched_corrections(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Corrections that matched nothing, and why, a line each; none in files made before there were corrections."""
    try:
        rows = connection.execute(
            "select correction || ': ' || problem from corrections where matched_count = 0 "
            "order by source_file, line_number"
        ).fetchall()
    except duckdb.CatalogException:
        return []
    return [line for (line,) in rows]


def corrected_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Public tables that hold more or fewer rows than the machine found, because corrections say so."""
    try:
        rows = connection.execute(
            "select distinct if(action = 'wrong', 'statements', 'entity_mentions') from corrections "
            "where action in ('wrong', 'mention', 'not_an_entity')"
        ).fetchall()
    except duckdb.CatalogException:
        return set()
    return {table for (table,) in rows}
