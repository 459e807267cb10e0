"""The ingest stage: discover, read, validate and load, in batches that stream."""

from __future__ import annotations

import hashlib
import itertools
import logging
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO
from urllib.parse import urlsplit

import duckdb

from flows import progress
from flows.ingest.discover import Place, check_sources, discover
from flows.ingest.readers import MAPPABLE, Reader, ReadOptions, Record, Rejected, Unpacked, reader_for
from flows.ingest.validate import Batch, File, file_frame, frames
from flows.settings import Settings
from warehouse import raw
from warehouse.connection import open_raw
from warehouse.errors import UsageError, is_shortage

log = logging.getLogger("wirehouse.ingest")

FILES_TOGETHER = 100
"""Files that are open at the same time: their hashes are looked up in one query."""

_HASHED_TOGETHER = 2**20


@dataclass(slots=True)
class IngestReport:
    """What the ingest stage did. `rejections` counts every one this run met, known ones of unchanged files too."""

    files_seen: int = 0
    files_unchanged: int = 0
    documents_new: int = 0
    sources_new: int = 0
    rejections: int = 0
    rejections_new: int = 0
    rejections_by_code: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file that is open at its first byte, with the reader for it."""

    file: File
    stream: BinaryIO
    reader: Reader
    options: ReadOptions
    state: tuple[int, ...]


def ingest(
    sources: Sequence[str], settings: Settings, *, field_map: Mapping[str, str], run_id: str, now: datetime
) -> IngestReport:
    """Load what is new at `sources` into the raw tables; what cannot be loaded is kept as a rejection.

    Args:
        sources: files, folders (with all below them), globs, http(s) URLs.
        settings: limits, batch sizes, and where the raw tables are.
        field_map: field names by our names (`readers.MAPPABLE`), for formats with fields.
        run_id: noted on every new row.
        now: the time of observation, UTC.

    Raises:
        UsageError: a source does not exist, or `field_map` names a field that is not ours; nothing was loaded.
    """
    check_sources(sources)
    check_field_map(field_map)
    options = _options(field_map, settings)
    report = IngestReport()
    with open_raw(settings) as connection:
        batch = Batch(run_id, now)
        places = discover(sources)
        while group := list(itertools.islice(places, FILES_TOGETHER)):
            with ExitStack() as stack:
                opened = list(_open_all(group, batch, options, settings, stack))
                new = _leave_out_unchanged(connection, opened, now)
                report.files_unchanged += len(opened) - len(new)
                for item in new:
                    for found in _read(item):
                        batch.add(item.file, found)
                        if len(batch) >= settings.ingest_batch_documents or batch.chars >= settings.ingest_batch_chars:
                            batch = _load(connection, batch, settings, report)
                    if item.state == _state(item.file.place, item.stream):
                        batch.files.append(item.file)
                    else:
                        batch.add(item.file, Rejected("file_changed", "the file changed while it was read"))
            report.files_seen += len(group)
            progress.tell("ingest", report.files_seen)
        _load(connection, batch, settings, report)
        known = raw.see_unchanged(connection, now)
    report.rejections += sum(known.values())
    report.rejections_by_code.update(known)
    return report


def check_field_map(field_map: Mapping[str, str]) -> None:
    """Make sure that `--map` names our fields.

    Raises:
        UsageError: it does not; says which names there are.
    """
    for name in field_map:
        if name not in MAPPABLE:
            raise UsageError(f"--map knows no field {name!r}: use {', '.join(MAPPABLE)}")


def _options(field_map: Mapping[str, str], settings: Settings) -> ReadOptions:
    return ReadOptions(
        field_map,
        settings.max_record_chars,
        settings.text_encoding,
        max_file_bytes=settings.max_file_bytes,
        max_unpacked_bytes=settings.max_unpacked_bytes,
        max_archive_ratio=settings.max_archive_ratio,
        max_archive_entries=settings.max_archive_entries,
        max_archive_depth=settings.max_archive_depth,
        max_mail_parts=settings.max_mail_parts,
    )


def _open_all(
    places: Sequence[tuple[Place, Rejected | None]],
    batch: Batch,
    options: ReadOptions,
    settings: Settings,
    stack: ExitStack,
) -> Iterator[_Opened]:
    """Open and hash what can be read; the rest goes to the batch's rejections. `stack` closes the streams."""
    for place, rejected in places:
        opened = rejected or _open(place, options, settings, stack)
        if isinstance(opened, Rejected):
            batch.rejected.append((place, None, opened))
        else:
            yield opened


