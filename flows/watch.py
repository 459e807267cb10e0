"""`--watch`: a run starts when new files have settled. `wirehouse up` watches while it lives.

The operating system tells of what is written (watchfiles); nothing is polled, however many files there are. As long
as something is written below a watched folder, its run waits, so that no file is loaded half-written.
"""

from __future__ import annotations

import glob
import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from watchfiles import Change, watch

from flows.ingest.discover import scheme
from flows.server import GOING_ON, WATCH_TAG, Server
from flows.settings import Settings
from warehouse.errors import UsageError

log = logging.getLogger("wirehouse.watch")

TICK_SECONDS = 0.5
"""How long changes are gathered before they are looked at."""

RETRY_SECONDS = 5.0
"""After this long it is tried again to watch a folder that is gone, or to start a run where another goes on."""


def watched_folders(sources: Sequence[str]) -> list[Path]:
    """The folders to watch: a folder itself, that of a file, what stands before the first wildcard of a glob.

    Raises:
        UsageError: one of the sources is a URL, which nothing tells of.
    """
    folders = []
    for source in sources:
        if scheme(source):
            raise UsageError(f"--watch: {source} is no folder; use --every for it")
        path = Path(source)
        while glob.has_magic(str(path)) and not os.path.lexists(path):
            path = path.parent
        folders.append(path if path.is_dir() else path.parent)
    return list(dict.fromkeys(folders))


@dataclass(slots=True)
class Settling:
    """Whether what was written has settled: the time of the last change, and `quiet_seconds` after it.

    Times are seconds of any clock.
    """

    quiet_seconds: float
    changed_at: float | None = None

    def changed(self, now: float) -> None:
        """Something was written."""
        self.changed_at = now

    def settled(self, now: float) -> bool:
        """Once for all that was written before: True as soon as it is quiet."""
        if self.changed_at is None or now - self.changed_at < self.quiet_seconds:
            return False
        self.changed_at = None
        return True


def settled(sources: Sequence[str], settings: Settings, stop: threading.Event) -> Iterator[None]:
    """Yield when what lies at `sources` has settled, and again with each file that is new or changed, until `stop`.

    Hidden files and the data folder do not count. A folder that is gone is watched again when it is back.
    """
    folders = watched_folders(sources)
    settling = Settling(settings.watch_quiet_seconds)
    while not stop.is_set():
        settling.changed(time.monotonic())  # what came while nobody watched
        try:
            before = [folder.stat().st_ino for folder in folders]
            for changes in watch(
                *folders,
                watch_filter=lambda change, path: change is not Change.deleted and counts(path, folders, settings),
                step=int(TICK_SECONDS * 1000),
                rust_timeout=int(TICK_SECONDS * 1000),
                yield_on_timeout=True,
                stop_event=stop,
                raise_interrupt=False,
            ):
                if changes:
                    settling.changed(time.monotonic())
                if settling.settled(time.monotonic()):
                    yield
                if [folder.stat().st_ino for folder in folders] != before:
                    break
        except OSError as error:
            log.warning("cannot watch %s (%s): trying again", ", ".join(map(str, folders)), error.strerror or error)
            stop.wait(RETRY_SECONDS)


def counts(path: str, folders: Sequence[Path], settings: Settings) -> bool:
    """Whether a run could load the file at `path`: it is not hidden, and not our own."""
    file = Path(path)
    if file.is_relative_to(settings.root):
        return False
    below = next((file.relative_to(folder) for folder in folders if file.is_relative_to(folder)), file)
    return not any(part.startswith(".") for part in below.parts)


@dataclass(slots=True)
class Watchers:
    """A thread for each schedule that watches, kept in step with what the server says."""

    settings: Settings
    server: Server
    threads: dict[str, tuple[list[str], threading.Event]] = field(default_factory=dict)

    def follow(self) -> None:
        """Watch for the schedules there are now, no longer for those that are gone or paused.

        Raises:
            httpx.HTTPError: the server does not answer.
        """
        wanted = {
            deployment_id: deployment["parameters"]["sources"]
            for deployment_id, deployment in self.server.deployments(self.settings.root).items()
            if WATCH_TAG in deployment["tags"] and not deployment["paused"]
        }
        for deployment_id, (sources, stop) in list(self.threads.items()):
            if wanted.get(deployment_id) != sources:
                stop.set()
                del self.threads[deployment_id]
        for deployment_id in wanted.keys() - self.threads.keys():
            stop = threading.Event()
            watched = self.threads[deployment_id] = wanted[deployment_id], stop
            threading.Thread(target=self._watch, args=(deployment_id, *watched), daemon=True).start()
        for deployment_id, sources in wanted.items():
            if crashed_once(self.server, deployment_id):
                self.server.start_run(deployment_id)
                log.info("the run of %s was killed: another starts", " ".join(sources))

    def end(self) -> None:
        """Watch no longer."""
        for _, stop in self.threads.values():
            stop.set()

    def _watch(self, deployment_id: str, sources: list[str], stop: threading.Event) -> None:
        for _ in settled(sources, self.settings, stop):
            log.info("what lies in %s has settled: a run starts", " ".join(sources))
            start_run(self.server, deployment_id, stop)


def crashed_once(server: Server, deployment_id: str) -> bool:
    """Whether the newest run crashed, and not the one before: no new file may come to start the next.

    A second crash in a row is for a person to look at.
    """
    newest = server.runs([deployment_id], "EXPECTED_START_TIME_DESC", limit=2)
    return [run["state_type"] == "CRASHED" for run in newest] in ([True], [True, False])


def start_run(server: Server, deployment_id: str, stop: threading.Event) -> None:
    """Start a run, after the one that may be going on: it may have looked before the files were there."""
    while not stop.is_set():
        try:
            if server.runs([deployment_id], state={"type": {"any_": ["SCHEDULED"]}}):
                return  # it is yet to look
            if not server.runs([deployment_id], state={"type": {"any_": GOING_ON}}):
                server.start_run(deployment_id)
                return
        except httpx.HTTPError as error:
            log.debug("the server does not answer (%s)", error)
        stop.wait(RETRY_SECONDS)
