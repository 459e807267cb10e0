"""Zip archives: every file in them, by its own reader."""

from __future__ import annotations

import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from flows.ingest.contained import is_exhausted, is_hidden, plain_name, read_contained, refuse_path, unpack
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_ENCRYPTED = 1
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError)


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """What lies in the archive, by name; hidden files are passed over."""
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        yield Rejected("file_damaged", f"this is no complete zip archive ({error})")
        return
    with archive:
        entries = sorted(archive.infolist(), key=lambda entry: entry.filename)
        if len(entries) > options.max_archive_entries:
            yield Rejected("archive_too_large", f"the archive holds {len(entries):,} files")
            return
        for entry in entries:
            if not (entry.is_dir() or is_hidden(entry.filename)):
                yield from _read_entry(archive, entry, options)
            if is_exhausted(options):
                return


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, options: ReadOptions) -> Iterator[Record | Rejected]:
    name = plain_name(entry.filename)
    refused = refuse_path(name)
    if refused:
        yield refused
    elif stat.S_ISLNK(entry.external_attr >> 16):
        yield Rejected("unsafe_path", "this is a link", name)
    elif entry.flag_bits & _ENCRYPTED:
        yield Rejected("encrypted", "the file asks for a password", name)
    else:
        try:
            with archive.open(entry) as packed:
                body = unpack(packed, entry.compress_size, options, name)
        except (*_DAMAGE, NotImplementedError, EOFError, OSError, ValueError) as error:
            yield Rejected("file_damaged", f"the file cannot be unpacked ({error})", name)
            return
        if isinstance(body, Rejected):
            yield body
            return
        with body:
            yield from read_contained(name, body, options)


READER = Reader(
    "zip", (".zip",), ("application/zip", "application/x-zip-compressed"), read, version=2, holds_files=True
)
