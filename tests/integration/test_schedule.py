"""Schedules: what is asked for becomes data, and runs take place on a real server and runner."""

from __future__ import annotations

import inspect
import json
import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest
import yaml

from flows.intervals import parse_interval
from flows.settings import Settings
from tests.conftest import ROOT, wirehouse
from tests.integration.conftest import Up, eventually
from warehouse import state
from warehouse.errors import UsageError

STORY = 'GENEVA, March 4, 2026 (Newsline) -- "The talks go on," mediator {who} said Wednesday.\n'


def folder(place: Path, name: str, who: str) -> Path:
    stories = place / name
    stories.mkdir()
    (stories / f"{name}.txt").write_text(STORY.format(who=who), encoding="utf-8")
    return stories


def loaded(up: Up) -> set[str]:
    """The files that the published warehouse shows."""
    if not (up.data_dir / "wirehouse.duckdb").exists():
        return set()
    with duckdb.connect(up.data_dir / "wirehouse.duckdb", read_only=True) as connection:
        return {name for (name,) in connection.execute("select source_uri from document_sources").fetchall()}


def runs(up: Up) -> list[state.RunRow]:
    return state.list_runs(up.data_dir / "state.sqlite")


def running(up: Up) -> state.RunRow:
    """The run that goes on, as soon as there is one."""
    return eventually(lambda: [run for run in runs(up) if run.state == "running"])[0]


