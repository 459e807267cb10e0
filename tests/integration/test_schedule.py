"""Schedules: what is asked for becomes data, and runs take place on a real server and runner."""

from __future__ import annotations

import inspect
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from flows.settings import Settings
from tests.conftest import ROOT, wirehouse
from tests.integration.conftest import Up, eventually
from warehouse import state
from warehouse.errors import UsageError


def folder(place: Path, name: str, who: str) -> Path:
    stories = place / name
    stories.mkdir()
    (stories / f"{name}.txt").write_text(
        f'GENEVA, March 4, 2026 (Newsline) -- "The talks go on," mediator {who} said Wednesday.\n', encoding="utf-8"
    )
    return stories


def loaded(up: Up) -> set[str]:
    """The files that the published warehouse shows."""
    if not (up.data_dir / "wirehouse.duckdb").exists():
        return set()
    with duckdb.connect(up.data_dir / "wirehouse.duckdb", read_only=True) as connection:
        return {name for (name,) in connection.execute("select source_uri from document_sources").fetchall()}


def runs(up: Up) -> list[state.RunRow]:
    return state.list_runs(up.data_dir / "state.sqlite")


def flow_runs(up: Up, schedule: str, *states: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = up.ask(
        "flow_runs/filter",
        deployments={"name": {"any_": [schedule]}},
        flow_runs={"state": {"name": {"any_": list(states)}}},
    )
    return found


@pytest.mark.parametrize(
    ("asked", "every"),
    [("90s", timedelta(seconds=90)), ("15m", timedelta(minutes=15)), ("1h", timedelta(hours=1)), ("2d", timedelta(2))],
)
def test_intervals_are_written_with_a_unit(asked: str, every: timedelta) -> None:
    from flows.schedule import parse_interval

    assert parse_interval(asked) == every


def test_a_schedule_means_the_same_in_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.schedule import plan

    monkeypatch.chdir(tmp_path)
    planned = plan(
        ["stories/", "wire/*.jsonl", "https://example.org/a.txt"],
        Settings(data_dir=Path("data")),
        cron="15 * * * *",
        timezone="Europe/Vienna",
    )
    assert planned.name == "stories"
    assert planned.when == "cron 15 * * * * (Europe/Vienna)"
    assert planned.parameters == {
        "sources": [f"{tmp_path}/stories", f"{tmp_path}/wire/*.jsonl", "https://example.org/a.txt"],
        "data_dir": f"{tmp_path}/data",
        "wait_seconds": 21600.0,
    }


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({}, "--cron"),
        ({"cron": "* * * * *", "every": "1h"}, "--cron"),
        ({"cron": "every day"}, "--cron"),
        ({"every": "soon"}, "--every"),
        ({"every": "0m"}, "--every"),
        ({"cron": "* * * * *", "timezone": "Mars/Olympus"}, "--timezone"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(asked: dict[str, str], complaint: str, tmp_path: Path) -> None:
    from flows.schedule import plan

    with pytest.raises(UsageError, match=complaint):
        plan(["stories"], Settings(data_dir=tmp_path), **asked)


def test_the_parameters_of_schedules_are_those_of_the_flow(tmp_path: Path) -> None:
    from flows.pipeline import wirehouse as flow
    from flows.schedule import plan

    planned = plan(["a"], Settings(data_dir=tmp_path), every="1h", field_map={"text": "body"}, workers=1)
    inspect.signature(flow.fn).bind(**planned.parameters)
    flow.validate_parameters(planned.parameters)
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert [deployment["name"] for deployment in deployments] == ["stories", "stories-docker", "stories-kubernetes"]
    for deployment in deployments:
        assert deployment["entrypoint"] == f"{flow.fn.__module__}.{flow.fn.__name__}"
        inspect.signature(flow.fn).bind(**deployment["parameters"])
        flow.validate_parameters(deployment["parameters"])


@pytest.mark.server
def test_two_cron_runs_due_at_once_both_load_what_lay_there_before(up: Up, tmp_path: Path) -> None:
    for name, who in (("east", "Anna Kovacs"), ("west", "Boris Hahn")):
        stories = folder(tmp_path, name, who)
        added = wirehouse("schedule", stories, "--cron", "* * * * *", "--data-dir", up.data_dir)
        assert (added.returncode, added.stdout) == (0, f"{name}: cron * * * * * (UTC)\n"), added.stderr
    eventually(lambda: loaded(up) >= {"east.txt", "west.txt"})
    eventually(lambda: flow_runs(up, "east", "Completed") and flow_runs(up, "west", "Completed"))
    for name in ("east", "west"):
        assert wirehouse("schedule", "remove", name, "--data-dir", up.data_dir).returncode == 0
    assert {run.state for run in runs(up)} <= {"done", "unchanged"}


@pytest.mark.server
def test_a_run_that_was_killed_is_crashed_and_the_next_one_works(up: Up, tmp_path: Path) -> None:
    stories = folder(tmp_path, "north", "Clara Lind")
    scheduled = wirehouse("schedule", stories, "--every", "1d", "--name", "killed", "--data-dir", up.data_dir)
    assert scheduled.returncode == 0, scheduled.stderr
    assert wirehouse("schedule", "run-now", "killed", "--data-dir", up.data_dir).returncode == 0
    running = eventually(lambda: [run for run in runs(up) if run.state == "running"])
    os.kill(running[0].process_id, signal.SIGKILL)
    eventually(lambda: flow_runs(up, "killed", "Crashed"))
    assert wirehouse("schedule", "run-now", "killed", "--data-dir", up.data_dir).returncode == 0
    eventually(lambda: "north.txt" in loaded(up))
    eventually(lambda: flow_runs(up, "killed", "Completed"))


@pytest.mark.server
def test_a_paused_schedule_is_listed_as_paused(up: Up, tmp_path: Path) -> None:
    stories = folder(tmp_path, "south", "Dana Osei")
    assert wirehouse("schedule", stories, "--every", "12h", "--data-dir", up.data_dir).returncode == 0
    assert wirehouse("schedule", "pause", "south", "--data-dir", up.data_dir).returncode == 0
    listed = wirehouse("schedule", "list", "--data-dir", up.data_dir, COLUMNS="200").stdout
    line = next(line for line in listed.splitlines() if "south" in line)
    assert "every 12:00:00" in line
    assert "paused" in line


@pytest.mark.server
def test_a_name_that_no_schedule_has_is_wrong_usage(up: Up) -> None:
    missing = wirehouse("schedule", "resume", "nowhere", "--data-dir", up.data_dir)
    assert missing.returncode == 2
    assert "there is no schedule named nowhere" in missing.stderr


@pytest.mark.server
def test_a_second_up_is_refused(up: Up) -> None:
    second = wirehouse("up", "--data-dir", up.data_dir)
    assert second.returncode == 4
    assert up.api_url.removesuffix("/api") in second.stderr
