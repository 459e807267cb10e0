"""Runs that repeat: schedules as data, kept by Prefect as deployments of the flow `wirehouse`.

Deployments go to a work pool of type process, served by one worker (see `flows.up`), and not to Prefect's
`serve`: a pool's deployments are data on the server, so they can be added and changed while the worker
lives and outlast it, other pools (Docker, Kubernetes) take the same ones, and what `serve` knows ends with
its process. Each deployment may have one run at a time, and a run that comes due meanwhile is cancelled:
the next one loads what it would have loaded. For the same reason forty runs missed while the machine slept
become one. Runs of different schedules on one warehouse queue at the run lock.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.types.entrypoint import EntrypointType
from prefect.workers.process import ProcessWorker
from pydantic import ValidationError

from flows.ingest.discover import STANDARD_INPUT
from flows.intervals import parse_interval
from flows.pipeline import wirehouse
from flows.server import TAG, WATCH_TAG
from flows.settings import Settings
from flows.watch import watched_folders
from warehouse.errors import UsageError

FLOW_NAME = wirehouse.name


@dataclass(frozen=True, slots=True)
class Schedule:
    """A run that repeats, by `cron`, `every` or when files come (`watch`).

    `parameters` are those of the flow `wirehouse`; times are UTC.
    """

    name: str
    parameters: dict[str, Any]
    cron: str | None = None
    every: timedelta | None = None
    timezone: str = "UTC"
    watch: bool = False
    paused: bool = False
    next_run_at: datetime | None = None

    @property
    def when(self) -> str:
        """In words: `cron 15 * * * * (UTC)`, `every 1:00:00`, `when files come`."""
        if self.watch:
            return "when files come"
        return f"cron {self.cron} ({self.timezone})" if self.cron else f"every {self.every}"


def plan(
    sources: Sequence[str],
    settings: Settings,
    *,
    name: str | None = None,
    cron: str | None = None,
    every: str | None = None,
    watch: bool = False,
    timezone: str = "UTC",
    field_map: dict[str, str] | None = None,
    workers: int | None = None,
    wait_seconds: float | None = None,
) -> Schedule:
    """The schedule that was asked for; paths are made absolute, because a worker runs in a folder of its own.

    Raises:
        UsageError: not exactly one of `cron`, `every` and `watch`, or one of the values makes no sense.
    """
    if (cron is not None) + (every is not None) + watch != 1:
        raise UsageError('say when, in one way: --cron "15 * * * *", --every 1h or --watch')
    if name is not None and not re.fullmatch(r"[^/%&<>]+", name.strip()):
        raise UsageError(f"--name {name}: write one without / % & < >")
    if STANDARD_INPUT in sources:
        raise UsageError("a schedule has no standard input: name a file, folder, glob or URL")
    if watch:
        watched_folders(sources)
    parameters = {
        "sources": [absolute(source) for source in sources],
        "data_dir": str(settings.root),
        "wait_seconds": settings.schedule_wait_seconds if wait_seconds is None else wait_seconds,
    }
    parameters |= {"field_map": field_map} if field_map else {}
    parameters |= {"workers": workers} if workers else {}
    parameters |= {"on_failure": settings.on_failure} if settings.on_failure else {}
    schedule = Schedule(
        name=name or default_name(sources),
        parameters=parameters,
        cron=cron,
        every=parse_interval(every, "--every") if every else None,
        watch=watch,
        timezone=timezone,
    )
    prefect_schedules(schedule)
    return schedule


def absolute(source: str) -> str:
    """A source that means the same in every folder: `/home/ada/stories` for `stories`; URLs stay."""
    return source if "://" in source else str(Path(source).expanduser().absolute())


def default_name(sources: Sequence[str]) -> str:
    """A name from the last part of the first source: `stories` for `/home/ada/stories`."""
    last = sources[0].rstrip("/").rsplit("/", 1)[-1]
    return re.sub(r"[^\w.-]+", "-", last).strip("-.") or "stories"


def prefect_schedules(schedule: Schedule) -> list[CronSchedule | IntervalSchedule]:
    """The same for Prefect, none for `watch`; an interval counts from now.

    Raises:
        UsageError: the cron expression or the time zone does not exist.
    """
    try:
        ZoneInfo(schedule.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"--timezone {schedule.timezone}: write a name such as Europe/Vienna") from None
    if schedule.watch:
        return []
    if schedule.every:
        return [IntervalSchedule(interval=schedule.every, anchor_date=datetime.now(UTC), timezone=schedule.timezone)]
    try:
        return [CronSchedule(cron=schedule.cron or "", timezone=schedule.timezone)]
    except ValidationError:
        raise UsageError(
            f'--cron "{schedule.cron}": write minute, hour, day, month and weekday, for instance "15 * * * *"'
        ) from None


def put(schedule: Schedule, settings: Settings, *, replace: bool) -> Schedule:
    """Keep the schedule on Prefect's server; one of the same name is replaced if `replace`, or if it loads the same.

    Raises:
        UsageError: the name is taken by a schedule that loads something else, or of another data folder.
    """
    with get_client(sync_client=True) as client:
        taken = _find(client, schedule.name)
        if taken and taken.parameters.get("data_dir") != schedule.parameters["data_dir"]:
            raise UsageError(
                f"a schedule named {schedule.name} belongs to the data folder {taken.parameters.get('data_dir')}: "
                "give this one another --name"
            )
        if taken and not replace and taken.parameters.get("sources") != schedule.parameters["sources"]:
            raise UsageError(f"a schedule named {schedule.name} loads other sources: give this one a --name")
        _ensure_pool(client, settings.work_pool)
    deployment = RunnerDeployment.from_flow(
        wirehouse,
        schedule.name,
        schedules=prefect_schedules(schedule),
        parameters=schedule.parameters,
        description=f"Loads {', '.join(schedule.parameters['sources'])} into {schedule.parameters['data_dir']}.",
        tags=[TAG, *([WATCH_TAG] if schedule.watch else [])],
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        work_pool_name=settings.work_pool,
        # Without a command the worker loads Prefect and the flow once more, to find out what to install.
        job_variables={"command": "python -m flows.engine"},
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    deployment.apply()
    return schedule


def schedules(settings: Settings) -> list[Schedule]:
    """The schedules of this data folder, by name."""
    with get_client(sync_client=True) as client:
        deployments = client.read_deployments(flow_filter=FlowFilter(name=FlowFilterName(any_=[FLOW_NAME])), limit=200)
        ours = [each for each in deployments if each.parameters.get("data_dir") == str(settings.root)]
        return sorted((_schedule(client, each) for each in ours), key=lambda schedule: schedule.name)


def pause(name: str, settings: Settings) -> None:
    """No runs until `resume`; those waiting are taken back."""
    with get_client(sync_client=True) as client:
        client.pause_deployment(_get(client, name, settings).id)


def resume(name: str, settings: Settings) -> None:
    """Runs again."""
    with get_client(sync_client=True) as client:
        client.resume_deployment(_get(client, name, settings).id)


def remove(name: str, settings: Settings) -> None:
    """Forget the schedule; what its runs loaded stays.

    Raises:
        UsageError: a run of it is going on, of whose end the server would not take note.
    """
    with get_client(sync_client=True) as client:
        deployment = _get(client, name, settings)
        if _runs(client, deployment, [StateType.PENDING, StateType.RUNNING]):
            raise UsageError(f"a run of {name} is going on: pause {name} and remove it after the run")
        client.delete_deployment(deployment.id)


def run_now(name: str, settings: Settings) -> str:
    """Have the worker start a run at once; returns its id on the server.

    Raises:
        UsageError: a run of this schedule is going on.
    """
    with get_client(sync_client=True) as client:
        deployment = _get(client, name, settings)
        if _runs(client, deployment, [StateType.PENDING, StateType.RUNNING]):
            raise UsageError(f"a run of {name} is going on: wait for it")
        return str(client.create_flow_run_from_deployment(deployment.id).id)


def _find(client: SyncPrefectClient, name: str) -> DeploymentResponse | None:
    try:
        return client.read_deployment_by_name(f"{FLOW_NAME}/{name}")
    except ObjectNotFound:
        return None


def _get(client: SyncPrefectClient, name: str, settings: Settings) -> DeploymentResponse:
    deployment = _find(client, name)
    if deployment is None or deployment.parameters.get("data_dir") != str(settings.root):
        raise UsageError(f"there is no schedule named {name} of this data folder: see `wirehouse schedule list`")
    return deployment


def _ensure_pool(client: SyncPrefectClient, name: str) -> None:
    template = ProcessWorker.get_default_base_job_template()
    with suppress(ObjectAlreadyExists):
        client.create_work_pool(WorkPoolCreate(name=name, type="process", base_job_template=template))


def _runs(client: SyncPrefectClient, deployment: DeploymentResponse, states: list[StateType]) -> list[Any]:
    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)),
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=1,
    )


def _schedule(client: SyncPrefectClient, deployment: DeploymentResponse) -> Schedule:
    timing = deployment.schedules[0].schedule if deployment.schedules else None
    coming = _runs(client, deployment, [StateType.SCHEDULED])
    return Schedule(
        name=deployment.name,
        parameters=deployment.parameters,
        cron=timing.cron if isinstance(timing, CronSchedule) else None,
        every=timing.interval if isinstance(timing, IntervalSchedule) else None,
        watch=WATCH_TAG in deployment.tags,
        timezone=getattr(timing, "timezone", None) or "UTC",
        paused=deployment.paused,
        next_run_at=coming[0].next_scheduled_start_time if coming else None,
    )
