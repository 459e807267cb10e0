"""Whole runs from the command line: exit codes, repeated runs, one writer, failures that publish nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from flows import run as runs
from flows import summary
from flows.extract import stage as extraction
from flows.rollback import rollback
from flows.run import run
from flows.settings import Settings
from tests.conftest import ROOT, wirehouse
from tests.tables import content
from warehouse import disk, lock, state
from warehouse.connection import open_raw
from warehouse.errors import BusyError

STORY = """date 2026-03-05 GENEVA, March 4 (Newsline) -- The talks will resume, mediator Anna Kovacs said Wednesday.

"We have a text that everybody can read," Kovacs told reporters.
"""


@dataclass(frozen=True)
class Once:
    """A folder of stories and the data folder after one strict run on it, which the tests only read."""

    stories: Path
    data_dir: Path
    done: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Three stories, two of them in other languages, and an empty file."""
    stories = tmp_path_factory.mktemp("runs") / "stories"
    stories.mkdir()
    (stories / "talks.txt").write_text(STORY, encoding="utf-8")
    (stories / "donau.txt").write_text("Die Ministerin sagte am Mittwoch, die Gespräche würden fortgesetzt.\n", "utf-8")
    (stories / "huitan.txt").write_text("中国外交部长王毅星期三在北京表示，会谈将继续进行。\n", "utf-8")
    (stories / "empty.txt").write_bytes(b"")
    data_dir = stories.parent / "data"
    return Once(stories, data_dir, wirehouse("run", "--direct", "--strict", "--data-dir", data_dir, stories))


@pytest.fixture
def data_dir(once: Once, tmp_path: Path) -> Path:
    """A copy of that data folder."""
    return shutil.copytree(once.data_dir, tmp_path / "data")


