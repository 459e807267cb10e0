"""What `wirehouse status` shows: the last runs, what the published file holds, what waits."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console
from rich.table import Table

from flows.publish import published_release
from flows.settings import Settings
from flows.terminal import printable
from warehouse import releases
from warehouse.connection import open_readonly
from warehouse.state import RunRow, list_runs

SHOWN_RUNS = 5


def print_status(settings: Settings, console: Console) -> None:
    """Print the state of the data folder; reads only the state file and the published file, so it never waits."""
    runs = list_runs(settings.state_file, SHOWN_RUNS)
    release = published_release(settings)
    console.print(f"data folder  {settings.root}")
    if release is None:
        console.print("published    nothing yet: run `wirehouse run SOURCE`")
    else:
        with open_readonly(settings.published_file) as connection:
            counts = releases.row_counts(connection)
            unmatched = releases.unmatched_corrections(connection)
        megabytes = settings.published_file.stat().st_size / 2**20
        console.print(
            f"published    {release.published_at:%Y-%m-%d %H:%M} UTC by run {release.run_id}, {megabytes:.1f} MiB"
        )
        for table in ("documents", "statements", "entities", "entity_mentions", "rejections"):
            console.print(f"  {counts[table]:>11,}  {table}")
        if counts.get("corrections"):
            console.print(f"corrections  {counts['corrections']:,}, {len(unmatched):,} of them matched nothing")
            for line in unmatched:
                console.print(printable(f"  {line}"))
    console.print(f"waiting      {waiting(runs)}")
    if runs:
        console.print(runs_table(runs))


def waiting(runs: list[RunRow]) -> str:
    """What is not published yet, as far as the newest run tells."""
    if not runs:
        return "nothing: no run yet"
    newest = runs[0]
    if newest.state == "running":
        return f"run {newest.run_id} (process {newest.process_id}) is at stage {newest.stage or 'start'}"
    if newest.state in {"failed", "crashed"}:
        return f"run {newest.run_id} ended at stage {newest.stage}: {newest.message}; the next run goes on from there"
    return "nothing"


def runs_table(runs: list[RunRow]) -> Table:
    """The runs, newest first."""
    table = Table(
        "started (UTC)", "seconds", "state", "new documents", "new rejections", "sources", header_style="bold"
    )
    for run in runs:
        table.add_row(
            run.started_at[:19].replace("T", " "),
            _seconds(run),
            run.state,
            _figure(run.documents_new),
            _figure(run.rejections_new),
            printable(run.sources),
        )
    return table


def _seconds(run: RunRow) -> str:
    if run.finished_at is None:
        return ""
    return f"{(datetime.fromisoformat(run.finished_at) - datetime.fromisoformat(run.started_at)).total_seconds():.1f}"


def _figure(count: int | None) -> str:
    return "" if count is None else f"{count:,}"
