"""Titles as phrases of tokens: where one ends, where it begins, and what its bearer may be called later."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from msgspec import Struct

from flows.extract.countries import lexicon, listed

RANKS = frozenset(
    ("deputy", "vice", "assistant", "associate", "chief", "senior", "top", "first", "executive", "general")
)
"""Words that may stand before any title and belong to it."""
STATUSES = {
    "former": "former", "ex": "former", "onetime": "former", "one-time": "former", "late": "former", "then": "former",
    "retired": "former", "acting": "acting", "interim": "acting", "caretaker": "acting", "incoming": "designate",
    "designate": "designate", "elect": "designate",
}  # fmt: skip
"""Words by a title that say how it is held; `current` where none stands there."""
FIELD_TITLES = frozenset(("minister", "secretary", "commissioner"))
"""Titles that any capitalised field may stand before: "Hydrocarbons Minister"."""
MAX_HEAD_WORDS = 4
MAX_MODIFIER_WORDS = 3


class Title(Struct, frozen=True):
    """A title as half-open range of tokens, its head as in the lexicon, and how it is held."""

    start: int
    end: int
    head: str
    status: str = "current"


@cache
def _before() -> dict[str, frozenset[str]]:
    """Head of a title to the words that may stand before it as part of the title."""
    return {head: frozenset(listed(before)) for head, _, _, before in lexicon("titles.tsv")}


@cache
def abbreviations() -> dict[str, str]:
    """Abbreviated title in lower case, without its full stop, to the head of the title."""
    return {short.lower().rstrip("."): head for short, head in lexicon("title_abbreviations.tsv")}


@cache
def _last_words() -> frozenset[str]:
    """Words that a title may end with, in lower case, its abbreviation with a full stop."""
    return frozenset((*(head.split()[-1] for head in _before()), *(f"{short}." for short in abbreviations())))


@cache
def names_for(head: str) -> frozenset[str]:
    """The nouns by which a text may go back to the bearer of a title."""
    for title, others, *_ in lexicon("titles.tsv"):
        if title == head:
            return frozenset(
                (title, title.split()[-1], title.split()[0] if " of " in title else title, *listed(others))
            )
    return frozenset((head,))


@cache
def genders() -> dict[str, str]:
    """Head of a title to the gender that it tells."""
    return {head: gender for head, _, gender, _ in lexicon("titles.tsv") if gender}


def title_ending(lower: Sequence[str], end: int, first: int) -> Title | None:
    """The longest title that ends before token `end` and begins no earlier than `first`.

    `lower` are the words of the text in lower case.
    """
    word = lower[end - 1]
    plain, _, suffix = word.rpartition("-")
    status = STATUSES.get(suffix, "current") if plain else "current"
    if status != "current":
        word = plain
    prefix, _, rest = word.partition("-")
    if prefix in ("ex", "then") and rest:
        status, word = STATUSES[prefix], rest
    if word not in _last_words():
        return None
    heads = _before()
    for size in range(min(MAX_HEAD_WORDS, end - first), 0, -1):
        head = " ".join((*lower[end - size : end - 1], word))
        if head in heads:
            return Title(_extended(lower, end - size, first, heads[head]), end, head, status)
    short = abbreviations().get(word.rstrip("."))
    if short and word.endswith("."):
        return Title(_extended(lower, end - 1, first, frozenset(f"{s}." for s in abbreviations())), end, short, status)
    return None


def _extended(lower: Sequence[str], start: int, first: int, before: frozenset[str]) -> int:
    """The start of a title whose head starts at `start`."""
    while True:
        for size in range(min(MAX_MODIFIER_WORDS, start - first), 0, -1):
            words = " ".join(lower[start - size : start])
            if words in before or words in RANKS:
                start -= size
                break
        else:
            return start