def problem(told: Path) -> str:
    """What `--on-failure` told of the one run that failed, as `wirehouse status` says it."""
    said = json.loads(told.read_text(encoding="utf-8"))
    return f"run {said['run_id']} {said['state']}: {said['reason']}"


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
    assert parse_interval(asked, "--every") == every


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
        ({"every": "1h", "watch": True}, "--watch"),
        ({"cron": "every day"}, "--cron"),
        ({"every": "soon"}, "--every"),
        ({"every": "0m"}, "--every"),
        ({"cron": "* * * * *", "timezone": "Mars/Olympus"}, "--timezone"),
        ({"every": "1h", "name": "news/today"}, "--name"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(asked: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    from flows.schedule import plan

    with pytest.raises(UsageError, match=complaint):
        plan(["stories"], Settings(data_dir=tmp_path), **asked)


def test_wrong_usage_is_told_without_a_server(tmp_path: Path) -> None:
    nowhere = {"PREFECT_API_URL": "http://127.0.0.1:1/api"}
    asked = wirehouse("schedule", tmp_path, "--cron", "hourly", "--data-dir", tmp_path / "data", **nowhere)
    assert asked.returncode == 2
    assert asked.stderr.startswith('wirehouse: --cron "hourly": write minute')


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


@pytest.fixture
def on_server(up: Up) -> Iterator[ModuleType]:
    """`flows.schedule`, talking to the server of these tests."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows import schedule

    with temporary_settings({PREFECT_API_URL: up.api_url}):
        yield schedule


def remove(on_server: ModuleType, name: str, up: Up) -> None:
    """Remove a schedule after the run that may be going on."""
    settings = Settings(data_dir=up.data_dir)
    on_server.pause(name, settings)
    eventually(lambda: not flow_runs(up, name, "Pending", "Submitting", "Running"))
    on_server.remove(name, settings)


@pytest.mark.server
def test_two_cron_runs_due_at_once_both_load_what_lay_there_before(
    up: Up, on_server: ModuleType, tmp_path: Path
) -> None:
    east, west = folder(tmp_path, "east", "Anna Kovacs"), folder(tmp_path, "west", "Boris Hahn")
    added = wirehouse("schedule", east, "--cron", "* * * * *", "--data-dir", up.data_dir)
    assert (added.returncode, added.stdout) == (0, "east: cron * * * * * (UTC)\n"), added.stderr
    settings = Settings(data_dir=up.data_dir)
    on_server.put(on_server.plan([str(west)], settings, cron="* * * * *"), settings, replace=False)
    eventually(lambda: loaded(up) >= {"east.txt", "west.txt"})
    eventually(lambda: flow_runs(up, "east", "Completed") and flow_runs(up, "west", "Completed"))
    remove(on_server, "east", up)
    remove(on_server, "west", up)
    assert {run.state for run in runs(up)} <= {"done", "unchanged"}


@pytest.mark.server
def test_a_run_that_was_killed_is_crashed_and_the_next_one_works(up: Up, on_server: ModuleType, tmp_path: Path) -> None:
    settings = Settings(data_dir=up.data_dir, on_failure=f"cat >> {tmp_path}/told")
    north = folder(tmp_path, "north", "Clara Lind")
    on_server.put(on_server.plan([str(north)], settings, every="1d"), settings, replace=False)
    started = wirehouse("schedule", "run-now", "north", "--data-dir", up.data_dir)
    assert started.returncode == 0, started.stderr
    assert started.stdout.startswith(f"north: a run is due, {up.api_url.removesuffix('/api')}/runs/flow-run/")
    os.kill(running(up).process_id, signal.SIGKILL)
    eventually(lambda: flow_runs(up, "north", "Crashed"))
    eventually((tmp_path / "told").exists)
    status = wirehouse("status", "--data-dir", up.data_dir, "--format", "json")
    assert (status.returncode, json.loads(status.stdout)["problems"]) == (1, [problem(tmp_path / "told")])
    on_server.run_now("north", settings)
    eventually(lambda: "north.txt" in loaded(up))
    eventually(lambda: flow_runs(up, "north", "Completed"))
    assert problem(tmp_path / "told").endswith("crashed: the process ended without a word")
    status = wirehouse("status", "--data-dir", up.data_dir, "--format", "json")
    found = json.loads(status.stdout)
    assert (status.returncode, found["server_lives"], found["runner_lives"]) == (0, True, True)
    assert found["runs"][0]["state"] == "done"
    assert "north" in {schedule["name"] for schedule in found["schedules"]}


@pytest.mark.server
def test_a_new_file_in_a_watched_folder_is_loaded(up: Up, on_server: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    added = wirehouse("schedule", tmp_path / "inbox", "--watch", "--data-dir", up.data_dir)
    assert (added.returncode, added.stdout) == (0, "inbox: when files come\n"), added.stderr
    eventually(lambda: flow_runs(up, "inbox", "Completed"))
    (tmp_path / "inbox" / "late.txt").write_text(STORY.format(who="Edna Moe"), encoding="utf-8")
    eventually(lambda: "late.txt" in loaded(up))
    remove(on_server, "inbox", up)


@pytest.mark.server
def test_a_server_killed_in_mid_run_loses_nothing(up: Up, on_server: ModuleType, tmp_path: Path) -> None:
    settings = Settings(data_dir=up.data_dir)
    harbour = folder(tmp_path, "harbour", "Fritz Karlsen")
    on_server.put(on_server.plan([str(harbour)], settings, every="1d"), settings, replace=False)
    on_server.run_now("harbour", settings)
    running(up)
    with pytest.raises(UsageError, match="a run of harbour is going on"):
        on_server.remove("harbour", settings)
    former = up.child("server")
    os.kill(former, signal.SIGKILL)
    eventually(lambda: up.child("server") != former)
    eventually(lambda: "harbour.txt" in loaded(up))
    eventually(lambda: flow_runs(up, "harbour", "Completed"))


@pytest.mark.server
def test_a_name_that_another_data_folder_uses_is_refused(up: Up, on_server: ModuleType, tmp_path: Path) -> None:
    ours, theirs = Settings(data_dir=up.data_dir), Settings(data_dir=tmp_path / "theirs")
    quay = folder(tmp_path, "quay", "Knut Lie")
    on_server.put(on_server.plan([str(quay)], ours, every="1d"), ours, replace=False)
    with pytest.raises(UsageError, match="a schedule named quay belongs to the data folder"):
        on_server.put(on_server.plan([str(quay)], theirs, every="1d"), theirs, replace=True)
    with pytest.raises(UsageError, match="there is no schedule named quay of this data folder"):
        on_server.remove("quay", theirs)
    on_server.remove("quay", ours)


@pytest.mark.server
def test_a_runner_killed_with_its_run_leaves_the_schedule_working(
    up: Up, on_server: ModuleType, tmp_path: Path
) -> None:
    settings = Settings(data_dir=up.data_dir)
    island = folder(tmp_path, "island", "Gro Dahl")
    on_server.put(on_server.plan([str(island)], settings, every="1d"), settings, replace=False)
    on_server.run_now("island", settings)
    former, run = up.child("runner"), running(up)
    os.kill(former, signal.SIGKILL)
    os.kill(run.process_id, signal.SIGKILL)
    eventually(lambda: flow_runs(up, "island", "Crashed"))
    eventually(lambda: up.child("runner") != former)
    on_server.run_now("island", settings)
    eventually(lambda: "island.txt" in loaded(up))
    eventually(lambda: flow_runs(up, "island", "Completed"))


@pytest.mark.server
def test_runs_missed_while_the_machine_slept_take_place_once(up: Up, on_server: ModuleType, tmp_path: Path) -> None:
    settings = Settings(data_dir=up.data_dir)
    (tmp_path / "meadow").mkdir()
    on_server.put(on_server.plan([str(tmp_path / "meadow")], settings, every="1d"), settings, replace=False)
    deployment = up.ask("deployments/filter", deployments={"name": {"any_": ["meadow"]}})[0]["id"]
    for hour in range(8):
        due = {"type": "SCHEDULED", "state_details": {"scheduled_time": f"2026-01-01T0{hour}:00:00Z"}}
        up.ask(f"deployments/{deployment}/create_flow_run", state=due)
    ended = eventually(
        lambda: len(found := flow_runs(up, "meadow", "Completed", "Cancelled", "Failed", "Crashed")) == 8 and found
    )
    assert sorted(run["state_name"] for run in ended) == ["Cancelled"] * 7 + ["Completed"]


@pytest.mark.server
def test_schedules_are_listed_paused_resumed_and_removed(up: Up, on_server: ModuleType, tmp_path: Path) -> None:
    settings = Settings(data_dir=up.data_dir)
    south = folder(tmp_path, "south", "Dana Osei")
    on_server.put(on_server.plan([str(south)], settings, every="12h"), settings, replace=False)
    listed = wirehouse("schedule", "list", "--data-dir", up.data_dir, COLUMNS="200").stdout
    assert "every 12:00:00" in next(line for line in listed.splitlines() if "south" in line)

    def paused() -> dict[str, bool]:
        return {each.name: each.paused for each in on_server.schedules(settings) if each.name == "south"}

    assert paused() == {"south": False}
    on_server.pause("south", settings)
    assert paused() == {"south": True}
    on_server.resume("south", settings)
    assert paused() == {"south": False}
    on_server.remove("south", settings)
    assert paused() == {}
    with pytest.raises(UsageError, match="there is no schedule named south"):
        on_server.pause("south", settings)


@pytest.mark.server
def test_a_name_is_not_taken_over_by_other_sources(up: Up, on_server: ModuleType, tmp_path: Path) -> None:
    settings = Settings(data_dir=up.data_dir)
    hourly = on_server.plan([str(tmp_path / "stories")], settings, every="1h")
    on_server.put(hourly, settings, replace=False)
    on_server.put(on_server.plan([str(tmp_path / "stories")], settings, every="2h"), settings, replace=False)
    other = on_server.plan([str(tmp_path / "other" / "stories")], settings, every="1h")
    with pytest.raises(UsageError, match="--name"):
        on_server.put(other, settings, replace=False)
    assert [each.when for each in on_server.schedules(settings) if each.name == "stories"] == ["every 2:00:00"]
    on_server.remove("stories", settings)


@pytest.mark.server
def test_a_second_up_is_refused(up: Up) -> None:
    second = wirehouse("up", "--data-dir", up.data_dir)
    assert second.returncode == 4
    assert up.api_url.removesuffix("/api") in second.stderr
