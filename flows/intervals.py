"""Lengths of time as people write them: `90s`, `15m`, `1h`, `2d`."""

from __future__ import annotations

import re
from datetime import timedelta

from warehouse.errors import UsageError

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_interval(text: str, option: str) -> timedelta:
    """`90s`, `15m`, `1h`, `2d`.

    Raises:
        UsageError: anything else, or less than a second; names the `option` it was given to.
    """
    found = re.fullmatch(r"(\d+)\s*([smhd])", text.strip())
    if found is None or int(found[1]) == 0:
        raise UsageError(f"{option} {text}: write a number and a unit, for instance 90s, 15m, 1h or 2d")
    return timedelta(seconds=int(found[1]) * UNITS[found[2]])


def in_words(seconds: float) -> str:
    """`4 s`, `12 min`, `3 h`, `2 days`: the largest unit of which there are two."""
    for unit, name in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * unit:
            return f"{seconds // unit:.0f} {name}"
    return f"{seconds:.0f} s"
