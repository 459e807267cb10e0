"""Opening DuckDB: the private raw file to write, a published file to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import duckdb

from warehouse.errors import BusyError, WirehouseError

STORAGE_VERSION = "v1.0.0"
"""What new files are written as, so that tools that bundle DuckDB 1.x can open them."""

MIGRATIONS = sorted((Path(__file__).parent / "migrations").glob("[0-9]*.sql"))
"""`0001_name.sql` and on; the number is the schema version that it leads to. What was released never changes."""


class RawFile(Protocol):
    """The settings that opening the raw file takes."""

    @property
    def raw_file(self) -> Path:
        """Where it is."""

    @property
    def duckdb_memory_limit(self) -> str:
        """DuckDB's own limit, such as `1GB`."""


@contextmanager
def open_raw(settings: RawFile) -> Iterator[duckdb.DuckDBPyConnection]:
    """The raw tables, created or brought to this version's schema if need be. One process at a time.

    Raises:
        BusyError: another process has the file open.
        WirehouseError: the file is damaged, or of a newer version of Wirehouse.
    """
    path = settings.raw_file
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    try:
        try:
            _attach(connection, path)
            connection.execute("set timezone = 'UTC'")
            connection.execute("set preserve_insertion_order = false")
            connection.execute(f"set memory_limit = '{settings.duckdb_memory_limit}'")
            migrate(connection, path)
        except duckdb.Error as error:
            raise _opening_failed(path, error) from error
        yield connection
    finally:
        connection.close()


@contextmanager
def open_readonly(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A published file for anybody's SQL, which can change nothing and reach no other file, host or extension.

    Raises:
        BusyError: another process writes to the file.
        WirehouseError: the file is damaged or is no DuckDB file.
    """
    try:
        connection = duckdb.connect(path, read_only=True)
    except duckdb.Error as error:
        raise _opening_failed(path, error) from error
    try:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set temp_directory = ''")
        connection.execute("set python_enable_replacements = false")
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute("set autoload_known_extensions = false")
        connection.execute("set allow_persistent_secrets = false")
        connection.execute("set enable_external_access = false")
        # Without external access DuckDB still lets SQL read the open file and write its log: not without a file system.
        connection.execute("set disabled_filesystems = 'LocalFileSystem'")
        connection.execute("set lock_configuration = true")
        yield connection
    finally:
        connection.close()


@contextmanager
def open_releases(paths: Mapping[str, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Several published files together, each under its name in `paths`, to read.

    Raises:
        WirehouseError: a file is damaged or is no DuckDB file.
    """
    connection = duckdb.connect()
    try:
        connection.execute("set timezone = 'UTC'")
        for name, path in paths.items():
            try:
                connection.execute(f"attach {literal(path)} as {name} (read_only)")
            except duckdb.Error as error:
                raise _opening_failed(path, error) from error
        yield connection
    finally:
        connection.close()


def literal(path: Path) -> str:
    """A path as a string in SQL, for statements that take no parameters."""
    return "'" + str(path).replace("'", "''") + "'"


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Attach under another name than the file's: the catalog `raw` and the schema `raw` would be ambiguous."""
    connection.execute(f"attach {literal(path)} as warehouse (storage_version '{STORAGE_VERSION}')")
    connection.execute("use warehouse")


def migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Apply the migrations that the file has not seen, each in a transaction of its own.

    Raises:
        WirehouseError: the file's schema is newer than this version of Wirehouse.
    """
    connection.execute("create table if not exists schema_version (version integer not null, applied_at timestamptz)")
    row = connection.execute("select coalesce(max(version), 0) from schema_version").fetchone()
    current = int(row[0]) if row else 0
    newest = max(_version(migration) for migration in MIGRATIONS)
    if current > newest:
        raise WirehouseError(
            f"{path} has schema version {current}, this Wirehouse knows {newest}: install a newer Wirehouse"
        )
    for migration in MIGRATIONS:
        if _version(migration) > current:
            connection.execute("begin")
            connection.execute(migration.read_text(encoding="utf-8"))
            connection.execute("insert into schema_version values (?, ?)", [_version(migration), datetime.now(UTC)])
            connection.execute("commit")


def _version(migration: Path) -> int:
    return int(migration.name.split("_")[0])


def _opening_failed(path: Path, error: duckdb.Error) -> WirehouseError:
    if "Could not set lock" in str(error):
        return BusyError(f"{path} is open in another process: {str(error).splitlines()[0]}")
    if not path.exists():
        return WirehouseError(f"{path} does not exist or cannot be created: {str(error).splitlines()[0]}")
    return WirehouseError(f"{path} cannot be opened: {str(error).splitlines()[0]}")
