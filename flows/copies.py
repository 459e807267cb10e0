"""What copies of a text are told by: reprints, cut or reordered, under another headline, with another lead.

A sketch stands for a text's wording. It holds the smallest hashes of its shingles (`SHINGLE_WORDS` words in a row
within a sentence, so that moved sentences change nothing): MinHash with one hash function, which tells how much of a
short text stands in a long one (Broder, "On the resemblance and containment of documents", 1997), as a theta sketch of
Apache DataSketches. Beside them it holds the names and figures, in which reports of one template differ.
Sketches are compared in dbt (int_copy_pairs), without the texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import regex
from datasketches import update_theta_sketch

SKETCH_VERSION = "1"
"""To be raised when a text gets another sketch than before: sketches of other versions are made anew."""

SHINGLE_WORDS = 5
LOG_HASHES = 8
"""Binary logarithm of how many hashes a sketch holds at most."""

_SENTENCE_END = regex.compile(r"[\n.!?;:。！？；]+")
_WORD = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[\p{L}\p{M}\p{N}]+")
_FIGURE = regex.compile(r"\p{L}*\p{N}")
_NAME_OR_FIGURE = regex.compile(rf"\p{{Lu}}|{_FIGURE.pattern}")


@dataclass(frozen=True, slots=True)
class Sketch:
    """A text's wording in a few numbers.

    `shingles` and `facts` (words that are names or figures) are 32-bit hashes, ascending, at most 2 ** `LOG_HASHES`.
    `shingle_count` is how many different shingles the text has: an estimate where they are more than that.
    """

    shingle_count: int
    shingles: list[int]
    facts: list[int]


def sketch(text: str, body_start: int = 0) -> Sketch:
    """The sketch of `text` from `body_start` (code points): header and dateline are no part of the wording."""
    sentences = [_WORD.findall(sentence) for sentence in _SENTENCE_END.split(text[body_start:])]
    words = {word for sentence in sentences for word in sentence}
    shingle_count, shingles = _smallest(shingle for sentence in sentences for shingle in _shingles(sentence))
    return Sketch(shingle_count, shingles, _smallest(_facts(words))[1])


def _facts(words: set[str]) -> set[str]:
    """Names and figures, in lower case. The capital of a first word, or of a text in capitals, is no name's."""
    small = {word for word in words if word.islower()}
    facts = _NAME_OR_FIGURE if 10 * len(small) > len(words) else _FIGURE
    return {word.casefold() for word in words if facts.match(word)} - small


def _shingles(sentence: list[str]) -> Iterator[str]:
    """Runs of `SHINGLE_WORDS` words in lower case; a shorter sentence is one."""
    words = [word.casefold() for word in sentence]
    for start in range(max(len(words) - SHINGLE_WORDS, 0) + 1 if words else 0):
        yield " ".join(words[start : start + SHINGLE_WORDS])


def _smallest(items: Iterable[str]) -> tuple[int, list[int]]:
    """How many different items there are, and the smallest of their hashes, cut from 63 bits to 32."""
    found = update_theta_sketch(LOG_HASHES)
    for item in items:
        found.update(item)
    found.trim()
    return round(found.get_estimate()), sorted(value >> 31 for value in found)
