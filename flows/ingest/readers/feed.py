"""RSS and Atom by feedparser: a record for each entry, with the fullest text that it carries."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

import regex

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected
from flows.ingest.readers.text import whole
from flows.wirecopy import parse_date

_FIRST_ON = regex.compile(
    r"(?:^|\n)[ \t]*(?:The post .{1,300} (?:appeared first|first appeared) on|Der Beitrag .{1,300} erschien zuerst auf"
    r"|L['’]article .{1,300} est apparu en premier sur|La entrada .{1,300} (?:se publicó|aparece) primero en"
    r"|L['’]articolo .{1,300} proviene da|Het bericht .{1,300} verscheen eerst op) .{1,200}\s*$",
)
"""What WordPress writes below an entry: the titles of the entry and of the site."""


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The entries in the order of the feed; one without text is rejected, and so is a file that is no feed."""
    data = whole(stream, options)
    yield from [data] if isinstance(data, Rejected) else read_feed(data, options)


def read_feed(data: bytes, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The entries of a feed as bytes."""
    import feedparser

    from flows.ingest.markup import refuse_entities

    unsafe = refuse_entities(data)
    if unsafe:
        yield unsafe
        return
    headers = {"content-type": f"application/xml; charset={options.charset}"} if options.charset else {}
    # A stream, since feedparser takes a short string for an address or a file's name and opens it.
    try:
        found: Any = feedparser.parse(io.BytesIO(data), response_headers=headers, sanitize_html=False)
    except (TypeError, ValueError, AttributeError, LookupError) as error:  # it stumbles over some damaged feeds
        yield Rejected("file_damaged", f"this is no whole RSS or Atom ({error})", sample=_start(data))
        return
    if not data.strip():
        yield Rejected("file_empty", "the file is empty")
    elif not found.get("version"):
        yield Rejected("file_damaged", "this is no RSS or Atom feed", sample=_start(data))
    elif not found.entries:
        yield Rejected("file_empty", "the feed has no entries")
    else:
        yield from _read_entries(found)


def _start(data: bytes) -> str:
    return data[:2000].decode("utf-8", "replace")


def _read_entries(found: Any) -> Iterator[Record | Rejected]:
    for number, entry in enumerate(found.entries, 1):
        yield _read_entry(entry, number, found)


def _read_entry(entry: Any, number: int, found: Any) -> Record | Rejected:
    from flows.ingest.markup import html_text

    feed, is_atom = found.feed, found.version.startswith("atom")
    # Where the start of an element is lost, feedparser has None for its text.
    key = entry.get("id") or entry.get("link") or str(number)
    title = html_text(entry.get("title") or "") or None
    candidates = [part.get("value") or "" for part in entry.get("content", [])] + [entry.get("summary") or ""]
    text = max((_FIRST_ON.sub("", html_text(part)).rstrip() for part in candidates), key=len)
    if not text:
        return Rejected("empty_text", f"entry {number} has no text of its own", key, title or "")
    return Record(
        text,
        key,
        title=title,
        byline=_authors(entry) or _authors(entry.get("source", {})) or (_authors(feed) if is_atom else None),
        publisher=entry.get("source", {}).get("title") or feed.get("title") or None,
        published=_day(entry),
        language=feed.get("language"),
        encoding=found.encoding or None,
        canonical_url=_address(entry.get("link")),
    )


def _authors(element: Any) -> str | None:
    """The authors of an entry or feed. In Atom those of the feed are those of an entry that has none (RFC 4287)."""
    return ", ".join(filter(None, (author.get("name") for author in element.get("authors", [])))) or None


def _address(link: str | None) -> str | None:
    """The link where it is an address; feedparser also takes a `guid` such as `1` for one."""
    return link if link and link.startswith(("http://", "https://")) else None


def _day(entry: Any) -> str | None:
    """When it was published, else updated: as the feed writes it, or the day (UTC) where that takes feedparser."""
    for name in ("published", "updated"):
        if entry.get(name):
            parsed = entry.get(f"{name}_parsed")
            return entry[name] if parse_date(entry[name]) or not parsed else date(*parsed[:3]).isoformat()
    return None


READER = Reader("feed", (".rss", ".atom"), ("application/rss+xml", "application/atom+xml"), read, version=3)
