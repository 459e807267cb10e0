"""Reading what is no file of this machine: URLs, standard input, and storage such as S3.

All is copied to a temporary file first. A URL is tried again where that can help, is limited in size and time, and is
sent again by its server only if it changed.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from tempfile import NamedTemporaryFile
from typing import IO, Any, Protocol

import httpx
import tenacity

import flows
from flows.ingest.discover import Place, storage, unreachable
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


def fetch(place: Place, settings: Settings, known: Validators | None = None) -> Fetched | Unchanged | Rejected:
    """What is at a URL; or why it cannot be had.

    Errors of the connection, 429 and errors of the server are tried `url_attempts` times; others are final.
    """
    limit = settings.url_total_seconds
    attempts = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(settings.url_attempts) | tenacity.stop_after_delay(limit),
        wait=tenacity.wait_exponential_jitter(
            multiplier=settings.url_retry_seconds, max=60, jitter=settings.url_retry_seconds
        ),
        retry=tenacity.retry_if_exception(_may_pass),
        reraise=True,
    )
    began = time.monotonic()
    try:
        return attempts(_download, place, settings, known)
    except httpx.HTTPStatusError as error:
        return Rejected("url_unreachable", f"the server answered {error.response.status_code}")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # ValueError: a host that cannot be one
        if time.monotonic() - began > limit:
            return Rejected("url_unreachable", f"it was not complete after {limit:g} seconds")
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


def _download(place: Place, settings: Settings, known: Validators | None) -> Fetched | Unchanged | Rejected:
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
    headers = {"User-Agent": f"wirehouse/{flows.__version__}"}
    headers |= {name: value for name, value in asked.items() if value}
    with (
        _cut_off_after(settings.url_total_seconds) as trace,
        httpx.Client(follow_redirects=True, timeout=settings.url_timeout_seconds, auth=place.login) as client,
        client.stream("GET", place.uri, headers=headers, extensions={"trace": trace}) as response,
    ):
        if response.status_code == _NOT_MODIFIED and known:
            return Unchanged()
        response.raise_for_status()
        copy = _copy(response.iter_bytes(), settings)
    if isinstance(copy, Rejected):
        return copy
    given = response.headers.get
    return Fetched(copy, given("content-type"), given("etag"), given("last-modified"))


@contextmanager
def _cut_off_after(seconds: float) -> Iterator[Callable[[str, dict[str, Any]], None]]:
    """A trace for httpx by which each connection of a request is shut after so long.

    Its own limits are for each piece of an answer, however small; a server that trickles keeps them for ever.
    """
    connections: list[socket.socket] = []

    def trace(event: str, about: dict[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            connections.append(about["return_value"].get_extra_info("socket"))

    def shut() -> None:
        for connection in connections:
            with suppress(OSError):  # it was closed, or went over to TLS
                connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield trace
    finally:
        timer.cancel()


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
