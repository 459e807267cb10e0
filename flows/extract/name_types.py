"""What a text says beside a name, or of another name, that tells its type.

The tagger sees a few words on each side of a name. These rules see what it calls unlikely: an unknown
company described as "the supplier, Oliveira Gruas", a surname that only the rest of the text explains.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from flows.extract.annotations import ENTITY_TYPES
from flows.extract.word_features import folded, gazetteer, given_names, lexicon, phrase_at, surnames

PERSON, ORGANIZATION, PLACE, EVENT = ENTITY_TYPES
PLACE_CLASSES = frozenset(("country", "region", "capital", "city5", "city6", "city7"))
LOCATIVES = frozenset(("in", "near", "at", "from", "outside"))
SENTENCE_BOUNDS = frozenset((".", ":", "''", "``"))
COMPASS = frozenset("north south east west northern southern eastern western new".split())
ARTICLES = frozenset(("the", "a", "an"))
DASHES = frozenset(("-", "--", "–", "—"))
COMPANY_FORMS = frozenset("Inc Inc. Corp Corp. Ltd Ltd. Plc PLC plc AG NV SpA GmbH LLC".split())
SPORT = frozenset(
    (word, preposition)
    for words, prepositions in (
        ("play plays played playing signed debut season seasons", "for with"),
        ("games matches appearances appeared goals scored pitched player footballer midfielder", "for"),
        ("contract", "with"),
        ("coach captain", "of"),
        ("traded", "to"),
    )
    for word in words.split()
    for preposition in prepositions.split()
)
"""Two words before a club: "26 games for Lausanne"."""
NEAR = frozenset(("Near", "near"))
DIVISIONS = frozenset("province neighborhood neighbourhood governorate prefecture municipality township".split())
KINDS_OF_PLACES = DIVISIONS | frozenset("peninsula valley island islands village river".split())
"""Nouns that tell of a place whose name stands before them: "Al-Raqqa province"."""
TELLING_PLACES = NEAR | KINDS_OF_PLACES
GOVERNS = frozenset(
    """said says denied denies rejected rejects accused accuses warned warns urged urges condemned criticised criticized
    claimed claims agreed refused refuses wants demanded demands insists backs opposes imposed recalled expelled
    summoned signed pledged welcomed dismissed vowed threatened hopes""".split()
)
"""What a government does that is called by its capital."""
POSSESSIVES = frozenset(("'s", "’s", "'", "’"))
COPULAS = frozenset(("is", "was", "are", "were"))
MAX_BRACKET = 20
"""Tokens of a bracket between a name and what is said of it."""
MAX_DESCRIPTION = 6
"""Tokens from the article to the noun of a description."""

Range = tuple[int, int, str]
"""First token of a name, the token behind it, its type."""
Key = tuple[str, ...]


@cache
def name_heads() -> dict[str, str]:
    """Last words of names and the type they tell."""
    return {row[0]: row[1] for row in lexicon("name_heads.tsv")}


def head_type(words: Sequence[str], start: int, end: int) -> str | None:
    """The type that the last words of a name of several words tell: "Coronado Unified School District"."""
    if end - start < 2:
        return None
    last = words[end - 1].lower()
    return name_heads().get(f"{words[end - 2].lower()} {last}") or name_heads().get(last)


@cache
def descriptions() -> dict[str, str]:
    """Nouns that describe what bears a name, and the type they tell."""
    return {row[0]: row[1] for row in lexicon("descriptions.tsv")}


@cache
def organization_nouns() -> frozenset[str]:
    """Nouns that describe an organization."""
    return frozenset(noun for noun, kind, *_ in lexicon("nominals.tsv") if kind == ORGANIZATION)


def key(words: Sequence[str], name: Range) -> Key:
    """What the occurrences of one name have in common."""
    return tuple(map(folded, words[name[0] : name[1]]))


def told_types(
    words: Sequence[str], pos: Sequence[str], names: Sequence[Range], forms: Sequence[Key]
) -> dict[Key, str]:
    """The types that the text tells of names which the tagger gave another; `forms` are their keys."""
    told: dict[Key, str] = {}
    for name, form in zip(names, forms, strict=True):
        if kind := described(words, pos, name) or known_by_form(words, pos, name):
            told.setdefault(form, kind)
    told |= dict.fromkeys(located(words, pos, names, forms) - told.keys(), PLACE)
    return told | dict(borrowed(words, pos, names, forms, told))


def located(words: Sequence[str], pos: Sequence[str], names: Sequence[Range], forms: Sequence[Key]) -> set[Key]:
    """The names that something is near to, or that stand before the kind of place they name, wherever they stand."""
    if TELLING_PLACES.isdisjoint(words):
        return set()
    found: set[Key] = set()
    elsewhere: set[Key] = set()
    for name, form in zip(names, forms, strict=True):
        (found if is_near(words, name) or is_before_kind_of_place(words, pos, name) else elsewhere).add(form)
    return found - elsewhere


def described(words: Sequence[str], pos: Sequence[str], name: Range) -> str | None:
    """The type that a description, an age or brackets in a dateline tell: "the supplier, X,", "X, 52,", "(X) --"."""
    start, end, kind = name
    before = words[start - 1] if start else ""
    after = words[end] if end < len(words) else ""
    if before == "(" and after == ")" and words[end + 1 : end + 2] and words[end + 1] in DASHES:
        return ORGANIZATION
    told = told_before(words, start) or told_behind(words, pos, start, end)
    if told and not is_sure(words, name):
        return told
    if kind == PLACE and is_played_for(words, start) and not is_country(words, name):
        return ORGANIZATION
    if after == ",":
        if pos[end + 1 : end + 2] == ["CD"] and words[end + 2 : end + 3] == [","] and words[end + 1].isdigit():
            return PERSON if end - start > 1 and 10 < int(words[end + 1]) < 110 else None
        if noun := described_noun(words, pos, end + 1):
            if words[noun] in organization_nouns():
                return ORGANIZATION
            told = descriptions().get(words[noun])
            if told == (PLACE if end - start == 1 else PERSON) and not is_sure(words, name):
                return told
    if before == "," and after in (",", ".") and not is_full_person(words, name):
        for first in range(start - 3, max(start - 3 - MAX_DESCRIPTION, -1), -1):
            if words[first].lower() in ARTICLES:
                noun = described_noun(words, pos, first)
                return ORGANIZATION if noun == start - 2 and words[noun] in organization_nouns() else None
            if pos[first][:2] not in ("NN", "JJ"):
                break
    return None


def is_sure(words: Sequence[str], name: Range) -> bool:
    """Whether the last words of a name, or the gazetteers, tell the type that it has."""
    start, end, kind = name
    is_place = kind == PLACE and end - start == 1 and is_known_place(folded(words[start]))
    return is_place or head_type(words, start, end) == kind


def is_near(words: Sequence[str], name: Range) -> bool:
    """Whether something happens near what is named: "Near Tal Afar, one strike", but "near Lee's house"."""
    start, end, kind = name
    before = words[start - 1] if start else ""
    after = words[end] if end < len(words) else ""
    if kind != PERSON or before not in NEAR or after in POSSESSIVES:
        return False
    is_opening = before == "Near" and after == ","
    return folded(words[end - 1]) not in surnames() and (is_opening or not is_full_person(words, name))


def is_before_kind_of_place(words: Sequence[str], pos: Sequence[str], name: Range) -> bool:
    """Whether the noun behind a name tells that it is a place's: "Al-Raqqa province", but "the Disney island"."""
    start, end, kind = name
    return (
        kind != PLACE
        and words[end : end + 1] != []
        and words[end] in KINDS_OF_PLACES
        and pos[end + 1 : end + 2] not in (["NN"], ["NNS"])
        and (words[end] in DIVISIONS or not (start and words[start - 1].lower() in ARTICLES))
        and not is_sure(words, name)
    )


