"""`make soak`: a scheduled run every minute while somebody reads; 60 minutes, or as many as the argument says.

Fails where server or runner grow by more than a fifth after the warm-up (the first third), a file that was put there is
not loaded, a run does not complete, or a reader is disturbed.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from flows import schedule
from flows.settings import Settings
from tests.integration.conftest import Up, start_up

GROWTH = 1.2
STORY = 'GENEVA, March 4, 2026 (Newsline) -- "The talks go on for day {}," mediator Anna Kovacs said Wednesday.\n'


def resident_megabytes(process_id: int) -> float:
    """Memory of a process, without what it started."""
    found = 0.0
    for line in Path(f"/proc/{process_id}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            found = int(line.split()[1]) / 1024
    return found


def read(file: Path, stop: threading.Event, counts: list[int], faults: list[str]) -> None:
    """Read the published file again and again, each time anew, as analysts do."""
    while not stop.wait(0.5):
        try:
            if file.exists():
                with duckdb.connect(file, read_only=True) as connection:
                    row = connection.execute("select count(*) from document_sources").fetchone()
                    counts.append(row[0] if row else 0)
        except duckdb.Error as error:
            faults.append(str(error))


def due_runs(up: Up, name: str) -> list[dict[str, Any]]:
    """Runs of the schedule that came due, oldest first."""
    found: list[dict[str, Any]] = up.ask(
        "flow_runs/filter",
        deployments={"name": {"any_": [name]}},
        flow_runs={"state": {"type": {"not_any_": ["SCHEDULED"]}}},
        sort="EXPECTED_START_TIME_ASC",
    )
    return found


def lateness(run: dict[str, Any]) -> float | None:
    """Seconds from the minute for which a run was planned to its start; None if it did not start."""
    if run["start_time"] is None:
        return None
    planned, began = (datetime.fromisoformat(run[name]) for name in ("expected_start_time", "start_time"))
    return (began - planned).total_seconds()


def soak(minutes: int, place: Path) -> bool:
    """Run for so many minutes and print what was found; whether all is well."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    stories = place / "stories"
    stories.mkdir()
    settings = Settings(data_dir=place / "data")
    memory: dict[str, list[float]] = {"server": [], "runner": []}
    counts: list[int] = []
    faults: list[str] = []
    stop = threading.Event()
    with start_up(settings.root) as up:
        with temporary_settings({PREFECT_API_URL: up.api_url}):
            schedule.put(schedule.plan([str(stories)], settings, cron="* * * * *"), settings, replace=True)
        reader = threading.Thread(target=read, args=(settings.published_file, stop, counts, faults))
        reader.start()
        for minute in range(minutes):
            (stories / f"{minute}.txt").write_text(STORY.format(minute + 1), encoding="utf-8")
            time.sleep(60)
            for name, sizes in memory.items():
                sizes.append(resident_megabytes(up.child(name)))
        time.sleep(60)  # for the run that loads the last file
        stop.set()
        reader.join()
        runs = [run for run in due_runs(up, "stories") if run["state_type"] != "RUNNING"]
    warm = minutes // 3
    well = not faults
    for name, sizes in memory.items():
        ratio = max(sizes[warm:]) / sizes[warm]
        well = well and ratio <= GROWTH
        print(
            f"{name}: {sizes[0]:.0f} MB at first, {sizes[warm]:.0f} MB warm, {sizes[-1]:.0f} MB at last ({ratio:.2f})"
        )
    states: dict[str, int] = {}
    for run in runs:
        states[run["state_name"]] = states.get(run["state_name"], 0) + 1
    late = sorted(seconds for run in runs if (seconds := lateness(run)) is not None)
    print(f"runs: {states}, begun {late[len(late) // 2]:.1f} s (median), {late[-1]:.1f} s (latest) after their minute")
    print(f"files loaded: {counts[-1] if counts else 0} of {minutes}")
    print(f"reads: {len(counts)}, disturbed {len(faults)} {faults[:1]}")
    return well and counts[-1:] == [minutes] and set(states) <= {"Completed", "Cancelled"}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(not soak(int(sys.argv[1]) if len(sys.argv) > 1 else 60, Path(folder)))
