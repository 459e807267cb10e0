"""The ingest stage: discover, read, validate and load, in batches that stream."""

from __future__ import annotations

import hashlib
import logging
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import IO
from urllib.parse import urlsplit

import duckdb

from flows import progress
from flows.ingest.discover import STANDARD_INPUT, WEB, Found, Place, check_sources, discover, scheme
from flows.ingest.fetch import Fetched, Unchanged, content_type, fetch, fetch_stored, standard_input
from flows.ingest.readers import MAPPABLE, Reader, ReadOptions, Record, Rejected, Unpacked, reader_for
from flows.ingest.reading import read_files
from flows.ingest.validate import Batch, File, file_frame, frames, printable
from flows.ingest.worker import Task, open_regular, state_of
from flows.settings import Settings
from warehouse import raw
from warehouse.connection import open_raw
from warehouse.errors import UsageError, is_shortage

log = logging.getLogger("wirehouse.ingest")

FILES_TOGETHER, DOWNLOADS_TOGETHER = 1000, 50
"""Files whose hashes are looked up in one query; downloads are on the disk for as long."""
REASONS_SHOWN = 5
"""Rejections of one code that a run lists; the others it counts."""
PASSING = frozenset({"file_missing", "file_unreadable", "file_changed", "reader_crashed"})
"""Reasons that may be gone with the next run: the file is read again then."""

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
class _ToRead:
    """A file that is not in the warehouse as it is now, and how to read it; `copy` is a download's."""

    file: File
    task: Task
    copy: IO[bytes] | None = None


@dataclass(slots=True)
class _Loader:
    """Rows on their way into the raw tables, a batch at a time, and the count of what went."""

    connection: duckdb.DuckDBPyConnection
    batch: Batch
    report: IngestReport = field(default_factory=IngestReport)

    def add(self, file: File, found: Sequence[Record | Rejected]) -> None:
        """Add what was found in a file."""
        for each in found:
            self.batch.add(file, each)
            if self.batch.chars >= self.batch.settings.ingest_batch_chars:
                self.load()
            self._load_if_full()

    def reject(self, place: Place, rejected: Rejected) -> None:
        """Add a place that cannot be read."""
        self.batch.rejected.append((place, None, rejected))
        self._settle()

    def finish(self, file: File, *, is_final: bool) -> None:
        """Note that a file was read to its end; one that is not `is_final` is read again by the next run."""
        if is_final:
            self.batch.files.append(file)
        self._settle()

    def skip_unchanged(self, files: Sequence[File]) -> list[File]:
        """The files that were not read before as they are now; the others are noted as seen."""
        unchanged = raw.note_unchanged(self.connection, file_frame(files, self.batch.now))
        new = [file for file in files if (file.place.root, file.place.uri) not in unchanged]
        self.report.files_unchanged += len(files) - len(new)
        self._settle(len(files) - len(new))
        return new

    def load(self) -> None:
        """Load the batch and count it."""
        checked = raw.without_forgotten(self.connection, frames(self.batch))
        loaded = raw.load_ingested(self.connection, checked)
        columns = ("source_uri", "record_key", "reason_code", "reason")
        for place, key, code, reason in checked["rejections"].select(columns).iter_rows():
            self._tell_rejected(f"{place}: {key}" if key and key not in reason else place, code, reason)
        self.report.documents_new += loaded.documents
        self.report.sources_new += loaded.sources
        self.report.rejections_new += loaded.rejections
        self.report.rejections += checked["rejections"].height
        self.batch = self.batch.following()

    def _tell_rejected(self, place: str, code: str, reason: str) -> None:
        self.report.rejections_by_code[code] += 1
        count = self.report.rejections_by_code[code]
        if count <= REASONS_SHOWN:
            log.info("rejected %s (%s): %s", printable(place).replace("\n", "\\n"), code, reason)
        elif count == REASONS_SHOWN + 1:
            log.info("more are rejected for %s; `wirehouse rejections` lists them all", code)

    def _settle(self, count: int = 1) -> None:
        self.report.files_seen += count
        progress.tell("ingest", self.report.files_seen)
        self._load_if_full()

    def _load_if_full(self) -> None:
        if len(self.batch) >= self.batch.settings.ingest_batch_documents:
            self.load()


