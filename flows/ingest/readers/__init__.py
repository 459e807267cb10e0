"""Readers: one module a format, each with a module-level `READER`; a new format joins with one such file.

Another package joins one by an entry point in the group `wirehouse.readers` that names its `Reader`.

A reader turns the bytes of one file into records and rejections, as a stream: what it yields is loaded
in batches, so a reader of container files must not hold more than a record.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import BinaryIO

from warehouse.errors import WirehouseError
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

    `charset` is the encoding that a server declared for it, `default_charset` that of files which do not say it
    themselves and are no UTF-8, `name` the file's name, for formats that take their meaning from it, `address` where on
    the web it is ('' for other files). The limits are those of the settings with the same names.
    """

    field_map: Mapping[str, str] = field(default_factory=dict)
    max_record_chars: int = 20_000_000
    charset: str | None = None
    default_charset: str | None = None
    name: str = ""
    address: str = ""
    max_file_bytes: int = 512 * 2**20
    max_unpacked_bytes: int = 4 * 2**30
    max_archive_ratio: int = 200
    max_archive_entries: int = 100_000
    max_archive_depth: int = 3
    max_mail_parts: int = 200
    max_record_seconds: float = 120.0
    max_file_seconds: float = 3600.0
    max_reader_bytes: int = 2 * 2**30
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
    """Once it comes from the process that read it, the code of the language, told by its letters if need be."""
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


_TEXTS: dict[type[Record] | type[Rejected], dict[str, bool]] = {
    kind: {
        each.name: each.type == "str | None" for each in dataclasses.fields(kind) if each.type in ("str", "str | None")
    }
    for kind in (Record, Rejected)
}
"""The fields that are texts of what a reader yields, and whether they may be lacking."""


class ReaderFault(Exception):
    """A reader yielded what it may not; says what."""


def checked(found: Record | Rejected) -> Record | Rejected:
    """What a reader yielded, as our own class; a reader from elsewhere may have misunderstood what that can be.

    Raises:
        ReaderFault: it is no record or rejection, or one with wrong values.
    """
    kind = next((kind for kind in _TEXTS if isinstance(found, kind)), None)
    if kind is None:
        raise ReaderFault(f"it yielded a {type(found).__name__}")
    for name, may_lack in _TEXTS[kind].items():
        value = getattr(found, name)
        if not isinstance(value, str) and not (value is None and may_lack):
            raise ReaderFault(f"its {name} is a {type(value).__name__}, not a text")
    if isinstance(found, Rejected) and found.code not in REASONS:
        raise ReaderFault(f"there is no reason {found.code!r}")
    if type(found) is kind:
        return found
    return kind(**{each.name: getattr(found, each.name) for each in dataclasses.fields(kind)})


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
        charset = "".join(f" {name}" for name in (options.charset, options.default_charset) if name)
        versions = ",".join(f"{reader.name}/{reader.version}" for reader in readers()) if self.holds_files else ""
        changed = ",".join(
            f"{limit.name}={getattr(options, limit.name)}"
            for limit in dataclasses.fields(options)
            if limit.name.startswith("max_") and getattr(options, limit.name) != limit.default
        )
        limits = f" {changed}" if changed else ""
        inner = f" {hashlib.sha256(versions.encode()).hexdigest()[:12]}" if versions else ""
        taken = f" {fields}" if fields and (self.takes_fields or self.holds_files) else ""
        return f"{self.name}/{self.version}{charset}{inner}{taken}{limits}"


PLUG_INS = "wirehouse.readers"
"""The entry point group under which other packages offer a `Reader` each."""


@cache
def readers() -> tuple[Reader, ...]:
    """Every reader of this package and of other installed ones; a reader of theirs takes the place of a namesake.

    Raises:
        WirehouseError: a reader of another package cannot be loaded; names it.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    ours = (importlib.import_module(f"{__name__}.{name}").READER for name in names)
    theirs = map(_plug_in, sorted(entry_points(group=PLUG_INS), key=lambda entry: entry.name))
    return tuple({reader.name: reader for reader in (*ours, *theirs)}.values())


def _plug_in(entry: EntryPoint) -> Reader:
    package = entry.dist.name if entry.dist else "?"
    try:
        reader = entry.load()
    except Exception as error:  # whatever the package's code does while it is imported
        raise WirehouseError(
            f"the reader {entry.name} of the package {package} cannot be loaded ({type(error).__name__}: {error}): "
            "mend the package or uninstall it"
        ) from error
    if not isinstance(reader, Reader):
        raise WirehouseError(f"{entry.value} of the package {package} is no Reader: mend the package or uninstall it")
    return reader


def reader_named(name: str) -> Reader:
    """The reader of that name.

    Raises:
        KeyError: there is none.
    """
    return {reader.name: reader for reader in readers()}[name]


def reader_for(name: str, media_type: str | None = None) -> Reader | None:
    """The reader of a file by the longest known end of its name, else by its media type; None if there is none.

    Of two readers for the same end the one of another package is taken.
    """
    by_suffix = [
        (len(suffix), number, reader)
        for number, reader in enumerate(readers())
        for suffix in reader.suffixes
        if name.lower().endswith(suffix)
    ]
    if by_suffix:
        return max(by_suffix, key=lambda found: found[:2])[2]
    return next((reader for reader in reversed(readers()) if media_type in reader.media_types), None)
