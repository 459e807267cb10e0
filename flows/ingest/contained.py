"""Files inside files: what lies in an archive or hangs on a mail, read by the reader of its format."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath, PureWindowsPath
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Protocol, cast

from flows.ingest.readers import ReaderFault, ReadOptions, Record, Rejected, checked, reader_for
from warehouse.errors import is_shortage

log = logging.getLogger("wirehouse.ingest")

_IN_MEMORY_BYTES = 2**20
_PIECE_BYTES = 2**16
_MEASURED_FROM_BYTES = 10 * 2**20
"""Smaller files are not measured against the ratio: a table of blanks packs well and does no harm."""


class Readable(Protocol):
    """What bytes can be read from, in pieces."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""


def read_contained(name: str, stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """What the reader for `name` makes of a file inside another; keys begin with `name`.

    Whatever a reader stumbles over is a rejection (`file_damaged`) of this one file.
    """
    reader = reader_for(name)
    if reader is None:
        suffix = PurePosixPath(name).suffix
        yield Rejected(
            "unknown_format", f"no reader for files {f'that end in {suffix}' if suffix else 'without an ending'}", name
        )
        return
    if reader.holds_files and options.depth >= options.max_archive_depth:
        yield Rejected("archive_too_deep", f"the archive lies in {options.depth} others", name)
        return
    inner = replace(options, name=name, depth=options.depth + 1, charset=None, address="")
    for found in guarded(map(checked, reader.read(stream, inner)), f"the {reader.name} reader failed"):
        key = f"{name}/{found.key}" if found.key else name
        if isinstance(found, Record):
            yield replace(found, key=key, format=found.format or reader.name)
        else:
            yield replace(found, key=key)


def guarded(found: Iterator[Record | Rejected], failure: str, key: str = "") -> Iterator[Record | Rejected]:
    """What is found in one part of a file; whatever its reader stumbles over is a rejection, and ends this part alone.

    Args:
        found: what a reader yields.
        failure: what is said of it then, before the error.
        key: of that rejection.
    """
    try:
        yield from found
    except ReaderFault as error:
        yield Rejected("reader_fault", f"{failure} ({error})", key)
    except MemoryError:
        yield Rejected("reader_memory", f"{failure} (out of memory)", key)
    except Exception as error:
        if isinstance(error, OSError) and is_shortage(error):
            raise
        log.debug("%s", key, exc_info=error)
        yield Rejected("file_damaged", f"{failure} ({type(error).__name__}: {error})", key)


def unpack(packed: Readable, packed_bytes: int, options: ReadOptions, name: str = "") -> BinaryIO | Rejected:
    """What `packed` yields, as a file at its first byte; rejected where it grows beyond the limits of `options`.

    Args:
        packed: the stream that unpacks as it is read.
        packed_bytes: how long it is before.
        options: the limits; `options.unpacked` counts what comes out.
        name: the key of a rejection.
    """
    body = cast(BinaryIO, SpooledTemporaryFile(_IN_MEMORY_BYTES))  # noqa: SIM115 (the caller closes it)
    size = 0
    options.unpacked.entries += 1
    if options.unpacked.entries > options.max_archive_entries:
        return _too_large(body, f"the archive holds more than {options.max_archive_entries:,} files", name)
    while piece := packed.read(_PIECE_BYTES):
        body.write(piece)
        size += len(piece)
        options.unpacked.bytes += len(piece)
        if size > options.max_file_bytes:
            return _too_large(body, f"the file unpacks to more than {options.max_file_bytes:,} bytes", name)
        excess = broken_limit(size, packed_bytes, options)
        if excess:
            return _too_large(body, excess, name)
    body.seek(0)
    return body


def broken_limit(size: int, packed_bytes: int, options: ReadOptions) -> str | None:
    """What is wrong with a file that has unpacked to `size` bytes so far, or with all that came out."""
    if options.unpacked.bytes > options.max_unpacked_bytes:
        return f"the archive unpacks to more than {options.max_unpacked_bytes:,} bytes"
    if size > _MEASURED_FROM_BYTES and size > packed_bytes * options.max_archive_ratio:
        return f"the file grows more than {options.max_archive_ratio} times"
    return None


def is_exhausted(options: ReadOptions) -> bool:
    """Whether so much came out of the file that nothing more is unpacked."""
    unpacked = options.unpacked
    return unpacked.bytes > options.max_unpacked_bytes or unpacked.entries > options.max_archive_entries


def is_hidden(name: str) -> bool:
    """Whether a path in an archive is one of those that folders are read without."""
    return any(
        (part.startswith(".") and part not in (".", "..")) or part == "__MACOSX" for part in PurePosixPath(name).parts
    )


def refuse_path(name: str) -> Rejected | None:
    """The rejection (`unsafe_path`) of a path that is absolute or leads out of its archive."""
    windows = PureWindowsPath(name)
    if windows.drive or windows.root or ".." in windows.parts or ".." in PurePosixPath(name).parts:
        return Rejected("unsafe_path", f"the path {name[:200]} leads out of the archive", name)
    return None


def plain_name(name: str) -> str:
    """A path in an archive as text, bytes that are not UTF-8 written as `\\xe9`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").removeprefix("./")


def _too_large(body: BinaryIO, detail: str, name: str) -> Rejected:
    body.close()
    return Rejected("archive_too_large", detail, name)
