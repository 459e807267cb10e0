"""Opening DuckDB: the private raw file to write, a published file to read."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Protocol

import duckdb

from warehouse import disk
from warehouse.errors import BusyError, DamagedError, WirehouseError, way_out

log = logging.getLogger("wirehouse.warehouse")

STORAGE_VERSION = "v1.0.0"
"""What new files are written as, so that tools that bundle DuckDB 1.x can open them."""

SPILL = ".tmp"
"""Ends the name of the folder where DuckDB puts what does not fit into its memory, beside the file it works on."""

REPAIRS = {
    "raw.duckdb": "`wirehouse run --full SOURCE` loads it anew",
    "wirehouse.duckdb": "`wirehouse rollback` goes back to the one before, `wirehouse run --full SOURCE` makes it anew",
    "build.duckdb": "`wirehouse run` builds it anew",
}
"""The way out where a file is damaged, by its name."""

DAMAGE = ("Corrupt database", "Could not read enough bytes")
"""Words of DuckDB's where a file is damaged or cut short."""

MIGRATIONS = sorted((Path(__file__).parent / "migrations").glob("[0-9]*.sql"))
"""`0001_name.sql` and on; the number is the schema version that it leads to. What was released never changes."""


BACKUPS_KEPT = 2
"""Copies of the raw file from before a migration; older ones are deleted."""


class RawFile(Protocol):
    """The settings that opening the raw file takes."""

    @property
    def raw_file(self) -> Path:
        """Where it is."""

    @property
    def backups_dir(self) -> Path:
        """Where it is copied to before its schema is changed."""

    @property
    def duckdb_memory_limit(self) -> str:
        """DuckDB's own limit, such as `1GB`."""


@contextmanager
def open_raw(settings: RawFile) -> Iterator[duckdb.DuckDBPyConnection]:
    """The raw tables, created or brought to this version's schema if need be. One process at a time.

    Raises:
        BusyError: another process has the file open.
        DamagedError: the file is damaged.
        WirehouseError: the file is of a newer version of Wirehouse, or cannot be written.
    """
    path = settings.raw_file
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _create_raw(settings)
    with _opened_raw(path, settings.duckdb_memory_limit) as connection:
        version = schema_version(connection, path)
        if version < newest_version():
            back_up(connection, path, settings.backups_dir, version)
            migrate(connection, version)
        yield connection


def _create_raw(settings: RawFile) -> None:
    """An empty raw file, under its name only when it is whole."""
    path = settings.raw_file
    new = path.with_name(path.name + disk.NEW)
    for left in (new, new.with_name(new.name + ".wal"), path.with_name(path.name + ".wal")):
        left.unlink(missing_ok=True)
    with _opened_raw(new, settings.duckdb_memory_limit) as connection:
        migrate(connection, 0)
        connection.execute("checkpoint warehouse")  # closing does it too, but says nothing where it fails
    disk.put_in_place(new, path)


