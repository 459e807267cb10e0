"""A run that dies on purpose: `python -m tests.dying POINT STAGE,... DATA_DIR [SOURCE ...]`.

It ends without a word, as `kill -9` would end it, before or after a commit point: a call of one of `COMMIT_POINTS`.
The points are counted in the order of the run; point 2k is before a call, point 2k + 1 after it. A run with fewer
points ends as usual, with exit code 0. POINT is a number or a name, "before warehouse.disk.copy".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows import publish, run, transform
from flows.settings import Settings
from warehouse import connection, disk, raw, releases, state

DIED = 9
COMMIT_POINTS: list[tuple[Any, str]] = [
    (connection, "migrate"),
    (disk, "put_in_place"),
    (disk, "copy"),
    (disk, "duplicate"),
    (disk, "point"),
    (releases, "mark_built"),
    (releases, "finish"),
    (releases, "drop_former"),
    (releases, "prune"),
    (state, "start_run"),
    (state, "note_release"),
    (transform, "create_build_file"),
    (transform, "run_dbt"),
    (publish, "audit"),
]


class Clock:
    """Counts commit points and ends the process at one of them."""

    def __init__(self, last: str) -> None:
        self.last = last
        self.passed = 0

    def tick(self, name: str) -> None:
        if self.last in (str(self.passed), name):
            print(f"died at point {self.passed}: {name}", file=sys.stderr, flush=True)
            os._exit(DIED)
        self.passed += 1


def arm(clock: Clock) -> None:
    """Have the clock tick before and after every commit point."""
    for module, name in COMMIT_POINTS:
        setattr(module, name, _ticking(getattr(module, name), clock, f"{module.__name__}.{name}"))
    committed = raw.transaction

    @contextmanager
    def transaction(connection: Any) -> Iterator[None]:
        with committed(connection):
            yield
            clock.tick("before a commit of raw rows")
        clock.tick("after a commit of raw rows")

    raw.transaction = transaction


def _ticking(function: Callable[..., Any], clock: Clock, name: str) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        clock.tick(f"before {name}")
        result = function(*arguments, **options)
        clock.tick(f"after {name}")
        return result

    return call


if __name__ == "__main__":
    point, stages, data_dir, *sources = sys.argv[1:]
    arm(Clock(point))
    run.run(sources, Settings(data_dir=Path(data_dir)), stages=stages.split(","))
