"""A limit on how long something may take, for code that may hang anywhere, in C too."""

from __future__ import annotations

import faulthandler
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from warehouse.errors import WirehouseError

GRACE_SECONDS = 30.0
"""What does not end within these, once its time is up, is ended with its process."""

REPEAT_SECONDS = 5.0
"""How often it is interrupted meanwhile."""


class TookTooLong(WirehouseError):
    """A stage passed its time limit."""


class _TimeIsUp(BaseException):
    """Not an `Exception`: those are caught by whoever reads files that may be damaged."""


@contextmanager
def time_limit(seconds: float, what: str, log_file: Path) -> Iterator[None]:
    """End the block after `seconds`; 0 means no limit.

    Python code, waiting and DuckDB's queries are interrupted by a signal. Where this does not help, the process ends
    `GRACE_SECONDS` later, and `log_file` gets the stack of each of its threads.

    Raises:
        TookTooLong: the time is up.
    """
    if not seconds or threading.current_thread() is not threading.main_thread():
        yield
        return

    up: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        up.append(number)
        raise _TimeIsUp

    with log_file.open("a", encoding="utf-8") as stacks:
        faulthandler.dump_traceback_later(seconds + GRACE_SECONDS, exit=True, file=stacks)
        before = signal.signal(signal.SIGALRM, interrupt)
        # Again and again: what a destructor or a callback raises is lost.
        signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_SECONDS)
        try:
            yield
        except BaseException as error:  # DuckDB makes an error of its own of what interrupts it
            if not up:
                raise
            message = f"{what} took longer than {seconds:g} seconds (WIREHOUSE_STAGE_LIMIT_SECONDS) and was ended"
            raise TookTooLong(message) from error
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            faulthandler.cancel_dump_traceback_later()
