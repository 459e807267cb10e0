"""From SOURCE to files: a file, a folder, a glob, a URL or `-` becomes a stream of places to read.

Nothing is opened here but folders, those in storage such as S3 among them. Hidden files are passed over; what is no
regular file, or leads out of the folder that was given, is rejected.
"""

from __future__ import annotations

import errno
import glob
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import url2pathname

from flows.ingest.readers import Rejected
from flows.settings import Settings
from warehouse.errors import UsageError, is_shortage


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file is: `uri` is a POSIX path relative to `root`, or a URL or `-`, whose root is ''.

    A user and password in a URL are no part of `uri`, which is published.
    """

    root: str
    uri: str
    path: Path | None = None
    """How to open it; None for what is no file of this machine."""
    etag: str | None = None
    """What its storage says of its content: the same as long as that is."""
    login: tuple[str, str] | None = None
    """User and password for the server of a URL."""


Found = tuple[Place, Rejected | None]
"""A place to read, or one that cannot be read, and why."""


STANDARD_INPUT = "-"
WEB = ("http", "https")
STORAGE = ("s3", "gs")
"""The schemes of storage that fsspec reads; each has an extra of its own name, with the library for it."""
_BESIDE_DATABASES = ("-wal", "-shm", "-journal", ".wal")
"""How SQLite and DuckDB end the names of files that they keep beside a database."""
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)


def scheme(source: str) -> str:
    """The scheme of a SOURCE that is a URL, in lower case; '' for a path or standard input."""
    match = _SCHEME.match(source)
    return match[1].lower() if match else ""


def check_sources(sources: Sequence[str]) -> None:
    """Make sure that there is something at every SOURCE; URLs are not tried.

    Raises:
        UsageError: naming the first SOURCE that does not exist or that nothing here can read, or saying that none was
            given.
    """
    if not sources:
        raise UsageError("no SOURCE given: name a file, folder, glob or URL")
    for source in map(_as_path, sources):
        if scheme(source):
            _check_scheme(source)
        elif source != STANDARD_INPUT and not os.path.lexists(source) and not _glob(source):
            raise UsageError(f"there is no file or folder at {source}: check the path, and quote a glob")


def discover(sources: Sequence[str], settings: Settings) -> Iterator[Found]:
    """Every file of every SOURCE, in a fixed order."""
    for source in dict.fromkeys(map(_as_path, sources)):
        if source == STANDARD_INPUT:
            yield Place("", source), None
        elif scheme(source) in WEB:
            yield _on_the_web(source), None
        elif scheme(source):
            yield from _stored(source, settings)
        elif os.path.lexists(source):
            path = _absolute(source)
            yield from _walk(path, path) if path.is_dir() else _file(path, path.parent, followed=True)
        else:
            yield from _matches(source)


def without_login(source: str) -> str:
    """A SOURCE as it may be shown and kept: a URL without user and password."""
    if scheme(source) not in WEB:
        return source
    parts = urlsplit(source)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else source


def _on_the_web(url: str) -> Place:
    parts = urlsplit(url)
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Place("", without_login(url), login=login)


def storage(url: str, settings: Settings) -> tuple[Any, str]:
    """The fsspec file system for a URL of `STORAGE`, asked anew at each listing, and the path in it."""
    # What gcsfs has for zonal buckets asks twice for each file, and warns where it finds no account.
    os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
    from aiohttp import ClientTimeout
    from fsspec.core import url_to_fs

    seconds = settings.url_timeout_seconds
    options: dict[str, Any] = {"use_listings_cache": False}
    if scheme(url) == "s3":
        options["config_kwargs"] = {"connect_timeout": seconds, "read_timeout": seconds}
    else:
        options["requests_timeout"] = ClientTimeout(sock_connect=seconds, sock_read=seconds)
    file_system, path = url_to_fs(url, **options)
    return file_system, path


def _as_path(source: str) -> str:
    """A `file://` URL as a path; anything else as it is."""
    if scheme(source) != "file":
        return source
    parts = urlsplit(source)
    if parts.netloc not in ("", "localhost"):
        raise UsageError(f"{source} is on another machine: mount its folder, or use http")
    return url2pathname(parts.path)


def _check_scheme(source: str) -> None:
    name = scheme(source)
    if name in WEB:
        try:
            urlsplit(source)
        except ValueError as error:
            raise UsageError(f"{source} is no address ({error}): check its host") from error
        return
    if name not in STORAGE:
        known = ", ".join(f"{each}://" for each in ("file", *WEB, *STORAGE))
        raise UsageError(f"nothing reads {name}:// addresses such as {source}: use {known}")
    from fsspec import get_filesystem_class

    try:
        get_filesystem_class(name)
    except ImportError as error:
        raise UsageError(f"{source} needs one more library: pip install 'wirehouse[{name}]'") from error


def _stored(source: str, settings: Settings) -> Iterator[Found]:
    """The file at a URL of storage, those below it, or those that it matches as a glob; by name."""
    try:
        file_system, path = storage(source, settings)
        look = file_system.glob if glob.has_magic(path) else file_system.find
        found = look(path, detail=True)
    except Exception as error:  # every storage has errors of its own
        yield Place("", source), unreachable(error)
        return
    above = path.rpartition("/")[0] if found.keys() == {path} else path
    if not found:
        yield Place("", source), Rejected("file_missing", "there is no such file or folder")
    for name, about in sorted(found.items()):
        hidden = any(part.startswith(".") for part in name.removeprefix(above).split("/"))
        if about["type"] == "file" and not hidden and not name.endswith("/"):
            etag = about.get("ETag") or about.get("etag")
            yield Place("", file_system.unstrip_protocol(name), etag=etag), None


def unreachable(error: Exception) -> Rejected:
    """Why something in storage cannot be had."""
    if isinstance(error, FileNotFoundError):
        return Rejected("file_missing", "there is no such file or folder")
    if isinstance(error, PermissionError):
        return Rejected("file_unreadable", "the storage refuses it")
    return Rejected("url_unreachable", f"the storage does not give it ({type(error).__name__}: {error})"[:500])


def _absolute(source: str) -> Path:
    """The path as it was given, links kept, from the root of the file system."""
    return Path(os.path.abspath(source))  # noqa: PTH100 (Path.resolve would follow links)


def _glob(pattern: str) -> list[str]:
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 (Path.glob takes no absolute pattern)


def _matches(pattern: str) -> Iterator[Found]:
    """What a glob matches, relative to its part before the first wildcard; folders among it are walked."""
    parts = Path(pattern).parts
    fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    root = _absolute(str(Path(*parts[:fixed])))
    seen: set[Path] = set()
    for match in _glob(pattern):
        path = _absolute(match)
        for place, rejected in _walk(path, root) if path.is_dir() else _file(path, root):
            if place.path not in seen:
                seen.add(place.path or path)
                yield place, rejected


def _walk(folder: Path, root: Path) -> Iterator[Found]:
    """The files below a folder by name, folders not through links, however deep they lie."""
    waiting: list[os.DirEntry[str] | Path] = [folder]
    while waiting:
        entry = waiting.pop()
        path = Path(entry)
        if isinstance(entry, os.DirEntry) and not entry.is_dir(follow_symlinks=False):
            yield from _file(path, root)
            continue
        try:
            with os.scandir(path) as entries:
                below = sorted(entries, key=lambda found: found.name, reverse=True)
        except OSError as error:
            if is_shortage(error):
                raise
            yield _place(path, root), Rejected("file_unreadable", f"the folder cannot be listed ({error.strerror})")
            continue
        waiting += [found for found in below if not found.name.startswith(".")]


def _file(path: Path, root: Path, *, followed: bool = False) -> Iterator[Found]:
    """One file, or why it is none. A link is followed where the user named it (`followed`) or inside the root.

    What a database keeps beside its file is passed over, unless the user named it.
    """
    if not followed and _is_beside_a_database(path):
        return
    place = _place(path, root)
    # Path's own questions raise where a link leads to itself or a folder may not be searched.
    if os.path.islink(path) and not followed:  # noqa: PTH114
        target = os.path.realpath(path)
        if not Path(target).is_relative_to(os.path.realpath(root)):
            yield place, Rejected("link_outside", f"the link leads to {printable_path(target)}")
            return
        if os.path.isdir(target):  # noqa: PTH112
            return
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        yield place, Rejected("file_missing", "there is no such file")
    except OSError as error:
        if is_shortage(error):
            raise
        if error.errno == errno.ELOOP:
            yield place, Rejected("file_missing", "the link leads back to itself, and there is no file")
        else:
            yield place, Rejected("file_unreadable", f"the file cannot be read ({error.strerror})")
    else:
        yield place, None if stat.S_ISREG(mode) else Rejected("not_a_file", "this is not a regular file")


def _is_beside_a_database(path: Path) -> bool:
    """Whether it is a log or an index of one, such as `a.db-wal` beside `a.db`: no file to read by itself."""
    ending = next((ending for ending in _BESIDE_DATABASES if path.name.endswith(ending)), None)
    return ending is not None and os.path.isfile(str(path).removesuffix(ending))  # noqa: PTH113


def _place(path: Path, root: Path) -> Place:
    return Place(printable_path(root.as_posix()), printable_path(path.relative_to(root).as_posix()), path)


def printable_path(path: str) -> str:
    """A path as text; bytes in it that are not UTF-8 are written as `\\xe9`."""
    return os.fsencode(path).decode("utf-8", errors="backslashreplace")
