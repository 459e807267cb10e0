"""Builds and releases: what a built or published file was made from, and the last steps from built to public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.state import RunRow

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


def fingerprint(raw: duckdb.DuckDBPyConnection) -> str:
    """A value that changes whenever a raw row comes or goes; columns that only record observation do not count."""
    return "/".join(f"{table}:{rows}:{hashed}" for table, rows, hashed in raw.execute(FINGERPRINT_SQL).fetchall())


def mark_built(build_file: Path, build: Build | None) -> None:
    """Write into the built file what it was made from; None while it is being built."""
    with duckdb.connect(build_file) as connection:
        connection.execute("create schema if not exists staging")
        connection.execute(
            "create or replace table staging.build "
            "(inputs varchar, extractor_version varchar, wirehouse_version varchar)"
        )
        if build is not None:
            connection.execute("insert into staging.build values (?, ?, ?)", astuple(build))


def read_build(build_file: Path) -> Build | None:
    """What the built file was made from; None if it does not exist or was left unfinished."""
    if not build_file.exists():
        return None
    with duckdb.connect(build_file, read_only=True) as connection:
        try:
            row = connection.execute(
                "select inputs, extractor_version, wirehouse_version from staging.build"
            ).fetchone()
        except duckdb.CatalogException:
            return None
    return Build(*row) if row else None


def finish(connection: duckdb.DuckDBPyConnection, release: Release, runs: Iterable[RunRow]) -> None:
    """Turn a copy of the built file into a release: public tables alone, with `runs` and `release` filled in."""
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


def read(connection: duckdb.DuckDBPyConnection) -> Release | None:
    """Which release an open published file is; None if it says nothing about it."""
    try:
        row = connection.execute(
            "select inputs, extractor_version, wirehouse_version, run_id, published_at from release"
        ).fetchone()
    except duckdb.CatalogException:
        return None
    return Release(*row) if row else None


def row_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of each public table, by name."""
    names = connection.execute(
        "select table_name from duckdb_tables() where database_name = current_database() and schema_name = 'main' "
        "order by table_name"
    ).fetchall()
    counts = {}
    for (name,) in names:
        row = connection.execute(f'select count(*) from "{name}"').fetchone()
        counts[name] = int(row[0]) if row else 0
    return counts
