"""A run: the four stages in order, in plain Python.

`wirehouse run --direct` calls `run` as it is; `flows.pipeline` gives it a `step` that makes each stage a
Prefect task. Either way one run at a time writes to a data folder, and the state file says how it went.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import flows
from flows import on_failure, run_log
from flows.copies import SKETCH_VERSION
from flows.corrections import read_corrections
from flows.extract.annotate import EXTRACTOR_VERSION
from flows.extract.stage import ExtractReport, extract
from flows.ingest.discover import check_sources, without_login
from flows.ingest.stage import IngestReport, ingest
from flows.publish import PublishReport, publish
from flows.recover import recover, set_damaged_aside
from flows.settings import Settings
from flows.time_limit import time_limit
from flows.transform import TransformReport, create_build_file, transform
from warehouse import lock, raw, releases, state
from warehouse.connection import open_raw
from warehouse.errors import DamagedError, in_one_line

log = logging.getLogger("wirehouse.run")

STAGES = ("ingest", "extract", "transform", "publish")
Result = TypeVar("Result")
Step = Callable[[str, Callable[[], Any]], Any]
"""Carries out one stage: given its name and a function without arguments, it returns what the function returns."""


@dataclass(slots=True)
class RunReport:
    """How a run went; a stage that was not asked for, or had nothing to do, has no report. `seconds` is by stage."""

    run_id: str
    ingest: IngestReport | None = None
    extract: ExtractReport | None = None
    transform: TransformReport | None = None
    publish: PublishReport | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def published(self) -> bool:
        """Whether this run put a new release in place."""
        return self.publish is not None and self.publish.published

    @property
    def rejected(self) -> int:
        """Files and records that this run saw and could not load, known ones included."""
        return self.ingest.rejections if self.ingest else 0


def plainly(name: str, stage: Callable[[], Result]) -> Result:
    """The step of a run without Prefect: call the stage."""
    return stage()


def new_run_id() -> str:
    """An id that sorts by time of start: `20201124T101500-3f9a2c`."""
    return f"{state.now():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"


def run(
    sources: Sequence[str],
    settings: Settings,
    *,
    field_map: Mapping[str, str] | None = None,
    stages: Sequence[str] = STAGES,
    full: bool = False,
    run_id: str | None = None,
    flow_run_id: str | None = None,
    step: Step = plainly,
) -> RunReport:
    """Run the stages named in `stages`, in the order of `STAGES`; tell of it if they fail (see `flows.on_failure`).

    `full` extracts and builds all anew from the raw tables; without `sources`, from what is loaded.

    `flow_run_id` is that of Prefect where a schedule started the run. Then a source that does not exist is a failure
    like others, of which a person is told; else it is wrong usage, and nothing is touched.

    Raises:
        UsageError: a source does not exist; nothing was touched.
        BusyError: another run is writing to the data folder, still after `settings.wait_seconds`.
        WirehouseError: a stage failed; the published file is as it was, the next run goes on from what was loaded.
    """
    if full and not sources:
        stages = [name for name in stages if name != "ingest"]
    if "ingest" in stages and flow_run_id is None:
        check_sources(sources)
    report = RunReport(run_id or new_run_id())
    try:
        with lock.hold(settings.lock_file, settings.wait_seconds), run_log.keep(settings, report.run_id):
            if full:
                set_damaged_aside(settings, may_load=bool(sources))
            recover(settings)
            state.start_run(
                settings.state_file,
                report.run_id,
                " ".join(map(without_login, sources)),
                flows.__version__,
                state.now(),
                flow_run_id=flow_run_id,
                on_failure=settings.on_failure,
            )
            state.update_run(settings.state_file, report.run_id, extractor_version=EXTRACTOR_VERSION)
            try:
                _run_stages(report, sources, settings, dict(field_map or {}), stages, full, step)
            except BaseException as error:
                _fail(settings, report, error)
                raise
            _finish(settings, report, "done" if report.published or "publish" not in stages else "unchanged")
    finally:
        # Without the lock, so that a slow listener holds up no other run.
        with suppress(sqlite3.Error):
            on_failure.tell(settings)
    return report


def _run_stages(
    report: RunReport,
    sources: Sequence[str],
    settings: Settings,
    field_map: dict[str, str],
    stages: Sequence[str],
    full: bool,
    step: Step,
) -> None:
    calls: dict[str, Callable[[], Any]] = {
        "ingest": lambda: ingest(sources, settings, field_map=field_map, run_id=report.run_id, now=state.now()),
        "extract": lambda: extract(settings, run_id=report.run_id, full=full),
        "transform": lambda: build(settings, report.run_id),
        "publish": lambda: publish(settings, report.run_id, may_shrink=full),
    }
    if full:
        create_build_file(settings)  # now, so that the run after one that dies builds anew, too
    if "transform" in stages:
        read_corrections(settings)  # so that a wrong line is told before the hours that other stages may take
    for name in STAGES:
        if name not in stages:
            continue
        state.update_run(settings.state_file, report.run_id, stage=name)
        began = time.perf_counter()
        setattr(report, name, step(name, _limited(name, calls[name], settings, report.run_id)))
        report.seconds[name] = time.perf_counter() - began
        _record_counts(settings, report)


def _limited(name: str, stage: Callable[[], Result], settings: Settings, run_id: str) -> Callable[[], Result]:
    """The same stage, ended by the time limit."""

    def limited() -> Result:
        with time_limit(settings.stage_limit_seconds, f"stage {name}", settings.run_log(run_id)):
            return stage()

    return limited


def build(settings: Settings, run_id: str) -> TransformReport | None:
    """The transform stage; None, and nothing is built, where the build at hand was made from the same inputs.

    A build starts from the tables of the last one, unless that was left unfinished or made by another dbt project.

    Raises:
        CorrectionError: a line of `corrections/*.csv` cannot be followed; nothing was built.
        TransformError: a model or a test failed.
    """
    project = _dbt_project_hash(settings)
    corrections = read_corrections(settings)
    with open_raw(settings) as connection:
        raw.load_corrections(connection, corrections)
        raw_rows = releases.fingerprint(connection)
    made_from = releases.Build(
        inputs=hashlib.sha256(f"{raw_rows} {project} {flows.__version__}".encode()).hexdigest(),
        extractor_version=EXTRACTOR_VERSION,
        wirehouse_version=flows.__version__,
    )
    try:
        built = releases.read_build(settings.build_file)
    except DamagedError as error:
        log.warning("%s", error)
        built = None
    if built and built.inputs == made_from.inputs:
        log.info("nothing new since the last build")
        return None
    if built is None or releases.read_project(settings.build_file) != project:
        create_build_file(settings)
    releases.mark_built(settings.build_file, None, project)
    report = transform(settings, run_id=run_id)
    releases.mark_built(settings.build_file, made_from, project)
    return report


def _dbt_project_hash(settings: Settings) -> str:
    """Hash over the files of the dbt project, and the kind of sketches that it compares: others build anew."""
    digest = hashlib.sha256(SKETCH_VERSION.encode())
    for path in sorted(settings.dbt_project_dir.rglob("*")):
        if path.suffix in {".sql", ".py", ".yml", ".csv"} and "target" not in path.parts:
            digest.update(path.relative_to(settings.dbt_project_dir).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _record_counts(settings: Settings, report: RunReport) -> None:
    columns: dict[str, object] = {}
    if report.ingest:
        columns |= {"documents_new": report.ingest.documents_new, "rejections_new": report.ingest.rejections_new}
    if report.publish:
        columns |= {
            "documents_total": report.publish.row_counts["documents"],
            "statements_total": report.publish.row_counts["statements"],
        }
    if columns:
        state.update_run(settings.state_file, report.run_id, **columns)


def _fail(settings: Settings, report: RunReport, error: BaseException) -> None:
    """Record why the run failed; nobody is told of one that somebody stopped."""
    if not isinstance(error, Exception):
        state.update_run(settings.state_file, report.run_id, on_failure=None)
    _finish(settings, report, "failed", message=in_one_line(error))


def _finish(settings: Settings, report: RunReport, outcome: str, message: str | None = None) -> None:
    # Where even this cannot be written, the next run marks this one as crashed.
    with suppress(sqlite3.Error):
        state.update_run(
            settings.state_file, report.run_id, state=outcome, finished_at=state.now().isoformat(), message=message
        )
