"""A table of a database file: which one, and where the file is that the database's library can open."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from flows.ingest.fields import has_text
from flows.ingest.readers import ReadOptions, Rejected


@contextmanager
def on_disk(stream: BinaryIO) -> Iterator[Path]:
    """The file that a stream reads; a copy where it is a download or lies in an archive."""
    name = getattr(stream, "name", None)
    if isinstance(name, str) and Path(name).is_file():
        yield Path(name)
        return
    with NamedTemporaryFile() as copy:
        shutil.copyfileobj(stream, copy)
        copy.flush()
        yield Path(copy.name)


def choose_table(columns_of: Mapping[str, Sequence[str]], options: ReadOptions) -> str | Rejected:
    """The table that is named, or the only one with a column for the text.

    Args:
        columns_of: the names of the columns by table.
        options: `field_map["table"]` is the name that was given, if any.
    """
    named = options.field_map.get("table")
    found = ", ".join(columns_of) or "none"
    if named:
        known = named in columns_of
        return named if known else Rejected("table_unclear", f"there is no table {named!r}; there are: {found}")
    with_text = [table for table, columns in columns_of.items() if has_text(columns, options.field_map)]
    if len(with_text) == 1:
        return with_text[0]
    return Rejected("table_unclear", f"{len(with_text)} tables have a column for the text; there are: {found}")


def quoted(name: str) -> str:
    """A name of a table or column as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'
