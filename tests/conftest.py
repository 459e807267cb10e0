"""Warehouses that several tests read; each is built once, as a user builds it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parent.parent


def wirehouse(*arguments: str | Path, input: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, as a user runs it; its exit code is for the test to judge."""
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", **environment},
        input=input,
        capture_output=True,
        text=True,
        timeout=600,
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a Prefect server come first: they take longest, most of it waiting, beside the others."""
    items.sort(key=lambda item: "server" not in item.keywords)


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The temporary folder of this test session, for all its processes."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def seeds_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after one direct run on seeds/, made once for all processes. Tests only read it."""
    shared = shared_folder(tmp_path_factory)
    with FileLock(shared / "seeds.lock"):
        if not (shared / "seeds" / "wirehouse.duckdb").exists():
            done = wirehouse("run", "--direct", "--data-dir", shared / "seeds", ROOT / "seeds")
            assert done.returncode == 0, done.stderr
    return shutil.copytree(shared / "seeds", tmp_path_factory.mktemp("seeds") / "data")
