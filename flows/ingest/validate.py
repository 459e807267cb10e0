"""Records as rows of the raw tables, checked against their contracts; what fails becomes a rejection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from flows.ingest.discover import Place
from flows.ingest.readers import Record, Rejected
from flows.settings import Settings
from flows.wirecopy import dateline_date, parse_date, read_header
from warehouse import contracts, ids
from warehouse.reasons import REASONS

Row = dict[str, Any]
_ALIKE_DIGITS = 15
"""Of a rejection's id, 60 bits: the most that Python keeps in 32 bytes."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was read: its place, its bytes' hash and number, and how it was read."""

    place: Place
    sha256: str
    size: int
    format: str
    read_options: str
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None


@dataclass(slots=True)
class Batch:
    """What is to be loaded together: records and rejections in the order of reading, files read to their end."""

    run_id: str
    now: datetime
    settings: Settings
    records: list[tuple[File, Record, Row, Row]] = field(default_factory=list)
    """With the rows of `documents` and `document_sources` that each makes."""
    rejected: list[tuple[Place, str | None, Rejected]] = field(default_factory=list)
    """Place, hash of the file (None where it could not be read), and why."""
    files: list[File] = field(default_factory=list)
    chars: int = 0
    alike: dict[tuple[str, str], Counter[int]] = field(default_factory=dict)
    """For each file that is being read, how many rejections with the same key and reason it has had.

    They are kept by the beginnings of their ids until the file is read to its end: some 75 MB for a million.
    """

    def add(self, file: File, found: Record | Rejected) -> None:
        """Add what a reader yielded, described at once: its process reads on meanwhile."""
        if isinstance(found, Record):
            described = describe(file, found, self)
            if not isinstance(described, Rejected):
                self.records.append((file, found, *described))
                self.chars += len(found.text)
                return
            found = described
        self.rejected.append((file.place, file.sha256, found))

    def following(self) -> Batch:
        """The empty batch after this one, in which the files that are not read to their end go on."""
        ended = {(file.place.root, file.place.uri) for file in self.files}
        alike = {place: counts for place, counts in self.alike.items() if place not in ended}
        return Batch(self.run_id, self.now, self.settings, alike=alike)

    def __len__(self) -> int:
        return len(self.records) + len(self.rejected) + len(self.files)


def frames(batch: Batch) -> dict[str, pl.DataFrame]:
    """The rows of a batch that keep their contracts, by raw table; broken ones are among the rejections."""
    rejected = list(batch.rejected)
    documents = contracts.frame("documents", (document for _, _, document, _ in batch.records))
    sources = contracts.frame("document_sources", (source for _, _, _, source in batch.records))
    broken = _broken_rules(documents, sources, batch)
    for row, rule in sorted(broken.items()):
        file, record, _, source = batch.records[row]
        rejected.append((file.place, file.sha256, _rejected_by_contract(rule, record, source)))
    kept = pl.Series([row not in broken for row in range(len(batch.records))], dtype=pl.Boolean)
    return {
        "documents": documents.filter(kept),
        "document_sources": sources.filter(kept),
        "rejections": _valid("rejections", [_rejection(*entry, batch) for entry in rejected]),
        "files": file_frame(batch.files, batch.now),
    }


def describe(file: File, record: Record, batch: Batch) -> tuple[Row, Row] | Rejected:
    """The rows of `documents` and `document_sources` that a record makes; what the file declares wins over the text."""
    text = record.text
    metadata = [
        part for part in (record.key, record.title, record.byline, record.publisher, record.canonical_url) if part
    ]
    longest = max(map(len, (text, *metadata)))
    if longest > batch.settings.max_record_chars:
        return _rejected(record, "text_too_long", f"the text, or a field beside it, has {longest:,} characters")
    try:
        document_id = ids.document_id(text)
        "".join(metadata).encode()
    except UnicodeEncodeError as error:
        return _rejected(record, "invalid_unicode", f"half of a surrogate pair at character {error.start}")
    published = parse_date(record.published) if record.published else None
    if record.published and record.published.strip() and published is None:
        return _rejected(record, "date_unreadable", f"the published date {record.published[:60]!r} cannot be read")
    header = read_header(text)
    published = published or header.published_date
    document = {
        "document_id": document_id,
        "text": text,
        "char_count": len(text),
        "word_count": len(text.split()),
        "body_start_char": header.body_start,
        "ingested_at": batch.now,
        "run_id": batch.run_id,
    }
    source = {
        "document_id": document_id,
        "source_root": file.place.root,
        "source_uri": file.place.uri,
        "record_key": record.key,
        "source_format": record.format or file.format,
        "file_sha256": file.sha256,
        "read_options": file.read_options,
        "title": _given(record.title) or header.title,
        "byline": _given(record.byline) or header.byline,
        "publisher": _given(record.publisher) or header.publisher,
        "language": record.language,
        "dateline_place": header.dateline_place,
        "dateline_date": dateline_date(header, published),
        "published_date": published,
        "encoding": record.encoding,
        "is_repaired": record.is_repaired,
        "canonical_url": _given(record.canonical_url),
        "page_starts": list(record.page_starts) or None,
        "first_seen_at": batch.now,
        "last_seen_at": batch.now,
        "run_id": batch.run_id,
    }
    return document, source


def file_frame(files: Sequence[File], now: datetime) -> pl.DataFrame:
    """Files as rows of `raw.files`."""
    return _valid("files", [_file(file, now) for file in files])


def printable(text: str) -> str:
    """Text that is safe to print: control, format and unassigned characters but line feeds are escaped."""
    return "".join(c if c == "\n" or c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _given(value: str | None) -> str | None:
    return value if value and value.strip() else None


def _broken_rules(documents: pl.DataFrame, sources: pl.DataFrame, batch: Batch) -> dict[int, str]:
    """The first rule that each bad row breaks, by its place in the batch; documented reasons before others."""
    earliest = date(batch.settings.min_published_year, 1, 1)
    latest = batch.now.date() + timedelta(days=batch.settings.max_days_ahead)
    dates = [contracts.plausible_date(column, earliest, latest) for column in ("published_date", "dateline_date")]
    failures = pl.concat(
        [
            contracts.check("documents", documents).failures,
            contracts.check("document_sources", sources, extra=dates).failures,
        ]
    )
    rules = sorted(failures.select("row", "rule").iter_rows(), key=lambda entry: (entry[0], entry[1] not in REASONS))
    return dict(reversed(rules))


def _rejected(record: Record, code: str, detail: str) -> Rejected:
    return Rejected(code, detail, record.key, record.text)


def _rejected_by_contract(rule: str, record: Record, source: Row) -> Rejected:
    if rule == "empty_text":
        return _rejected(record, rule, "the text is empty")
    if rule == "date_implausible":
        dates = f"published {source['published_date']}, dateline {source['dateline_date']}".replace("None", "unknown")
        return _rejected(record, rule, f"a date is not plausible ({dates})")
    return _rejected(record, "contract_violation", f"the record breaks the rule {rule}")


def _rejection(place: Place, file_sha256: str | None, rejected: Rejected, batch: Batch) -> Row:
    key = printable(rejected.key)
    rejection_id = ids.content_id("rejection", place.root, place.uri, key, file_sha256 or "", rejected.code)
    if file_sha256:
        alike = batch.alike.setdefault((place.root, place.uri), Counter())
        short = int(rejection_id[:_ALIKE_DIGITS], 16)
        alike[short] += 1
        if alike[short] > 1:
            rejection_id = ids.content_id(rejection_id, str(alike[short]))
    return {
        "rejection_id": rejection_id,
        "source_root": place.root,
        "source_uri": place.uri,
        "record_key": key,
        "file_sha256": file_sha256,
        "reason_code": rejected.code,
        "reason": printable(rejected.reason),
        "sample": printable(rejected.sample[: contracts.MAX_SAMPLE_CHARS])[: contracts.MAX_SAMPLE_CHARS],
        "first_seen_at": batch.now,
        "last_seen_at": batch.now,
        "run_id": batch.run_id,
    }


def _file(file: File, now: datetime) -> Row:
    return {
        "source_root": file.place.root,
        "source_uri": file.place.uri,
        "file_sha256": file.sha256,
        "read_options": file.read_options,
        "byte_size": file.size,
        "etag": file.etag,
        "last_modified": file.last_modified,
        "content_type": file.content_type,
        "first_seen_at": now,
        "last_seen_at": now,
    }


def _valid(table: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Rows that this program alone makes: a broken contract is a fault in it."""
    checked = contracts.check(table, contracts.frame(table, rows))
    if checked.violations:
        raise ValueError("; ".join(checked.violations))
    return checked.valid
