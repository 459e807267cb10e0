"""Schedules: what is asked for becomes data."""

from __future__ import annotations

import inspect
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.intervals import parse_interval
from flows.settings import Settings
from tests.conftest import ROOT, wirehouse
from warehouse.errors import UsageError


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
