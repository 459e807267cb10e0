"""One writer at a time: the lock that a run holds on its data folder.

The lock is the operating system's (flock), so it goes when its process dies, however that happens;
the file beside it only says who holds it.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from warehouse.errors import BusyError

log = logging.getLogger("wirehouse.warehouse")


@contextmanager
def hold(lock_file: Path, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the lock while the block runs.

    Raises:
        BusyError: another process holds it still after `wait_seconds`.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    holder_file = lock_file.with_suffix(".json")
    lock = FileLock(lock_file)
    busy = f"another run is writing to {lock_file.parent}"
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if wait_seconds:
                log.info("%s%s: waiting, %.0f seconds at most", busy, _holder(holder_file), wait_seconds)
            lock.acquire(timeout=wait_seconds, poll_interval=0.2)
    except Timeout:
        raise BusyError(f"{busy}{_holder(holder_file)}") from None
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        holder_file.write_text(json.dumps({"process_id": os.getpid(), "started_at": since}))
        yield
    finally:
        holder_file.unlink(missing_ok=True)
        lock.release()


def _holder(holder_file: Path) -> str:
    """Who holds the lock, in words. One who just took it gets a moment to say so."""
    for _ in range(20):
        with suppress(OSError, ValueError, KeyError):  # not written yet
            holder = json.loads(holder_file.read_text())
            if lives(holder["process_id"]):
                return f": process {holder['process_id']}, started {holder['started_at']}"
        time.sleep(0.1)
    return ""


def lives(process_id: int | str | None) -> bool:
    """Whether there is such a process on this machine; one that has ended and only its parent does not know is none."""
    try:
        os.kill(int(process_id or ""), 0)
    except PermissionError:  # under another user
        return True
    except (ValueError, OSError):
        return False
    with suppress(OSError):  # no /proc outside of Linux
        return ") Z " not in Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8", errors="replace")
    return True
