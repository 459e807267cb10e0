"""`wirehouse query` on a published file: it prints results and can do nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.conftest import wirehouse


def query(data_dir: Path, sql: str, *options: str | Path) -> tuple[int, str, str]:
    done = wirehouse("query", sql, "--data-dir", data_dir, *options)
    return done.returncode, done.stdout, done.stderr


def test_csv_has_a_header_and_lists_as_json(seeds_data_dir: Path) -> None:
    code, out, _ = query(seeds_data_dir, "select 1 as one, null as none, ['a', 'b'] as list", "--format", "csv")
    assert code == 0
    assert out == 'one,none,list\n1,,"[""a"", ""b""]"\n'


def test_json_is_an_array_of_objects(seeds_data_dir: Path) -> None:
    _, out, _ = query(seeds_data_dir, "select 1 as one, date '2026-03-04' as day", "--format", "json")
    assert json.loads(out) == [{"one": 1, "day": "2026-03-04"}]


def test_parquet_goes_to_a_file(seeds_data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.parquet"
    code, _, _ = query(seeds_data_dir, "select 7 as seven", "--format", "parquet", "--output", file)
    assert code == 0
    assert pq.read_table(file).to_pydict() == {"seven": [7]}


def test_parquet_without_a_file_is_wrong_usage(seeds_data_dir: Path) -> None:
    code, _, err = query(seeds_data_dir, "select 7", "--format", "parquet")
    assert code == 2
    assert "--output FILE" in err


def test_a_table_shows_control_characters_escaped(seeds_data_dir: Path) -> None:
    _, out, _ = query(seeds_data_dir, "select 'red ' || chr(27) || '[31m' as text")
    assert "\x1b" not in out
    assert "\\x1b[31m" in out


def test_wrong_sql_gives_one_error_and_no_traceback(seeds_data_dir: Path) -> None:
    code, out, err = query(seeds_data_dir, "select nonsense from documents")
    assert code == 1
    assert out == ""
    assert err.startswith("wirehouse: ")
    assert "nonsense" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('README.md')",
        "copy documents to 'stolen.csv'",
        "attach 'other.duckdb'",
        "install httpfs",
        "load httpfs",
        "select * from 'https://127.0.0.1/x.parquet'",
        "delete from documents",
        "drop table statements",
        "create table mine as select 1",
        "set enable_external_access = true",
        "export database 'copy'",
    ],
)
def test_sql_that_reaches_out_or_writes_is_refused(seeds_data_dir: Path, sql: str) -> None:
    code, out, err = query(seeds_data_dir, sql)
    assert code == 1
    assert out == ""
    assert err.startswith("wirehouse: ")


def test_without_a_warehouse_the_way_out_is_named(tmp_path: Path) -> None:
    code, _, err = query(tmp_path / "none", "select 1")
    assert code == 2
    assert "wirehouse run" in err
