"""Tar archives: every file in them, by its own reader, in the order of the archive."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import BinaryIO

from flows.ingest.contained import is_exhausted, is_hidden, plain_name, read_contained, refuse_path, unpack
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """What lies in the archive; folders and hidden files are passed over, links and devices are rejected."""
    number = 0
    try:
        with tarfile.open(fileobj=stream, mode="r:", errorlevel=2) as archive:
            for number, entry in enumerate(archive, 1):
                if number > options.max_archive_entries:
                    yield Rejected(
                        "archive_too_large", f"the archive holds more than {options.max_archive_entries:,} entries"
                    )
                    return
                if not (entry.isdir() or is_hidden(entry.name)):
                    yield from _read_entry(archive, entry, options)
                if is_exhausted(options):
                    return
            if not _ends_at(stream, archive.offset):
                raise tarfile.ReadError("the head of an entry is damaged")
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        yield Rejected(
            "file_damaged", f"after {number} entries this is no complete tar archive ({error})", f"after {number}"
        )


def _ends_at(stream: BinaryIO, offset: int) -> bool:
    """Whether an archive ends there: with a block of zeros or with the file. tarfile takes a bad head for an end."""
    stream.seek(offset)
    return not stream.read(tarfile.BLOCKSIZE).strip(b"\0")


def _read_entry(archive: tarfile.TarFile, entry: tarfile.TarInfo, options: ReadOptions) -> Iterator[Record | Rejected]:
    name = plain_name(entry.name)
    refused = refuse_path(name)
    packed = archive.extractfile(entry) if entry.isreg() and not refused else None
    if refused:
        yield refused
    elif packed is None:
        yield Rejected("unsafe_path", "this is a link, pipe or device", name)
    else:
        body = unpack(packed, entry.size, options, name)
        if isinstance(body, Rejected):
            yield body
            return
        with body:
            yield from read_contained(name, body, options)


READER = Reader("tar", (".tar",), ("application/x-tar",), read, version=2, holds_files=True)
