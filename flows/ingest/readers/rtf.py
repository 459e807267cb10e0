"""RTF by striprtf: the text, a paragraph a block, with title and author of the document's own description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import regex

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected
from flows.ingest.readers.text import whole

_START = b"{\\rtf"
_CODE_PAGE = regex.compile(rb"\\ansicpg(\d{3,5})")
_INFO = regex.compile(r"\{\\info\b(?:[^{}]|(?P<group>\{(?:[^{}]|(?&group))*\}))*\}")
_FIELD = regex.compile(r"\{\\(title|author)\s((?:[^{}\\]|\\(?:'[0-9a-f]{2}|u-?\d+\s?\??|\W))*)\}")


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The one record of a document."""
    from striprtf import striprtf

    rtf_to_text: Any = striprtf.rtf_to_text
    data = whole(stream, options)
    if isinstance(data, Rejected):
        yield data
        return
    if not data.lstrip().startswith(_START):
        yield Rejected("file_damaged" if data.strip() else "file_empty", "this is no RTF document")
        return
    page = _CODE_PAGE.search(data)
    encoding = f"cp{page[1].decode()}" if page else "cp1252"
    source = data.decode("latin-1")
    info = _INFO.search(source)
    fields = {
        name: rtf_to_text(f"{{\\rtf1 {value}}}", encoding=encoding, errors="replace").strip()
        for name, value in _FIELD.findall(info[0] if info else "")
    }
    text = rtf_to_text(source, encoding=encoding, errors="replace")
    paragraphs = [" ".join(line.split()) for line in text.splitlines()]
    body = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
    if body:
        yield Record(body, title=fields.get("title") or None, byline=fields.get("author") or None, encoding=encoding)
    else:
        yield Rejected("file_empty", "the document has no text")


READER = Reader("rtf", (".rtf",), ("application/rtf", "text/rtf"), read)
