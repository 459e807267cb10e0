"""What is printed: text from documents, file names and errors, made safe, and tables of figures."""

from __future__ import annotations

from rich.table import Column, Table
from rich.text import Text


def printable(text: str) -> Text:
    """Text that cannot move the cursor, colour the terminal or reorder its neighbours: controls are escaped."""
    return Text("".join(c if c == "\n" or c.isprintable() else c.encode("unicode_escape").decode() for c in text))


def figures(*columns: str | Column) -> Table:
    """An empty table without lines, so that much fits into 80 characters; what does not is folded, the widest first."""
    table = Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in table.columns:
        column.overflow = "fold"
    return table