@contextmanager
def _opened_raw(path: Path, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file under another name than its own: the catalog `raw` and the schema `raw` would be ambiguous."""
    connection = duckdb.connect()
    try:
        try:
            connection.execute("set timezone = 'UTC'")
            connection.execute("set preserve_insertion_order = false")
            connection.execute(f"set memory_limit = '{memory_limit}'")
            connection.execute(f"set temp_directory = {literal(path.with_name(path.name + SPILL))}")
            connection.execute(f"attach {literal(path)} as warehouse (storage_version '{STORAGE_VERSION}')")
            connection.execute("use warehouse")
        except duckdb.Error as error:
            raise _opening_failed(path, error) from error
        with damage_told(path):
            yield connection
    finally:
        connection.close()


@contextmanager
def open_readonly(path: Path, memory_limit: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A published file for anybody's SQL, which can change nothing and reach no other file, host or extension.

    `memory_limit` is DuckDB's, such as `1GB`; by default four fifths of what the machine has.

    Raises:
        BusyError: another process writes to the file.
        DamagedError: the file is damaged or is no DuckDB file.
    """
    connection = _opened_readonly(path)
    try:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set temp_directory = ''")
        if memory_limit:
            connection.execute(f"set memory_limit = '{memory_limit}'")
        connection.execute("set python_enable_replacements = false")
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute("set autoload_known_extensions = false")
        connection.execute("set allow_persistent_secrets = false")
        connection.execute("set enable_external_access = false")
        # Without external access DuckDB still lets SQL read the open file and write its log: not without a file system.
        connection.execute("set disabled_filesystems = 'LocalFileSystem'")
        connection.execute("set lock_configuration = true")
        with damage_told(path):
            yield connection
    finally:
        connection.close()


@contextmanager
def damage_told(*paths: Path) -> Iterator[None]:
    """Tell of damage that shows only when rows are read, as blocks are checked then.

    Raises:
        DamagedError: one of the files at `paths`, which are read meanwhile, is damaged.
    """
    try:
        yield
    except duckdb.Error as error:
        message = str(error).splitlines()[0]
        if any(words in message for words in DAMAGE):
            raise DamagedError(_damaged(" or ".join(map(str, paths)), message, paths[0])) from error
        raise


def _damaged(what: object, message: str, path: Path) -> str:
    return f"{what} is damaged ({message}): {REPAIRS.get(path.name, 'delete it')}"


def _opened_readonly(path: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB opens a file by its name twice, for its head and for the rest: anew where a release came in between."""
    while True:
        opened = _identity(path)
        try:
            return duckdb.connect(path, read_only=True)
        except duckdb.Error as error:
            if _identity(path) == opened:
                raise _opening_failed(path, error) from error


def _identity(path: Path) -> tuple[int, int] | None:
    """What stays the same of a file that gets another name; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


@contextmanager
def open_releases(paths: Mapping[str, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Several published files together, each under its name in `paths`, to read.

    Raises:
        DamagedError: a file is damaged or is no DuckDB file.
    """
    connection = duckdb.connect()
    try:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set temp_directory = {literal(Path(gettempdir()) / f'wirehouse-{os.getpid()}{SPILL}')}")
        for name, path in paths.items():
            try:
                connection.execute(f"attach {literal(path)} as {name} (read_only)")
            except duckdb.Error as error:
                raise _opening_failed(path, error) from error
        with damage_told(*paths.values()):
            yield connection
    finally:
        connection.close()


def literal(text: str | Path) -> str:
    """A text or path as a string in SQL, for statements that take no parameters."""
    return "'" + str(text).replace("'", "''") + "'"


def newest_version() -> int:
    """The schema version that this Wirehouse writes."""
    return max(map(_version, MIGRATIONS))


def schema_version(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """The schema version of open raw tables; 0 where there are none.

    Raises:
        WirehouseError: it is newer than this version of Wirehouse.
    """
    connection.execute("create table if not exists schema_version (version integer not null, applied_at timestamptz)")
    row = connection.execute("select coalesce(max(version), 0) from schema_version").fetchone()
    version = int(row[0]) if row else 0
    if version > newest_version():
        raise WirehouseError(too_new(path, version))
    return version


def too_new(path: Path, version: int) -> str:
    """What to say of raw tables of a newer schema version."""
    return f"{path} has schema version {version}, this Wirehouse knows {newest_version()}: install a newer Wirehouse"


def back_up(connection: duckdb.DuckDBPyConnection, path: Path, backups_dir: Path, version: int) -> None:
    """Copy the open raw file as it is; only the newest `BACKUPS_KEPT` copies are kept.

    Raises:
        WirehouseError: the disk has no room for it; nothing was changed.
    """
    backups_dir.mkdir(exist_ok=True)
    connection.execute("checkpoint warehouse")
    backup = backups_dir / f"{path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S}-version-{version}.duckdb"
    new = backup.with_name(backup.name + disk.NEW)
    disk.copy(path, new)
    disk.put_in_place(new, backup)
    log.info("the raw tables have schema version %d: migrating, after a backup to %s", version, backup)
    for old in sorted(backups_dir.glob("*.duckdb"))[:-BACKUPS_KEPT]:
        old.unlink()


def migrate(connection: duckdb.DuckDBPyConnection, version: int) -> None:
    """Apply the migrations after schema version `version`, each in a transaction of its own."""
    connection.execute("create table if not exists schema_version (version integer not null, applied_at timestamptz)")
    for migration in MIGRATIONS:
        if _version(migration) > version:
            connection.execute("begin")
            connection.execute(migration.read_text(encoding="utf-8"))
            connection.execute("insert into schema_version values (?, ?)", [_version(migration), datetime.now(UTC)])
            connection.execute("commit")


def _version(migration: Path) -> int:
    return int(migration.name.split("_")[0])


def _opening_failed(path: Path, error: duckdb.Error) -> WirehouseError:
    message = str(error).splitlines()[0]
    if "Could not set lock" in message:
        return BusyError(f"{path} is open in another process: {message}")
    damaged = any(words in message for words in DAMAGE)
    if not damaged and (way := way_out(message)):
        return WirehouseError(f"{path} cannot be opened: {message}: {way}")
    if not path.exists():
        return WirehouseError(f"{path} does not exist or cannot be created: {message}")
    return DamagedError(_damaged(path, message, path))
