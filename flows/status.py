"""What `wirehouse status` shows: the last runs, what the published file holds, what waits, what comes next.

Only the state file, the releases and the server are asked, so it never waits for a run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from flows import run_log
from flows.ingest import language
from flows.intervals import in_words
from flows.server import WATCH_TAG, Server
from flows.settings import Settings
from flows.terminal import figures, printable
from flows.up import living
from flows.verify import raw_tables_gone
from warehouse import releases, state
from warehouse.connection import open_readonly
from warehouse.lock import lives
from warehouse.releases import Release
from warehouse.state import RunRow, list_runs

SHOWN_RUNS = 5
FAILED = frozenset({"failed", "crashed"})


@dataclass(frozen=True, slots=True)
class Coming:
    """A schedule and its next run, UTC; None for one that is paused or runs when files come."""

    name: str
    next_run_at: str | None
    paused: bool
    watch: bool


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a data folder. Times are UTC in ISO 8601; `problems` is empty where all is well.

    `rolled_back_from` is the newest release, where a rollback put an earlier one in its place. `up_to_date_at` is when
    a run last published, or found that nothing was new. `server` is its address, None where there is none; `schedules`
    is None where the server cannot be asked. `not_extracted`: documents by language, of those that extraction does not
    cover. `rejections`: those among `rows` that still hold.
    """

    data_dir: str
    problems: list[str]
    published_at: str | None
    published_by: str | None
    published_bytes: int | None
    rolled_back_from: str | None
    up_to_date_at: str | None
    age_seconds: float | None
    rows: dict[str, int]
    rejections: int
    not_extracted: dict[str, int]
    unmatched_corrections: list[str]
    waiting: str
    server: str | None
    server_lives: bool
    runner_lives: bool
    schedules: list[Coming] | None
    runs: list[dict[str, Any]]


def status(settings: Settings, max_age: timedelta | None = None) -> Status:
    """Look at the data folder and, if there is one, at its Prefect server."""
    now = state.now()
    runs = [_as_it_is(run) for run in list_runs(settings.state_file, SHOWN_RUNS)]
    published = settings.published_file.resolve()  # the same file throughout, whatever is published meanwhile
    release = releases.read_file(published)
    rows: dict[str, int] = {}
    holding = 0
    unmatched: list[str] = []
    not_extracted: dict[str, int] = {}
    if release:
        with open_readonly(published) as connection:
            rows = releases.row_counts(connection)
            holding = releases.count_holding(connection)
            unmatched = releases.unmatched_corrections(connection)
            not_extracted = releases.count_not_covered(connection)
    unchanged = [run.finished_at for run in runs if run.state == "unchanged" and run.finished_at]
    confirmed = [*([release.published_at] if release else []), *map(datetime.fromisoformat, unchanged)]
    up_to_date_at = max(confirmed).astimezone(UTC) if release else None
    age = (now - up_to_date_at).total_seconds() if up_to_date_at else None
    address, server_lives, runner_lives, schedules = _server(settings)
    return Status(
        data_dir=str(settings.root),
        problems=problems(runs, age, max_age, raw_tables_gone(settings)),
        published_at=_iso(release.published_at) if release else None,
        published_by=release.run_id if release else None,
        published_bytes=published.stat().st_size if release else None,
        rolled_back_from=_rolled_back_from(settings, release) if release else None,
        up_to_date_at=_iso(up_to_date_at) if up_to_date_at else None,
        age_seconds=round(age, 1) if age is not None else None,
        rows=rows,
        rejections=holding,
        not_extracted=not_extracted,
        unmatched_corrections=unmatched,
        waiting=waiting(
            runs,
            built=release is None or settings.build_file.exists(),
            forgetting=state.is_forgetting(settings.state_file),
            corrections=_newer_corrections(settings, runs[0]) if runs else [],
        ),
        server=address,
        server_lives=server_lives,
        runner_lives=runner_lives,
        schedules=schedules,
        runs=[_described(run, settings, address) for run in runs],
    )


def problems(
    runs: list[RunRow], age_seconds: float | None, max_age: timedelta | None, gone: str | None = None
) -> list[str]:
    """What a person should look at: the newest run that ended failed, the warehouse is older than `max_age`, or a file
    is `gone`."""
    found = [gone] if gone else []
    ended = next((run for run in runs if run.state != "running"), None)
    if ended and ended.state in FAILED:
        found.append(f"run {ended.run_id} {ended.state}: {ended.message}")
    if max_age is not None and age_seconds is None:
        found.append("nothing is published yet")
    elif max_age is not None and age_seconds is not None and age_seconds > max_age.total_seconds():
        found.append(f"the warehouse is {in_words(age_seconds)} old, {in_words(max_age.total_seconds())} are allowed")
    return found


def _newer_corrections(settings: Settings, run: RunRow) -> list[str]:
    """The files of corrections that were written after a run began."""
    began = datetime.fromisoformat(run.started_at).timestamp()
    return [file.name for file in settings.correction_files() if file.stat().st_mtime > began]


def waiting(runs: list[RunRow], *, built: bool, forgetting: bool = False, corrections: Sequence[str] = ()) -> str:
    """What is not published yet, as far as the newest run tells.

    `built` is false where the build was thrown away, `forgetting` true where some file may hold what is to be
    forgotten; `corrections` are the files of them that are newer than the run.
    """
    if forgetting:
        return "a forgetting that was cut off, or is under way; the next run, forget or rollback finishes it"
    if not runs:
        return "nothing: no run yet"
    newest = runs[0]
    if newest.state == "running":
        return f"run {newest.run_id} (process {newest.process_id}) is at stage {newest.stage or 'start'}"
    if newest.state in FAILED:
        return f"run {newest.run_id} ended at stage {newest.stage or 'start'}; the next run goes on from there"
    if newest.state == "done" and newest.stage != "publish":
        return f"run {newest.run_id} went only to stage {newest.stage}; the next `wirehouse run` goes on from there"
    if not built:
        return "the next run builds all tables anew"
    if corrections:
        return f"corrections written since the last run ({', '.join(corrections)}); the next run applies them"
    return "nothing"