def rows(data_dir: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(data_dir / "wirehouse.duckdb", read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_strict_run_that_rejects_something_publishes_and_exits_with_3(once: Once) -> None:
    assert once.done.returncode == 3, once.done.stderr
    assert "--strict: 1 rejected" in once.done.stderr
    assert rows(once.data_dir, "select reason_code, source_uri from rejections") == [("file_empty", "empty.txt")]
    assert rows(once.data_dir, "select count(*) from documents") == [(3,)]
    assert rows(once.data_dir, "select state, documents_total from runs") == [("done", 3)]


def test_a_second_run_changes_no_row_and_publishes_nothing(once: Once, data_dir: Path) -> None:
    published = (data_dir / "wirehouse.duckdb").stat()
    second = wirehouse("run", "--direct", "--data-dir", data_dir, once.stories)
    assert second.returncode == 0
    assert "nothing new, nothing published" in second.stderr
    again = (data_dir / "wirehouse.duckdb").stat()
    assert (again.st_ino, again.st_mtime_ns) == (published.st_ino, published.st_mtime_ns)
    assert [run.state for run in state.list_runs(data_dir / "state.sqlite")] == ["unchanged", "done"]


def test_a_full_run_publishes_only_what_differs(once: Once, data_dir: Path) -> None:
    def publish_anew() -> str:
        done = wirehouse("run", "--direct", "--full", "--data-dir", data_dir)
        assert done.returncode == 0, done.stderr
        return done.stderr

    assert "nothing new, nothing published" in publish_anew()
    again = wirehouse("run", "--direct", "--data-dir", data_dir, once.stories)
    assert "nothing new, nothing published" in again.stderr
    break_statements(data_dir)
    assert ": published\n" in publish_anew()
    assert content(data_dir / "wirehouse.duckdb") == content(once.data_dir / "wirehouse.duckdb")


def break_statements(data_dir: Path) -> None:
    """As if an incremental build had made wrong rows, and they were published."""
    with duckdb.connect(data_dir / "wirehouse.duckdb") as connection:
        connection.execute("update statements set text = 'wrong'")
    release = state.list_runs(data_dir / "state.sqlite")[-1].run_id
    state.note_release(data_dir / "state.sqlite", release, disk.sha256(data_dir / "wirehouse.duckdb"))
    with duckdb.connect(data_dir / "build.duckdb") as connection:
        connection.execute("update statements set text = 'wrong'")


def test_what_a_full_run_that_died_was_to_mend_the_next_run_mends(
    once: Once, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=data_dir)
    break_statements(data_dir)
    monkeypatch.setattr(runs, "build", lambda *arguments: sys.exit(9))
    with pytest.raises(SystemExit):
        run([str(once.stories)], settings, full=True)
    monkeypatch.undo()
    assert run([str(once.stories)], settings).published
    assert content(settings.published_file) == content(once.data_dir / "wirehouse.duckdb")


def test_a_full_run_after_a_rollback_publishes_all(once: Once, data_dir: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=data_dir)
    (tmp_path / "more.txt").write_text(STORY.replace("Anna Kovacs", "Boris Hahn"), encoding="utf-8")
    sources = [str(once.stories), str(tmp_path / "more.txt")]
    assert run(sources, settings).published
    assert not run(sources, settings, full=True).published
    rollback(settings, None)
    assert not run(sources, settings).published
    assert rows(data_dir, "select count(*) from documents") == [(3,)]
    assert run(sources, settings, full=True).published
    assert rows(data_dir, "select count(*) from documents") == [(4,)]


def test_in_a_release_from_before_that_was_told_all_rejections_hold(data_dir: Path) -> None:
    with duckdb.connect(data_dir / "wirehouse.duckdb") as connection:
        connection.execute("alter table rejections drop column is_current")
    listed = wirehouse("rejections", "--data-dir", data_dir, "--format", "csv")
    assert listed.stdout.startswith("source_uri,record_key,reason_code,reason\nempty.txt,,file_empty,"), listed.stderr
    assert "1  rejections, of which 1 hold" in wirehouse("status", "--data-dir", data_dir).stdout
    assert len(summary.rejections(Settings(data_dir=data_dir))) == 1


def test_documents_in_other_languages_are_loaded_named_and_not_extracted(once: Once) -> None:
    said = "2 documents in other languages were loaded but not extracted: German 1, Chinese 1"
    assert said in once.done.stderr
    assert said in " ".join(wirehouse("status", "--data-dir", once.data_dir).stdout.split())
    found = rows(once.data_dir, "select source_uri, language, sentence_count > 0 from documents order by source_uri")
    assert found == [("donau.txt", "de", False), ("huitan.txt", "zh", False), ("talks.txt", "en", True)]


def test_the_stages_one_by_one_give_what_a_run_gives(once: Once, tmp_path: Path) -> None:
    for stage in (["ingest", str(once.stories)], ["extract"], ["transform"], ["publish"]):
        done = wirehouse(*stage, "--data-dir", tmp_path / "staged")
        assert done.returncode == 0, done.stderr
    staged = content(tmp_path / "staged" / "wirehouse.duckdb")
    assert staged["statements"][0] == 2
    assert staged == content(once.data_dir / "wirehouse.duckdb")


def test_a_source_that_does_not_exist_is_wrong_usage_and_touches_nothing(tmp_path: Path) -> None:
    done = wirehouse("run", "--direct", "--data-dir", tmp_path / "data", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_run_that_fails_publishes_nothing_and_says_why(data_dir: Path, tmp_path: Path) -> None:
    before = (data_dir / "wirehouse.duckdb").read_bytes()
    (tmp_path / "more.txt").write_text(STORY.replace("Anna Kovacs", "Boris Hahn"), encoding="utf-8")
    assert wirehouse("ingest", "--data-dir", data_dir, tmp_path / "more.txt").returncode == 0
    with open_raw(Settings(data_dir=data_dir)) as raw:
        raw.execute("insert into raw.documents select * replace ('twin' as text) from raw.documents")
    failed = wirehouse("run", "--direct", "--data-dir", data_dir, tmp_path / "more.txt")
    assert failed.returncode == 1
    assert "key_stg_documents_document_id failed" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert (data_dir / "wirehouse.duckdb").read_bytes() == before
    assert state.list_runs(data_dir / "state.sqlite", 1)[0].state == "failed"


def test_a_second_writer_is_refused_and_told_who_writes(once: Once, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with lock.hold(Settings(data_dir=data_dir).lock_file):
        done = wirehouse("run", "--direct", "--data-dir", data_dir, once.stories)
    assert done.returncode == 4
    assert f"process {os.getpid()}" in done.stderr
    assert not (data_dir / "wirehouse.duckdb").exists()


def test_the_lock_of_a_dead_process_is_free(tmp_path: Path) -> None:
    lock_file = tmp_path / "run.lock"
    code = (
        "import os, sys; from pathlib import Path; from warehouse import lock\n"
        "with lock.hold(Path(sys.argv[1])): os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, lock_file], cwd=ROOT).returncode == 9
    with lock.hold(lock_file), pytest.raises(BusyError), lock.hold(lock_file):
        pass


def test_a_run_that_died_is_marked_crashed_by_the_next(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    state.start_run(file, "first", "stories", "1.0", datetime(2026, 1, 1, tzinfo=UTC))
    state.start_run(file, "second", "stories", "1.0", datetime(2026, 1, 2, tzinfo=UTC))
    assert {run.run_id: run.state for run in state.list_runs(file)} == {"first": "crashed", "second": "running"}


def test_what_a_killed_process_left_half_written_of_the_state_is_rolled_back(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    for number in range(300):
        state.start_run(file, f"run {number}", "stories", "1.0", datetime(2026, 1, 1, tzinfo=UTC))
    code = (
        "import os, sqlite3, sys; connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('pragma cache_size = 1'); connection.execute('begin')\n"
        "connection.execute(\"update runs set sources = 'others'\"); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, file], cwd=ROOT).returncode == 9
    assert file.with_name("state.sqlite-journal").exists()
    state.set_damaged_aside(file)
    assert [path.name for path in tmp_path.iterdir()] == ["state.sqlite"]
    assert {run.sources for run in state.list_runs(file)} == {"stories"}


@pytest.mark.parametrize(
    ("written", "flipped", "told"),
    [
        (b"process_id integer", b"prodess_id integer", "the table runs has a column prodess_id"),
        (b"sha256 text", b"sha257 text", "no such column: sha256"),
        (b"stories", b"st\xffries", "Could not decode to UTF-8 column 'sources'"),
    ],
)
def test_a_state_file_with_a_wrong_name_or_text_is_damaged(
    tmp_path: Path, written: bytes, flipped: bytes, told: str
) -> None:
    file = tmp_path / "state.sqlite"
    state.start_run(file, "first", "stories", "1.0", datetime(2026, 1, 1, tzinfo=UTC))
    file.write_bytes(file.read_bytes().replace(written, flipped))
    assert told in str(state.fault(file))
    state.set_damaged_aside(file)
    assert [path.name for path in tmp_path.iterdir()] == ["state.sqlite.damaged"]


def test_a_state_file_that_cannot_be_opened_is_not_taken_for_damaged(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").mkdir()
    with pytest.raises(sqlite3.OperationalError):
        state.set_damaged_aside(tmp_path / "state.sqlite")
    assert [path.name for path in tmp_path.iterdir()] == ["state.sqlite"]


def test_status_shows_the_last_runs_and_what_the_warehouse_holds(seeds_data_dir: Path) -> None:
    done = wirehouse("status", "--data-dir", seeds_data_dir)
    assert done.returncode == 0
    assert "documents" in done.stdout
    assert "done" in done.stdout
    assert "waiting      nothing" in done.stdout


def test_a_new_version_of_the_extractor_reads_known_texts_anew_and_says_so(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data_dir=data_dir)
    monkeypatch.setattr(extraction, "EXTRACTOR_VERSION", "000000000000")
    with caplog.at_level("INFO", "wirehouse"):
        assert run([], settings, stages=("extract",)).extract == extraction.ExtractReport(1, 2, 0, {"de": 1, "zh": 1})
    assert "documents read anew, as another version of the extractor had read them: 1" in caplog.text
    with open_raw(settings) as connection:
        versions = connection.execute(
            "select extractor_version, count(*) from raw.statements join raw.extractions using (extraction_number) "
            "group by all"
        ).fetchall()
    assert versions == [("000000000000", 2)]


def test_a_long_text_takes_no_more_memory_for_each_of_its_statements(tmp_path: Path) -> None:
    """With a product of statements and sentences this needs a gigabyte. Two names in each statement, none beside it."""
    settings = Settings(data_dir=tmp_path / "data", workers=1, duckdb_memory_limit="300MB")
    debate = "\n\n".join(
        f"Grace Odera said on day {number} that Uganda would buy maize from Kenya for 90 days."
        for number in range(3500)
    )
    (tmp_path / "debate.txt").write_text(debate, encoding="utf-8")
    run([str(tmp_path / "debate.txt")], settings)
    with duckdb.connect(settings.published_file, read_only=True) as connection:
        counted = connection.execute(
            "select count(*), count(distinct statement_id) from statement_mentions join statements using (statement_id)"
        ).fetchone()
        around = connection.execute("select count(*) from quotes where sentence not like '%' || text || '%'").fetchone()
    assert (counted, around) == ((7000, 3500), (0,))
