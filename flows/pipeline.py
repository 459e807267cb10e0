"""The run as a Prefect flow, each stage a task: thin wrappers around `flows.run`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.runtime import deployment, flow_run
from prefect.states import Completed

from flows import summary
from flows.run import run
from flows.settings import Settings
from warehouse.errors import BusyError, WirehouseError

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


def as_task(name: str, stage: Callable[[], Any]) -> Any:
    """Carry out one stage as a Prefect task; without retries, as a URL, which a second try can mend, has its own."""

    @task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)
    def run_stage() -> Any:
        try:
            return stage()
        except WirehouseError as error:
            # Prefect keeps the error until the process ends, and with its traceback connections to DuckDB.
            error.__context__ = error.__cause__ = None
            raise error.with_traceback(None) from None

    return run_stage()


def run_name() -> str:
    """What the run loads, for Prefect's list of runs."""
    sources = flow_run.parameters.get("sources") or []
    return f"load {', '.join(PurePosixPath(source).name or source for source in sources)}"[:200]


@flow(name="wirehouse", flow_run_name=run_name, log_prints=False, persist_result=False, validate_parameters=True)
def wirehouse(
    sources: list[str],
    data_dir: Path | None = None,
    field_map: dict[str, str] | None = None,
    workers: int | None = None,
    wait_seconds: float | None = None,
    memory_limit: str | None = None,
    stdin_format: str | None = None,
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

    Returns:
        The `RunReport`; of a run that was skipped, the state that says so.
    """
    given: dict[str, Any] = {
        "data_dir": data_dir,
        "workers": workers,
        "wait_seconds": wait_seconds,
        "duckdb_memory_limit": memory_limit,
        "stdin_format": stdin_format,
    }
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    try:
        report = run(sources, settings, field_map=field_map, step=as_task)
    except BusyError as error:
        if deployment.id is None:
            raise
        return Completed(name="Skipped", message=str(error))
    create_markdown_artifact(
        key="wirehouse-run", markdown=summary.markdown(report), description=summary.outcome(report)
    )
    return report
