"""Warehouses that several tests read; each is built once, as a user builds it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.fixture(scope="session")
def seeds_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after one direct run on seeds/. Tests only read it."""
    data_dir = tmp_path_factory.mktemp("seeds")
    done = wirehouse("run", "--direct", "--data-dir", data_dir, ROOT / "seeds")
    assert done.returncode == 0, done.stderr
    return data_dir
