"""CSV and TSV with a header row: a record a row; the delimiter is told from the header."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import TextIOWrapper
from itertools import chain
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
    encoding = stream_encoding(stream, options.charset, options.default_charset)
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
    head = csv.reader(chain([header], lines), delimiter=delimiter)
    try:
        columns = next(head)
    except csv.Error as error:
        yield Rejected("malformed_row", f"the header row: {error}", "header", header[:2000])
        return
    rows = _Rows(lines, delimiter, len(columns), lines_before=head.line_num + (1 if named else 0))
    for found in read_rows(columns, rows, options):
        yield from rows.rejected
        rows.rejected.clear()
        yield found
    yield from rows.rejected


class _Rows:
    """The rows of a table that are whole; the others are collected in `rejected`, in order."""

    def __init__(self, lines: Iterable[str], delimiter: str, width: int, lines_before: int) -> None:
        self.reader = csv.reader(lines, delimiter=delimiter, strict=True)
        self.width = width
        self.lines_before = lines_before
        self.rejected: list[Rejected] = []

    def __iter__(self) -> Iterator[list[Any]]:
        is_torn = False
        while True:
            try:
                row = next(self.reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._reject(str(error))
                is_torn = True
                continue
            # After a torn row, short ones and such as end a quotation are what is left of it.
            is_torn = is_torn and (len(row) < self.width or any(cell.count('"') % 2 for cell in row))
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > self.width:
                self._reject(f"it has {len(row)} cells under {self.width} headings", str(row))
            elif is_torn:
                self._reject("it belongs to the damaged row before it", str(row))
            else:
                yield [cell or None for cell in row]

    def _reject(self, what: str, sample: str = "") -> None:
        line = self.reader.line_num + self.lines_before
        code = "text_too_long" if "field limit" in what else "malformed_row"
        self.rejected.append(Rejected(code, f"the row that ends in line {line}: {what}", f"line {line}", sample[:2000]))


READER = Reader(
    "csv",
    (".csv", ".tsv", ".tab"),
    ("text/csv", "application/csv", "text/tab-separated-values"),
    read,
    version=4,
    takes_fields=True,
)
