"""Files put in place whole: linked or copied, flushed to the disk, moved to their name in one step."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from warehouse.errors import WirehouseError, is_shortage

NEW = ".new"
"""Ends the name of a file that is not whole yet; what a dead run left under such a name is thrown away."""

DAMAGED = ".damaged"
"""Ends the name of a damaged file that was set aside, and another one made in its place."""

_FICLONE = 0x40049409  # Linux: let another file share the blocks of this one until either changes


def require_room(folder: Path, needed: int, purpose: str) -> None:
    """Make sure that the disk of `folder` has `needed` bytes left.

    Raises:
        WirehouseError: it has not; says how much there is, and how much it takes.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise WirehouseError(
            f"the disk of {folder} has {free / 2**20:,.0f} MiB left and {purpose} takes {needed / 2**20:,.0f} MiB: "
            "free some, or keep fewer releases (WIREHOUSE_KEEP_RELEASES)"
        )


def copy(source: Path, target: Path) -> None:
    """Copy a file, sharing blocks where the file system can; `target` is replaced, and half written until this returns.

    Raises:
        WirehouseError: the disk has no room for it.
    """
    if not _clone(source, target):
        require_room(target.parent, source.stat().st_size, f"copying {source.name}")
        shutil.copyfile(source, target)
    shutil.copystat(source, target)


def duplicate(source: Path, target: Path) -> None:
    """Give `source` a second name, `target`, replacing what is there in one step: by hard link, else by copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(target.name + NEW)
    new.unlink(missing_ok=True)
    try:
        os.link(source.resolve(), new)
    except OSError:  # not on this file system
        copy(source, new)
    put_in_place(new, target)


def point(name: Path, target: Path) -> None:
    """Have `name` lead to `target` in one step, by symbolic link; where there are none, `target` is moved to `name`."""
    new = name.with_name(name.name + NEW)
    new.unlink(missing_ok=True)
    try:
        new.symlink_to(os.path.relpath(target, name.parent.resolve()))
    except OSError as error:
        if is_shortage(error):
            raise
        put_in_place(target, name)
        return
    new.replace(name)
    flush(name.parent)


def put_in_place(new: Path, target: Path) -> None:
    """Move a whole file to its name in one step that outlasts a power cut."""
    flush(new)
    new.replace(target)
    new.unlink(missing_ok=True)  # moving one name of a file onto another of its names leaves both
    flush(target.parent)


def remove_unfinished(folder: Path) -> list[Path]:
    """Throw away what was left half written in `folder`, DuckDB's logs beside it too; what it was."""
    left = [*folder.glob(f"*{NEW}"), *folder.glob(f"*{NEW}.wal")]
    for path in left:
        path.unlink(missing_ok=True)
    return left


def sha256(path: Path) -> str:
    """The hash of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _clone(source: Path, target: Path) -> bool:
    """Let `target` share the blocks of `source`; False where the system or file system cannot."""
    try:
        from fcntl import ioctl

        with source.open("rb") as old, target.open("wb") as new:
            ioctl(new.fileno(), _FICLONE, old.fileno())
    except (ImportError, OSError):
        return False
    return True


def flush(path: Path) -> None:
    """Have the operating system write the file's, or folder's, changes to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
