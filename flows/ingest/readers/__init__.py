"""Readers: one module a format, each with a module-level `READER`; a new format joins with one such file.

A reader turns the bytes of one file into records and rejections, as a stream: what it yields is loaded
in batches, so a reader of container files must not hold more than a record.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import BinaryIO

from warehouse.reasons import REASONS

MAPPABLE = ("text", "title", "byline", "publisher", "published_date", "language", "id", "table")
"""What `--map` can name on its left side: our fields, and the table of a database that holds them."""


@dataclass(slots=True)
class Unpacked:
    """How many bytes and entries came out of a file so far, those of archives inside archives too."""

    bytes: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What decides how a file is read, beside its bytes. `field_map` gives field names by the names in `MAPPABLE`.

    `charset` is the encoding that a server or the user declared for it, `name` the file's name, for formats that take
    their meaning from it. The limits are those of the settings with the same names.
    """

    field_map: Mapping[str, str] = field(default_factory=dict)
    max_record_chars: int = 20_000_000
    charset: str | None = None
    name: str = ""
    max_file_bytes: int = 512 * 2**20
    max_unpacked_bytes: int = 4 * 2**30
    max_archive_ratio: int = 200
    max_archive_entries: int = 100_000
    max_archive_depth: int = 3
    max_mail_parts: int = 200
    depth: int = 0
    """In how many archives the file lies."""
    unpacked: Unpacked = field(default_factory=lambda: Unpacked())


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
    format: str = ""
    """The reader of the file inside a container; '' where it is that of the file itself."""
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
    holds_files: bool = False
    """Whether files of other formats can lie in it: any reader's new version has it read again."""

    def signature(self, options: ReadOptions) -> str:
        """What beside the bytes decides the rows: files read with another signature are read again."""
        fields = ",".join(f"{name}={value}" for name, value in sorted(options.field_map.items()))
        charset = f" {options.charset}" if options.charset else ""
        versions = ",".join(f"{reader.name}/{reader.version}" for reader in readers()) if self.holds_files else ""
        inner = f" {hashlib.sha256(versions.encode()).hexdigest()[:12]}" if versions else ""
        taken = f" {fields}" if fields and (self.takes_fields or self.holds_files) else ""
        return f"{self.name}/{self.version}{charset}{inner}{taken}"


@cache
def readers() -> tuple[Reader, ...]:
    """Every reader of this package, by module name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").READER for name in names)


def reader_for(name: str, media_type: str | None = None) -> Reader | None:
    """The reader of a file by the longest known end of its name, else by its media type; None if there is none."""
    by_suffix = [
        (len(suffix), reader) for reader in readers() for suffix in reader.suffixes if name.lower().endswith(suffix)
    ]
    if by_suffix:
        return max(by_suffix, key=lambda found: found[0])[1]
    return next((reader for reader in readers() if media_type in reader.media_types), None)
