"""Mails in files of their own: words, subject, sender and date; attachments by their own readers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The record of the mail, and those of its attachments."""
    from flows.ingest.mail import parse, read_mail

    data = stream.read()
    if not data.strip():
        yield Rejected("file_empty", "the file is empty")
        return
    yield from read_mail(parse(data), "", options)


READER = Reader("eml", (".eml",), ("message/rfc822",), read, version=4, holds_files=True)