def print_status(found: Status, console: Console, *, as_json: bool) -> None:
    """Print it for people, or as JSON for monitoring."""
    if as_json:
        console.print(json.dumps(asdict(found), indent=2), soft_wrap=True, markup=False)
        return

    def say(name: str, what: str) -> None:
        console.print(f"{name:12} {what}", soft_wrap=True, markup=False)

    say("data folder", found.data_dir)
    if found.published_at is None:
        say("published", "nothing yet: run `wirehouse run SOURCE`")
    else:
        megabytes = (found.published_bytes or 0) / 2**20
        say("published", f"{_minute(found.published_at)} UTC by run {found.published_by}, {megabytes:.1f} MiB")
        if found.rolled_back_from:
            say("rolled back", f"from {found.rolled_back_from}; a run that finds something new publishes all again")
        say("up to date", f"{_minute(found.up_to_date_at)} UTC, {in_words(found.age_seconds or 0)} ago")
        for table in ("documents", "statements", "entities", "entity_mentions", "rejections"):
            holding = f", of which {found.rejections:,} hold" if table == "rejections" and found.rows[table] else ""
            console.print(f"  {found.rows[table]:>11,}  {table}{holding}")
    if found.not_extracted:
        say("languages", language.not_extracted(found.not_extracted))
    if found.rows.get("corrections"):
        unmatched = found.unmatched_corrections
        say("corrections", f"{found.rows['corrections']:,}, {len(unmatched):,} of them matched nothing")
        for line in unmatched:
            console.print(printable(f"  {line}"), soft_wrap=True, markup=False)
    say("waiting", found.waiting)
    if found.server is None:
        say("server", "none: `wirehouse up` starts one")
    else:
        say("server", f"{found.server}, {_alive(found.server_lives)}")
        say("runner", _alive(found.runner_lives))
    for schedule in found.schedules or []:
        say("next run", f"{schedule.name}: {_next(schedule)}")
    if found.runs:
        console.print(runs_table(found.runs))
    for run in found.runs:
        if run["state"] in FAILED:
            say(run["state"], f"{run['run_id']} at stage {run['stage'] or 'start'}: {run['message']}")
            if run["log"]:
                say("  its log", run["log"])
            if run["url"]:
                say("  in the UI", run["url"])
    for problem in found.problems:
        say("problem", problem)


def runs_table(runs: list[dict[str, Any]]) -> Table:
    """The runs, newest first."""
    table = figures("started (UTC)", "seconds", "state", "new documents", "new rejections", "sources")
    for run in runs:
        table.add_row(
            _minute(run["started_at"]),
            _figure(run["seconds"]),
            run["state"],
            _figure(run["documents_new"]),
            _figure(run["rejections_new"]),
            printable(run["sources"]),
        )
    return table


def _server(settings: Settings) -> tuple[str | None, bool, bool, list[Coming] | None]:
    """Address of the server, whether it and the runner live, and the schedules."""
    up = living(settings)
    address = up.address if up else os.environ.get("PREFECT_API_URL", "").removesuffix("/api") or None
    if address is None:
        return None, False, False, None
    server = Server(f"{address}/api")
    runner = lives(up.processes.get("runner")) if up else False
    try:
        runner = runner or server.runner_lives(settings.work_pool)
        deployments = server.deployments(settings.root)
        coming = server.next_runs(deployments)
    except httpx.HTTPError:
        return address, server.answers(), runner, None
    schedules = [
        Coming(
            name=each["name"],
            next_run_at=_iso(coming[each["name"]]) if each["name"] in coming else None,
            paused=each["paused"],
            watch=WATCH_TAG in each["tags"],
        )
        for each in sorted(deployments.values(), key=lambda each: str(each["name"]))
    ]
    return address, True, runner, schedules


def _rolled_back_from(settings: Settings, published: Release) -> str | None:
    newest = next((file.release for file in releases.kept(settings.releases_dir)), None)
    return newest.run_id if newest and newest.published_at > published.published_at else None


def _as_it_is(run: RunRow) -> RunRow:
    """A run that is called running although its process is gone has crashed, which the next run will note."""
    if run.state == "running" and not lives(run.process_id):
        return replace(run, state="crashed", message=run.message or state.DIED)
    return run


def _described(run: RunRow, settings: Settings, address: str | None) -> dict[str, Any]:
    """A run for JSON: its row, how long it took, and where its log is, in a file (or None) and in the UI."""
    seconds = None
    if run.finished_at:
        took = datetime.fromisoformat(run.finished_at) - datetime.fromisoformat(run.started_at)
        seconds = round(took.total_seconds(), 1)
    in_ui = f"{address}/runs/flow-run/{run.flow_run_id}" if run.flow_run_id and address else None
    log = run_log.place(settings, run.run_id)
    return asdict(run) | {"seconds": seconds, "log": str(log) if log else None, "url": in_ui}


def _next(schedule: Coming) -> str:
    if schedule.paused:
        return "paused"
    if schedule.watch:
        return "when files come"
    return f"{_minute(schedule.next_run_at)} UTC" if schedule.next_run_at else "not planned yet"


def _alive(lives: bool) -> str:
    return "lives" if lives else "does not answer"


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")


def _minute(time: str | None) -> str:
    return (time or "")[:16].replace("T", " ")


def _figure(count: float | None) -> str:
    return "" if count is None else f"{count:,}"
