"""What integration tests share: the dbt project as dbt parsed it, tracked runs, and `wirehouse up`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from filelock import FileLock

from flows.settings import Settings
from flows.transform import run_dbt
from tests.conftest import ROOT, shared_folder

Found = TypeVar("Found")

TALKS = """GENEVA, March 4, 2026 (Newsline) -- The talks will resume on Monday, mediator Anna Kovacs said Wednesday.

"We have a text that everybody can read," Kovacs told reporters.
"""


@dataclass(frozen=True)
class Up:
    """A living `wirehouse up`: its data folder, the address of its server, its process.

    All questions go through one client: to make one takes longer than to ask.
    """

    data_dir: Path
    api_url: str
    process: subprocess.Popen[str]
    client: httpx.Client

    def child(self, name: str) -> int:
        """Process id of the `server` or the `runner` now."""
        return int(json.loads((self.data_dir / "up.json").read_text(encoding="utf-8"))["processes"][name])

    def ask(self, path: str, **body: Any) -> Any:
        """What Prefect's API answers to a POST, even if it takes minutes; 503 says that its database is busy."""
        answer = eventually(
            lambda: (got := self.client.post(f"{self.api_url}/{path}", json=body)).status_code != 503 and got
        )
        assert answer.is_success, answer.text
        return answer.json()


def eventually(look: Callable[[], Found], seconds: float = 600) -> Found:
    """What `look` finds, as soon as it finds something; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)
    return found


def run_tracked(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`wirehouse run` with Prefect, told what the environment tells and no more, in a process that has imported nothing
    yet: what Prefect prints depends on who set up logging first."""
    without = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", "run", *map(str, arguments)],
        cwd=ROOT,
        env=without | {"NO_COLOR": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=600,
    )


@contextmanager
def start_up(data_dir: Path, **environment: str) -> Iterator[Up]:
    """`wirehouse up` on a free port, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "flows.cli", "up", "--data-dir", str(data_dir), "--port", str(port)]
    without = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    process = subprocess.Popen(command, cwd=ROOT, env=without | environment, stderr=subprocess.PIPE, text=True)
    try:
        said = eventually(lambda: process.poll() is not None or (data_dir / "up.json").exists())
        assert said
        assert process.poll() is None, process.stderr and process.stderr.read()
        address = json.loads((data_dir / "up.json").read_text())["address"]
        with httpx.Client(timeout=300) as client:
            yield Up(data_dir, f"{address}/api", process, client)
    finally:
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@pytest.fixture(scope="session", autouse=True)
def parsed_dbt_project(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Spares the first build in each new data folder to read the whole dbt project: dbt looks for changes alone."""
    settings = Settings(data_dir=shared_folder(tmp_path_factory) / "parsed")
    parsed = settings.log_dir / "dbt" / "partial_parse.msgpack"
    with FileLock(settings.root.with_suffix(".lock")):
        if not parsed.exists():
            assert run_dbt(settings, "parse").success
    os.environ["DBT_PARTIAL_PARSE_FILE_PATH"] = str(parsed)


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    """A folder with a story and an empty file."""
    folder = tmp_path / "stories"
    folder.mkdir()
    (folder / "talks.txt").write_text(TALKS, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    return folder
