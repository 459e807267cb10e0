"""A tracked run as a user starts it, where no server runs: what is shown, and what is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.integration.conftest import run_tracked


@pytest.mark.server
def test_without_a_server_a_temporary_one_tracks_the_run(stories: Path, tmp_path: Path) -> None:
    done = run_tracked("--data-dir", tmp_path / "data", stories, HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "starting a temporary Prefect server" in done.stderr
    assert (tmp_path / "data" / "prefect" / "prefect.db").exists()
    assert not (tmp_path / ".prefect").exists()


def test_a_server_that_does_not_answer_is_one_clear_line(stories: Path, tmp_path: Path) -> None:
    done = run_tracked("--data-dir", tmp_path / "data", stories, PREFECT_API_URL="http://127.0.0.1:9/api")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("wirehouse: no Prefect server answers at http://127.0.0.1:9/api")


def test_a_long_stage_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from flows import pipeline

    shown: list[tuple[object, ...]] = []
    monkeypatch.setattr(pipeline, "create_progress_artifact", lambda *given: shown.append(given) or "id")
    monkeypatch.setattr(pipeline, "update_progress_artifact", lambda *given: shown.append(given))
    clock = iter([0.0, 1.0, 4.0, 5.0, 7.0, 9.5])
    monkeypatch.setattr(pipeline.time, "monotonic", lambda: next(clock))
    bars = pipeline.Bars()
    for done, total in ((10, 200), (50, 200), (60, 200), (100, 200), (2000, None)):
        bars("extract", done, total)
    bars.end()
    assert shown == [
        (25.0, "wirehouse-extract", "extract: 50 of 200"),
        ("id", 50.0, "extract: 100 of 200"),
        ("id", 0.0, "extract: 2,000 so far"),
        ("id", 100.0, "extract: done"),
    ]


def test_the_stages_do_not_import_prefect() -> None:
    code = "import sys, flows.run, flows.cli; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
