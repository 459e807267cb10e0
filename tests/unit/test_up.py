"""How `wirehouse up` ends, after the runs that go on or at once at a second signal; which runs it takes for dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.server import Server
from flows.settings import Settings
from flows.up import has_died, use_prefect, wait_for_runs
from warehouse.lock import lives

OURS = {"infrastructure_pid": str(os.getpid())}
ELSEWHERE = {"infrastructure_pid": None}


class Answers(Server):
    """A server that answers one list of unfinished runs after the other."""

    def __init__(self, *answers: list[dict[str, Any]]) -> None:
        super().__init__("http://127.0.0.1:1/api")
        object.__setattr__(self, "coming", iter(answers))

    def deployments(self, root: Path) -> dict[str, dict[str, Any]]:
        return {}

    def runs(
        self, deployment_ids: list[str], sort: str = "", limit: int = 0, **conditions: Any
    ) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = next(self.coming)  # type: ignore[attr-defined]
        return answer


@pytest.fixture
def runner() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_it_waits_for_the_runs_of_this_machine(runner: subprocess.Popen[bytes], tmp_path: Path) -> None:
    server = Answers([OURS, ELSEWHERE], [OURS], [ELSEWHERE])
    wait_for_runs(server, runner, Settings(data_dir=tmp_path), [signal.SIGINT])
    assert runner.poll() is None
    with pytest.raises(StopIteration):
        server.runs([])


def test_a_second_signal_waits_for_nothing(runner: subprocess.Popen[bytes], tmp_path: Path) -> None:
    server = Answers([OURS])
    wait_for_runs(server, runner, Settings(data_dir=tmp_path), [signal.SIGINT, signal.SIGINT])
    assert server.runs([]) == [OURS]


@pytest.fixture
def ended() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has ended, of which its parent has not taken note."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    yield process
    process.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="told by /proc")
def test_a_run_that_ended_while_the_runner_is_stopped_is_not_waited_for(
    runner: subprocess.Popen[bytes], ended: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    assert (lives(os.getpid()), lives(ended.pid)) == (True, False)
    server = Answers([OURS], [{"infrastructure_pid": str(ended.pid)}])
    wait_for_runs(server, runner, Settings(data_dir=tmp_path), [signal.SIGINT])
    with pytest.raises(StopIteration):
        server.runs([])


@pytest.mark.parametrize(
    ("pid", "taken", "expected"),
    [
        (os.getpid(), "2026-03-04T06:00:00Z", False),
        (None, "2026-03-04T06:13:10Z", False),
        (None, "2026-03-04T06:12:50Z", True),
    ],
    ids=["it lives", "may still start", "had its time"],
)
def test_a_run_without_a_process_is_dead_only_when_the_runner_had_time_to_start_it(
    pid: int | None, taken: str, expected: bool
) -> None:
    run = {"infrastructure_pid": pid and str(pid), "state": {"timestamp": taken}}
    assert has_died(run, datetime(2026, 3, 4, 6, 15, tzinfo=UTC)) is expected


def test_the_data_folder_is_made_where_prefect_has_a_home_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {"PREFECT_HOME": str(tmp_path / "home")})
    assert use_prefect(Settings(data_dir=tmp_path / "new" / "data")) is None
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["data", "home", "new"]
