"""Web archives (WARC, packed or not) by warcio: a record for each page, read as a stream."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected
from flows.ingest.readers.html import read_page

_HTML = ("text/html", "application/xhtml+xml")
_MAX_BYTES_PER_CHAR = 4


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The pages in the order of the archive, by address; other media types and error responses are rejected."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    number = 0
    try:
        for entry in ArchiveIterator(stream):
            number += 1
            if entry.rec_type in ("response", "resource"):
                yield _read_entry(entry, options)
    except (ArchiveLoadFailed, EOFError, AttributeError, ValueError, zlib.error) as error:  # as warcio has it
        yield Rejected("file_damaged", f"after {number} entries this is no complete WARC ({error})", f"after {number}")
        return
    if not number:
        yield Rejected("file_empty", "the archive has no entries")


def _read_entry(entry: Any, options: ReadOptions) -> Record | Rejected:
    from flows.ingest.encoding import decode
    from flows.ingest.fetch import content_type
    from flows.ingest.markup import declared_charset

    address = entry.rec_headers.get_header("WARC-Target-URI") or ""
    status = entry.http_headers.get_statuscode() if entry.http_headers else "200"
    headers = entry.http_headers or entry.rec_headers
    media_type, charset = content_type(headers.get_header("Content-Type"))
    if status != "200":
        return Rejected("http_error", f"the archived server answered {status}", address)
    if media_type not in _HTML:
        return Rejected("not_html", f"an archived {media_type or 'answer without a media type'}", address)
    limit = options.max_record_chars * _MAX_BYTES_PER_CHAR
    data = entry.content_stream().read(limit + 1)
    if len(data) > limit:
        return Rejected("text_too_long", f"the page has more than {options.max_record_chars:,} characters", address)
    decoded = decode(data, charset or declared_charset(data))
    found = decoded if isinstance(decoded, Rejected) else read_page(decoded)
    if isinstance(found, Rejected):
        return replace(found, key=address)
    return replace(found, key=address, format="html", canonical_url=found.canonical_url or address)


READER = Reader("warc", (".warc", ".warc.gz"), ("application/warc",), read, version=2)
