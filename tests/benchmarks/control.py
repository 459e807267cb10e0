"""What the speed-up of workers is measured against; a module of its own, as new processes cannot read `__main__`."""

from __future__ import annotations


def spin(count: int) -> int:
    """Use the processor and nothing else."""
    return sum(number * number % 7 for number in range(count))
