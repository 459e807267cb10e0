"""The content of a warehouse in a form that can be compared: what two runs on the same input must agree on.

Not by `warehouse.releases.content`, by which a publish decides: what that overlooked, no test would find.
"""

from __future__ import annotations

from pathlib import Path

from warehouse import releases
from warehouse.connection import open_readonly

NOT_COMPARED = ("runs", "release")
RUN_COLUMNS = ("run_id", "entity_change_id")
"""Columns that name a run, or follow from one; times of observation end in `_at`."""

Content = dict[str, tuple[int, int]]
"""By table: number of rows, and a hash that no order of rows changes: a sum, as rows can fall out of a bit_xor."""


def content(published_file: Path) -> Content:
    """The content of every public table of a release."""
    found = {}
    with open_readonly(published_file) as connection:
        for table, columns in releases.columns(connection).items():
            if table not in NOT_COMPARED:
                compared = [name for name in columns if name not in RUN_COLUMNS and not name.endswith("_at")]
                row = connection.execute(
                    f"select count(*), coalesce(sum(hash(row({', '.join(compared)}))), 0) from {table}"
                ).fetchone()
                assert row
                found[table] = (int(row[0]), int(row[1]))
    return found
