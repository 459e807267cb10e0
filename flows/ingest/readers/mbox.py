"""Mailboxes: a record for each mail, with its Message-ID as key; read mail by mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import regex

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_FROM = regex.compile(rb"From \S.*\b\d{1,2}:\d\d.*\b(?:19|20)\d\d(?: ?[+-]\d{4}| [A-Z]{2,5})?\s*$")
"""What begins a mail: a sender, a clock time and a year. A time zone may follow."""
_ESCAPED = regex.compile(rb"^>(>*From )", regex.MULTILINE)


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The records of the mails in order; one without a Message-ID has its number as key."""
    from flows.ingest.contained import guarded

    number = 0
    for number, data in enumerate(_mails(stream, options.max_file_bytes), 1):
        found = _read_mail(_ESCAPED.sub(rb"\1", data), number, options)
        yield from guarded(found, f"mail {number} cannot be read", str(number))
    if not number:
        yield Rejected("file_empty", "the mailbox holds no mail")


def _read_mail(data: bytes, number: int, options: ReadOptions) -> Iterator[Record | Rejected]:
    from flows.ingest.mail import header, parse, read_mail

    message = parse(data)
    given = None if isinstance(message, Rejected) else header(message, "message-id")
    yield from read_mail(message, (given or "").strip("<>") or str(number), options)


def _mails(stream: BinaryIO, limit: int) -> Iterator[bytes]:
    """The bytes of each mail: from a line that begins with `From ` and ends in a date, to the next."""
    lines: list[bytes] = []
    is_open = False
    after_blank = True
    while line := stream.readline(limit):
        if after_blank and _FROM.match(line):
            if is_open:
                yield b"".join(lines)
            lines, is_open = [], True
        elif is_open:
            lines.append(line)
        after_blank = not line.strip()
    if is_open:
        yield b"".join(lines)


READER = Reader("mbox", (".mbox", ".mbx"), ("application/mbox",), read, version=4, holds_files=True)
