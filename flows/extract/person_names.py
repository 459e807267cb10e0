"""Names of people in their parts: first names, middle initials, surname, and what two forms of a name share."""

from __future__ import annotations

from functools import cache, lru_cache

import regex
from msgspec import Struct

from flows.extract.countries import lexicon, listed
from flows.extract.keys import fold

HONORIFICS = {
    "mr": "m", "sir": "m", "lord": "m", "herr": "m", "monsieur": "m", "señor": "m", "senor": "m", "don": "m",
    "mister": "m", "mrs": "f", "ms": "f", "miss": "f", "dame": "f", "lady": "f", "madame": "f", "madam": "f",
    "frau": "f", "mme": "f", "señora": "f", "senora": "f",
}  # fmt: skip
"""Words before a name that tell its bearer's gender, folded."""
GENERATIONS = frozenset(("jr", "sr", "ii", "iii", "iv"))
LETTERS_AFTER = frozenset("mp mep mbe obe cbe dbe kbe qc kc phd md esq usn ret ra frs".split())
"""Distinctions behind a name, folded."""
PARTICLES = frozenset("bin ibn bint van von der den de del della di da dos du la le el al ter ten zu".split())
FIRST_NAMES_TOO = frozenset("al van le la di da don".split())
"""Particles that are also first or family names; in a name they count as particles only in lower case."""

_INITIALS = regex.compile(r"(?:\p{L}\.)+\p{L}?\.?|\p{Lu}\.?")
_NICKNAME = regex.compile(r"""\s(?:["“‘'(]|``)[^"”’')]{1,30}(?:["”’')]|'')\s""")
_EAST_ASIAN_GIVEN_NAME = regex.compile(
    r"(?:(?:ch|sh|zh|hs|ts|tz|kw|hw|ph|th|tr|ng|nh|kh|qu|ky|my|hy|by|gy|ry|py|jw|[bcdfghjklmnpqrstvwxyz])?"
    r"[aeiouy]{1,3}(?:ng|nh|[nmklpthrw])?){1,2}"
)
_SPELLINGS = (
    (regex.compile(r"(?:iy|ii|ij|yj|yi|yy|(?<=[^aeou])y)$"), "i"),
    (regex.compile(r"([b-df-hj-np-tv-z])\1"), r"\1"),
    (regex.compile(r"ou"), "u"),
    (regex.compile(r"(?<=[aou])e(?=[^aeiou])"), ""),
)
"""Spellings of one sound: Lazarevskiy, Lazarevsky; Hassan, Hasan; Mahmoud, Mahmud; Mueller, Muller (for Müller)."""


class PersonName(Struct, frozen=True):
    """A person's name, folded. `words` are its parts without initials; `initials` the letters between them.

    `surname` is the number of words that the surname has: from the end, or, where `surname_first`,
    from the beginning. `is_full` tells a first name with a surname from either alone.
    """

    words: tuple[str, ...]
    initials: str
    generation: str
    surname: int
    surname_first: bool
    is_full: bool

    @property
    def form(self) -> str:
        """The folded name: "donald trump", "robert kennedy jr". One initial is left out, more are not."""
        initials = (self.initials,) if len(self.initials) > 1 else ()
        return " ".join(filter(None, (*self.words[:1], *initials, *self.words[1:], self.generation)))

    @property
    def key(self) -> str:
        """The name as an identity, whatever its transliteration: "Dmitriy Lazarev" is "dmitri lazarev".

        Given names of two syllables behind a family name are one word: "Tsai Mei-ling" is "tsai meiling".
        """
        if not self.is_full:
            return self.form
        words = tuple(map(romanized, self.words))
        if self.surname_first:
            words = (words[0], "".join(words[1:]))
        initials = (self.initials,) if len(self.initials) > 1 else ()
        return " ".join(filter(None, (*words[:1], *initials, *words[1:], self.generation)))

    @property
    def surname_key(self) -> str:
        """The surname: "trump", "bin salman", "wang"."""
        words = self.words[: self.surname] if self.surname_first else self.words[-self.surname :]
        return " ".join(words)


