"""CSV and TSV with a header row: a record a row; the delimiter is told from the header."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from io import TextIOWrapper
from typing import Any, BinaryIO

import regex

from flows.ingest.encoding import stream_encoding
from flows.ingest.fields import read_rows
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_DELIMITERS = ",;\t|"
_EXCEL_DELIMITER = regex.compile(r"sep=([,;\t|])")
"""The line that Excel takes the delimiter from."""


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """A record or rejection for each row that is not blank; empty cells count as not given."""
    encoding = stream_encoding(stream, options.charset)
    if isinstance(encoding, Rejected):
        yield encoding
        return
    lines = TextIOWrapper(stream, encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")
    try:
        for found in _read_lines(lines, options):
            yield replace(found, encoding=encoding) if isinstance(found, Record) else found
    except UnicodeDecodeError as error:
        yield Rejected("invalid_utf8", f"after the rows that were read the bytes are not {encoding} ({error.reason})")
    finally:
        lines.detach()


def _read_lines(lines: TextIOWrapper, options: ReadOptions) -> Iterator[Record | Rejected]:
    header = lines.readline()
    named = _EXCEL_DELIMITER.fullmatch(header.strip())
    header = lines.readline() if named else header
    if not header.strip():
        yield Rejected("file_empty", "the file holds no header row")
        return
    csv.field_size_limit(options.max_record_chars)
    delimiter = named[1] if named else max(_DELIMITERS, key=header.count)
    columns = next(csv.reader([header], delimiter=delimiter), [])
    rows = _Rows(lines, delimiter, len(columns))
    for found in read_rows(columns, rows, options):
        yield from rows.rejected
        rows.rejected.clear()
        yield found
    yield from rows.rejected


class _Rows:
    """The rows of a table that are whole; the others are collected in `rejected`, in order."""

    def __init__(self, lines: TextIOWrapper, delimiter: str, width: int) -> None:
        self.reader = csv.reader(lines, delimiter=delimiter, strict=True)
        self.width = width
        self.rejected: list[Rejected] = []

    def __iter__(self) -> Iterator[list[Any]]:
        while True:
            try:
                row = next(self.reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._reject(str(error))
                continue
            if len(row) > self.width:
                self._reject(f"it has {len(row)} cells under {self.width} headings", str(row))
            elif any(cell.strip() for cell in row):
                yield [cell or None for cell in row]

    def _reject(self, what: str, sample: str = "") -> None:
        line = self.reader.line_num + 1
        code = "text_too_long" if "field limit" in what else "malformed_row"
        self.rejected.append(Rejected(code, f"the row that ends in line {line}: {what}", f"line {line}", sample[:2000]))


READER = Reader(
    "csv",
    (".csv", ".tsv", ".tab"),
    ("text/csv", "application/csv", "text/tab-separated-values"),
    read,
    version=2,
    takes_fields=True,
)
