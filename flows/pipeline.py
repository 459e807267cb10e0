"""The run as a Prefect flow, each stage a task: thin wrappers around `flows.run`."""

from __future__ import annotations

import contextvars
import logging
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, cast
from uuid import UUID

from prefect import flow, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.runtime import deployment, flow_run
from prefect.states import Completed

from flows import progress, summary
from flows.ingest.discover import without_login
from flows.run import RunReport, run
from flows.server import START_SECONDS
from flows.settings import Settings
from warehouse.errors import BusyError, WirehouseError

LONG_SECONDS, SHOWN_SECONDS = 3.0, 2.0
"""A stage is long, and its progress shown, after so many seconds; shown anew after so many."""

# Prefect sets no level on the loggers it is told to record.
logging.getLogger("wirehouse").setLevel(logging.INFO)


def connect() -> None:
    """Reach the server at PREFECT_API_URL; without one, start a temporary server that lives as long as this process.

    Raises:
        WirehouseError: nothing answers there.
    """
    with get_client(sync_client=True) as client:
        fault = client.api_healthcheck()
        if fault:
            raise WirehouseError(
                f"no Prefect server answers at {client.api_url} ({fault}): start it or unset PREFECT_API_URL"
            )


class Tasks:
    """Carries out each stage of a run as a Prefect task that waits for the one before, which makes them a graph.

    Without retries, as a URL, which a second try can mend, has its own.
    """

    def __init__(self) -> None:
        self.before: list[State[Any]] = []

    def __call__(self, name: str, stage: Callable[[], Any]) -> Any:
        """What the stage returns."""

        # No tags: for each, Prefect would ask the server for a slot, which it cannot give while it is restarted.
        @task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)
        def run_stage() -> Any:
            try:
                bars = Bars()
                with progress.listening(bars):
                    result = stage()
                bars.end()
                return result
            except WirehouseError as error:
                # Prefect keeps the error until the process ends, and with its traceback connections to DuckDB.
                error.__context__ = error.__cause__ = None
                raise error.with_traceback(None) from None

        ended: State[Any] = run_stage(return_state=True, wait_for=self.before)
        self.before = [ended]
        return ended.result()


class Bars:
    """Shows how far a long stage is as a progress artifact; short ones end before it would be seen."""

    def __init__(self) -> None:
        self.began = self.shown = time.monotonic()
        self.artifact: UUID | None = None
        self.stage = ""
        self.context = contextvars.copy_context()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """A `progress.Listener`, called from threads of dbt too, which do not know the task that they work for."""
        self.context.copy().run(self._show, stage, done, total)

    def end(self) -> None:
        """The stage is done."""
        if self.artifact is not None:
            update_progress_artifact(self.artifact, 100.0, f"{self.stage}: done")

    def _show(self, stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self.began < LONG_SECONDS or now - self.shown < SHOWN_SECONDS:
            return
        self.shown, self.stage = now, stage
        percent = 100 * done / total if total else 0.0
        description = f"{stage}: {done:,} of {total:,}" if total else f"{stage}: {done:,} so far"
        if self.artifact is None:
            self.artifact = cast(UUID, create_progress_artifact(percent, f"wirehouse-{stage}", description))
        else:
            update_progress_artifact(self.artifact, percent, description)


def sources_name() -> str:
    """What the run loads, in short: the last parts of its sources."""
    sources = map(without_login, flow_run.parameters.get("sources") or [])
    return ", ".join(PurePosixPath(source).name or source for source in sources)[:160] or "what is loaded"


def run_name() -> str:
    """The run's name in Prefect's list until it ends, and is named by what it loaded."""
    return f"load {sources_name()}"


def show(report: RunReport, settings: Settings) -> None:
    """Name the run by what it loaded, tag it with what came of it, leave its figures and rejections as artifacts.

    A server that was restarted meanwhile is waited for.
    """
    with get_client(sync_client=True) as client:
        deadline = time.monotonic() + START_SECONDS
        while client.api_healthcheck() and time.monotonic() < deadline:
            time.sleep(0.5)
        tags = {*flow_run.tags, "wirehouse", "published" if report.published else "unchanged"}
        tags |= {"rejections"} if report.rejected else set()
        client.update_flow_run(UUID(flow_run.id), name=summary.title(report, sources_name()), tags=tags)
    figures = summary.markdown(report) + summary.charts(settings)
    create_markdown_artifact(figures, "wirehouse-run", summary.outcome(report))
    rejections = summary.rejections(settings)
    if rejections:
        create_table_artifact(rejections, "wirehouse-rejections", "What could not be loaded, the newest first.")


@flow(name="wirehouse", flow_run_name=run_name, log_prints=False, persist_result=False, validate_parameters=True)
def wirehouse(
    sources: list[str],
    data_dir: Path | None = None,
    field_map: dict[str, str] | None = None,
    workers: int | None = None,
    wait_seconds: float | None = None,
    memory_limit: str | None = None,
    stdin_format: str | None = None,
    on_failure: str | None = None,
    full: bool = False,
) -> Any:
    """Ingest, extract, transform, publish.

    Args:
        sources: files, folders, globs or URLs; absolute paths where a schedule or the UI starts the run.
        data_dir: where the warehouse lives; the setting WIREHOUSE_DATA_DIR if left out.
        field_map: fields of JSON records, as {"text": "body"}.
        workers: extraction processes; one for each core if left out.
        wait_seconds: how long to wait for another run that is writing; a scheduled run that waited in vain is skipped.
        memory_limit: what DuckDB may use, such as "2GB".
        stdin_format: what standard input holds, as the end of a file name, where `-` is among the sources.
        on_failure: a command to run, or a URL to post JSON to, if the run fails.
        full: extract and build all anew from the raw tables.

    Returns:
        The `RunReport`; of a run that was skipped, the state that says so.
    """
    given: dict[str, Any] = {
        "data_dir": data_dir,
        "workers": workers,
        "wait_seconds": wait_seconds,
        "duckdb_memory_limit": memory_limit,
        "stdin_format": stdin_format,
        "on_failure": on_failure,
    }
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    scheduled = str(flow_run.id) if deployment.id else None
    try:
        report = run(sources, settings, field_map=field_map, full=full, flow_run_id=scheduled, step=Tasks())
    except BusyError as error:
        if scheduled is None:
            raise
        return Completed(name="Skipped", message=str(error))
    show(report, settings)
    return report
