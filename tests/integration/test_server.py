"""Runs on a real server and runner: what Prefect keeps of a run, schedules, and deaths in mid-run."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from flows.settings import Settings
from tests.conftest import wirehouse
from tests.integration.conftest import Up, eventually, run_tracked, start_up
from warehouse import state
from warehouse.errors import UsageError

pytestmark = pytest.mark.server

STORY = 'GENEVA, March 4, 2026 (Newsline) -- "The talks go on," mediator {who} said Wednesday.\n'


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with start_up(tmp_path_factory.mktemp("up"), WIREHOUSE_WATCH_QUIET_SECONDS="1") as started:
        yield started


def newest_flow_run(up: Up) -> dict[str, Any]:
    found: dict[str, Any] = up.ask("flow_runs/filter", sort="START_TIME_DESC", limit=1)[0]
    return found


def test_a_tracked_run_shows_its_stages_logs_and_figures(up: Up, stories: Path, tmp_path: Path) -> None:
    done = run_tracked("--data-dir", tmp_path / "data", stories, PREFECT_API_URL=up.api_url)
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


def test_a_tracked_run_that_fails_shows_one_line_and_no_traceback(up: Up, stories: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    assert wirehouse("ingest", "--data-dir", data_dir, stories).returncode == 0
    with duckdb.connect(data_dir / "raw.duckdb") as raw:
        raw.execute("insert into raw.raw.documents select * replace ('twin' as text) from raw.raw.documents")
    failed = run_tracked("--data-dir", data_dir, stories, PREFECT_API_URL=up.api_url)
    assert failed.returncode == 1
    assert "Traceback" not in failed.stdout + failed.stderr
    assert failed.stderr.splitlines()[-1].startswith("wirehouse: ")
    assert newest_flow_run(up)["state_name"] == "Failed"
    assert state.list_runs(data_dir / "state.sqlite", 1)[0].state == "failed"


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


def test_two_cron_runs_due_at_once_both_load_what_lay_there_before(
    up: Up, on_server: ModuleType, tmp_path: Path
) -> None:
    east, west = folder(tmp_path, "east", "Anna Kovacs"), folder(tmp_path, "west", "Boris Hahn")
    added = wirehouse("schedule", east, "--cron", "* * * * *", "--data-dir", up.data_dir)
    assert (added.returncode, added.stdout) == (0, "east: cron * * * * * (UTC)\n"), added.stderr
    settings = Settings(data_dir=up.data_dir)
    on_server.put(on_server.plan([str(west)], settings, cron="* * * * *"), settings, replace=False)
    eventually(lambda: flow_runs(up, "east", "Running") and flow_runs(up, "west", "Running"))
    on_server.pause("east", settings)
    on_server.pause("west", settings)
    eventually(lambda: flow_runs(up, "east", "Completed") and flow_runs(up, "west", "Completed"))
    assert loaded(up) >= {"east.txt", "west.txt"}
    remove(on_server, "east", up)
    remove(on_server, "west", up)
    assert {run.state for run in runs(up)} <= {"done", "unchanged"}


def test_a_run_that_was_killed_is_crashed_and_the_next_one_outlives_its_server(
    up: Up, on_server: ModuleType, tmp_path: Path
) -> None:
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
    eventually(lambda: flow_runs(up, "north", "Running"))
    with pytest.raises(UsageError, match="a run of north is going on"):
        on_server.remove("north", settings)
    former = up.child("server")
    os.kill(former, signal.SIGKILL)
    eventually(lambda: up.child("server") != former)
    eventually(lambda: "north.txt" in loaded(up))
    eventually(lambda: flow_runs(up, "north", "Completed"))
    assert problem(tmp_path / "told").endswith("crashed: the process ended without a word")
    status = wirehouse("status", "--data-dir", up.data_dir, "--format", "json")
    found = json.loads(status.stdout)
    assert (status.returncode, found["server_lives"], found["runner_lives"]) == (0, True, True)
    assert found["runs"][0]["state"] == "done"
    assert "north" in {schedule["name"] for schedule in found["schedules"]}


def test_a_new_file_in_a_watched_folder_is_loaded(up: Up, on_server: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    added = wirehouse("schedule", tmp_path / "inbox", "--watch", "--data-dir", up.data_dir)
    assert (added.returncode, added.stdout) == (0, "inbox: when files come\n"), added.stderr
    eventually(lambda: flow_runs(up, "inbox", "Completed"))
    (tmp_path / "inbox" / "late.txt").write_text(STORY.format(who="Edna Moe"), encoding="utf-8")
    eventually(lambda: "late.txt" in loaded(up))
    remove(on_server, "inbox", up)


def test_a_name_that_another_data_folder_uses_is_refused(up: Up, on_server: ModuleType, tmp_path: Path) -> None:
    ours, theirs = Settings(data_dir=up.data_dir), Settings(data_dir=tmp_path / "theirs")
    quay = folder(tmp_path, "quay", "Knut Lie")
    on_server.put(on_server.plan([str(quay)], ours, every="1d"), ours, replace=False)
    with pytest.raises(UsageError, match="a schedule named quay belongs to the data folder"):
        on_server.put(on_server.plan([str(quay)], theirs, every="1d"), theirs, replace=True)
    with pytest.raises(UsageError, match="there is no schedule named quay of this data folder"):
        on_server.remove("quay", theirs)
    on_server.remove("quay", ours)


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


def test_runs_missed_while_the_machine_slept_take_place_once(up: Up, on_server: ModuleType, tmp_path: Path) -> None:
    settings = Settings(data_dir=up.data_dir)
    (tmp_path / "meadow").mkdir()
    on_server.put(on_server.plan([str(tmp_path / "meadow")], settings, every="1d"), settings, replace=False)
    deployment = up.ask("deployments/filter", deployments={"name": {"any_": ["meadow"]}})[0]["id"]
    for hour in range(4):
        due = {"type": "SCHEDULED", "state_details": {"scheduled_time": f"2026-01-01T0{hour}:00:00Z"}}
        up.ask(f"deployments/{deployment}/create_flow_run", state=due)
    ended = eventually(
        lambda: len(found := flow_runs(up, "meadow", "Completed", "Cancelled", "Failed", "Crashed")) == 4 and found
    )
    assert sorted(run["state_name"] for run in ended) == ["Cancelled"] * 3 + ["Completed"]


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


def test_a_second_up_is_refused(up: Up) -> None:
    second = wirehouse("up", "--data-dir", up.data_dir)
    assert second.returncode == 4
    assert up.api_url.removesuffix("/api") in second.stderr
