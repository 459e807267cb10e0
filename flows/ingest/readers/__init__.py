"""Readers: one module a format, each with a module-level `READER`; a new format joins with one such file.

A reader turns the bytes of one file into records and rejections, as a stream: what it yields is loaded
in batches, so a reader of container files must not hold more than a record.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import BinaryIO

from warehouse.reasons import REASONS

MAPPABLE = ("text", "title", "byline", "publisher", "published_date", "language", "id", "table")
"""What `--map` can name on its left side: our fields, and the table of a database that holds them."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What decides how a file is read, beside its bytes. `field_map` gives field names by the names in `MAPPABLE`.

    `charset` is the encoding that a server or the user declared for it.
    """

    field_map: Mapping[str, str] = field(default_factory=dict)
    max_record_chars: int = 20_000_000
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One document as its file gives it: `text` verbatim, metadata as written there (None: not given).

    `key` is its place inside a container file, '' where the file is the document.
    """

    text: str
    key: str = ""
    title: str | None = None
    byline: str | None = None
    publisher: str | None = None
    published: str | None = None
    language: str | None = None
    encoding: str | None = None
    """Of the bytes, as Python names it, where the format leaves it open."""
    is_repaired: bool = False
    """Whether letters that somebody decoded wrongly were put right."""
    canonical_url: str | None = None
    page_starts: tuple[int, ...] = ()
    """The code point at which each page begins, for formats with pages."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file or record that cannot be loaded, and why; `code` is one of `warehouse.reasons.REASONS`."""

    code: str
    detail: str
    key: str = ""
    sample: str = ""

    @property
    def reason(self) -> str:
        """One line: what is wrong with it, and the way out."""
        return f"{self.detail}: {REASONS[self.code].way_out}"


@dataclass(frozen=True, slots=True)
class Reader:
    """How one format is read. A higher `version` has known files read again."""

    name: str
    suffixes: tuple[str, ...]
    media_types: tuple[str, ...]
    read: Callable[[BinaryIO, ReadOptions], Iterator[Record | Rejected]]
    version: int = 1
    takes_fields: bool = False
    """Whether `--map` means anything to it."""

    def signature(self, options: ReadOptions) -> str:
        """What beside the bytes decides the rows: files read with another signature are read again."""
        fields = ",".join(f"{name}={value}" for name, value in sorted(options.field_map.items()))
        charset = f" {options.charset}" if options.charset else ""
        return f"{self.name}/{self.version}{charset}" + (f" {fields}" if fields and self.takes_fields else "")


@cache
def readers() -> tuple[Reader, ...]:
    """Every reader of this package, by module name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").READER for name in names)


def reader_for(name: str, media_type: str | None = None) -> Reader | None:
    """The reader of a file by the end of its name, else by the media type that a server gave; None if there is none."""
    by_suffix = [reader for reader in readers() if name.lower().endswith(reader.suffixes)]
    by_media_type = [reader for reader in readers() if media_type in reader.media_types]
    return next(iter(by_suffix + by_media_type), None)
