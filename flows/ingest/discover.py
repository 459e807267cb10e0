"""From SOURCE to files: a file, a folder, a glob or a URL becomes a stream of places to read.

Nothing is opened here but folders. Hidden files are passed over; what is no regular file, or leads out
of the folder that was given, is rejected.
"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.ingest.readers import Rejected
from warehouse.errors import UsageError, is_shortage


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file is: `uri` is a POSIX path relative to `root`, or a URL, whose root is ''."""

    root: str
    uri: str
    path: Path | None = None
    """How to open it; None for a URL."""


Found = tuple[Place, Rejected | None]
"""A place to read, or one that cannot be read, and why."""


def is_url(source: str) -> bool:
    """Whether a SOURCE is read over the network."""
    return source.lower().startswith(("http://", "https://"))


def check_sources(sources: Sequence[str]) -> None:
    """Make sure that there is something at every SOURCE; URLs are not tried.

    Raises:
        UsageError: naming the first SOURCE that does not exist, or saying that none was given.
    """
    if not sources:
        raise UsageError("no SOURCE given: name a file, folder, glob or URL")
    for source in sources:
        if not is_url(source) and not os.path.lexists(source) and not _glob(source):
            raise UsageError(f"there is no file or folder at {source}: check the path, and quote a glob")


def discover(sources: Sequence[str]) -> Iterator[Found]:
    """Every file of every SOURCE, in a fixed order."""
    for source in dict.fromkeys(sources):
        if is_url(source):
            yield Place("", source), None
        elif os.path.lexists(source):
            path = _absolute(source)
            yield from _walk(path, path) if path.is_dir() else _file(path, path.parent, followed=True)
        else:
            yield from _matches(source)


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
    """The files below a folder by name, folders not through links."""
    try:
        with os.scandir(folder) as entries:
            ordered = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        if is_shortage(error):
            raise
        yield _place(folder, root), Rejected("file_unreadable", f"the folder cannot be listed ({error.strerror})")
        return
    for entry in ordered:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), root)
        else:
            yield from _file(Path(entry.path), root)


def _file(path: Path, root: Path, *, followed: bool = False) -> Iterator[Found]:
    """One file, or why it is none. A link is followed where the user named it (`followed`) or inside the root."""
    place = _place(path, root)
    if path.is_symlink() and not followed:
        target = path.resolve()
        if not target.is_relative_to(root.resolve()):
            yield place, Rejected("link_outside", f"the link leads to {printable_path(str(target))}")
            return
        if target.is_dir():
            return
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        yield place, Rejected("file_missing", "there is no such file")
    except OSError as error:
        yield place, Rejected("file_unreadable", f"the file cannot be read ({error.strerror})")
    else:
        yield place, None if stat.S_ISREG(mode) else Rejected("not_a_file", "this is not a regular file")


def _place(path: Path, root: Path) -> Place:
    return Place(printable_path(root.as_posix()), printable_path(path.relative_to(root).as_posix()), path)


def printable_path(path: str) -> str:
    """A path as text; bytes in it that are not UTF-8 are written as `\\xe9`."""
    return os.fsencode(path).decode("utf-8", errors="backslashreplace")
