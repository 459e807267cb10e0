"""Files given to reading processes: one that crashes, hangs or asks for too much memory costs its file alone.

Processes are used again for file after file, and start when there is work for them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from typing import IO, Any, Generic, Protocol, TypeVar

from flows.ingest.readers import Rejected
from flows.ingest.worker import Found, Task
from flows.settings import Settings
from warehouse.errors import WirehouseError

_FILES_TOGETHER, _BYTES_TOGETHER = 50, 2**20
"""What a process is given at once: enough not to wait for more, little enough to share the work."""
_PATIENCE = 4
"""Limits are processor time, so that a busy machine fails no file; a reader that sleeps has so many times longer."""
_START_SECONDS = 30.0
"""The same for a process that starts and loads what it needs."""
_START = """
import sys
sys.path[:] = sys.argv[3:]
from flows.ingest.worker import main
main(int(sys.argv[1]), int(sys.argv[2]))
"""


class ToRead(Protocol):
    """What has a file to read."""

    @property
    def task(self) -> Task:
        """The file, and how to read it."""


Item = TypeVar("Item", bound=ToRead)


@dataclass(slots=True)
class _Worker(Generic[Item]):
    """A process, how to talk to it, the files it was given and has not read, and when it last said something."""

    process: subprocess.Popen[bytes]
    channel: Connection
    errors: IO[bytes]
    items: deque[Item] = field(default_factory=deque)
    found: int = 0
    """How much came from the first of `items`."""
    is_ready: bool = False
    heard_at: float = field(default_factory=time.monotonic)

    @property
    def deadline(self) -> float:
        """When it has been silent for too long."""
        return self.heard_at + _PATIENCE * (self.limit if self.is_ready else max(self.limit, _START_SECONDS))

    @property
    def limit(self) -> float:
        """Seconds of processor time to the next record of the first of `items`."""
        return self.items[0].task.options.max_record_seconds

    def give(self, items: Sequence[Item]) -> None:
        self.items.extend(items)
        self.found, self.heard_at = 0, time.monotonic()
        with suppress(BrokenPipeError, ConnectionError):  # it is gone: told by the end of the channel
            self.channel.send([item.task for item in items])

    def end(self) -> int:
        """Stop the process and wait for it; how it ended."""
        self.channel.close()
        self.process.kill()
        self.errors.close()
        if self.process.stdin:
            self.process.stdin.close()
        return self.process.wait()


def read_files(items: Iterable[Item], settings: Settings) -> Iterator[tuple[Item, list[Found], bool]]:
    """What the files of `items` hold, a part at a time: the item, what was found next, and whether that is all.

    Parts of one file come in order, files in that in which they are read. `items` is taken from as processes become
    free, so that no more than `settings.workers` files are being read.

    Raises:
        WirehouseError: no reading process can be started.
        OSError: the machine is short of something (`is_shortage`).
    """
    lists = _lists(items)
    again: deque[list[Item]] = deque()
    workers: list[_Worker[Item]] = []
    try:
        while True:
            _give_work(workers, again, lists, settings)
            busy = [worker for worker in workers if worker.items]
            if not busy:
                return
            patience = min(worker.deadline for worker in busy) - time.monotonic()
            wait([worker.channel for worker in busy], max(0.0, patience))
            for worker in busy:
                if worker.channel.poll():  # asked anew for each: loading what another gave takes its time
                    answer = _hear(worker)
                elif time.monotonic() > worker.deadline:
                    seconds = _PATIENCE * worker.limit
                    answer = _given_up(worker, "reader_timeout", f"gave nothing for {seconds:g} seconds")
                else:
                    continue
                if answer is None:
                    continue
                yield answer
                if worker.process.returncode is not None or _ran_out_of_memory(answer[1]):
                    worker.end()
                    workers.remove(worker)
                    again.extend([item] for item in worker.items)
    finally:
        for worker in workers:
            worker.end()


def _lists(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items in lists of about as much work."""
    together: list[Item] = []
    size = 0
    for item in items:
        together.append(item)
        size += item.task.size
        if len(together) >= _FILES_TOGETHER or size >= _BYTES_TOGETHER:
            yield together
            together, size = [], 0
    if together:
        yield together


def _give_work(
    workers: list[_Worker[Item]], again: deque[list[Item]], lists: Iterator[list[Item]], settings: Settings
) -> None:
    """Give a list of items to each process that has none, and to new ones as long as there may be more."""
    while True:
        free = next((worker for worker in workers if not worker.items), None)
        if free is None and len(workers) >= settings.workers:
            return
        items = again.popleft() if again else next(lists, [])
        if not items:
            return
        if free is None:
            free = _start(settings)
            workers.append(free)
        free.give(items)


def _start(settings: Settings) -> _Worker[Any]:
    ours, theirs = Pipe()
    errors = tempfile.TemporaryFile()  # noqa: SIM115 (`end` closes it)
    arguments = [str(theirs.fileno()), str(settings.max_reader_bytes), *sys.path]
    process = subprocess.Popen(  # noqa: S603 (our own interpreter and code)
        [sys.executable, "-c", _START, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        pass_fds=[theirs.fileno()],
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    theirs.close()
    return _Worker(process, ours, errors)


def _hear(worker: _Worker[Item]) -> tuple[Item, list[Found], bool] | None:
    """What a process sends; None for the hello with which it begins."""
    try:
        message = worker.channel.recv()
    except (EOFError, OSError):
        return _given_up(worker, "reader_crashed", "ended")
    if isinstance(message, OSError):
        raise message
    found, is_all = message
    worker.heard_at = time.monotonic()
    if not worker.is_ready:
        worker.is_ready = True
        return None
    item = worker.items[0]
    worker.found += len(found)
    if is_all:
        worker.items.popleft()
        worker.found = 0
    return item, found, is_all


def _given_up(worker: _Worker[Item], code: str, what: str) -> tuple[Item, list[Found], bool]:
    """The rejection of the file that a process was reading when it ended, or was ended for its silence."""
    worker.process.kill()  # to one that has ended already this does nothing
    status = worker.process.wait()
    if not worker.is_ready and code == "reader_crashed":
        worker.errors.seek(0)
        last = worker.errors.read().decode(errors="replace").strip().rpartition("\n")[2]
        raise WirehouseError(f"no process to read files in can be started ({last or 'it ended at once'})")
    if code == "reader_crashed" and status == -signal.SIGPROF:
        code, what = "reader_timeout", f"gave nothing in {worker.limit:g} seconds of processor time"
    elif code == "reader_crashed":
        what = f"ended with {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    item = worker.items.popleft()
    key = f"after {worker.found}" if worker.found else ""
    return item, [Rejected(code, f"the {item.task.reader} reader {what}", key)], True


def _ran_out_of_memory(found: Sequence[Found]) -> bool:
    """Whether the process, which may hold on to what it got, is better replaced."""
    return any(isinstance(each, Rejected) and each.code == "reader_memory" for each in found)
