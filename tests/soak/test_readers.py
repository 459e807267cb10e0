"""Ten readers in loops through twenty runs: no error, and never two releases in one connection."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, wirehouse
from tests.soak.conftest import story

pytestmark = pytest.mark.soak

READERS, RUNS = 10, 20
READER = """
import os
import sys
from pathlib import Path
import duckdb

os.nice(19)  # ten loops on a few cores would starve the runs
published, stop = map(Path, sys.argv[1:])
releases, queries = set(), 0
while not stop.exists():
    with duckdb.connect(published, read_only=True) as connection:
        seen = set()
        for _ in range(5):
            seen.add(connection.execute("select run_id from release").fetchone()[0])
            documents = connection.execute("select count(*), sum(statement_count) from documents").fetchone()
            assert documents[1] == connection.execute("select count(*) from statements").fetchone()[0]
            connection.execute("select speaker, count(*) from quotes group by all").fetchall()
            queries += 4
        assert len(seen) == 1, seen
    releases |= seen
print(len(releases), queries)
"""


def test_readers_see_whole_releases_and_no_error(tmp_path: Path) -> None:
    stories, data_dir, stop = tmp_path / "stories", tmp_path / "data", tmp_path / "stop"
    stories.mkdir()
    (stories / "0.txt").write_text(story(0), encoding="utf-8")
    assert wirehouse("run", "--direct", "--data-dir", data_dir, stories).returncode == 0
    command = [sys.executable, "-c", READER, str(data_dir / "wirehouse.duckdb"), str(stop)]
    readers = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(READERS)
    ]
    try:
        for number in range(1, RUNS + 1):
            (stories / f"{number}.txt").write_text(story(number), encoding="utf-8")
            done = wirehouse("run", "--direct", "--data-dir", data_dir, stories)
            assert done.returncode == 0, done.stderr
    finally:
        stop.touch()
        said = [reader.communicate(timeout=60) for reader in readers]
    print("\nreleases seen and queries answered by each reader:", *(out.strip() for out, _ in said), sep="\n  ")
    assert [(reader.returncode, err) for reader, (_, err) in zip(readers, said, strict=True)] == [(0, "")] * READERS
