"""The content of a warehouse in a form that can be compared: what two runs on the same input must agree on."""

from __future__ import annotations

from pathlib import Path

from warehouse import releases
from warehouse.connection import open_readonly

Content = dict[str, tuple[int, int]]
"""By table: number of rows, and a hash that no order of rows changes."""


def content(published_file: Path) -> Content:
    """The content of every public table of a release."""
    with open_readonly(published_file) as connection:
        return releases.content(connection)