@lru_cache(maxsize=50_000)
def parse_name(text: str) -> PersonName:
    """The parts of a name that stands without titles."""
    words: list[str] = []
    initials = ""
    generation = ""
    is_particle: list[bool] = []
    parts = _NICKNAME.sub(" ", text).replace("-", " ").replace("‐", " ").split()
    hyphened = "-" in text
    for index, part in enumerate(parts):
        word = fold(part.strip(","))
        if not word:
            continue
        if word in GENERATIONS and words:
            generation = word
        elif len(words) > 1 and word in LETTERS_AFTER and not part.islower():
            continue
        elif words and index < len(parts) - 1 and _INITIALS.fullmatch(part):
            if len(words) == 1 and len(words[0]) == 1:
                words[0] += word
            else:
                initials += word
        else:
            words.append(word)
            is_particle.append(
                word in PARTICLES
                and (word not in FIRST_NAMES_TOO or part.islower() or (hyphened and word in ("al", "el")))
            )
    surname = 1
    while surname < len(words) and is_particle[-surname - 1]:
        surname += 1
    is_full = surname < len(words)
    surname_first = is_full and is_east_asian(words)
    return PersonName(tuple(words), initials, generation, 1 if surname_first else surname, surname_first, is_full)


def is_east_asian(words: list[str]) -> bool:
    """Whether a full name has its family name first: "wang yi", "kim jong un", not "kim clark"."""
    first, *given = words
    return (
        first in _surnames_first()
        and len(given) <= 2
        and all(_EAST_ASIAN_GIVEN_NAME.fullmatch(word) for word in given)
        and not (given[0] in first_name_genders() and len(given) == 1)
    )


@cache
def _surnames_first() -> frozenset[str]:
    return frozenset(word for (line,) in lexicon("surnames_first.txt") for word in line.split())


@cache
def first_name_genders() -> dict[str, str]:
    """Folded first name to `f` or `m`."""
    genders = {fold(name): gender for name, gender in lexicon("first_names_us.tsv")}
    for gender, names in lexicon("first_names_world.tsv"):
        genders |= {fold(name): gender for name in names.split()}
    return genders


@cache
def _transliterations() -> dict[str, str]:
    """Folded spelling of a name in Latin letters to the one that stands for all of them."""
    return {fold(form): fold(name) for name, forms in lexicon("transliterations.tsv") for form in listed(forms)}


@lru_cache(maxsize=50_000)
def romanized(word: str) -> str:
    """What the spellings of a folded name from another script have in common: "al harthy" and "al harthi".

    Names common in the United States are left as they are: Terry and Terri are two.
    """
    if word in _transliterations():
        return _transliterations()[word]
    if word in first_name_genders_us() or len(word) < 4:
        return "al" if word in ("el", "ul") else word
    for pattern, written in _SPELLINGS:
        word = pattern.sub(written, word)
    return word


@cache
def first_name_genders_us() -> frozenset[str]:
    """Folded first names common in the United States."""
    return frozenset(fold(name) for name, _ in lexicon("first_names_us.tsv"))


@cache
def first_name_forms() -> dict[str, frozenset[str]]:
    """Folded first name to the names it may be a form of: "mike" to "michael"."""
    forms: dict[str, set[str]] = {}
    for name, others in lexicon("first_name_forms.tsv"):
        for form in (name, *listed(others)):
            forms.setdefault(fold(form), set()).add(fold(name))
    return {form: frozenset(names) for form, names in forms.items()}


def gender_of(name: PersonName) -> str | None:
    """The gender that the first name tells; None where it tells none or is missing."""
    if not name.is_full:
        return None
    given = name.words[1:] if name.surname_first else name.words[: -name.surname]
    genders = first_name_genders()
    return genders.get(" ".join(given)) or (None if name.surname_first else genders.get(given[0]))


def same_first_name(one: str, other: str) -> bool:
    """Whether two first names may be one person's: equal, forms of one another, or a name and its initial."""
    if one == other or (1 in (len(one), len(other)) and one[0] == other[0]):
        return True
    forms = first_name_forms()
    return not forms.get(one, frozenset((one,))).isdisjoint(forms.get(other, frozenset((other,))))


def same_person(one: PersonName, other: PersonName) -> bool:
    """Whether two full names may be forms of one person's name.

    First name and surname agree and nothing between them speaks against it: "George W. Bush" and
    "George H.W. Bush" are two, as are "Donald Trump" and "Donald Trump Jr."
    """
    if one.generation != other.generation:
        return False
    shorter, longer = sorted((one, other), key=lambda name: len(name.words))
    if one.initials and other.initials and one.initials[0] != other.initials[0]:
        return False
    if longer.initials and len(longer.initials) > 1 and len(shorter.initials) == 1:
        return False
    size = len(shorter.words)
    if shorter.words == longer.words or (size == 2 and shorter.words == longer.words[::-1]):
        return True
    if shorter.words in (longer.words[:size], longer.words[-size:]):
        return True
    if one.surname_first or other.surname_first:
        return False
    return (
        shorter.words[-1] == longer.words[-1]
        and same_first_name(shorter.words[0], longer.words[0])
        and set(shorter.words[1:-1]) <= set(longer.words[1:-1])
    )
