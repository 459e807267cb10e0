"""Web archives (WARC, packed or not) by warcio: a record for each page, read as a stream."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import replace
from gzip import BadGzipFile, GzipFile
from typing import Any, BinaryIO, cast

import brotli

from flows.ingest.contained import broken_limit, guarded
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected
from flows.ingest.readers.html import read_page

_HTML = ("text/html", "application/xhtml+xml")
_WITH_TEXT = ("response", "resource", "conversion")
_MAX_BYTES_PER_CHAR = 4
_GZIP = b"\x1f\x8b"
_PIECE_BYTES = 2**16


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The pages in the order of the archive, by address; texts that were made of pages, too."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    number = 0
    try:
        unpacked = _unpacked(stream, options)
        for entry in ArchiveIterator(unpacked):
            found = list(_read_page(entry, options)) if entry.rec_type in _WITH_TEXT else []
            if not _is_whole(entry):
                raise EOFError("its last entry breaks off")
            number += 1
            yield from found
        unpacked.read(1)  # says where a packed file breaks off, which warcio passes over
    except _TooLargeError as error:
        yield Rejected("archive_too_large", str(error), f"after {number}")
        return
    except (ArchiveLoadFailed, EOFError, BadGzipFile, AttributeError, ValueError, zlib.error) as error:
        what = "the head of an entry breaks off" if isinstance(error, AttributeError) else str(error)
        yield Rejected("file_damaged", f"after {number} entries this is no complete WARC ({what})", f"after {number}")
        return
    if not number:
        yield Rejected("file_empty", "the archive has no entries")


class _TooLargeError(Exception):
    """The archive grows beyond the limits as it is unpacked."""


class _PieceByPiece(GzipFile):
    """A packed file of which `read` gives what it has, so that what lies before a break is not lost with it."""

    def __init__(self, stream: BinaryIO, options: ReadOptions) -> None:
        self._packed_bytes = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        super().__init__(fileobj=stream, mode="rb")
        self._options = options
        self._bytes = 0

    def read(self, size: int | None = -1) -> bytes:
        piece = self.read1(-1 if size is None else size)
        self._bytes += len(piece)
        self._options.unpacked.bytes += len(piece)
        excess = broken_limit(self._bytes, self._packed_bytes, self._options)
        if excess:
            raise _TooLargeError(excess)
        return piece


def _unpacked(stream: BinaryIO, options: ReadOptions) -> BinaryIO:
    """The archive unpacked: warcio takes none that is packed as a whole, and does not tell where one breaks off."""
    is_packed = stream.read(len(_GZIP)) == _GZIP
    stream.seek(0)
    return cast(BinaryIO, _PieceByPiece(stream, options)) if is_packed else stream


def _is_whole(entry: Any) -> bool:
    """Whether the entry is as long as its head says; it is read to its end, where warcio tells nothing."""
    while entry.raw_stream.read(_PIECE_BYTES):
        pass
    return getattr(entry.raw_stream, "limit", 1) == 0


def _read_page(entry: Any, options: ReadOptions) -> Iterator[Record | Rejected]:
    """What an entry holds; one over which the reader of pages stumbles harms no other."""
    address = entry.rec_headers.get_header("WARC-Target-URI") or ""
    yield from guarded(map(_read_entry, [entry], [options]), "the page cannot be read", address)


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
    is_text = entry.rec_type == "conversion" and media_type == "text/plain"
    if not is_text and media_type not in _HTML:
        return Rejected("not_html", f"an archived {media_type or 'answer without a media type'}", address)
    limit = options.max_record_chars * _MAX_BYTES_PER_CHAR
    try:
        data = _content(entry, limit + 1)
    except (brotli.error, ValueError, zlib.error) as error:
        return Rejected("file_damaged", f"the page cannot be unpacked ({error})", address)
    if len(data) > limit:
        return Rejected("text_too_long", f"the page has more than {options.max_record_chars:,} characters", address)
    decoded = decode(data, charset or declared_charset(data))
    if is_text and not isinstance(decoded, Rejected):
        text = Record(decoded.text, address, encoding=decoded.encoding, is_repaired=decoded.is_repaired)
        return replace(text, format="text", canonical_url=address)
    found = decoded if isinstance(decoded, Rejected) else read_page(decoded, address)
    if isinstance(found, Rejected):
        return replace(found, key=address)
    return replace(found, key=address, format="html", canonical_url=found.canonical_url or address)


def _content(entry: Any, limit: int) -> bytes:
    """The first bytes of a page, unpacked. Brotli is not left to warcio, which fails with the library of today."""
    if not entry.http_headers or (entry.http_headers.get_header("Content-Encoding") or "").lower() != "br":
        return bytes(entry.content_stream().read(limit))
    entry.http_headers.remove_header("Content-Encoding")
    return bytes(brotli.Decompressor().process(entry.content_stream().read(limit), output_buffer_limit=limit))


READER = Reader("warc", (".warc", ".warc.gz"), ("application/warc",), read, version=5)
