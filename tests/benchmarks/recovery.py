"""`make recovery`: how late cron runs begin, and how long it takes until a run works again after each kind of kill."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flows import schedule
from flows.settings import Settings
from tests.benchmarks.soak import STORY, due_runs, lateness
from tests.integration.conftest import Up, eventually, start_up
from warehouse import state
from warehouse.errors import UsageError

CRON_RUNS = 4
PATIENCE = 300.0


def run_again(up: Up, settings: Settings) -> bool:
    """Start a run of the schedule; False while one goes on, or the server does not answer."""
    from httpx import HTTPError

    before = len(completed(up))
    try:
        schedule.run_now("stories", settings)
    except (UsageError, HTTPError):
        return False
    return bool(eventually(lambda: len(completed(up)) > before, PATIENCE))


def completed(up: Up) -> list[str]:
    """Runs that did what they were to do."""
    return [run["id"] for run in due_runs(up, "stories") if run["state_name"] == "Completed"]


def kill(*process_ids: int) -> None:
    """As the kernel does when memory is short."""
    for process_id in process_ids:
        os.kill(process_id, signal.SIGKILL)


def recovery_seconds(up: Up, settings: Settings, stories: Path, kills: Callable[[int], None]) -> float:
    """Kill in the midst of a run that loads a new file; seconds until a later run has completed."""
    number = len(list(stories.iterdir()))
    (stories / f"{number}.txt").write_text(STORY.format(number), encoding="utf-8")
    eventually(lambda: _started(settings), PATIENCE)
    running = eventually(
        lambda: [run for run in state.list_runs(settings.state_file, 1) if run.state == "running"], PATIENCE
    )
    began = time.monotonic()
    kills(running[0].process_id)
    eventually(lambda: _answers(up) and run_again(up, settings), PATIENCE)
    return time.monotonic() - began


def _started(settings: Settings) -> bool:
    try:
        return bool(schedule.run_now("stories", settings))
    except UsageError:
        return False


def _answers(up: Up) -> bool:
    from flows.server import Server

    return Server(up.api_url).answers()


def main() -> None:
    """Print both tables."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with tempfile.TemporaryDirectory() as folder:
        stories = Path(folder) / "stories"
        stories.mkdir()
        settings = Settings(data_dir=Path(folder) / "data")
        with start_up(settings.root) as up, temporary_settings({PREFECT_API_URL: up.api_url}):
            schedule.put(schedule.plan([str(stories)], settings, cron="* * * * *"), settings, replace=True)
            eventually(lambda: len(completed(up)) >= CRON_RUNS, 60 * (CRON_RUNS + 3))
            late = [seconds for run in due_runs(up, "stories") if (seconds := lateness(run)) is not None]
            print("cron runs begin after their minute, s: " + " ".join(f"{seconds:.1f}" for seconds in late))
            schedule.put(schedule.plan([str(stories)], settings, every="1d"), settings, replace=True)
            cases: dict[str, Callable[[int], None]] = {
                "the run's process": kill,
                "the runner": lambda run: kill(up.child("runner")),
                "both": lambda run: kill(up.child("runner"), run),
                "the server": lambda run: kill(up.child("server")),
            }
            print("killed in mid-run, seconds until a later run has completed:")
            for name, kills in cases.items():
                print(f"  {name:20} {recovery_seconds(up, settings, stories, kills):6.1f}", flush=True)


if __name__ == "__main__":
    main()
