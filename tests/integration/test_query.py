"""`wirehouse query` on a published file: it prints results and can do nothing else."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.query import executed
from flows.settings import Settings
from flows.terminal import printable
from tests.conftest import wirehouse
from warehouse.errors import UsageError, WirehouseError


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
    done = query(seeds_data_dir, "select 7 as seven", "--format", "parquet", "--output", file)
    assert done == (0, "", "")
    assert pq.read_table(file).to_pydict() == {"seven": [7]}


def test_a_result_replaces_no_database(seeds_data_dir: Path, tmp_path: Path) -> None:
    published = seeds_data_dir / "wirehouse.duckdb"
    before = published.stat().st_mtime_ns
    (tmp_path / "out.csv").symlink_to(published)
    for file in (published, tmp_path / "out.csv", seeds_data_dir / "state.sqlite"):
        code, _, err = query(seeds_data_dir, "select 7", "--format", "csv", "--output", file)
        assert code == 2
        assert f"{file} is a database, which no result may replace" in err
    assert published.stat().st_mtime_ns == before


def test_parquet_without_a_file_is_wrong_usage(seeds_data_dir: Path) -> None:
    code, _, err = query(seeds_data_dir, "select 7", "--format", "parquet")
    assert code == 2
    assert "--output FILE" in err


def test_a_table_shows_control_characters_escaped(seeds_data_dir: Path) -> None:
    _, out, _ = query(seeds_data_dir, "select 'red ' || chr(27) || '[31m' as text")
    assert "\x1b" not in out
    assert "\\x1b[31m" in out


@pytest.mark.parametrize("sql", ["select nonsense from documents", "selec nonsense"])
def test_wrong_sql_is_one_line_that_shows_the_place(seeds_data_dir: Path, sql: str) -> None:
    code, out, err = query(seeds_data_dir, sql)
    assert (code, out) == (1, "")
    assert err.startswith("wirehouse: ")
    assert err.endswith(f"LINE 1: {sql}\n")
    assert err.count("\n") == 1


def test_a_result_too_wide_for_the_terminal_is_shown_record_by_record(seeds_data_dir: Path) -> None:
    sql = "select 'one' as a, " + ", ".join(f"'number {i}' as column_{i}" for i in range(12)) + " union all select "
    done = wirehouse("query", sql + ", ".join(["'two'"] * 13), "--data-dir", seeds_data_dir, COLUMNS="80")
    lines = [line.strip("│ ") for line in done.stdout.splitlines()]
    assert [" ".join(line.split()) for line in lines if line.startswith(("a ", "column_0 "))] == [
        "a │ one", "column_0 │ number 0", "a │ two", "column_0 │ two"
    ]  # fmt: skip
    assert lines[-1] == "2 rows"
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_result_that_cannot_be_written_is_one_line(seeds_data_dir: Path, tmp_path: Path) -> None:
    for output_format in ("csv", "parquet"):
        file = tmp_path / "nowhere" / f"out.{output_format}"
        code, _, err = query(seeds_data_dir, "select 1 as one", "--format", output_format, "--output", file)
        assert code == 1
        assert err.startswith(f"wirehouse: {file} cannot be written: ")
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["query"], "Missing argument 'SQL': see `"),
        (["query", "select 1", "--bogus"], "No such option: --bogus: see `"),
        (["run", "--workers", "0"], "Invalid value for '--workers'"),
        (["bogus"], "No such command 'bogus': see `"),
    ],
)
def test_wrong_usage_is_one_line_that_names_the_help(arguments: list[str], said: str) -> None:
    done = wirehouse(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"wirehouse: {said}")
    assert done.stderr.endswith(" --help`\n")
    assert done.stderr.count("\n") == 1


def test_without_a_command_the_help_is_shown() -> None:
    done = wirehouse()
    assert done.returncode == 2
    assert "Commands:" in done.stdout + done.stderr


REFUSED = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('README.md')",
    "select * from read_blob('/proc/self/environ')",
    "select * from read_blob('FILE')",
    "select * from glob('/*')",
    "select * from sniff_csv('README.md')",
    "select * from read_duckdb('raw.duckdb')",
    "select * from '/etc/passwd'",
    "select * from query('from read_text(''/etc/passwd'')')",
    "select * from query_table('/etc/passwd')",
    "select * from 'https://127.0.0.1/x.parquet'",
    "select * from 's3://bucket/x.parquet'",
    "select getenv('HOME')",
    "select * from json_execute_serialized_sql('{}')",
    "select * from enable_logging(storage = 'file', storage_config = {'path': 'HERE'})",
    "with gone as (delete from documents returning *) select * from gone",
    "copy documents to 'HERE/stolen.csv'",
    "copy (select 1) to 'FILE' (format csv, use_tmp_file false)",
    "copy (select 1) to 'FILE.wal' (format csv)",
    "copy (pivot (select 1 as a, 2 as b) on a using sum(b)) to 'FILE.wal' (format csv)",
    "/* /* */ select */ copy (pivot (select 1 as a, 2 as b) on a using sum(b)) to 'FILE.wal' (format csv)",
    "explain analyze copy (select 1) to 'FILE.wal' (format csv)",
    "explain/**/ANALYZE copy (pivot (select 1 as a, 2 as b) on a using sum(b)) to 'FILE.wal' (format csv)",
    "select 1; copy (select 1) to 'FILE.wal' (format csv); select 2",
    "attach 'other.duckdb'",
    "attach 'FILE' as other",
    "detach wirehouse",
    "use temp",
    "copy from database wirehouse to other",
    "export database 'HERE/copy'",
    "import database 'HERE'",
    "install httpfs",
    "load httpfs",
    "load '/tmp/extension.duckdb_extension'",
    "update extensions",
    "create persistent secret s (type http)",
    "create secret s (type http)",
    "delete from documents",
    "update documents set text = ''",
    "insert into documents select * from documents",
    "drop table statements",
    "alter table documents rename to texts",
    "create table mine as select 1",
    "create temp table mine as select 1",
    "create temp macro mine() as 1",
    "comment on table documents is 'mine'",
    "set enable_external_access = true",
    "reset enable_external_access",
    "set lock_configuration = false",
    "set temp_directory = 'HERE'",
    "set variable a = 1",
    "pragma enable_profiling = 'json'",
    "pragma profiling_output = 'HERE/profile'",
    "pragma import_database('HERE')",
    "call enable_logging(storage = 'file')",
    "call force_checkpoint()",
    "checkpoint",
    "vacuum",
    "begin",
    "prepare p as copy (select 1) to 'FILE.wal'; execute p",
    "",
    "-- nothing",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_sql_that_reaches_out_or_writes_is_refused(seeds_data_dir: Path, sql: str) -> None:
    settings = Settings(data_dir=seeds_data_dir)
    file = settings.published_file
    before = sorted(settings.root.rglob("*")), file.stat(), sha256(file.read_bytes()).hexdigest()
    with (
        pytest.raises(WirehouseError),
        executed(settings, sql.replace("HERE", str(settings.root)).replace("FILE", str(file))),
    ):
        pass
    after = sorted(settings.root.rglob("*")), file.stat(), sha256(file.read_bytes()).hexdigest()
    assert after[0] == before[0]
    assert after[1].st_mtime_ns == before[1].st_mtime_ns
    assert after[2] == before[2]


def test_refused_sql_is_one_line_on_standard_error(seeds_data_dir: Path) -> None:
    code, out, err = query(seeds_data_dir, "copy documents to 'stolen.csv'")
    assert (code, out) == (1, "")
    assert err == "wirehouse: only SELECT, PIVOT, DESCRIBE, SHOW and EXPLAIN can be run, and no EXPLAIN ANALYZE\n"


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "from documents limit 1",
        "values (1)",
        "show tables",
        "describe documents",
        "summarize sentences",
        "explain select 1",
        "pivot (select 1 as a, 2 as b) on a using sum(b)",
        "select * from (pivot (select 1 as a, 2 as b) on a using sum(b))",
        "select span_text('abc', 0, 1)",
        "select 1;",
    ],
)
def test_sql_that_only_reads_runs(seeds_data_dir: Path, sql: str) -> None:
    with executed(Settings(data_dir=seeds_data_dir), sql) as result:
        assert result.fetchall()


def test_one_statement_runs_at_a_time(seeds_data_dir: Path) -> None:
    with (
        pytest.raises(UsageError, match="these are 2 statements: run one at a time"),
        executed(Settings(data_dir=seeds_data_dir), "select 1; select 2"),
    ):
        pass


def test_secrets_of_the_user_are_not_there(seeds_data_dir: Path) -> None:
    with executed(Settings(data_dir=seeds_data_dir), "from duckdb_secrets()") as result:
        assert result.fetchall() == []


@pytest.mark.parametrize(
    "character", ["\x1b", "\x07", "\x9b", "\r", "\b", "\u202e", "\u2066", "\u200b", "\ufeff", "\t"]
)
def test_no_character_of_a_document_can_break_the_terminal(character: str) -> None:
    shown = str(printable(f"a{character}b"))
    assert character not in shown
    assert shown.isprintable()


def test_without_a_warehouse_the_way_out_is_named(tmp_path: Path) -> None:
    code, _, err = query(tmp_path / "none", "select 1")
    assert code == 2
    assert "wirehouse run" in err
