"""Normal forms of names: what two spellings of one name have in common."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "&": " and "}
)
_SILENT = regex.compile(r"[.'’‘ʼʻ`´\p{M}]+")
_SPACE = regex.compile(r"[^\p{L}\p{N}]+")
_COMPANY_FORMS = frozenset(
    "inc incorporated corp ltd limited llc llp plc gmbh ag sa nv spa co as asa ab oy oyj aps bv kg se pty pte".split()
)
_MINISTRY = regex.compile(r"^(?P<before>.*\b)?(?P<head>ministry|department) (?:of|for) (?:the )?(?P<field>.+)$")


@lru_cache(maxsize=50_000)
def fold(name: str) -> str:
    """`name` without case, diacritics and punctuation: "Jean-Claude O’Brien" is "jean claude obrien"."""
    if name.isalnum() and name.isascii():
        return name.lower()
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return _SPACE.sub(" ", _SILENT.sub("", plain)).strip()


def without_company_form(name: str) -> str:
    """`name` without the legal forms that end it: "Norrvik Energy" of "Norrvik Energy AS"."""
    rest, _, last = name.rpartition(" ")
    while last.removesuffix(".").lower() in _COMPANY_FORMS and rest:
        name = rest.removesuffix(",")
        rest, _, last = name.rpartition(" ")
    return name


@lru_cache(maxsize=20_000)
def organization_key(name: str) -> str:
    """The folded name without article and company form, ministries as "foreign affairs ministry"."""
    key = without_company_form(fold(name).removeprefix("the "))
    if match := _MINISTRY.match(key):
        return f"{match['before'] or ''}{match['field']} {match['head']}"
    return key
