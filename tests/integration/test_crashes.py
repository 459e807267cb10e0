"""Processes that die, and machines that are short of something. `make soak` does the same at many more moments."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from flows.extract import stage
from flows.settings import Settings
from flows.verify import verify
from tests.conftest import ROOT, wirehouse
from tests.dying import DIED
from tests.tables import content
from warehouse import connection, lock, releases
from warehouse.connection import open_raw
from warehouse.errors import BusyError, WirehouseError

STORY = "GENEVA, March 4, 2026 (Newsline) -- The talks will resume, mediator Anna Kovacs said Wednesday.\n"


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    folder = tmp_path / "stories"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(f"{STORY}Story {number}.\n", encoding="utf-8")
    return folder


def die(point: str, stages: str, data_dir: Path, *sources: Path) -> None:
    command = [sys.executable, "-m", "tests.dying", point, stages, data_dir, *sources]
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == DIED, done.stderr


@pytest.mark.parametrize(
    ("point", "loaded"),
    [
        ("before a commit of raw rows", 0),
        ("after a commit of raw rows", 3),
        ("before warehouse.disk.put_in_place", 0),
    ],
)
def test_what_a_dead_ingest_left_is_completed(stories: Path, tmp_path: Path, point: str, loaded: int) -> None:
    data_dir = tmp_path / "data"
    die(point, "ingest", data_dir, stories)
    done = wirehouse("ingest", "--data-dir", data_dir, stories)
    assert done.returncode == 0, done.stderr
    assert f"{3 - loaded} new documents" in done.stderr
    with open_raw(Settings(data_dir=data_dir)) as raw:
        assert raw.execute("select count(*), count(distinct document_id) from raw.documents").fetchone() == (3, 3)
        assert raw.execute("select count(*) from raw.document_sources").fetchone() == (3,)


@pytest.mark.parametrize(
    ("point", "published"),
    [
        ("after warehouse.disk.copy", False),
        ("before warehouse.disk.point", False),
        ("before warehouse.releases.prune", True),
    ],
)
def test_a_dead_publish_leaves_the_old_release_or_the_new(
    seeds_data_dir: Path, tmp_path: Path, point: str, published: bool
) -> None:
    shutil.copytree(seeds_data_dir, tmp_path / "data", symlinks=True)
    settings = Settings(data_dir=tmp_path / "data")
    old = content(settings.published_file)
    build = releases.read_build(settings.build_file)
    assert build
    with duckdb.connect(settings.build_file) as built:
        built.execute("update documents set title = 'Another title'")
    releases.mark_built(settings.build_file, replace(build, inputs="others"))
    die(point, "publish", settings.root)
    assert (content(settings.published_file) != old) is published
    done = wirehouse("publish", "--data-dir", settings.root)
    assert done.returncode == 0, done.stderr
    assert content(settings.published_file)["documents"] != old["documents"]
    assert list(settings.root.rglob("*.new*")) == []
    assert len(releases.kept(settings.releases_dir)) == 1


def test_workers_end_when_their_parent_is_killed() -> None:
    code = (
        "import multiprocessing, time\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "from flows.extract.stage import _end_with_parent\n"
        "if __name__ == '__main__':\n"
        "    context = multiprocessing.get_context('spawn')\n"
        "    with ProcessPoolExecutor(1, mp_context=context, initializer=_end_with_parent) as pool:\n"
        "        pool.submit(int).result()\n"
        "        print(*(child.pid for child in multiprocessing.active_children()), flush=True)\n"
        "        time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 60
    while _lives(worker):
        assert time.monotonic() < deadline, "the worker outlived its parent"
        time.sleep(0.05)


def _lives(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_killed_worker_is_told_with_the_way_out() -> None:
    import multiprocessing

    def batches() -> Iterator[list[stage.Document]]:
        yield [("a" * 20, STORY)]
        for child in multiprocessing.active_children():
            assert child.pid
            os.kill(child.pid, signal.SIGKILL)
        while True:
            yield [("b" * 20, STORY)]

    with pytest.raises(WirehouseError, match=r"the system ended an extraction process.*with fewer --workers"):
        list(stage._worked(stage.extract_batch, batches(), 2))


def interrupts_are_blocked(documents: list[stage.Document]) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_ctrl_c_reaches_no_worker_so_that_one_that_is_starting_prints_no_traceback() -> None:
    assert list(stage._worked(interrupts_are_blocked, [[("a" * 20, STORY)]] * 8, 2)) == [True] * 8
    assert not interrupts_are_blocked([])


def limited(kind: int, most: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (most, most))


def without_rights() -> None:
    """Even the superuser keeps to the rights of files then."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


