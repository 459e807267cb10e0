"""Reading a URL: tried again where that can help, limited in size and time."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

import httpx
import tenacity

from flows.ingest.readers import Rejected
from flows.settings import Settings

_IN_MEMORY_BYTES = 64 * 2**10
_TRANSIENT = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer from its first byte, with the media type and encoding that the server declared."""

    stream: BinaryIO
    media_type: str | None
    charset: str | None


def fetch(url: str, settings: Settings) -> Fetched | Rejected:
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
        return attempts(_download, url, settings)
    except httpx.HTTPStatusError as error:
        return Rejected("url_unreachable", f"the server answered {error.response.status_code}")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Rejected("url_unreachable", f"no answer ({type(error).__name__}: {error})")


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in _TRANSIENT
    return isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol)


def _download(url: str, settings: Settings) -> Fetched | Rejected:
    body = cast(BinaryIO, SpooledTemporaryFile(_IN_MEMORY_BYTES))  # noqa: SIM115 (the caller closes it)
    with httpx.stream("GET", url, follow_redirects=True, timeout=settings.url_timeout_seconds) as response:
        response.raise_for_status()
        for piece in response.iter_bytes():
            body.write(piece)
            if body.tell() > settings.max_file_bytes:
                body.close()
                return Rejected("file_too_large", f"the answer is larger than {settings.max_file_bytes:,} bytes")
    body.seek(0)
    return Fetched(body, *content_type(response.headers.get("content-type")))


def content_type(header: str | None) -> tuple[str | None, str | None]:
    """Media type and charset of a Content-Type header; None for what it does not say."""
    if not header:
        return None, None
    message = Message()
    message["Content-Type"] = header
    return message.get_content_type(), message.get_content_charset()
