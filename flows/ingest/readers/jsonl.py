"""JSON Lines: one object a line; fields are found by their usual names or as `--map` says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from flows.ingest.encoding import decode_utf8
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

USUAL_NAMES = {
    "text": (
        "text", "body", "content", "article", "full_text", "fulltext", "article_text", "article_body", "articlebody",
        "body_text", "content_text", "story", "maintext", "main_text",
    ),
    "title": ("title", "headline", "heading", "subject"),
    "byline": ("byline", "author", "authors", "creator", "writer"),
    "publisher": (
        "publisher", "source", "agency", "publication", "newspaper", "outlet", "provider", "source_name", "site",
    ),
    "published_date": (
        "published_date", "published", "date", "pub_date", "pubdate", "publication_date", "publish_date",
        "date_published", "datepublished", "published_at", "publishedat", "timestamp", "datetime",
    ),
    "language": ("language", "lang", "language_code"),
    "id": ("id", "_id", "article_id", "doc_id", "document_id", "guid", "uuid", "url", "link", "uri"),
}  # fmt: skip
"""For each field of ours the names it goes by, in order of preference; compared in lower case, `-` and blank as `_`."""

_MAX_BYTES_PER_CHAR = 6
"""`\\u00e9` is the longest way to write a character of the basic plane; others need two of it, and count as two."""


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """A record or rejection for each line that is not blank, in order; a file of blank lines alone is empty."""
    empty = True
    for number, line in _lines(stream, options.max_record_chars * _MAX_BYTES_PER_CHAR):
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
    return _read_object(fields, number, field_map, sample)


def _read_object(fields: dict[str, Any], number: int, field_map: Mapping[str, str], sample: str) -> Record | Rejected:
    values: dict[str, str | None] = {}
    found = _find_fields(fields, field_map)
    key = str(found.get("id") or number) if isinstance(found.get("id"), str | int) else str(number)
    for name, value in found.items():
        plain = _plain(value, name)
        if plain is None and value is not None and name != "id":
            kind = type(value).__name__
            return Rejected("wrong_type", f"line {number}: {name} is a JSON {kind}, not a text", key, sample)
        values[name] = plain
    text = values.get("text")
    if text is None:
        tried = field_map.get("text") or ", ".join(USUAL_NAMES["text"])
        return Rejected("missing_text", f"line {number} has no field for the text (looked for {tried})", key, sample)
    return Record(
        text=text,
        key=key,
        title=values.get("title"),
        byline=values.get("byline"),
        publisher=values.get("publisher"),
        published=values.get("published_date"),
        language=values.get("language"),
    )


def _find_fields(fields: dict[str, Any], field_map: Mapping[str, str]) -> dict[str, Any]:
    """Our field names with the values found; a mapped field is looked up by its exact name, `a.b` inside `a` too."""
    by_name = {name.lower().replace("-", "_").replace(" ", "_"): value for name, value in reversed(fields.items())}
    found: dict[str, Any] = {}
    for ours, names in USUAL_NAMES.items():
        if ours in field_map:
            found[ours] = _look_up(fields, field_map[ours])
        else:
            found[ours] = next((by_name[name] for name in names if by_name.get(name) is not None), None)
    return found


def _look_up(fields: dict[str, Any], name: str) -> Any:
    if name in fields:
        return fields[name]
    first, _, rest = name.partition(".")
    inner = fields.get(first)
    return _look_up(inner, rest) if rest and isinstance(inner, dict) else None


def _plain(value: Any, name: str) -> str | None:
    """A value as text; None if it is not one. Several authors are joined, `{"name": ...}` is its name."""
    if isinstance(value, str):
        return value
    if name == "text" or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return _plain(value.get("name"), name)
    if isinstance(value, list):
        parts = [_plain(part, name) for part in value]
        return ", ".join(part for part in parts if part) if all(parts) else None
    return None


READER = Reader(
    "jsonl",
    (".jsonl", ".ndjson"),
    ("application/jsonl", "application/x-jsonlines", "application/x-ndjson", "application/ndjson"),
    read,
    takes_fields=True,
)