def is_full_person(words: Sequence[str], name: Range) -> bool:
    """Whether a person's name opens with a given name."""
    start, end, kind = name
    return kind == PERSON and end - start > 1 and folded(words[start]) in given_names()


def is_played_for(words: Sequence[str], start: int) -> bool:
    """Whether the words before a place say that it is a club: "played for North Melbourne", "he coached Coburg"."""
    return words[start - 1 : start] == ["coached"] or tuple(words[max(0, start - 2) : start]) in SPORT


def is_country(words: Sequence[str], name: Range) -> bool:
    """Whether a name is a country's."""
    match = phrase_at(words[name[0] : name[1]], 0, folded(words[name[0]]))
    if match is not None and match[0] == name[1] - name[0]:
        return match[1] == "country"
    return name[1] - name[0] == 1 and "country" in gazetteer().single.get(folded(words[name[0]]), ())


def told_before(words: Sequence[str], start: int) -> str | None:
    """The type that the noun right before a name tells: "the band Gigi", "the village of Aisby"."""
    if start < 2:
        return None
    is_of = words[start - 1] == "of"
    kind = descriptions().get(words[start - 2 if is_of else start - 1])
    return kind if kind == (PLACE if is_of else ORGANIZATION) else None


def told_behind(words: Sequence[str], pos: Sequence[str], start: int, end: int) -> str | None:
    """The type that a sentence tells of the name it opens with: "Bilka is a Danish chain of shops"."""
    if start and words[start - 1] not in ("The", "the") and pos[start - 1] not in SENTENCE_BOUNDS:
        return None
    at = end
    if words[at : at + 1] == ["("]:
        at = next((i + 1 for i in range(at, min(at + MAX_BRACKET, len(words))) if words[i] == ")"), at)
    if words[at : at + 1] and (words[at] in COPULAS or words[at] == ","):
        noun = described_noun(words, pos, at + 1)
        return descriptions().get(words[noun]) if noun else None
    return None


