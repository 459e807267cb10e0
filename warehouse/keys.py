"""What identifies a row of each public table, and which columns point at rows of another one.

Both follow from names: a table's first column identifies its rows, unless `KEYS` says otherwise, and a column
called `statement_id`, or ending in `_statement_id`, holds the id of a statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

KEYS = {
    "document_sources": ("document_id", "source_root", "source_uri", "record_key", "file_sha256"),
    "corrections": ("source_file", "line_number"),
    "person_roles": ("role_id",),
    "statement_mentions": ("statement_id", "mention_id"),
}

BEFORE_CORRECTIONS = "found_entity_id"
"""Holds the id of an entity that a correction may have done away with."""

Columns = Mapping[str, Sequence[str]]
"""Column names by table."""


def key(table: str, columns: Columns) -> tuple[str, ...]:
    """The columns that together identify a row of `table`."""
    return KEYS.get(table, (columns[table][0],))


def identified(columns: Columns) -> dict[str, str]:
    """Table by the id that identifies its rows: {"statement_id": "statements"}."""
    keys = {table: key(table, columns) for table in columns}
    return {names[0]: table for table, names in keys.items() if len(names) == 1 and names[0].endswith("_id")}


def pointed_at(column: str, columns: Columns) -> str | None:
    """The id that `column` holds, such as `entity_id` for `speaker_entity_id`; None if none need be there."""
    names = identified(columns)
    ending = [name for name in names if column.endswith(f"_{name}") and column != BEFORE_CORRECTIONS]
    return column if column in names else max(ending, key=len, default=None)