def _open(place: Place, options: ReadOptions, settings: Settings, stack: ExitStack) -> _Opened | Rejected:
    media_type = None
    try:
        if place.path is None:
            from flows.ingest.fetch import fetch

            fetched = fetch(place.uri, settings)
            if isinstance(fetched, Rejected):
                return fetched
            stream, media_type = stack.enter_context(fetched.stream), fetched.media_type
            options = replace(options, charset=fetched.charset or options.charset)
        name = urlsplit(place.uri).path if place.path is None else place.uri
        options = replace(options, name=name, unpacked=Unpacked())
        reader = reader_for(name, media_type)
        if reader is None:
            return Rejected("unknown_format", f"no reader for {_kind(place, media_type)}")
        if place.path is not None:
            stream = stack.enter_context(place.path.open("rb"))
        state = _state(place, stream)
        size = stream.seek(0, os.SEEK_END)
        if size > settings.max_file_bytes:
            return Rejected("file_too_large", f"the file has {size:,} bytes, {settings.max_file_bytes:,} are allowed")
        stream.seek(0)
        digest = _sha256(stream)
        stream.seek(0)
    except FileNotFoundError:
        return Rejected("file_missing", "the file is gone")
    except OSError as error:
        if is_shortage(error):
            raise
        return Rejected("file_unreadable", f"the file cannot be read ({error.strerror})")
    return _Opened(File(place, digest, size, reader.name, reader.signature(options)), stream, reader, options, state)


def _sha256(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(_HASHED_TOGETHER):
        digest.update(piece)
    return digest.hexdigest()


def _kind(place: Place, media_type: str | None) -> str:
    if place.path is None:
        return media_type or "an answer without a media type"
    return f"files that end in {place.path.suffix}" if place.path.suffix else "files without an ending"


def _state(place: Place, stream: BinaryIO) -> tuple[int, ...]:
    """What changes when somebody writes to an open file; nothing for a download, which is ours."""
    if place.path is None:
        return ()
    status = os.fstat(stream.fileno())
    return status.st_size, status.st_mtime_ns


def _read(item: _Opened) -> Iterator[Record | Rejected]:
    try:
        yield from item.reader.read(item.stream, item.options)
    except OSError as error:
        if is_shortage(error):
            raise
        yield Rejected("file_unreadable", f"the file cannot be read to its end ({error.strerror})")
    except Exception as error:  # whatever a reader or its library stumbles over, the other files are read
        log.debug("%s", item.file.place.uri, exc_info=error)
        yield Rejected("file_damaged", f"the {item.reader.name} reader failed ({type(error).__name__}: {error})")


def _leave_out_unchanged(connection: duckdb.DuckDBPyConnection, opened: list[_Opened], now: datetime) -> list[_Opened]:
    """The files that were not read before as they are now."""
    unchanged = raw.note_unchanged(connection, file_frame([item.file for item in opened], now))
    return [item for item in opened if (item.file.place.root, item.file.place.uri) not in unchanged]


def _load(connection: duckdb.DuckDBPyConnection, batch: Batch, settings: Settings, report: IngestReport) -> Batch:
    """Load a batch and count it; the batch to go on with."""
    checked = frames(batch, settings)
    loaded = raw.load_ingested(connection, checked)
    for place, code, reason in checked["rejections"].select("source_uri", "reason_code", "reason").iter_rows():
        log.info("rejected %s (%s): %s", place, code, reason)
    report.documents_new += loaded.documents
    report.sources_new += loaded.sources
    report.rejections_new += loaded.rejections
    report.rejections += checked["rejections"].height
    report.rejections_by_code.update(checked["rejections"]["reason_code"].to_list())
    return Batch(batch.run_id, batch.now)
