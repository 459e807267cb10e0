"""The errors a user can cause or mend: one clear line each, never a traceback."""

from __future__ import annotations

import errno


class WirehouseError(Exception):
    """Its text names what is wrong and the way out. The command line prints it and exits with `exit_code`."""

    exit_code = 1


class UsageError(WirehouseError):
    """The command was given something that does not exist or makes no sense."""

    exit_code = 2


class BusyError(WirehouseError):
    """Another run is writing to this data folder."""

    exit_code = 4


class DamagedError(WirehouseError):
    """A file of the data folder is not what was written."""


WAYS_OUT = {
    "No space left on device": "the disk is full: free some room and run again",
    "disk is full": "the disk is full: free some room and run again",
    "File too large": "files may not grow that far: raise the limit (`ulimit -f unlimited`)",
    "Permission denied": "give this user the right to write in the data folder, or name another with --data-dir",
    "readonly database": "give this user the right to write in the data folder, or name another with --data-dir",
    "unable to open database file": "give this user the right to write in the data folder",
    "Read-only file system": "name a data folder that can be written with --data-dir",
    "Too many open files": "raise the limit (`ulimit -n 1024`)",
    "Out of Memory": "allow more with --memory-limit",
    "Cannot allocate memory": "free memory, or use fewer --workers",
    "Corrupt database": "`wirehouse verify` tells which file is damaged",
    "Could not read enough bytes": "`wirehouse verify` tells which file is damaged",
    "Could not decode to UTF-8": "the state file is damaged: `wirehouse run` makes it anew",
    "file is not a database": "`wirehouse verify` tells which file is damaged",
    "disk image is malformed": "`wirehouse verify` tells which file is damaged",
}
"""What to do, by words of the system's, DuckDB's or SQLite's message."""


def way_out(message: str) -> str | None:
    """What to do about an error of the machine, such as a full disk; None where its message is of another kind."""
    return next((way for words, way in WAYS_OUT.items() if words.lower() in message.lower()), None)


def in_one_line(error: BaseException) -> str:
    """The first line of its message, with what to do about it where that is known and not said."""
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if isinstance(error, OSError) and error.strerror:
        first = error.strerror + (f" ({error.filename})" if error.filename else "")
    way = None if isinstance(error, DamagedError) else way_out(str(error))
    return first if way is None or way in first else f"{first}: {way}"


def is_shortage(error: OSError) -> bool:
    """Whether the machine is short of something, which is no fault of the file that was being read."""
    return error.errno in {errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EFBIG}
