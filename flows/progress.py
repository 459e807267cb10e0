"""How far a stage is: told by the stages, shown by whoever listens, as with logging."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str, int, int | None], None]
"""Called with a stage's name, how many of its pieces are done, and how many there are (None: not known yet)."""

_listeners: list[Listener] = []


def tell(stage: str, done: int, total: int | None = None) -> None:
    """Say that `done` of the stage's `total` pieces are done."""
    for listener in _listeners:
        listener(stage, done, total)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have `listener` hear what stages tell while the block runs."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
