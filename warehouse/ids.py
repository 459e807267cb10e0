"""Ids from content: the same rows get the same ids on every machine, in every run."""

from __future__ import annotations

import hashlib

ID_LENGTH = 20
"""Hexadecimal digits, 80 bits: among a billion ids, two are equal with a probability of one in a million."""

_SEPARATOR = "\x1f"


def content_id(*parts: str) -> str:
    """The id of what `parts` say: the first `ID_LENGTH` hexadecimal digits of their SHA-256."""
    return hashlib.sha256(_SEPARATOR.join(parts).encode("utf-8")).hexdigest()[:ID_LENGTH]


def document_id(text: str) -> str:
    """The id of a text, whatever its source.

    Raises:
        UnicodeEncodeError: the text holds a lone surrogate, which is not a character.
    """
    return content_id("document", text)