def ingest(
    sources: Sequence[str], settings: Settings, *, field_map: Mapping[str, str], run_id: str, now: datetime
) -> IngestReport:
    """Load what is new at `sources` into the raw tables; what cannot be loaded is kept as a rejection.

    Args:
        sources: files, folders (with all below them), globs, URLs, `-` for standard input.
        settings: limits, batch sizes, and where the raw tables are.
        field_map: field names by our names (`readers.MAPPABLE`), for formats with fields.
        run_id: noted on every new row.
        now: the time of observation, UTC.

    Raises:
        UsageError: a source does not exist, or `field_map` or `settings.stdin_format` names what there is not;
            nothing was loaded.
    """
    check_sources(sources)
    check_field_map(field_map)
    options = _options(field_map, settings)
    if STANDARD_INPUT in sources and reader_for(_name(STANDARD_INPUT, settings)) is None:
        raise UsageError(f"no reader for a file that ends in .{settings.stdin_format}: --format csv, html, zip ...")
    with open_raw(settings) as connection:
        loader = _Loader(connection, Batch(run_id, now, settings))
        to_read = _to_read(discover(sources, settings), options, loader)
        passing: set[str] = set()
        for item, found, is_all in read_files(to_read, settings):
            loader.add(item.file, found)
            passing |= {item.task.path for each in found if isinstance(each, Rejected) and each.code in PASSING}
            if is_all:
                loader.finish(item.file, is_final=item.task.path not in passing)
                if item.copy:
                    item.copy.close()
        loader.load()
        known = raw.see_unchanged(connection, now)
    loader.report.rejections += sum(known.values())
    loader.report.rejections_by_code.update(known)
    return loader.report


def check_field_map(field_map: Mapping[str, str]) -> None:
    """Make sure that `--map` names our fields.

    Raises:
        UsageError: it does not; says which names there are.
    """
    for name in field_map:
        if name not in MAPPABLE:
            raise UsageError(f"--map knows no field {name!r}: use {', '.join(MAPPABLE)}")


def _options(field_map: Mapping[str, str], settings: Settings) -> ReadOptions:
    """How files are read: the limits of `settings` go by the same names."""
    limits = {limit.name: getattr(settings, limit.name) for limit in fields(ReadOptions) if limit.name[:4] == "max_"}
    return ReadOptions(field_map, default_charset=settings.text_encoding, **limits)


def _to_read(places: Iterator[Found], options: ReadOptions, loader: _Loader) -> Iterator[_ToRead]:
    """The files that are new or changed; the rest goes to the loader."""
    while group := _group(places):
        uris = [place.uri for place, _ in group if place.path is None]
        downloads = raw.last_downloads(loader.connection, uris) if uris else {}
        looked_at: dict[tuple[str, str], _ToRead | File] = {}
        for place, rejected in group:
            found = rejected or _look_at(place, downloads.get(place.uri), options, loader.batch.settings)
            if isinstance(found, Rejected):
                loader.reject(place, found)
            else:
                file = found if isinstance(found, File) else found.file
                looked_at[file.place.root, file.place.uri] = found
        files = [found if isinstance(found, File) else found.file for found in looked_at.values()]
        new = {(file.place.root, file.place.uri) for file in loader.skip_unchanged(files)}
        for key, found in looked_at.items():
            if key in new and isinstance(found, _ToRead):
                yield found
            elif isinstance(found, _ToRead) and found.copy:
                found.copy.close()


def _group(places: Iterator[Found]) -> list[Found]:
    group: list[Found] = []
    downloads = 0
    for found in places:
        group.append(found)
        downloads += found[0].path is None
        if len(group) >= FILES_TOGETHER or downloads >= DOWNLOADS_TOGETHER:
            break
    return group


