"""Markdown: the document is the raw source; title and front matter are read with the header of the text."""

from __future__ import annotations

from flows.ingest.readers import Reader, text

READER = Reader("markdown", (".md", ".markdown"), ("text/markdown",), text.read, version=4)