def described_noun(words: Sequence[str], pos: Sequence[str], first: int) -> int:
    """The token of the noun in "a Danish chain of shops", which begins at `first`; 0 where there is none."""
    if words[first : first + 1] and words[first].lower() in ARTICLES:
        for at in range(first + 1, min(first + MAX_DESCRIPTION, len(words))):
            follows = pos[at + 1] if at + 1 < len(pos) else "."
            if pos[at] == "NN" and follows[:2] not in ("NN", "JJ") and follows != "POS":
                return at
            if pos[at][:2] not in ("JJ", "NN", "VB", "RB", "HY") and words[at] not in (",", "-"):
                return 0
    return 0


def known_by_form(words: Sequence[str], pos: Sequence[str], name: Range) -> str | None:
    """A person, where a "place" unknown to the gazetteers opens with a given name and, as subject, a sentence."""
    start, end, kind = name
    if kind != PLACE or end - start != 2:
        return None
    first, last = key(words, name)
    if first not in given_names() or first in COMPASS:
        return None
    opens = start == 0 or pos[start - 1] in SENTENCE_BOUNDS
    return PERSON if opens and acts(pos, name) and not is_known_place(last) and last not in name_heads() else None


def acts(pos: Sequence[str], name: Range) -> bool:
    """Whether a finite verb stands behind a name."""
    return pos[name[1] : name[1] + 1] in (["VBZ"], ["VBD"])


def borrowed(
    words: Sequence[str], pos: Sequence[str], names: Sequence[Range], forms: Sequence[Key], told: dict[Key, str]
) -> Iterator[tuple[Key, str]]:
    """Types of names of one word: a person's surname, or the first word of an organization's name.

    `forms` are the keys of `names`.
    """
    bearers: set[str] = set()
    parts: set[str] = set()
    openings: set[str] = set()
    companies: set[str] = set()
    places = {form for name, form in zip(names, forms, strict=True) if name[2] == PLACE}
    for name, form in zip(names, forms, strict=True):
        kind = told.get(form, name[2])
        if len(form) > 1 and kind == PERSON:
            bearers.add(form[-1])
            parts.update(form)
        elif len(form) > 1 and kind == ORGANIZATION:
            if name_heads().get(form[-1]) == ORGANIZATION:
                openings.add(form[0])
            if words[name[1] - 1] in COMPANY_FORMS or words[name[1] - 1] == "Co":
                companies.add(form[0])
    bearers -= {form[0] for name, form in zip(names, forms, strict=True) if is_behind_locative(words, name)}
    openings -= parts
    companies -= parts
    for name, form in zip(names, forms, strict=True):
        if len(form) > 1 or form in told:
            continue
        kinds = gazetteer().single.get(form[0], ())
        if name[2] == PERSON and form[0] not in parts and "country" in kinds:
            yield form, PLACE
        governs = words[name[1] : name[1] + 1] != [] and words[name[1]] in GOVERNS
        is_capital = "capital" in kinds and (governs or form in places)
        if name[2] != PLACE and form[0] not in parts and (is_capital or (name[2] == PERSON and form in places)):
            yield form, PLACE
        if name[2] != PERSON and form[0] in bearers and form[0] in surnames() and acts(pos, name):
            yield form, PERSON
        if is_known_place(form[0]):
            continue
        if name[2] == PLACE and form[0] in bearers:
            yield form, PERSON
        elif form[0] in companies or (name[2] == PERSON and form[0] in openings and not is_known_name(form[0])):
            yield form, ORGANIZATION


def is_behind_locative(words: Sequence[str], name: Range) -> bool:
    """Whether a name stands behind "in", "near" and the like."""
    return name[0] > 0 and words[name[0] - 1].lower() in LOCATIVES


def is_known_name(word: str) -> bool:
    """Whether people are called so, in lower case."""
    return word in given_names() or word in surnames() or word in gazetteer().single


def is_known_place(word: str) -> bool:
    """Whether a gazetteer knows a place of this name in lower case."""
    return not PLACE_CLASSES.isdisjoint(gazetteer().single.get(word, ()))
