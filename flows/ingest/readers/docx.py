"""DOCX: paragraphs, lists and tables of the body; headers, footnotes, comments and deleted text are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import regex

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_BODY = "word/document.xml"
_CORE = "docProps/core.xml"
_LEFT_OUT = frozenset(("deltext", "instrtext", "movefrom", "fallback", "delinstrtext", "pict", "sectpr", "tabs"))
_LIST = regex.compile(r"List(?:Bullet|Number)")
"""Styles of Word whose paragraphs are items of a list, without saying so themselves."""


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The one record of a document, a paragraph a block; list items begin with `- `."""
    from flows.ingest.markup import block_text, local_name
    from flows.ingest.office import join_cells, metadata, parts

    trees = parts(stream, (_BODY, _CORE), options)
    if isinstance(trees, Rejected):
        yield trees
        return
    body = trees[_BODY]
    join_cells(body)
    for style in body.iter("{*}pStyle"):
        if _LIST.match(next(iter(style.attrib.values()), "")):
            style.tag = "numPr"
    text = block_text(body, lambda element: local_name(element) in _LEFT_OUT or _is_hidden(element))
    about = metadata(trees, _CORE)
    if not text:
        yield Rejected("file_empty", "the document has no text")
        return
    yield Record(text, title=about.get("title"), byline=about.get("creator"), language=about.get("language"))


def _is_hidden(element: Any) -> bool:
    mark = element.find("{*}rPr/{*}vanish")
    return mark is not None and next(iter(mark.attrib.values()), "") not in ("0", "false", "off")


READER = Reader(
    "docx",
    (".docx", ".docm"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
    read,
    version=4,
)
