"""Reading what is no file of this machine: URLs, standard input, and storage such as S3.

All is copied to a temporary file first. A URL is tried again where that can help, is limited in size and time, and is
sent again by its server only if it changed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from tempfile import NamedTemporaryFile
from typing import IO, Protocol

import httpx
import tenacity

import flows
from flows.ingest.discover import storage, unreachable
from flows.ingest.readers import Rejected
from flows.settings import Settings

_PIECE_BYTES = 2**20
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_NOT_MODIFIED = 304


class Validators(Protocol):
    """What a server gave with the last download, and takes to say whether it changed."""

    @property
    def etag(self) -> str | None:
        """The entity tag."""

    @property
    def last_modified(self) -> str | None:
        """The date, as the server wrote it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A copy that is gone when `file` is closed, with what the server declared."""

    file: IO[bytes]
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The server says that what was downloaded last is still what is there."""


def fetch(url: str, settings: Settings, known: Validators | None = None) -> Fetched | Unchanged | Rejected:
    """What is at `url`; or why it cannot be had.

    Errors of the connection, 429 and errors of the server are tried `url_attempts` times; others are final.
    """
    attempts = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(settings.url_attempts),
        wait=tenacity.wait_exponential_jitter(
            multiplier=settings.url_retry_seconds, max=60, jitter=settings.url_retry_seconds
        ),
        retry=tenacity.retry_if_exception(_may_pass),
        reraise=True,
    )
    try:
        return attempts(_download, url, settings, known)
    except httpx.HTTPStatusError as error:
        return Rejected("url_unreachable", f"the server answered {error.response.status_code}")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Rejected("url_unreachable", f"no answer ({type(error).__name__}: {error})")


def standard_input(settings: Settings) -> Fetched | Rejected:
    """All of standard input."""
    copy = _copy(iter(lambda: sys.stdin.buffer.read(_PIECE_BYTES), b""), settings)
    return copy if isinstance(copy, Rejected) else Fetched(copy)


def fetch_stored(url: str, etag: str | None, settings: Settings) -> Fetched | Rejected:
    """A file in storage, such as `s3://bucket/stories.zip`."""
    try:
        file_system, path = storage(url, settings)
        with file_system.open(path, "rb") as stream:
            copy = _copy(iter(lambda: stream.read(_PIECE_BYTES), b""), settings)
    except Exception as error:  # every storage has errors of its own
        return unreachable(error)
    return copy if isinstance(copy, Rejected) else Fetched(copy, etag=etag)


def content_type(header: str | None) -> tuple[str | None, str | None]:
    """Media type and charset of a Content-Type header; None for what it does not say."""
    if not header:
        return None, None
    message = Message()
    message["Content-Type"] = header
    return message.get_content_type(), message.get_content_charset()


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in _TRANSIENT
    return isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol)


def _download(url: str, settings: Settings, known: Validators | None) -> Fetched | Unchanged | Rejected:
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
    headers = {"User-Agent": f"wirehouse/{flows.__version__}"}
    headers |= {name: value for name, value in asked.items() if value}
    with httpx.stream(
        "GET", url, headers=headers, follow_redirects=True, timeout=settings.url_timeout_seconds
    ) as response:
        if response.status_code == _NOT_MODIFIED and known:
            return Unchanged()
        response.raise_for_status()
        copy = _copy(response.iter_bytes(), settings)
    if isinstance(copy, Rejected):
        return copy
    given = response.headers.get
    return Fetched(copy, given("content-type"), given("etag"), given("last-modified"))


def _copy(pieces: Iterable[bytes], settings: Settings) -> IO[bytes] | Rejected:
    """A temporary file at its first byte; rejected where it grows too large or takes too long."""
    began = time.monotonic()
    copy = NamedTemporaryFile(prefix="wirehouse-")  # noqa: SIM115 (whoever reads it closes it)
    for piece in pieces:
        copy.write(piece)
        if copy.tell() > settings.max_file_bytes:
            copy.close()
            return Rejected("file_too_large", f"it has more than {settings.max_file_bytes:,} bytes")
        if time.monotonic() - began > settings.url_total_seconds:
            copy.close()
            return Rejected("url_unreachable", f"it was not complete after {settings.url_total_seconds:g} seconds")
    copy.flush()
    copy.seek(0)
    return copy
