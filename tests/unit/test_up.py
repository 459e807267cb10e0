"""How `wirehouse up` ends: after the runs that go on, or at once at a second signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.server import Server
from flows.settings import Settings
from flows.up import wait_for_runs

OURS = {"infrastructure_pid": str(os.getpid())}
ELSEWHERE = {"infrastructure_pid": None}


class Answers(Server):
    """A server that answers one list of unfinished runs after the other."""

    def __init__(self, *answers: list[dict[str, Any]]) -> None:
        super().__init__("http://127.0.0.1:1/api")
        object.__setattr__(self, "coming", iter(answers))

    def deployments(self, root: Path) -> dict[str, dict[str, Any]]:
        return {}

    def runs(self, deployment_ids: list[str], sort: str = "", **conditions: Any) -> list[dict[str, Any]]:
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
