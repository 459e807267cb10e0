"""Watching: what counts as a new file, and when it has settled."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from flows.server import Server
from flows.settings import Settings
from flows.watch import Settling, counts, crashed_once, settled, watched_folders
from warehouse.errors import UsageError


def test_what_is_written_settles_once_after_the_quiet_period() -> None:
    settling = Settling(quiet_seconds=10)
    assert not settling.settled(now=100)
    settling.changed(now=100)
    assert not settling.settled(now=109)
    assert settling.settled(now=110)
    assert not settling.settled(now=120)


def test_a_file_that_is_still_written_waits() -> None:
    settling = Settling(quiet_seconds=10)
    for second in range(100, 160, 5):
        settling.changed(now=second)
        assert not settling.settled(now=second + 4.9)
    assert settling.settled(now=165)


def test_folders_files_and_globs_are_watched_by_their_folder(tmp_path: Path) -> None:
    (tmp_path / "wire").mkdir()
    (tmp_path / "one.txt").write_text("x", encoding="utf-8")
    sources = [f"{tmp_path}/wire", f"{tmp_path}/one.txt", f"{tmp_path}/wire/2026-*/*.jsonl"]
    assert watched_folders(sources) == [tmp_path / "wire", tmp_path]
    with pytest.raises(UsageError, match="--every"):
        watched_folders(["https://example.org/feed.xml"])


@pytest.mark.parametrize(
    ("path", "expected"),
    [("new.txt", True), (".new.txt.swp", False), (".git/new.txt", False), ("data/state.sqlite", False)],
)
def test_hidden_files_and_the_data_folder_do_not_count(path: str, expected: bool, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    assert counts(str(tmp_path / path), [tmp_path], settings) is expected


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Queue[str]]:
    """An entry for each run that watching `tmp_path / "wire"` starts."""
    (tmp_path / "wire").mkdir()
    stop, found = threading.Event(), Queue[str]()
    settings = Settings(data_dir=tmp_path / "data", watch_quiet_seconds=0.2)

    def watch() -> None:
        for _ in settled([f"{tmp_path}/wire"], settings, stop):
            found.put("run")

    thread = threading.Thread(target=watch)
    thread.start()
    yield found
    stop.set()
    thread.join()


def test_a_run_starts_for_what_lies_there_and_for_each_new_file(runs: Queue[str], tmp_path: Path) -> None:
    assert runs.get(timeout=30) == "run"
    (tmp_path / "wire" / "new.txt").write_text("x", encoding="utf-8")
    assert runs.get(timeout=30) == "run"
    (tmp_path / "wire" / "below").mkdir()
    assert runs.get(timeout=30) == "run"
    (tmp_path / "wire" / "below" / "new.txt").write_text("x", encoding="utf-8")
    assert runs.get(timeout=30) == "run"


def test_a_folder_that_was_gone_is_watched_again(runs: Queue[str], tmp_path: Path) -> None:
    assert runs.get(timeout=30) == "run"
    (tmp_path / "wire").rename(tmp_path / "former")
    (tmp_path / "wire").mkdir()
    assert runs.get(timeout=30) == "run"
    (tmp_path / "wire" / "new.txt").write_text("x", encoding="utf-8")
    assert runs.get(timeout=30) == "run"


@pytest.mark.parametrize(
    ("newest_first", "expected"),
    [
        ([], False),
        (["COMPLETED"], False),
        (["CRASHED"], True),
        (["CRASHED", "COMPLETED"], True),
        (["CRASHED", "CRASHED"], False),
        (["RUNNING", "CRASHED"], False),
        (["FAILED", "COMPLETED"], False),
    ],
)
def test_after_a_run_that_was_killed_one_more_starts(
    newest_first: list[str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [{"state_type": state} for state in newest_first]
    monkeypatch.setattr(Server, "runs", lambda *_, **__: found)
    assert crashed_once(Server("http://127.0.0.1:1/api"), "inbox") is expected
