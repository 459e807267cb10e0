"""The transform stage: dbt builds the public tables in the build file from the raw tables."""

from __future__ import annotations

import contextlib
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from flows import progress
from flows.settings import Settings
from warehouse.connection import STORAGE_VERSION
from warehouse.errors import WirehouseError

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

log = logging.getLogger("wirehouse.transform")

WITHOUT_VIEWS = ["--indirect-selection", "empty", "--exclude", "config.materialized:view"]
"""Views stay as the first build of a dbt project made them, so none may say which build it is of. Their tests, which
dbt would leave out with them, are carried out."""
FAILED = ("error", "fail", "runtime error", "partial success")


class TransformError(WirehouseError):
    """A model could not be built or a data test found rows that break it; says which, and why."""


@dataclass(frozen=True, slots=True)
class TransformReport:
    """What dbt did. `node_seconds` is by model or test, in the order in which they ended, over `builds` builds."""

    builds: int
    node_seconds: dict[str, float]


def transform(
    settings: Settings,
    *,
    run_id: str = "",
    report: Callable[[str], None] = log.debug,
) -> TransformReport:
    """Bring every public table in `settings.build_file` up to the raw tables, and test the rows that are new.

    The file is created if need be, and not locked afterwards. What changed is built `settings.transform_chars`
    characters at a time, so that memory does not grow with the corpus. `report` gets a line for each model when it is
    built. `run_id` goes into the rows of entity_changes that are new.

    Raises:
        TransformError: a model or a test failed; the published file is not touched.
    """
    if not settings.build_file.exists():
        create_build_file(settings)
    selected = WITHOUT_VIEWS if _is_built(settings) else []
    nodes = []
    builds = 0
    waiting = 1
    while waiting:
        nodes += _build(settings, run_id, report, selected)
        builds += 1
        # What is told of all documents at once is built already.
        selected = ["--select", "int_document_states+", *WITHOUT_VIEWS]
        waiting = _waiting(settings)
    seconds: Counter[str] = Counter()
    for node in nodes:
        seconds[node.node.name] += node.execution_time
    return TransformReport(
        builds=builds,
        node_seconds=dict(seconds),
    )


def _build(settings: Settings, run_id: str, report: Callable[[str], None], selected: list[str]) -> list[Any]:
    """Build what is selected once; dbt's results, by model and test."""
    result = run_dbt(settings, "build", "--exclude-resource-type", "unit_test", *selected, run_id=run_id, report=report)
    nodes = list(getattr(result.result, "results", None) or [])
    failures = [_failure(node) for node in nodes if node.status in FAILED]
    if failures:
        raise TransformError("; ".join(failures) + f" (details: {settings.log_dir / 'dbt.log'})")
    if not result.success:
        raise TransformError(f"dbt: {_reason(result.exception)} (details: {settings.log_dir / 'dbt.log'})")
    return nodes


def _is_built(settings: Settings) -> bool:
    """Whether a build went through: its last table is there. Others are thrown away."""
    with duckdb.connect(settings.build_file, read_only=True) as connection:
        return bool(connection.execute("from duckdb_tables() where table_name = 'statement_mentions'").fetchall())


def _waiting(settings: Settings) -> int:
    """How many documents the last build left to the next."""
    with duckdb.connect(settings.build_file, read_only=True) as connection:
        row = connection.execute("select max(waiting_count) from intermediate.int_new_documents").fetchone()
    return int(row[0] or 0) if row else 0


def create_build_file(settings: Settings) -> None:
    """An empty build file in place of any other, in the storage version that tools with DuckDB 1.x can open."""
    settings.build_file.parent.mkdir(parents=True, exist_ok=True)
    for file in (settings.build_file, settings.build_file.with_name(settings.build_file.name + ".wal")):
        file.unlink(missing_ok=True)
    duckdb.connect(settings.build_file, config={"storage_compatibility_version": STORAGE_VERSION}).close()


def run_dbt(
    settings: Settings, *arguments: str, run_id: str = "", report: Callable[[str], None] = log.debug
) -> dbtRunnerResult:
    """Run a dbt command in this process on the project and data folder of `settings`, then let go of DuckDB's files.

    dbt's log and compiled SQL go to `settings.log_dir`; nothing is printed.

    Raises:
        KeyboardInterrupt: the user stopped it.
    """
    # Importing dbt takes seconds, which verbs that do not build should not wait for.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt_common.events.event_manager_client import ctx_set_event_manager

    from flows.dbt_events import WithoutDebug

    def tell(event: Any) -> None:
        if event.info.name in {"LogModelResult", "LogTestResult"}:
            data = event.data
            total = data.total if event.info.name == "LogModelResult" else data.num_models
            progress.tell("transform", data.index, total)
        if event.info.name == "LogModelResult":
            report(f"{event.data.index} of {event.data.total}: {event.data.description}")
        elif event.info.level == "warn":
            log.warning("dbt: %s", event.info.msg)

    ctx_set_event_manager(WithoutDebug())
    with _environment(settings, run_id):
        try:
            result = dbtRunner(callbacks=[tell]).invoke(
                [
                    *arguments,
                    *("--project-dir", str(settings.dbt_project_dir)),
                    *("--profiles-dir", str(settings.dbt_project_dir)),
                    *("--threads", str(settings.dbt_threads)),
                    *("--target-path", str(settings.log_dir / "dbt")),
                    *("--log-path", str(settings.log_dir)),
                    *("--log-level", "none"),
                    *("--log-level-file", "info"),
                    # Its manifest and results as JSON, which nobody reads, take longer to write than to work out.
                    "--no-write-json",
                ]
            )
        finally:
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if result.exception is not None and not isinstance(result.exception, Exception):
        raise result.exception  # Ctrl-C, which dbt reports like a failure
    return result


@contextlib.contextmanager
def _environment(settings: Settings, run_id: str) -> Iterator[None]:
    """The environment variables that `flows.dbt_connection` reads, while dbt runs."""
    variables = {
        "DO_NOT_TRACK": "1",
        "WIREHOUSE_BUILD_FILE": str(settings.build_file),
        "WIREHOUSE_RAW_FILE": str(settings.raw_file),
        "WIREHOUSE_PREVIOUS_RELEASE": str(settings.published_file) if settings.published_file.exists() else "",
        "WIREHOUSE_TRANSFORM_CHARS": str(settings.transform_chars),
        "WIREHOUSE_DUCKDB_MEMORY_LIMIT": settings.duckdb_memory_limit,
        "WIREHOUSE_RUN_ID": run_id,
    }
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _failure(node: Any) -> str:
    """One line for a model or test that failed."""
    kind = "test" if node.node.resource_type == "test" else "model"
    if node.status == "fail":
        return f"{kind} {node.node.name} failed, rows that break it: {node.failures}"
    return f"{kind} {node.node.name} failed: {_reason(node.message)}"


def _reason(message: object) -> str:
    """dbt's message in one line, without its first line (where it happened, which is known) and its working names."""
    first, *others = str(message).replace("__dbt_tmp", "").splitlines() or [""]
    if "Traceback" in str(message):  # of a Python model
        others = others[-1:]
    return " ".join(" ".join(others or [first]).split())