@pytest.mark.parametrize(
    ("shortage", "way_out"),
    [
        (limited(resource.RLIMIT_FSIZE, 300_000), "files may not grow that far: raise the limit"),
        (limited(resource.RLIMIT_NOFILE, 16), "raise the limit (`ulimit -n 1024`)"),
        (without_rights, "give this user the right to write in the data folder"),
    ],
    ids=["full", "open files", "rights"],
)
def test_a_shortage_is_one_line_with_the_way_out_and_the_next_run_recovers(
    stories: Path, tmp_path: Path, shortage: Callable[[], None], way_out: str
) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o555)
    for number in range(3, 30):
        (stories / f"{number}.txt").write_text(f"{STORY * 40}Story {number}.\n", encoding="utf-8")
    command = [sys.executable, "-m", "flows.cli", "ingest", "--data-dir", str(data_dir), str(stories)]
    short = subprocess.run(command, cwd=ROOT, preexec_fn=shortage, capture_output=True, text=True)
    assert short.returncode == 1, short.stderr
    assert short.stderr.splitlines()[-1].startswith("wirehouse: ")
    assert way_out in short.stderr
    assert "Traceback" not in short.stderr
    data_dir.chmod(0o755)
    done = wirehouse("ingest", "--data-dir", data_dir, stories)
    assert done.returncode == 0, done.stderr
    with open_raw(Settings(data_dir=data_dir)) as raw:
        assert raw.execute("select count(*) from raw.documents").fetchone() == (30,)
        assert raw.execute("select count(*) from raw.rejections").fetchone() == (0,)


def test_a_tracked_run_without_rights_says_so_at_once(stories: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    (data_dir / "prefect").mkdir(parents=True)
    data_dir.chmod(0o555)
    command = [sys.executable, "-m", "flows.cli", "run", "--data-dir", str(data_dir), str(stories)]
    done = subprocess.run(command, cwd=ROOT, preexec_fn=without_rights, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        f"wirehouse: Permission denied ({data_dir}): give this user the right to write in the data folder, or name "
        "another with --data-dir; the published warehouse is as it was\n"
    )


def test_too_little_memory_is_told_and_no_memory_limit_at_all_is_wrong_usage(stories: Path, tmp_path: Path) -> None:
    few = wirehouse("run", "--direct", "--data-dir", tmp_path / "data", stories, "--memory-limit", "2MB")
    assert few.returncode == 1
    assert "allow more with --memory-limit" in few.stderr
    for much in ("much", "", "2 GB or so"):
        refused = wirehouse("run", "--direct", stories, "--memory-limit", much)
        told = f"wirehouse: --memory-limit {much}: write a number and its unit, such as 800MB or 1.5GiB\n"
        assert (refused.returncode, refused.stderr) == (2, told)
    refused = wirehouse("status", WIREHOUSE_WORKERS="0")
    told = "wirehouse: WIREHOUSE_WORKERS 0: input should be greater than or equal to 1\n"
    assert (refused.returncode, refused.stderr) == (2, told)


def test_an_older_raw_file_is_backed_up_and_migrated_and_a_newer_refused(
    stories: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    first = connection.MIGRATIONS[:1]
    monkeypatch.setattr(connection, "MIGRATIONS", first)
    with open_raw(settings) as raw:
        raw.execute("insert into raw.documents values ('a', 'An old text.', 12, 3, 0, now(), 'run')")
        raw.execute(
            "insert into raw.extractions values ('a', 'new', '2026-02-01', 'run'), ('a', 'old', '2026-01-01', 'run')"
        )
        for sentence, version in (("of the old", "old"), ("of the new", "new")):
            raw.execute(
                "insert into raw.sentences values (?, 'a', 0, 0, 'An old text.', 0, 12, ?)", [sentence, version]
            )
    assert not settings.backups_dir.exists()
    monkeypatch.undo()
    with open_raw(settings) as raw:
        assert raw.execute("select text from raw.documents").fetchall() == [("An old text.",)]
        assert raw.execute(
            "select sentence_id, extraction_number, extractor_version "
            "from raw.sentences join raw.extractions using (document_id, extraction_number) order by all"
        ).fetchall() == [("of the new", 2, "new"), ("of the old", 1, "old")]
        assert connection.schema_version(raw, settings.raw_file) == connection.newest_version()
        raw.execute("insert into schema_version values (9999, now())")
    (backup,) = settings.backups_dir.iterdir()
    assert backup.name.endswith("-version-1.duckdb")
    with duckdb.connect(backup, read_only=True) as before:
        assert before.execute("select max(version) from schema_version").fetchall() == [(1,)]
    told = f"has schema version 9999, this Wirehouse knows {connection.newest_version()}: install a newer Wirehouse"
    assert [fault.endswith(told) for fault in verify(settings).damaged] == [True]
    done = wirehouse("ingest", "--data-dir", settings.root, stories)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(told)


def test_a_run_that_waits_says_so_and_goes_on_when_the_first_one_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    code = (
        "import sys; from pathlib import Path; from warehouse import lock\nwith lock.hold(Path(sys.argv[1])): input()"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "run.lock"], cwd=ROOT, stdin=subprocess.PIPE, text=True
    )
    while not (tmp_path / "run.json").exists():
        time.sleep(0.02)
    with pytest.raises(BusyError, match=rf"another run .*: process {first.pid}, started 20\d\d-.*T"):
        lock.hold(tmp_path / "run.lock").__enter__()
    assert first.stdin
    told = re.compile(rf"another run is writing to .*: process {first.pid}, .*: waiting, 60 seconds at most")

    def wait() -> None:
        with lock.hold(tmp_path / "run.lock", wait_seconds=60):
            pass

    with caplog.at_level("INFO", "wirehouse"), ThreadPoolExecutor() as pool:
        waiting = pool.submit(wait)
        while not told.search(caplog.text):
            assert not waiting.done()
            time.sleep(0.02)
        first.stdin.close()
        waiting.result()
    first.wait()
