"""Warehouses that several tests read; each is built once, as a user builds it."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parent.parent


def wirehouse(*arguments: str | Path, input: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own; its exit code is for the test to judge.

    Unlike what a user starts, it is a fork of a process that has imported already what takes seconds to import.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["dbt.adapters.duckdb", "dbt.cli.main", "flows.run", __name__])
    command = list(map(str, arguments))
    with NamedTemporaryFile("w+") as given, NamedTemporaryFile("w+") as said, NamedTemporaryFile("w+") as told:
        given.write(input)
        given.flush()
        streams = [given.name, said.name, told.name]
        process = context.Process(
            target=_command_line, args=(command, streams, {**os.environ, "NO_COLOR": "1", **environment})
        )
        process.start()
        process.join(600)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(command, 600, said.read(), told.read())
        return subprocess.CompletedProcess(command, process.exitcode, said.read(), told.read())


def _command_line(arguments: list[str], streams: list[str], environment: dict[str, str]) -> None:
    """What the forked process does."""
    for number, name in enumerate(streams):
        os.dup2(os.open(name, os.O_RDWR), number)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 (of a forked process, it reads /dev/null)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["wirehouse", *arguments]
    from flows.cli import main

    main()


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
    return shutil.copytree(shared / "seeds", tmp_path_factory.mktemp("seeds") / "data", symlinks=True)
