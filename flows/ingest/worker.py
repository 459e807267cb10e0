"""The process that readers run in: it reads the files it is told to and sends what they hold, a part at a time.

It tells the language of what they hold, too.

What a reader does there, crashing included, harms this process alone. `flows.ingest.reading` starts it, gives it
tasks, and ends it where nothing comes any more.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BufferedReader
from multiprocessing.connection import Connection

from flows.ingest import language
from flows.ingest.readers import ReaderFault, ReadOptions, Record, Rejected, checked, reader_named
from flows.wirecopy import read_header
from warehouse.errors import is_shortage

Found = Record | Rejected
Part = tuple[list[Found], bool]
"""What was found next in a file, and whether that is all."""

_PART_CHARS = 2**18
_PART_SECONDS = 1.0
_SIZE = 2
"""A part is sent when it is so large, or so old: that is how its receiver knows that the reader is alive."""


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read, `state` as it was when it was hashed (see `state_of`)."""

    path: str
    reader: str
    options: ReadOptions
    state: tuple[int, ...]

    @property
    def size(self) -> int:
        """In bytes."""
        return self.state[_SIZE]


def open_regular(path: str) -> BufferedReader:
    """The file at `path`, which need not be the one that was there when its folder was listed.

    Raises:
        IsADirectoryError: it is no regular file; a pipe or device is never waited for.
        OSError: it cannot be opened.
    """
    stream = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 (Path.open takes no opener)
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise IsADirectoryError("this is not a regular file")
    return stream


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def state_of(stream: BufferedReader) -> tuple[int, ...]:
    """What changes when somebody writes to an open file, or puts another one in its place."""
    status = os.fstat(stream.fileno())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def read(task: Task) -> Iterator[Found]:
    """What the file of a task holds; whatever its reader stumbles over is a rejection, the last of them."""
    began = time.process_time()
    found: Found | None = None
    try:
        with open_regular(task.path) as stream:
            if state_of(stream) == task.state:
                for found in reader_named(task.reader).read(stream, task.options):
                    yield checked(found)
                    if time.process_time() - began > task.options.max_file_seconds:
                        yield Rejected("reader_timeout", f"it takes more than {task.options.max_file_seconds:g} s")
                        return
                if found is None:
                    yield Rejected("file_empty", "the file holds nothing that can be read")
            if state_of(stream) != task.state:
                yield Rejected("file_changed", "the file changed while it was read")
    except FileNotFoundError:
        yield Rejected("file_missing", "the file is gone")
    except IsADirectoryError as error:
        yield Rejected("not_a_file", str(error))
    except OSError as error:
        if is_shortage(error) and error.errno != errno.ENOMEM:
            raise
        if error.errno is None:  # of a library, about what it read
            yield Rejected("file_damaged", f"the {task.reader} reader failed ({error})")
        else:
            yield Rejected("file_unreadable", f"the file cannot be read to its end ({error.strerror})")
    except ReaderFault as error:
        yield Rejected("reader_fault", f"the {task.reader} reader failed ({error})")
    except MemoryError:
        limit = task.options.max_reader_bytes
        yield Rejected("reader_memory", f"the {task.reader} reader needs more than {limit:,} bytes")
    except Exception as error:
        yield Rejected("file_damaged", f"the {task.reader} reader failed ({type(error).__name__}: {error})")


def _in_language(found: Found, options: ReadOptions) -> Found:
    """A record with the code of its language: as its file or its header declares it, else as its letters tell.

    Here, beside the process that loads records, since it takes as long as everything that is done to load one.
    """
    if isinstance(found, Rejected) or len(found.text) > options.max_record_chars:
        return found
    header = read_header(found.text)
    declared = language.declared(found.language or header.language)
    return replace(found, language=declared or language.detect(found.text, header.body_start))


def _parts(task: Task) -> Iterator[Part]:
    part: list[Found] = []
    chars, began = 0, time.monotonic()
    for found in read(task):
        part.append(_in_language(found, task.options))
        chars += len(found.text if isinstance(found, Record) else found.sample)
        if chars > _PART_CHARS or time.monotonic() - began > _PART_SECONDS:
            yield part, False
            part, chars, began = [], 0, time.monotonic()
    yield part, True


def _limit_time(seconds: float) -> None:
    """Have the kernel end this process with SIGPROF once it has worked for so long, whatever it is doing then."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit_memory(limit: int) -> None:
    """Have allocations beyond `limit` bytes fail here, before they make the whole machine slow."""
    # RLIMIT_AS would count what libraries map without using it.
    kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    _, most = resource.getrlimit(kind)
    resource.setrlimit(kind, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent() -> None:
    """End this process, whatever it is doing, when the one that started it is gone."""
    sys.stdin.buffer.read()
    os._exit(0)


def main(descriptor: int, limit: int) -> None:
    """Receive lists of tasks until there are no more; send the parts of each file in turn, after an empty hello.

    Args:
        descriptor: of the connection, open in this process.
        limit: of its memory, in bytes.
    """
    channel = Connection(descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _limit_memory(limit)
    language.load()  # before the time of any file begins
    channel.send(([], False))
    while True:
        try:
            tasks: list[Task] = channel.recv()
        except EOFError:
            return
        for task in tasks:
            try:
                _limit_time(task.options.max_record_seconds)
                for part in _parts(task):
                    channel.send(part)
                    _limit_time(task.options.max_record_seconds)
            except OSError as error:  # the disk is full, or the like: no fault of the file
                channel.send(error)
