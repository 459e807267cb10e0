"""Reuters-21578, the collection of Reuters stories of 1987 in SGML: a record for each story.

Its files are no well-formed XML, and their layout is fixed; see the collection's own README for the elements.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

import regex

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_NEWID = regex.compile(r'NEWID="(\d+)"')
_DATE = regex.compile(r"\s*(\d{1,2})-([A-Z]{3})-(\d{4})")
_TAG = regex.compile(r"<[^<>]*>")
_REFERENCE = regex.compile(r"&#\d+;")
_BYLINE = regex.compile(r"^by\s+|,.*$", regex.IGNORECASE)
_FLAG = regex.compile(r"\A[\s*]+")
"""Stars before the headline of what was sent as a flash."""
_FILLER = regex.compile(r"(?:blah\W*)+", regex.IGNORECASE)
_NOT_CLOSED = Rejected("file_damaged", "the story breaks off before its end")
_SIGN_OFF = regex.compile(r"\s*\b(?:Reuter|REUTER)s?\s*$")


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The stories in order, with NEWID as key; the dateline stands before the body as on the wire."""
    number = 0
    for number, story in enumerate(_stories(stream, options.max_record_chars), 1):
        if isinstance(story, Rejected):
            yield replace(story, key=str(number))
        elif story is None:
            yield Rejected(
                "text_too_long", f"story {number} has more than {options.max_record_chars:,} characters", str(number)
            )
        else:
            yield _read_story(story, number)
    if not number:
        yield Rejected("file_damaged", "the file holds no REUTERS element")


def _stories(stream: BinaryIO, limit: int) -> Iterator[str | Rejected | None]:
    """From each line that opens a REUTERS element to the one that closes it; None for one longer than `limit`."""
    lines: list[str] = []
    length = 0
    is_open = False
    while line := stream.readline(limit).decode("cp1252", errors="replace"):
        if line.startswith("<REUTERS"):
            if is_open:
                yield _NOT_CLOSED
            lines, length, is_open = [], 0, True
        length += len(line)
        if length <= limit:
            lines.append(line)
        if is_open and "</REUTERS>" in line:
            yield "".join(lines) if length <= limit else None
            is_open = False
    if is_open:
        yield _NOT_CLOSED


def _read_story(story: str, number: int) -> Record | Rejected:
    newid = _NEWID.search(story)
    key = newid[1] if newid else str(number)
    body = _element(story, "BODY")
    text = body if body is not None else _without(_element(story, "TEXT") or "", ("TITLE", "DATELINE", "AUTHOR"))
    text = _FLAG.sub("", _SIGN_OFF.sub("", _plain(text))).strip().replace("\n    ", "\n\n")
    if not text or _FILLER.fullmatch(text):
        return Rejected("empty_text", f"story {key} is a headline alone", key, _plain(_element(story, "TITLE") or ""))
    date = _DATE.match(_element(story, "DATE") or "")
    dateline = _plain(_element(story, "DATELINE") or "").strip()
    return Record(
        f"{dateline} {text}" if dateline else text,
        key,
        title=_spaced(_element(story, "TITLE") or "") or None,
        byline=_BYLINE.sub("", _spaced(_element(story, "AUTHOR") or "")) or None,
        publisher="Reuters",
        published=f"{date[1]} {date[2].title()} {date[3]}" if date else None,
        language="en",
        encoding="cp1252",
    )


def _element(story: str, name: str) -> str | None:
    match = regex.search(rf"<{name}\b[^>]*>(.*?)</{name}>", story, regex.DOTALL)
    return match[1] if match else None


def _without(text: str, names: tuple[str, ...]) -> str:
    return regex.sub(rf"<({'|'.join(names)})\b[^>]*>.*?</\1>", "", text, flags=regex.DOTALL)


def _spaced(text: str) -> str:
    return " ".join(_plain(text).split())


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", _REFERENCE.sub("", text)))


READER = Reader("reuters", (".sgm", ".sgml"), ("text/sgml", "application/sgml"), read, version=4)
