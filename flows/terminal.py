"""Text from documents, file names and errors, made safe to print."""

from __future__ import annotations

from rich.text import Text


def printable(text: str) -> Text:
    """Text that cannot move the cursor, colour the terminal or reorder its neighbours: controls are escaped."""
    return Text("".join(c if c == "\n" or c.isprintable() else c.encode("unicode_escape").decode() for c in text))
