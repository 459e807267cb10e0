"""Runs that are killed: the published file is the old or the new release, and the next run finishes the work."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import ROOT, wirehouse
from tests.dying import DIED
from tests.soak.conftest import Half
from tests.tables import content
from warehouse import state

pytestmark = pytest.mark.soak

KILLS = int(os.environ.get("SOAK_KILLS", "40"))


def check_and_finish(half: Half, data_dir: Path) -> None:
    """The published file is whole; an ordinary run brings it to what an undisturbed one gives, and leaves nothing."""
    assert content(data_dir / "wirehouse.duckdb") in (half.old, half.new)
    done = wirehouse("run", "--direct", "--data-dir", data_dir, half.stories)
    assert done.returncode == 0, done.stderr
    assert content(data_dir / "wirehouse.duckdb") == half.new
    assert [path.name for path in data_dir.rglob("*") if path.suffix in (".new", ".tmp", ".wal")] == []


def living(session: int) -> list[int]:
    """Processes of a session."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(folder.name))
    return found


def test_killed_at_random_moments(half: Half, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flows.cli", "run", "--direct", "--workers", "2"]
    began = time.monotonic()
    shutil.copytree(half.data_dir, tmp_path / "timed", symlinks=True)
    subprocess.run([*command, "--data-dir", tmp_path / "timed", half.stories], cwd=ROOT, check=True)
    duration = time.monotonic() - began
    moment = random.Random(20261124)
    stages: Counter[str] = Counter()
    while stages.total() < KILLS:
        data_dir = tmp_path / "killed"
        shutil.copytree(half.data_dir, data_dir, symlinks=True)
        process = subprocess.Popen(
            [*command, "--data-dir", data_dir, half.stories],
            cwd=ROOT,
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(moment.uniform(0, duration))
        except subprocess.TimeoutExpired:
            alone = stages.total() % 2 == 1
            (os.kill if alone else os.killpg)(process.pid, signal.SIGKILL)
            process.wait()
            deadline = time.monotonic() + 20
            while living(process.pid):
                assert time.monotonic() < deadline, "workers outlived the run"
                time.sleep(0.1)
            run = state.list_runs(data_dir / "state.sqlite", 1)[0]
            stages[run.stage or "start" if run.state == "running" else "before it began"] += 1
            print(f"kill {stages.total()} of {KILLS}: {dict(stages)}", flush=True)
            check_and_finish(half, data_dir)
        shutil.rmtree(data_dir)
    print(f"\n{KILLS} kills in runs of {duration:.1f} s, by stage: {dict(stages)}")
    assert {"ingest", "transform"} <= stages.keys()


def test_killed_at_every_commit_point(half: Half, tmp_path: Path) -> None:
    seen: set[str] = set()
    point = 0
    while True:
        data_dir = tmp_path / str(point)
        shutil.copytree(half.data_dir, data_dir, symlinks=True)
        arguments = [str(point), "ingest,extract,transform,publish", str(data_dir), str(half.stories)]
        done = subprocess.run(
            [sys.executable, "-m", "tests.dying", *arguments], cwd=ROOT, capture_output=True, text=True
        )
        if done.returncode == 0:
            break
        assert done.returncode == DIED, done.stderr
        where = next(line for line in done.stderr.splitlines() if line.startswith("died at point")).partition(": ")[2]
        stage = state.list_runs(data_dir / "state.sqlite", 1)[0].stage
        if f"{stage} {where}" not in seen:  # a second batch dies as the first one does
            seen.add(f"{stage} {where}")
            check_and_finish(half, data_dir)
        shutil.rmtree(data_dir)
        point += 1
    print(f"\n{point} commit points, {len(seen)} of a kind:", *sorted(seen), sep="\n  ")
    assert len(seen) >= 20
