"""The log of each run: a file of its own in the data folder, so that whoever is told of a failure can read why."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.settings import Settings


class _File(logging.FileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """A full disk is the run's trouble, and told as such."""


def place(settings: Settings, run_id: str) -> Path | None:
    """The log to read about a run: its own, or that of the runner where the run died before it wrote one."""
    logs = (settings.run_log(run_id), settings.log_dir / "runner.log")
    return next((file for file in logs if file.exists()), None)


@contextmanager
def keep(settings: Settings, run_id: str) -> Iterator[None]:
    """Add what is logged meanwhile to the run's log, and the traceback if the block fails.

    Of the logs before it, the newest `kept_logs` stay.
    """
    file = settings.run_log(run_id)
    file.parent.mkdir(parents=True, exist_ok=True)
    for former in sorted(file.parent.glob("*.log"))[: -settings.kept_logs]:
        former.unlink(missing_ok=True)
    handler = _File(file, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    log = logging.getLogger("wirehouse")
    log.addHandler(handler)
    if log.level == logging.NOTSET:
        log.setLevel(logging.INFO)
    try:
        yield
    except BaseException as error:
        # For this file alone: people get one line.
        told = "the run failed: %s"
        handler.handle(log.makeRecord(log.name, logging.ERROR, __file__, 0, told, (error,), sys.exc_info()))
        raise
    finally:
        log.removeHandler(handler)
        handler.close()
