"""The run as a Prefect flow, each stage a task: thin wrappers around `flows.run`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from flows import summary
from flows.run import RunReport, run
from flows.settings import Settings


def as_task(name: str, stage: Callable[[], Any]) -> Any:
    """Carry out one stage as a Prefect task. No retries: what a second try can mend (a URL) is tried again where it fails."""
    return task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)(stage)()


def run_name() -> str:
    """What the run loads, for Prefect's list of runs."""
    sources = flow_run.parameters.get("sources") or []
    return f"load {', '.join(sources)}"[:200]


@flow(name="wirehouse", flow_run_name=run_name, log_prints=False, persist_result=False, validate_parameters=True)
def wirehouse(
    sources: list[str],
    data_dir: Path | None = None,
    field_map: dict[str, str] | None = None,
    workers: int | None = None,
) -> RunReport:
    """Ingest, extract, transform, publish.

    Args:
        sources: files, folders, globs or URLs.
        data_dir: where the warehouse lives; the setting WIREHOUSE_DATA_DIR if left out.
        field_map: fields of JSON records, as {"text": "body"}.
        workers: extraction processes; one for each core if left out.
    """
    given = {"data_dir": data_dir, "workers": workers}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    report = run(sources, settings, field_map=field_map, step=as_task)
    create_markdown_artifact(key="wirehouse-run", markdown=summary.markdown(report), description=summary.outcome(report))
    return report

