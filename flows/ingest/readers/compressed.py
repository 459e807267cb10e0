"""One file packed by gzip, bzip2, xz or zstd: read by the reader for its name without that ending."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from backports import zstd

from flows.ingest.contained import read_contained, unpack
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_SUFFIXES = {
    ".gz": "", ".bz2": "", ".xz": "", ".zst": "",
    ".tgz": ".tar", ".tbz2": ".tar", ".tbz": ".tar", ".txz": ".tar", ".tzst": ".tar",
}  # fmt: skip
"""The endings of packed files, and what the name ends in instead when they are unpacked."""
_GZIP = b"\x1f\x8b"


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """What the packed file holds; keys are those of the file itself."""
    name, opener = _name_and_opener(options.name)
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if opener is _gzip and size and stream.read(len(_GZIP)) != _GZIP:  # a server or browser has unpacked it
        stream.seek(0)
        for found in read_contained(name, stream, options):
            yield _without_name(found, name)
        return
    stream.seek(0)
    try:
        with opener(stream) as packed:
            body = unpack(packed, size, options)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zstd.ZstdError) as error:
        yield Rejected("file_damaged", f"the file cannot be unpacked ({error})")
        return
    if isinstance(body, Rejected):
        yield body
        return
    with body:
        for found in read_contained(name, body, options):
            yield _without_name(found, name)


def _name_and_opener(name: str) -> tuple[str, Callable[[BinaryIO], Any]]:
    suffix = next((suffix for suffix in _SUFFIXES if name.lower().endswith(suffix)), ".gz")
    inner = name[: -len(suffix)] + _SUFFIXES[suffix] if name.lower().endswith(suffix) else name
    if suffix in (".bz2", ".tbz2", ".tbz"):
        return inner, bz2.BZ2File
    if suffix in (".xz", ".txz"):
        return inner, lzma.LZMAFile
    if suffix in (".zst", ".tzst"):
        return inner, zstd.ZstdFile
    return inner, _gzip


def _gzip(stream: BinaryIO) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=stream, mode="rb")


def _without_name(found: Record | Rejected, name: str) -> Record | Rejected:
    return replace(found, key=found.key.removeprefix(name).removeprefix("/"))


READER = Reader(
    "compressed",
    tuple(_SUFFIXES),
    ("application/gzip", "application/x-gzip", "application/x-bzip2", "application/x-xz", "application/zstd"),
    read,
    version=3,
    holds_files=True,
)
