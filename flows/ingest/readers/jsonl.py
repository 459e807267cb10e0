"""JSON Lines: one object a line; fields are found by their usual names or as `--map` says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from flows.ingest.encoding import as_utf8, decode_utf8
from flows.ingest.fields import read_object
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_MAX_BYTES_PER_CHAR = 6
"""`\\u00e9` is the longest way to write a character of the basic plane; others need two of it, and count as two."""


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """A record or rejection for each line that is not blank, in order; a file of blank lines alone is empty."""
    empty = True
    for number, line in _lines(
        as_utf8(stream, options.default_charset), options.max_record_chars * _MAX_BYTES_PER_CHAR
    ):
        if line is None:
            empty = False
            yield Rejected("text_too_long", f"line {number} is longer than any text may be", str(number))
        elif not line.isspace():
            empty = False
            yield _read_line(line.rstrip(b"\r\n"), number, options.field_map)
    if empty:
        yield Rejected("file_empty", "the file holds no line")


def _lines(stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number from 1; None for one longer than `limit` bytes, which is read over in pieces."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) <= limit:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(limit + 1)
        yield number, None


def _read_line(line: bytes, number: int, field_map: Mapping[str, str]) -> Record | Rejected:
    text = decode_utf8(line)
    sample = text.sample if isinstance(text, Rejected) else text
    if isinstance(text, Rejected):
        return Rejected(text.code, f"line {number}, {text.detail}", str(number), sample)
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        where = "breaks off" if error.pos >= len(text) or "Unterminated" in error.msg else f"column {error.colno}"
        return Rejected(
            "invalid_json", f"line {number} is no complete JSON ({where}: {error.msg})", str(number), sample
        )
    except (RecursionError, ValueError) as error:
        return Rejected("invalid_json", f"line {number} cannot be read as JSON ({error})", str(number), sample)
    if not isinstance(fields, dict):
        return Rejected("not_an_object", f"line {number} holds no object", str(number), sample)
    return read_object(fields, f"line {number}", number, field_map, sample)


READER = Reader(
    "jsonl",
    (".jsonl", ".ndjson"),
    ("application/jsonl", "application/x-jsonlines", "application/x-ndjson", "application/ndjson"),
    read,
    version=4,
    takes_fields=True,
)