def _name(uri: str, settings: Settings) -> str:
    """The name from whose end a reader is chosen."""
    if uri == STANDARD_INPUT:
        return f"stdin.{settings.stdin_format}"
    return urlsplit(uri).path if scheme(uri) in WEB else uri


def _look_at(
    place: Place, known: raw.Download | None, options: ReadOptions, settings: Settings
) -> _ToRead | File | Rejected:
    """A file to read, hashed; one that its server says is unchanged; or why there is none."""
    address = place.uri if scheme(place.uri) in WEB else ""
    options = replace(options, name=_name(place.uri, settings), address=address, unpacked=Unpacked())
    if place.path is not None:
        reader = reader_for(options.name)
        return _hashed(place, str(place.path), reader, options) if reader else _unknown(place, options, None)
    if known and _reading(options, known.content_type)[1] != known.read_options:
        known = None
    fetched = _fetched(place, known, settings)
    if isinstance(fetched, Rejected):
        return fetched
    if isinstance(fetched, Unchanged):
        return _as_known(place, known) if known else Rejected("url_unreachable", "the server answered 304")
    media_type, charset = content_type(fetched.content_type)
    reader = reader_for(options.name, media_type)
    if reader is None:
        fetched.file.close()
        return _unknown(place, options, media_type)
    options = replace(options, charset=charset)
    found = _hashed(place, fetched.file.name, reader, options)
    if isinstance(found, Rejected):
        return found
    if place.uri == STANDARD_INPUT:
        # Of what came through a pipe before, nothing is superseded by what comes now.
        place = replace(place, uri=f"stdin:{found.file.sha256[:16]}")
    declared = replace(
        found.file, place=place, etag=fetched.etag, last_modified=fetched.last_modified,
        content_type=fetched.content_type,
    )  # fmt: skip
    return replace(found, file=declared, copy=fetched.file)


def _reading(options: ReadOptions, declared: str | None) -> tuple[Reader | None, str | None]:
    """The reader of a download of that content type, and its signature."""
    media_type, charset = content_type(declared)
    reader = reader_for(options.name, media_type)
    return reader, reader.signature(replace(options, charset=charset)) if reader else None


def _fetched(place: Place, known: raw.Download | None, settings: Settings) -> Fetched | Unchanged | Rejected:
    if place.uri == STANDARD_INPUT:
        return standard_input(settings)
    if scheme(place.uri) in WEB:
        return fetch(place, settings, known)
    if known and known.etag == place.etag:
        return Unchanged()
    return fetch_stored(place.uri, place.etag, settings)


def _as_known(place: Place, known: raw.Download) -> File:
    """The file as it was downloaded last."""
    return File(
        place, known.file_sha256, known.byte_size, known.read_options.partition("/")[0], known.read_options, known.etag,
        known.last_modified, known.content_type,
    )  # fmt: skip


def _hashed(place: Place, path: str, reader: Reader, options: ReadOptions) -> _ToRead | Rejected:
    try:
        with open_regular(path) as stream:
            state = state_of(stream)
            size = os.fstat(stream.fileno()).st_size
            if size > options.max_file_bytes:
                return Rejected("file_too_large", f"it has {size:,} bytes, {options.max_file_bytes:,} are allowed")
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return Rejected("file_missing", "the file is gone")
    except IsADirectoryError:
        return Rejected("not_a_file", "this is not a regular file")
    except OSError as error:
        if is_shortage(error):
            raise
        return Rejected("file_unreadable", f"the file cannot be read ({error.strerror})")
    file = File(place, digest, size, reader.name, reader.signature(options))
    return _ToRead(file, Task(path, reader.name, options, state))


def _unknown(place: Place, options: ReadOptions, media_type: str | None) -> Rejected:
    """The rejection of what no reader is for."""
    if place.path is None:
        return Rejected("unknown_format", f"no reader for {media_type or 'an answer without a media type'}")
    suffix = place.path.suffix
    return Rejected(
        "unknown_format", f"no reader for files {f'that end in {suffix}' if suffix else 'without an ending'}"
    )
