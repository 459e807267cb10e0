"""DOCX: paragraphs, lists and tables of the body; headers, footnotes, comments and deleted text are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_BODY = "word/document.xml"
_CORE = "docProps/core.xml"
_LEFT_OUT = frozenset(("deltext", "instrtext", "movefrom", "fallback", "delinstrtext", "pict", "sectpr", "tabs"))


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The one record of a document, a paragraph a block; list items begin with `- `."""
    from flows.ingest.markup import block_text, local_name
    from flows.ingest.office import metadata, parts

    trees = parts(stream, (_BODY, _CORE), options)
    if isinstance(trees, Rejected):
        yield trees
        return
    text = block_text(trees[_BODY], lambda element: local_name(element) in _LEFT_OUT)
    about = metadata(trees, _CORE)
    if not text:
        yield Rejected("file_empty", "the document has no text")
        return
    yield Record(text, title=about.get("title"), byline=about.get("creator"), language=about.get("language"))


READER = Reader(
    "docx", (".docx", ".docm"), ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",), read
)
