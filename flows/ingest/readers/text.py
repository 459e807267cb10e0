"""Plain text: the file is the document, verbatim."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from flows.ingest.encoding import decode
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_MAX_BYTES_PER_CHAR = 4


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The one record of a text file: decoded, the byte-order mark left out, nothing else changed but wrong letters."""
    data = whole(stream, options)
    if isinstance(data, Rejected):
        yield data
        return
    decoded = decode(data, options.charset, options.default_charset)
    if isinstance(decoded, Rejected):
        yield decoded
    elif not decoded.text or decoded.text.isspace():
        yield Rejected("file_empty", "the file is empty" if not data else "the file holds nothing but blanks")
    else:
        yield Record(decoded.text, encoding=decoded.encoding, is_repaired=decoded.is_repaired)


def whole(stream: BinaryIO, options: ReadOptions) -> bytes | Rejected:
    """All bytes of a file that is one document; rejected where they must be more text than is allowed."""
    limit = options.max_record_chars * _MAX_BYTES_PER_CHAR + _MAX_BYTES_PER_CHAR
    data = stream.read(limit + 1)
    if len(data) > limit:
        return Rejected("text_too_long", f"the text has more than {options.max_record_chars:,} characters")
    return data


READER = Reader("text", (".txt", ".text"), ("text/plain",), read, version=4)
