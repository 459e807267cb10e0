"""A tracked run: what Prefect keeps of it, and what the user sees of Prefect."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import ROOT, wirehouse
from tests.integration.conftest import Up
from warehouse import state

STORY = """GENEVA, March 4, 2026 (Newsline) -- The talks will resume on Monday, mediator Anna Kovacs said Wednesday.

"We have a text that everybody can read," Kovacs told reporters.
"""


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    folder = tmp_path / "stories"
    folder.mkdir()
    (folder / "talks.txt").write_text(STORY, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    return folder


def newest_flow_run(up: Up) -> dict[str, Any]:
    found: dict[str, Any] = up.ask("flow_runs/filter", sort="START_TIME_DESC", limit=1)[0]
    return found


@pytest.mark.server
def test_a_tracked_run_shows_its_stages_logs_and_figures(up: Up, stories: Path, tmp_path: Path) -> None:
    done = wirehouse("run", "--data-dir", tmp_path / "data", stories, PREFECT_API_URL=up.api_url)
    assert done.returncode == 0, done.stderr
    run = newest_flow_run(up)
    assert (run["name"], run["state_name"]) == ("stories: 1 new document, 1 rejected", "Completed")
    this_run = {"flow_runs": {"id": {"any_": [run["id"]]}}}
    tasks = up.ask("task_runs/filter", **this_run, sort="EXPECTED_START_TIME_ASC")
    assert [task["name"] for task in tasks] == ["ingest", "extract", "transform", "publish"]
    ids = {task["id"]: task["name"] for task in tasks}
    before = [[ids[one["id"]] for one in task["task_inputs"].get("wait_for", [])] for task in tasks]
    assert before == [[], ["ingest"], ["extract"], ["transform"]]
    assert set(run["tags"]) == {"wirehouse", "published", "rejections"}
    logs = up.ask("logs/filter", logs={"flow_run_id": {"any_": [run["id"]]}})
    assert any(log["name"].startswith("wirehouse.") for log in logs)
    of_this_run = {"flow_run_id": {"any_": [run["id"]]}, "key": {"any_": ["wirehouse-run"]}}
    figures = up.ask("artifacts/filter", artifacts=of_this_run)[0]["data"]
    assert "| new documents | 1 |" in figures
    assert "| `file_empty` | 1 |" in figures
    assert "| 2026-03-04 | 1 | ████████████████████████ |" in figures
    assert "| Anna Kovacs | 2 | ████████████████████████ |" in figures
    of_this_run["key"] = {"any_": ["wirehouse-rejections"]}
    table = json.loads(up.ask("artifacts/filter", artifacts=of_this_run)[0]["data"])
    assert [(row["source"], row["code"]) for row in table] == [("empty.txt", "file_empty")]


@pytest.mark.server
def test_a_tracked_run_that_fails_shows_one_line_and_no_traceback(up: Up, stories: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    assert wirehouse("ingest", "--data-dir", data_dir, stories).returncode == 0
    with duckdb.connect(data_dir / "raw.duckdb") as raw:
        raw.execute("insert into raw.raw.documents select * replace ('twin' as text) from raw.raw.documents")
    failed = wirehouse("run", "--data-dir", data_dir, stories, PREFECT_API_URL=up.api_url)
    assert failed.returncode == 1
    assert "Traceback" not in failed.stdout + failed.stderr
    assert failed.stderr.splitlines()[-1].startswith("wirehouse: ")
    assert newest_flow_run(up)["state_name"] == "Failed"
    assert state.list_runs(data_dir / "state.sqlite", 1)[0].state == "failed"


@pytest.mark.server
def test_without_a_server_a_temporary_one_tracks_the_run(stories: Path, tmp_path: Path) -> None:
    without = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "run", "--data-dir", tmp_path / "data", stories],
        cwd=ROOT,
        env=without | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "starting a temporary Prefect server" in done.stderr
    assert (tmp_path / "data" / "prefect" / "prefect.db").exists()
    assert not (tmp_path / ".prefect").exists()


def test_a_server_that_does_not_answer_is_one_clear_line(stories: Path, tmp_path: Path) -> None:
    done = wirehouse("run", "--data-dir", tmp_path / "data", stories, PREFECT_API_URL="http://127.0.0.1:9/api")
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
