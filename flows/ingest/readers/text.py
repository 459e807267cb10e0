"""Plain text: the file is the document, verbatim."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_MAX_BYTES_PER_CHAR = 4


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The one record of a text file: decoded, the byte-order mark left out, nothing else changed."""
    limit = options.max_record_chars * _MAX_BYTES_PER_CHAR + len(codecs.BOM_UTF8)
    data = stream.read(limit + 1)
    if len(data) > limit:
        yield Rejected("text_too_long", f"the text has more than {options.max_record_chars:,} characters")
        return
    text = decode(data)
    if isinstance(text, Rejected):
        yield text
    elif not text or text.isspace():
        yield Rejected("file_empty", "the file is empty" if not data else "the file holds nothing but blanks")
    else:
        yield Record(text)


def decode(data: bytes) -> str | Rejected:
    """UTF-8 as text without its byte-order mark, or the place of the first byte that is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mark = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
        offset = error.start + mark
        return Rejected(
            "invalid_utf8",
            f"byte {offset} (0x{data[offset]:02x}) is not UTF-8",
            sample=data[:2000].decode("utf-8", errors="replace"),
        )


READER = Reader("text", (".txt", ".text"), ("text/plain",), read)
