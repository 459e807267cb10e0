"""MHTML, web pages as browsers save them in one file: the main text of the first page in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected
from flows.ingest.readers.html import read_page
from flows.ingest.readers.text import whole


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The one record of a saved page; its address stands in `Snapshot-Content-Location` or `Content-Location`."""
    from flows.ingest.encoding import decode
    from flows.ingest.mail import parse
    from flows.ingest.markup import declared_charset

    data = whole(stream, options)
    if isinstance(data, Rejected):
        yield data
        return
    message = parse(data)
    if isinstance(message, Rejected):
        yield message
        return
    page = next((part for part in message.walk() if part.get_content_type() == "text/html"), None)
    payload = page.get_payload(decode=True) if page is not None else None
    if page is None or not isinstance(payload, bytes):
        yield Rejected("file_damaged" if data.strip() else "file_empty", "the file holds no saved web page")
        return
    decoded = decode(payload, page.get_content_charset() or declared_charset(payload))
    address = str(message.get("snapshot-content-location") or page.get("content-location") or "").strip()
    yield decoded if isinstance(decoded, Rejected) else read_page(decoded, address)


READER = Reader("mhtml", (".mhtml", ".mht"), ("multipart/related", "application/x-mimearchive"), read, version=5)
