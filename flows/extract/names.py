"""Names of people, organizations, places and events in one document.

The tagger's labels are the start. What a text says once clearly then holds throughout it: a name
found is found wherever it stands, the types of its occurrences are voted on, a person's surname
stands for the person, and a short form given in brackets takes the type of what it abbreviates.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise, zip_longest
from operator import attrgetter

import regex
from msgspec import Struct
from msgspec.structs import replace

from flows.extract.annotations import ENTITY_TYPES, Span
from flows.extract.name_types import (
    COMPANY_FORMS,
    COPULAS,
    DASHES,
    PLACE_CLASSES,
    POSSESSIVES,
    Key,
    Range,
    descriptions,
    head_type,
    is_known_name,
    is_known_place,
    name_heads,
    organization_nouns,
    told_before,
    told_behind,
    told_types,
)
from flows.extract.segmentation import Segmentation, Tokens
from flows.extract.tagger import NEVER_IN_NAMES, Tags
from flows.extract.wire_lines import line_types
from flows.extract.word_features import (
    MONTHS_AND_DAYS,
    base_classes,
    folded,
    gazetteer,
    given_names,
    is_capitals,
    lexicon,
    phrase_at,
    surnames,
    word_classes,
)

PERSON, ORGANIZATION, PLACE, EVENT = ENTITY_TYPES
DETERMINERS = frozenset("the a an this that these those his her its their our my your".split())
HONORIFICS = frozenset(
    """mr mrs ms miss mx dr prof sir dame lord lady mr. mrs. ms. dr. prof. rev. rev hon. gen. gen lt. lt col. col maj.
    maj capt. capt sgt. sgt adm. adm cpl. brig. gov. gov sen. sen rep. rep sens. reps. pres. st president king queen
    prince princess emperor sheikh brothers sisters twins""".split()
)
TITLES_OF_PERSONS = frozenset(
    """President Minister Senator Representative Congressman Congresswoman Governor Judge Justice Ambassador Professor
    General Colonel Captain Commander Admiral Secretary Mayor Chancellor Chairman Speaker Mr. Mrs. Ms. Dr. Sen. Rep.
    Gov. Gen. Col. Capt. Mr Mrs Ms Dr Sir Prof. Sgt. Lt.""".split()
)
"""Titles that make whatever stands behind them a person, unless it is a place or ends like an organization."""
NUMBERS = frozenset("two three four five six seven eight nine ten eleven twelve".split())
PARTY_AND_STATE = regex.compile(r"[DRI]-\p{Lu}\S*")
"""What stands behind a legislator's name: "D-Minn."."""
BEFORE_NAMES = frozenset(("VBD", "VBN", "VBZ", "NN", "IN", "CC", "JJ"))
"""Tags before a capitalised word that does not open a sentence: "added Tor Eikeland"."""
NICKNAME_OPENERS = frozenset(('"', "“", "‘", "'", "(", "``"))
NICKNAME_CLOSERS = frozenset(('"', "”", "’", "'", ")", "''"))
BRACKETS = frozenset("(")
OF = frozenset(("of",))
LETTER_MARKS = frozenset("'‘’ʻʼ")
CLOSING_MARK = regex.compile(r"['’](?![\w\s])|[\w.,!?]['’](?=\s)")
MAX_QUOTATION = 600
"""Characters in which a quotation in single marks is looked for."""
COMMA_ENDINGS = {("Inc.",), ("Inc",), ("Ltd.",), ("Ltd",), ("LLC",), ("D.C.",)}
CAPITALS_AND_STOP = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ.")
ARTICLES_IN_NAMES = ("al-", "el-", "ad-", "an-", "ar-", "as-", "ash-", "at-", "az-")
LOWER_IN_NAMES = frozenset("of and for the in on de du des la le et y e".split())
HEAD_OPENERS = frozenset(("the", "The", "of", "at", "from", "by"))
MAX_DATELINE = 60
"""Tokens in which a dateline is looked for."""
FIELD_LINKS = frozenset(("of", "for", "on"))
"""Words before what an organization is for."""
ARTICLES_OF_ITEMS = ("the", "The")
MAX_LISTED = 16
"""Tokens between two names of an enumeration."""
MAX_ITEM = 4
"""Words of an unmarked item of an enumeration."""
LIST_LINKS = frozenset((",", "and", "or", "/", "&"))
LIST_MAJORITY = 5 / 3
"""A type is an enumeration's when the enumeration has at most so many times as many names as names of the type."""
IN_OR_NEAR = frozenset(("in", "near", "outside"))
PLACE_OPENERS = frozenset(("Mount", "Fort", "Camp"))
"""First words of places of two words: "Mount Sinjar"."""
MAX_NAME = 6
"""Words of a name that is looked for word by word."""
EXCHANGES = frozenset("NYSE NASDAQ AMEX OTC LSE AIM ASX NZX TSX TSXV HKEX SEHK SGX NSE BSE JSE EURONEXT".split())
"""Stock exchanges, before the sign of a share."""
SHIPS = frozenset("USS HMS HMAS HMCS HMNZS USNS USCGC INS RMS MV".split())
"""What stands before the name of a ship, which is no person."""
PARTIES = frozenset("Democrats Republicans Conservatives Liberals Greens Tories Socialists".split())
BEFORE_STREETS = frozenset("at in on of to from near along off into down up outside by between the".split())
FORMS_OF_ADDRESS = frozenset("Mr Mr. Mrs Mrs. Ms Ms. Mx Dr Dr. Sir Dame Rev Rev. Cllr Prof Prof.".split())
UNITS = frozenset("Battalion Brigade Division Regiment Squadron Wing Fleet Corps Infantry Army".split())
ORDINAL = regex.compile(r"\d+(?:st|nd|rd|th)")
BATTLES = frozenset(("Battle", "Battles", "Siege"))
BROADCASTING = frozenset("radio Radio station stations broadcaster broadcasting FM".split())
CALL_SIGN = regex.compile(r"\d\p{Lu}{2,3}")
"""A radio station's in Australia: "2GB", "3AW"."""
CLEAR_MAJORITY = 3
"""A type wins over others that the same name has in a text when it is so many times as common."""


class NameMention(Struct):
    """A name where it stands: code points, type (one of `ENTITY_TYPES`) and index of the sentence."""

    span: Span
    entity_type: str
    sentence: int


class Found(Struct):
    """A name as half-open range of tokens. `form` is what `keys` has for it, once it was asked."""

    start: int
    end: int
    kind: str
    form: Key | None = None


@cache
def title_nouns() -> frozenset[str]:
    """Words that head a title before a name, in lower case."""
    return HONORIFICS.union(row[0] for row in lexicon("titles.tsv"))


@cache
def fields_of_office() -> frozenset[str]:
    """Last words of what a title may be held in that is no organization, in lower case: "operations"."""
    return frozenset(row[0] for row in lexicon("fields_of_office.txt"))


@cache
def title_words() -> frozenset[str]:
    """Words that a title before a name is made of, in lower case."""
    words = set(HONORIFICS)
    for row in lexicon("titles.tsv"):
        words.update(word for phrase in (row[0], *row[3].split("|")) for word in phrase.split() if word[0].isalpha())
    return frozenset(words)


def find_names(segmentation: Segmentation, tags: Tags, dateline: Span | None = None) -> list[NameMention]:
    """All names of the text, in its order, none inside another; `dateline` is where the dateline's place stands.

    Names stand without titles, determiners and possessive endings.
    """
    tokens = segmentation.tokens
    words, capitals = tokens.words, tokens.capitals
    sentence_ends = {end for _, end in segmentation.sentence_tokens}
    found = [
        name
        for raw in labelled(tags.entities)
        for piece in pieces(words, raw)
        if (name := trimmed(words, piece)) and (name := with_head(words, tags.pos, name, sentence_ends))
    ]
    found = without_overlaps(found)
    found = with_dateline(tokens, found, dateline)
    found = with_joined(words, found)
    found = with_given_names(words, tags.pos, found)
    found = with_countries_and_people(tokens, tags.pos, found)
    found = with_battles(tokens, found)
    found = with_stations(tokens, tags.pos, found)
    found = with_addressed(tokens, tags.pos, found)
    found = with_units(tokens, tags.pos, found)
    found = with_second_fields(words, tags.pos, found)
    found = with_companies(tokens, tags.pos, found)
    found = with_acronyms(tokens, found)
    found = with_agency(words, found)
    found = with_described(tokens, tags.pos, found, segmentation.sentence_tokens)
    found = with_initials(tokens, found, segmentation.sentence_tokens)
    found = voted(words, found)
    found = with_told_types(words, tags.pos, found)
    found = with_types_of_lists(words, found)
    found = with_list_items(words, tags.pos, found, sentence_ends)
    found = with_repetitions(words, capitals, tags.pos, found)
    found = with_heads(tokens, tags.pos, found, sentence_ends)
    found = with_left_part(words, tags.pos, found, segmentation.sentence_tokens)
    found = with_streets(tokens, tags.pos, found)
    found = with_line_types(words, found, segmentation.sentence_tokens)
    return mentions(segmentation, without_overlaps(found))


def pieces(words: Sequence[str], name: Found) -> Iterator[Found]:
    """The names that a slash, a bracket, a title or "of" sets apart.

    "Reuters/AFP", "PRFA Director-General Leilani Faleolo", "Nathan Law of Demosisto", "Syrian city of Raqqa",
    "Britain's treasury", "Foreign Ministry spokesman Cem Aksoy".
    """
    start = name.start
    is_titled = name.kind == PERSON and name.end - start > 2 and words[start + 1].lower() in title_words()
    if is_titled and is_acronym(words[start]):
        yield Found(start, start + 1, ORGANIZATION)
        start += 1
    for index in range(name.start, name.end):
        if words[index] == "/" or (words[index] == ")" and "(" not in words[start:index]):
            yield Found(start, index, name.kind)
            start = index + 1
        elif words[index] in POSSESSIVES and index > start and all(map(str.islower, words[index + 1 : name.end])):
            yield Found(start, index, PLACE if is_place_named(words, start, index) else name.kind)
            return
        elif start < index < name.end - 1 and words[index] in title_nouns() and words[index + 1][0].isupper():
            yield Found(start, index, ORGANIZATION)
            yield Found(index + 1, name.end, PERSON)
            return
        elif words[index] == "of" and index > start and descriptions().get(words[index - 1]) == PLACE:
            start = index + 1
            yield Found(start, name.end, PLACE)
            return
        elif words[index] == "of" and is_person_of(words, name, index):
            yield Found(start, index, PERSON)
            start = index + 1
            yield Found(start, name.end, PLACE if is_place_named(words, start, name.end) else ORGANIZATION)
            return
    yield Found(start, name.end, name.kind)


def is_person_of(words: Sequence[str], name: Found, of: int) -> bool:
    """Whether a person's full name stands before "of", and no ruler's: "Charles II of Spain", "King Juan of Spain"."""
    is_ruler = words[of - 1].isupper() or words[name.start].lower() in title_words()
    return name.kind == PERSON and name.start + 1 < of < name.end - 1 and not is_ruler


def with_head(words: Sequence[str], pos: Sequence[str], name: Found, sentence_ends: set[int]) -> Found | None:
    """The name with the capitalised head that follows it ("Hancock Brook"), and the type that its head tells.

    None where the head tells that it names no person, organization, place or event ("Geneva Convention").
    """
    start, end, kind = name.start, name.end, name.kind
    following = words[end] if end < len(words) and end not in sentence_ends else ""
    if following[:1].isupper() and following.lower() in name_heads():
        # "AS" is a company form whatever the tagger takes it for, unless all is in capitals
        if pos[end].startswith("NN") or (following.isupper() and not words[end - 1].isupper()):
            end += 1
    elif following == "," and tuple(words[end + 1 : end + 2]) in COMMA_ENDINGS:
        end += 2
    if (
        kind == PLACE
        and following.lower() in title_nouns()
        and "country" in gazetteer().single.get(folded(words[start]), ())
    ):
        end = start + 1  # "US Transportation Secretary"
    if kind in (ORGANIZATION, PLACE) and is_titled(words, start, end):
        kind = PERSON
    if (kind == PERSON or (kind == PLACE and not is_named_place(words[start]))) and is_lone_acronym(words, start, end):
        kind = ORGANIZATION
    if end - start > 1 and kind != EVENT and words[end - 1][0].isupper():
        kind = head_type(words, start, end) or kind
        if kind == "none":
            return None
        if kind != PLACE and not beside_number(words, start, end) and is_place_phrase(words, start, end):
            kind = PLACE
        elif kind == PLACE and is_team(words, start, end):
            kind = ORGANIZATION
        elif end - start == 2 and words[start] in PLACE_OPENERS:
            kind = PLACE
    elif kind == PERSON and following in POSSESSIVES and pos[end + 1 : end + 2] in (["VBD"], ["MD"]):
        end, kind = end + 1, ORGANIZATION  # "Moody's said"
    elif kind == PERSON and words[start] in PARTIES:
        kind = ORGANIZATION
    elif kind in (PERSON, ORGANIZATION) and is_place_after_preposition(words, pos, start, end):
        kind = PLACE
    return Found(start, end, kind)


def is_named_place(word: str) -> bool:
    """Whether a gazetteer has any place of this name, or abbreviation."""
    return any(kind in PLACE_CLASSES or kind in ("place", "city4") for kind in gazetteer().single.get(folded(word), ()))


def is_lone_acronym(words: Sequence[str], start: int, end: int) -> bool:
    """Whether a name is one acronym among words that are not in capitals."""
    word = words[start]
    if end - start > 1 or not word.isupper():
        return False
    if "-" in word:
        return word.replace("-", "").isalpha() and 3 <= max(map(len, word.split("-"))) <= 5
    if not (word.isalpha() and 3 <= len(word) <= 5):
        return False
    around = [other for other in words[max(0, start - 1) : end + 1] if other != word and other[0].isalpha()]
    return not any(other.isupper() and len(other) > 1 for other in around)


def is_titled(words: Sequence[str], start: int, end: int) -> bool:
    """Whether a title makes the name a person's: "Vice President Ford"."""
    return (
        start > 0
        and words[start - 1] in TITLES_OF_PERSONS
        and end - start < 4
        and words[end - 1].lower() not in name_heads()
        and not is_place_named(words, start, end)
    )


def beside_number(words: Sequence[str], start: int, end: int) -> bool:
    """Whether a number stands next to the tokens, as in results ("Green Bay 21 New York 3"), where teams play."""
    return any(word[0].isdigit() for word in (*words[max(0, start - 1) : start], *words[end : end + 1]))


def is_team(words: Sequence[str], start: int, end: int) -> bool:
    """Whether a plural stands behind a place of the gazetteers: "St. Louis Eagles"."""
    last = words[end - 1].lower()
    return (
        last.endswith("s")
        and len(last) > 4
        and last not in name_heads()
        and is_place_named(words, start, end - 1)
        and not is_place_phrase(words, start, end)
    )


def is_place_named(words: Sequence[str], start: int, end: int) -> bool:
    """Whether the gazetteers know a place of this name."""
    if end - start > 1:
        return is_place_phrase(words, start, end)
    return is_known_place(folded(words[start]))


def is_place_after_preposition(words: Sequence[str], pos: Sequence[str], start: int, end: int) -> bool:
    """Whether one word stands alone after "in" or "near" that names a country, region or city."""
    if end - start > 1 or not start or words[start - 1].lower() not in IN_OR_NEAR:
        return False
    if pos[end : end + 1] and pos[end].startswith("NNP"):
        return False
    return not PLACE_CLASSES.isdisjoint(gazetteer().single.get(folded(words[start]), ()))


def is_place_phrase(words: Sequence[str], start: int, end: int) -> bool:
    """Whether the tokens are a place of several words that the gazetteers know."""
    match = phrase_at(words[start:end], 0, folded(words[start]))
    return match is not None and match[0] == end - start and match[1] in ("country", "region", "city", "place")


def with_heads(tokens: Tokens, pos: Sequence[str], found: list[Found], sentence_ends: set[int]) -> list[Found]:
    """Add unmarked organizations by their heads: behind "the" and capitalised words ("the Water Resources
    [Directorate]"), or behind a word of no dictionary that opens a sentence ("[Norrvik Shipping], the largest")."""
    words, taken = tokens.words, tokens_of(found)
    added: list[Found] = []
    for index in tokens.where(is_head_of_organization):
        if not index or not words[index - 1][0].isupper() or pos[index][:2] != "NN":
            continue
        is_last = index + 1 == len(words) or index + 1 in sentence_ends
        if not is_last and (words[index + 1][0].isupper() or index + 1 in taken):
            continue
        if not taken.isdisjoint((index - 1, index)):
            continue
        if words[left_part(words, pos, index, 0) - 1] in HEAD_OPENERS:
            added.append(Found(index, index + 1, ORGANIZATION))
        elif (index - 1 in sentence_ends or index == 1) and words[index - 1].lower() not in word_classes():
            added.append(Found(index - 1, index + 1, ORGANIZATION))
    return in_order(found, added)


def is_head_of_organization(word: str) -> bool:
    """Whether a capitalised word ends names of organizations."""
    return word[0].isupper() and name_heads().get(word.lower()) == ORGANIZATION


def is_head_of_place(word: str) -> bool:
    """Whether a capitalised word ends names of places."""
    return word[0].isupper() and name_heads().get(word.lower()) == PLACE


def with_streets(tokens: Tokens, pos: Sequence[str], found: list[Found]) -> list[Found]:
    """Add unmarked places of two words whose last one tells that they are: "at 169 [Hay Street]"."""
    words, ends = tokens.words, tokens.where(is_head_of_place)
    if not ends:
        return found
    taken = tokens_of(found)
    added = [
        Found(index - 1, index + 1, PLACE)
        for index in ends
        if index > 1
        and taken.isdisjoint((index - 1, index))
        and pos[index - 1] == pos[index] == "NNP"
        and words[index - 1][0].isupper()
        and (words[index - 2].lower() in BEFORE_STREETS or words[index - 2][0].isdigit())
        and not (words[index + 1 : index + 2] and words[index + 1][0].isupper())
        and words[index - 1].lower() not in title_nouns()
    ]
    return in_order(found, added)


def with_left_part(
    words: Sequence[str], pos: Sequence[str], found: list[Found], sentences: list[tuple[int, int]]
) -> list[Found]:
    """Names of organizations with the capitalised words before their head: "the Rift [Valley Growers Union]".

    Only behind a determiner or a word in lower case: words in headlines are capitalised whatever they are.
    """
    result: list[Found] = []
    sentence = 0
    for name in found:
        while sentences[sentence][1] <= name.start:
            sentence += 1
        if name.kind == ORGANIZATION and name_heads().get(words[name.end - 1].lower()) == ORGANIZATION:
            before = result[-1] if result else None
            if (
                before
                and before.kind == PLACE
                and sentences[sentence][0] <= before.start
                and is_capitalised(words, pos, before.end, name.start)
            ):
                result.pop()  # "Danube Basin Water [Council]"
                name = Found(before.start, name.end, name.kind)
                before = result[-1] if result else None
            if before and is_plural_owner(words, before, name):
                result.pop()
                name = Found(before.start, name.end, name.kind)
            bound = max(sentences[sentence][0], result[-1].end if result else 0)
            name = Found(left_part(words, pos, name.start, bound), name.end, name.kind)
        result.append(name)
    return result


def is_capitalised(words: Sequence[str], pos: Sequence[str], start: int, end: int) -> bool:
    """Whether there are only a few capitalised nouns, or nothing, between two tokens."""
    return end - start < MAX_NAME and all(
        words[index][0].isupper() and pos[index][:2] == "NN" for index in range(start, end)
    )


def is_plural_owner(words: Sequence[str], owner: Found, name: Found) -> bool:
    """Whether a name is the owner in the other's: "Danube Anglers' League"."""
    return (
        owner.kind != PERSON
        and owner.end + 1 == name.start
        and words[owner.end] in ("'", "’")
        and words[owner.end - 1].endswith("s")
        and not is_place_phrase(words, owner.start, owner.end)
        and PLACE_CLASSES.isdisjoint(gazetteer().single.get(folded(words[owner.end - 1]), ()))
    )


def left_part(words: Sequence[str], pos: Sequence[str], start: int, bound: int) -> int:
    """Where the capitalised words begin that stand before token `start` and no earlier than `bound`."""
    at = start
    while (
        at > bound
        and words[at - 1][0].isupper()
        and pos[at - 1][:2] in ("NN", "JJ")
        and words[at - 1].lower() not in title_nouns()
    ):
        at -= 1
    added = words[at:start]
    if at == bound or not (words[at - 1].islower() or words[at - 1] == "The"):
        return start
    return start if all(is_demonym(words, i, i + 1) for i in range(at, at + len(added))) else at


def tokens_of(found: list[Found]) -> set[int]:
    """The tokens that names are made of."""
    return {index for name in found for index in range(name.start, name.end)}


def in_order(found: list[Found], added: list[Found]) -> list[Found]:
    """All names in the order of the text."""
    return sorted(found + added, key=attrgetter("start")) if added else found


def without_overlaps(found: list[Found]) -> list[Found]:
    """Names in order, none of which begins before the last one ends."""
    result: list[Found] = []
    for name in found:
        if not result or name.start >= result[-1].end:
            result.append(name)
    return result


def labelled(labels: Sequence[str]) -> Iterator[Found]:
    """The names that BIO labels mark."""
    end = 0
    for start in [index for index, label in enumerate(labels) if label[0] == "B"]:
        end = start + 1
        while end < len(labels) and labels[end][0] == "I":
            end += 1
        yield Found(start, end, labels[start][2:])


def trimmed(words: Sequence[str], name: Found) -> Found | None:
    """The name without what does not belong to it; None if nothing is left or it is no name."""
    start, end = name.start, name.end
    while (
        end > start
        and (words[end - 1] in POSSESSIVES or not words[end - 1][0].isalnum())
        and words[end - 1] not in (")", "!")
    ):
        end -= 1
    while start < end and (words[start].lower() in DETERMINERS or not words[start][0].isalnum()):
        start += 1
    kind = name.kind
    if kind == PLACE and end - start == 2 and words[start].lower() in NUMBERS:
        start += 1
    if kind in (ORGANIZATION, PLACE) and end - start > 1 and words[start] in FORMS_OF_ADDRESS:
        kind = PERSON
    while kind in (PERSON, PLACE) and end - start > 1 and words[end - 1].islower():
        end -= 1
    if kind == PERSON:
        start = after_title(words, start, end)
    elif kind == PLACE and is_of_a_country(words, start, end):
        return None
    if start == end:
        return None
    only = words[start].lower() if end - start == 1 else ""
    if only in MONTHS_AND_DAYS or only in DETERMINERS or is_demonym(words, start, end):
        return None
    if kind == PERSON and only in title_words():
        return None
    if kind == ORGANIZATION and is_field_of_office(words, start, end):
        return None
    if end - start == 1 and (PARTY_AND_STATE.fullmatch(words[start]) or is_ticker(words, start)):
        return None
    if (end - start > 1 and words[start] in SHIPS) or (start and words[start - 1] in SHIPS):
        return None
    if kind == ORGANIZATION and is_group_of_people(words, start, end):
        return None
    is_written_as_name = words[start][0].isupper() or any(map(str.isupper, "".join(words[start:end])))
    if not is_written_as_name and not any(word[0].isdigit() for word in words[start:end]):
        return None
    return Found(start, end, kind)


def is_of_a_country(words: Sequence[str], start: int, end: int) -> bool:
    """Whether a demonym and a title's first words were taken for a place: "[Ugandan Trade] Minister"."""
    following = words[end].lower() if end < len(words) else ""
    return end - start > 1 and following in title_nouns() and is_demonym(words, start, start + 1)


def is_ticker(words: Sequence[str], at: int) -> bool:
    """Whether a word is a share's sign: "(NYSE: [INI])"."""
    return at > 1 and words[at - 1] == ":" and words[at - 2].upper() in EXCHANGES and words[at].isupper()


def is_group_of_people(words: Sequence[str], start: int, end: int) -> bool:
    """Whether a demonym and common words name people and no organization: "Syrian refugees", not "Iraqi government"."""
    return (
        end - start > 1
        and is_demonym(words, start, start + 1)
        and all(map(str.islower, words[start + 1 : end]))
        and words[end - 1] not in ("state", "regime")
        and words[end - 1] not in organization_nouns()
        and name_heads().get(words[end - 1]) != ORGANIZATION
    )


def is_field_of_office(words: Sequence[str], start: int, end: int) -> bool:
    """Whether the tokens end a title: "Director of [Marine Operations]"."""
    return (
        start > 1
        and words[start - 1].lower() in ("of", "for")
        and words[start - 2].lower() in title_nouns()
        and words[end - 1].lower() in fields_of_office()
    )


def after_title(words: Sequence[str], start: int, end: int) -> int:
    """Where the name of a person begins whose title may stand before it ("Minister for Trade Ana Lima")."""
    first = start
    while start < end - 1 and words[start].lower() in title_words():
        start += 1
    if start > first and words[start].lower() in ("for", "of") and end - start > 3:
        return end - 2
    return start


def is_demonym(words: Sequence[str], start: int, end: int) -> bool:
    """Whether the tokens are one word for people or things of a country, and not its name too."""
    return end - start == 1 and names_people(words[start])


@lru_cache(maxsize=50_000)
def names_people(word: str) -> bool:
    """Whether a word is for people or things of a country, and not its name too."""
    kinds = gazetteer().single.get(folded(word), ())
    return "demonym" in kinds and "country" not in kinds


def ranges(found: list[Found]) -> list[Range]:
    """Names as tuples."""
    return [(name.start, name.end, name.kind) for name in found]


def keys(words: Sequence[str], found: list[Found]) -> list[Key]:
    """For each name what it has in common with the other occurrences of the same name."""
    return [name.form or form_of(words, name) for name in found]


def form_of(words: Sequence[str], name: Found) -> Key:
    """The words of a name folded; kept with it, as every pass asks."""
    name.form = tuple(map(folded, words[name.start : name.end]))
    return name.form


def with_dateline(tokens: Tokens, found: list[Found], dateline: Span | None) -> list[Found]:
    """Names with those of the dateline as places, the first of them added if it is unmarked."""
    if dateline is None:
        return found
    first, behind = bisect_left(tokens.starts, dateline.start), bisect_left(tokens.starts, dateline.end)
    end = next((at for at in range(first, behind) if tokens.words[at] in (",", "/")), behind)
    others = [name for name in found if name.end <= first or name.start >= end]
    result = [replace(name, kind=PLACE) if end <= name.start < behind else name for name in others]
    return in_order(result, [Found(first, end, PLACE)]) if first < end else result


def with_joined(words: Sequence[str], found: list[Found]) -> list[Found]:
    """Companies that are called by two surnames whole: "[Johnson & Johnson]", and people with nicknames between their
    names: "[James "Whitey" Bulger]"."""
    result: list[Found] = []
    for name in found:
        before = result[-1] if result else None
        if before and before.kind == PERSON and is_nickname(words, name.start, name.end):
            continue  # till the surname behind it
        if before and before.kind == name.kind == PERSON and is_nickname(words, before.end + 1, name.start - 1):
            result[-1] = Found(before.start, name.end, PERSON)
            continue
        is_pair = before is not None and before.end - before.start == name.end - name.start == 1
        if before and is_pair and words[before.end : name.start] == ["&"] and {before.kind, name.kind} != {PLACE}:
            result[-1] = Found(before.start, name.end, ORGANIZATION)
        else:
            result.append(name)
    return result


def is_nickname(words: Sequence[str], start: int, end: int) -> bool:
    """Whether tokens stand in quotation marks or brackets between two capitalised words: 'James "[Whitey]" Bulger'."""
    return (
        start > 1
        and 0 < end - start < 4
        and end + 1 < len(words)
        and words[start - 1] in NICKNAME_OPENERS
        and words[end] in NICKNAME_CLOSERS
        and all(word[0].isupper() for word in (words[start - 2], words[start], words[end + 1]))
        and (words[start - 1] != "(" or not words[start].isupper())
    )


def with_given_names(words: Sequence[str], pos: Sequence[str], found: list[Found]) -> list[Found]:
    """People's names with the unmarked given name before them: "[Ana] Roe"; a known place stays one."""
    result: list[Found] = []
    end = 0
    for name in found:
        before = name.start - 1
        if (
            before >= end
            and words[before][0].isupper()
            and (pos[before] == "NNP" or (before and pos[before - 1] in BEFORE_NAMES))
            and folded(words[before]) in given_names()
            and words[name.end - 1].lower() not in name_heads()
            and (words[before].lower() not in MONTHS_AND_DAYS or not is_dated(words, pos, before))
            and words[before].lower() not in title_words()
            and not is_demonym(words, before, name.start)
            and (name.kind == PERSON or (name.kind == PLACE and not is_place_named(words, name.start, name.end)))
        ):
            name = Found(before, name.end, PERSON)
        result.append(name)
        end = name.end
    return result


def is_dated(words: Sequence[str], pos: Sequence[str], month: int) -> bool:
    """Whether a month that is a given name too stands as a month: "in May Green said"."""
    return month > 0 and (pos[month - 1] in ("IN", "JJ", "DT", "CD", "TO") or words[month - 1] == ",")


def with_countries_and_people(tokens: Tokens, pos: Sequence[str], found: list[Found]) -> list[Found]:
    """Add unmarked countries ("[US] Transportation Secretary"), people with both names ("critic [Helen Baxter]") and
    acronyms of organizations that do something ("The [WCU] moved")."""
    words, taken = tokens.words, tokens_of(found)
    added: list[Found] = []
    for index in tokens.where(may_be_name):
        if index in taken or pos[index] != "NNP" or (index and words[index - 1] in SHIPS):
            continue
        word = folded(words[index])
        following = words[index + 1] if index + 1 < len(words) else ""
        is_last = not following[:1].isupper() or following.lower() in title_words()
        if "country" in gazetteer().single.get(word, ()) and is_last:
            added.append(Found(index, index + 1, PLACE))
        elif is_unknown_acronym(words[index]) and is_subject(words, pos, index):
            added.append(Found(index, index + 1, ORGANIZATION))
        elif word in given_names() and is_surname(words, pos, index + 1) and index + 1 not in taken:
            added.append(Found(index, index + 2, PERSON))
    return in_order(found, without_overlaps(added))


def may_be_name(word: str) -> bool:
    """Whether a capitalised word is a country, a given name or an acronym that no dictionary has as a word."""
    plain = folded(word)
    is_known = plain in given_names() or "country" in gazetteer().single.get(plain, ())
    return word[0].isupper() and (is_known or is_unknown_acronym(word))


def is_unknown_acronym(word: str) -> bool:
    """Whether a word is in capitals and neither in the dictionary nor a given name."""
    is_short = word.isupper() and word.isalpha() and 2 < len(word) < 7
    return is_short and word.lower() not in word_classes() and word.lower() not in given_names()


def is_subject(words: Sequence[str], pos: Sequence[str], index: int) -> bool:
    """Whether a word between "the" and a finite verb is the subject: "The WCU moved"."""
    return index > 0 and words[index - 1] in ("The", "the") and pos[index + 1 : index + 2] in (["VBD"], ["VBZ"], ["MD"])


def is_surname(words: Sequence[str], pos: Sequence[str], index: int) -> bool:
    """Whether the token is a surname that no capitalised word follows."""
    return (
        pos[index : index + 1] == ["NNP"]
        and folded(words[index]) in surnames()
        and words[index].lower() not in name_heads()
        and not (words[index + 1 : index + 2] and words[index + 1][0].isupper())
    )


def with_battles(tokens: Tokens, found: list[Found]) -> list[Found]:
    """Names of battles whole: "the [Battle of Mosul]"."""
    battles = {index for index in tokens.where(BATTLES.__contains__) if tokens.words[index + 1 : index + 2] == ["of"]}
    if not battles:
        return found
    return without_overlaps(
        [Found(name.start - 2, name.end, EVENT) if name.start - 2 in battles else name for name in found]
    )


def with_stations(tokens: Tokens, pos: Sequence[str], found: list[Found]) -> list[Found]:
    """Add the unmarked call signs of radio stations that the text introduces: "told Sydney radio 2GB"."""
    words, signs = tokens.words, tokens.where(is_like_call_sign)
    if not signs or BROADCASTING.isdisjoint(words):
        return found
    stations = {words[at] for at in signs if is_station(words, pos, at)}
    taken = tokens_of(found)
    added = [Found(at, at + 1, ORGANIZATION) for at in signs if words[at] in stations and at not in taken]
    return in_order(found, added)


def is_station(words: Sequence[str], pos: Sequence[str], at: int) -> bool:
    """Whether a call sign stands beside "radio" or the like, or is one of several and does something."""
    if not BROADCASTING.isdisjoint((*words[max(0, at - 1) : at], *words[at + 1 : at + 2])):
        return True
    return pos[at + 1 : at + 2] in (["VBD"], ["VBZ"], ["MD"]) and words.count(words[at]) > 1


def is_like_call_sign(word: str) -> bool:
    """Whether a word is written like the call sign of a radio station."""
    return CALL_SIGN.fullmatch(word) is not None


def with_addressed(tokens: Tokens, pos: Sequence[str], found: list[Found]) -> list[Found]:
    """Add unmarked names behind "Mr" and the like: "according to Mr [Colville]"."""
    words, openings = tokens.words, [index + 1 for index in tokens.where(FORMS_OF_ADDRESS.__contains__)]
    if not openings:
        return found
    taken = tokens_of(found)
    added: list[Found] = []
    for start in openings:
        end, bound = start, min(start + MAX_NAME, len(words))
        if start < bound and words[start].lower() in title_words():
            continue
        while end < bound and words[end][0].isupper() and pos[end].startswith("NNP") and end not in taken:
            end += 1
        if end > start and end not in taken:
            added.append(Found(start, end, PERSON))
    return in_order(found, added)


def with_units(tokens: Tokens, pos: Sequence[str], found: list[Found]) -> list[Found]:
    """Add unmarked military units with their numbers: "the [158th Fighter Wing]"."""
    words, ends = tokens.words, tokens.where(UNITS.__contains__)
    if not ends:
        return found
    taken = tokens_of(found)
    added: list[Found] = []
    for index in reversed(ends):
        start, bound = index, max(index - MAX_NAME, 0)
        while start > bound and words[start - 1][0].isupper() and pos[start - 1][:2] in ("NN", "JJ"):
            start -= 1
        covered = range(start - 1, index + 1)
        if start and ORDINAL.fullmatch(words[start - 1]) and taken.isdisjoint(covered) and is_unit(words, covered):
            added.append(Found(start - 1, index + 1, ORGANIZATION))
            taken.update(covered)
    return in_order(found, added)


def is_unit(words: Sequence[str], tokens: range) -> bool:
    """Whether words from a number to a kind of unit hold no street ("5th Avenue Army") and name no league."""
    inside = tokens[1:-1]
    is_league = not inside and words[tokens[-1]] == "Division"
    return not is_league and not any(is_head_of_place(words[index]) for index in inside)


def with_second_fields(words: Sequence[str], pos: Sequence[str], found: list[Found]) -> list[Found]:
    """Names of organizations with all their fields: "the Department of Health [and Human Services]"."""
    result: list[Found] = []
    for name, following in zip_longest(found, found[1:]):
        end = name.end + 1
        if name.kind == ORGANIZATION and words[name.end : end] == ["and"] and has_field(words, name):
            bound = following.start if following else len(words)
            while end < bound and is_common_noun(words, pos, end):
                end += 1
            is_whole = end == len(words) or not words[end][0].isupper()
            if end > name.end + 1 and is_whole:
                name = Found(name.start, end, name.kind)
        result.append(name)
    return result


def is_common_noun(words: Sequence[str], pos: Sequence[str], at: int) -> bool:
    """Whether a capitalised word is a noun that the dictionary has."""
    return words[at][0].isupper() and pos[at][:2] == "NN" and words[at].lower() in word_classes()


def has_field(words: Sequence[str], name: Found) -> bool:
    """Whether a name ends with what its bearer is for: "Bank for Reconstruction"."""
    last = words[name.end - 1].lower()
    inside = words[name.start + 1 : name.end - 1]
    return not FIELD_LINKS.isdisjoint(inside) and last in word_classes() and not is_known_place(last)


def with_companies(tokens: Tokens, pos: Sequence[str], found: list[Found]) -> list[Found]:
    """Add unmarked names that end in a company form: "Micron Technology Inc"."""
    words, forms = tokens.words, tokens.where(COMPANY_FORMS.__contains__)
    if not forms:
        return found
    taken = tokens_of(found)
    added: list[Found] = []
    for index in forms:
        if index in taken:
            continue
        start = index
        while start and start - 1 not in taken and words[start - 1][0].isupper() and pos[start - 1].startswith("NN"):
            start -= 1
        if start < index and (not added or added[-1].end <= start):
            added.append(Found(start, index + 1, ORGANIZATION))
    return in_order(found, added)


def with_described(
    tokens: Tokens, pos: Sequence[str], found: list[Found], sentences: list[tuple[int, int]]
) -> list[Found]:
    """Add unmarked names that the text describes: "Brensbach is a municipality", "the hamlet of Skirlington"."""
    words = tokens.words
    described: list[Found] = []
    for start, end in sentences:
        first = start + (words[start] in ("The", "Near"))
        behind = behind_capitals(words, first, end)
        if words[start] == "Near" and first < behind < end and words[behind] == ",":
            if all(tag == "NNP" for tag in pos[first:behind]) and not is_time(words[behind - 1]):
                described.append(Found(first, behind, PLACE))
        elif (
            first < behind < end
            and (words[behind] in COPULAS or words[behind] == "(")
            and all(tag.startswith("NNP") for tag in pos[first:behind])
            and (kind := told_behind(words, pos, first, behind))
        ):
            described.append(Found(first, behind, kind))
    for of in tokens.where(OF.__contains__):
        if told_before(words, of + 1) == PLACE and (behind := behind_capitals(words, of + 1, len(words))) > of + 1:
            described.append(Found(of + 1, behind, PLACE))
    if not described:
        return found
    taken = tokens_of(found)
    added: list[Found] = []
    for name in described:
        if taken.isdisjoint(range(name.start, name.end)):
            added.append(name)
            taken.update(range(name.start, name.end))
    return in_order(found, added)


def is_time(word: str) -> bool:
    """Whether a word may name a time: "Christmas"."""
    return "n28" in base_classes(word.lower())


def behind_capitals(words: Sequence[str], start: int, end: int) -> int:
    """The token behind the capitalised words that begin at `start`."""
    while start < end and words[start][0].isupper():
        start += 1
    return start


def with_acronyms(tokens: Tokens, found: list[Found]) -> list[Found]:
    """Give a short form in brackets the type of the name before it, and the reverse."""
    words = tokens.words
    inside = [at + 1 for at in tokens.where(BRACKETS.__contains__) if words[at + 2 : at + 3] == [")"]]
    if not inside:
        return found
    by_end = {name.end: name for name in found}
    added: list[Found] = []
    for index in inside:
        short = words[index]
        full = by_end.get(index - 1) or spelled_out(words, index)
        if full and full.end not in by_end:
            added.append(full)
        if full and is_acronym(short) and abbreviates(short, words[full.start : full.end]):
            added.append(Found(index, index + 1, full.kind))
    taken = tokens_of(added)
    return in_order([name for name in found if taken.isdisjoint(range(name.start, name.end))], added)


def spelled_out(words: Sequence[str], index: int) -> Found | None:
    """The unmarked name of an organization before its initials in brackets: "the Brain Injury Trust (BIT)"."""
    letters = words[index].replace(".", "")
    end = index - 1
    start = end
    for letter in reversed(letters):
        while start and words[start - 1] in LOWER_IN_NAMES:
            start -= 1
        start -= 1
        if start < 0 or words[start][0] != letter:
            return None
    is_organization = ORGANIZATION in map(name_heads().get, (words[start].lower(), words[end - 1].lower()))
    return Found(start, end, ORGANIZATION) if len(letters) > 2 and is_organization else None


def with_agency(words: Sequence[str], found: list[Found]) -> list[Found]:
    """Add the unmarked agency of a dateline: "(Newsline) --"."""
    for at, word in enumerate(words[:MAX_DATELINE]):
        if word == ")" and words[at + 1 : at + 2] and words[at + 1] in DASHES:
            start = at
            while start and words[start - 1][0].isupper():
                start -= 1
            is_new = not any(name.start < at and start < name.end for name in found)
            if 1 < start < at and words[start - 1] == "(" and words[start - 2][-1] in "0123456789.," and is_new:
                return in_order(found, [Found(start, at, ORGANIZATION)])
    return found


def is_in_capitals(word: str) -> bool:
    """Whether a word begins like initials: "IS", "U.N."."""
    return word[0].isupper() and word[1:2] in CAPITALS_AND_STOP


def with_initials(tokens: Tokens, found: list[Found], sentences: list[tuple[int, int]]) -> list[Found]:
    """Add unmarked words in capitals that are the initials of an organization the text names ("IS")."""
    words = tokens.words
    initials: set[str] = set()
    for name in found:
        if name.kind == ORGANIZATION and name.end - name.start > 1:
            initials.add("".join(word[0] for word in words[name.start : name.end] if word[0].isupper()))
    if not initials:
        return found
    taken = tokens_of(found)
    candidates = [
        index
        for index in tokens.where(is_in_capitals)
        if index not in taken and words[index].replace(".", "") in initials
    ]
    added = [
        Found(index, index + 1, ORGANIZATION)
        for index in candidates
        if not any(is_capitals(words[start:end]) for start, end in sentences if start <= index < end)
    ]
    return in_order(found, added)


@lru_cache(maxsize=20_000)
def is_acronym(word: str) -> bool:
    """Whether `word` is written like an acronym: "SCO", "U.N.", "BRICS", "MoD"."""
    letters = word.replace(".", "").replace("-", "").replace("&", "")
    return 1 < len(letters) <= 10 and letters.isalnum() and sum(map(str.isupper, letters)) * 2 > len(letters)


def abbreviates(short: str, full: Sequence[str]) -> bool:
    """Whether the capitals of `short` stand in `full` in this order, the first at the start of a word."""
    letters = [c for c in short if c.isalpha() and c.isupper()]
    initials = [word[0].upper() for word in full if word[0].isalpha()]
    if not letters or letters[0] not in initials[:2]:
        return False
    rest = "".join(full).upper()
    for letter in letters:
        at = rest.find(letter)
        if at < 0:
            return False
        rest = rest[at + 1 :]
    return True


def voted(words: Sequence[str], found: list[Found]) -> list[Found]:
    """Names with the type that their text mostly has, where it has one clearly more often than others."""
    forms = keys(words, found)
    first: dict[Key, str] = {}
    open_forms = {
        form for form, name in zip(forms, found, strict=True) if first.setdefault(form, name.kind) != name.kind
    }
    if not open_forms:
        return found
    votes: dict[Key, Counter[str]] = defaultdict(Counter)
    for form, name in zip(forms, found, strict=True):
        if form in open_forms:
            votes[form][name.kind] += 1
    settled: dict[Key, str] = {}
    for form, counts in votes.items():
        (kind, most), *others = counts.most_common()
        if most >= CLEAR_MAJORITY * sum(count for _, count in others):
            settled[form] = kind
    return [
        Found(name.start, name.end, settled[form]) if form in settled else name
        for form, name in zip(forms, found, strict=True)
    ]


def with_told_types(words: Sequence[str], pos: Sequence[str], found: list[Found]) -> list[Found]:
    """Names with the type that their text tells of them, where it tells one; "in Lausanne" stays a place."""
    forms = keys(words, found)
    told = told_types(words, pos, ranges(found), forms)
    if not told:
        return found
    return [
        Found(name.start, name.end, told[form]) if form in told and not is_located(words, name) else name
        for form, name in zip(forms, found, strict=True)
    ]


def is_located(words: Sequence[str], name: Found) -> bool:
    """Whether a known place stands behind "in" or "near"."""
    before = words[name.start - 1].lower() if name.start else ""
    return name.kind == PLACE and before in IN_OR_NEAR and is_place_named(words, name.start, name.end)


def with_line_types(words: Sequence[str], found: list[Found], sentences: list[tuple[int, int]]) -> list[Found]:
    """Names with the type that their line tells of them: in datelines, tables and reports of matches."""
    told = line_types(words, sentences, ranges(found))
    return [replace(name, kind=told[i]) if i in told else name for i, name in enumerate(found)] if told else found


def with_types_of_lists(words: Sequence[str], found: list[Found]) -> list[Found]:
    """Names with the type that most names of their enumeration have."""
    result = list(found)
    first = 0
    for behind in range(1, len(found) + 1):
        gap = words[found[behind - 1].end : found[behind].start] if behind < len(found) else ()
        if gap and gap[-1] in ARTICLES_OF_ITEMS:
            gap = gap[:-1]
        if len(gap) in (1, 2) and LIST_LINKS.issuperset(gap):
            continue
        items = found[first:behind]
        if len(items) > 2 and is_enumeration(words, items):
            kind, count = Counter(name.kind for name in items).most_common(1)[0]
            if count < len(items) <= LIST_MAJORITY * count:
                result[first:behind] = [
                    item if item.kind in (kind, EVENT) or is_sure(words, item) else replace(item, kind=kind)
                    for item in items
                ]
        first = behind
    return result


def with_list_items(
    words: Sequence[str], pos: Sequence[str], found: list[Found], sentence_ends: set[int]
) -> list[Found]:
    """Add unmarked items of enumerations whose other items are names of one type: "Oxfam, [Veritas] and Amnesty"."""
    added: list[Found] = []
    for first, second, third in zip_longest(found, found[1:], found[2:]):
        if second is None or first.kind != second.kind:
            continue
        items = listed_between(words, first.end, second.start)
        if items == []:
            items = last_item(words, second.end, sentence_ends)
        is_free = third is None or not items or items[-1][1] <= third.start
        if items and is_free and all(is_item(words, pos, *item) for item in items):
            added += [Found(start, end, first.kind) for start, end in items]
    return in_order(found, added)


def listed_between(words: Sequence[str], start: int, end: int) -> list[tuple[int, int]] | None:
    """The items between two names, as ranges of tokens; None where the names are not of one enumeration."""
    end -= words[end - 1] in ARTICLES_OF_ITEMS
    if not 0 < end - start <= MAX_LISTED or words[start] not in LIST_LINKS or words[end - 1] not in LIST_LINKS:
        return None
    links = [index for index in range(start, end) if words[index] in LIST_LINKS]
    return [
        (before + 1 + (words[before + 1] in ARTICLES_OF_ITEMS), link)
        for before, link in pairwise(links)
        if before + 1 < link
    ]


def last_item(words: Sequence[str], at: int, sentence_ends: set[int]) -> list[tuple[int, int]]:
    """The item behind "and" that closes an enumeration at token `at`."""
    at += words[at : at + 1] == [","]
    if words[at : at + 1] != ["and"] or at + 1 in sentence_ends:
        return []
    start = at + 1 + (words[at + 1] in ARTICLES_OF_ITEMS)
    end = start
    while end < len(words) and words[end][0].isupper() and (end == start or end not in sentence_ends):
        end += 1
    return [(start, end)] if start < end and words[end : end + 1] not in (["for"], ["of"]) else []


def is_item(words: Sequence[str], pos: Sequence[str], start: int, end: int) -> bool:
    """Whether tokens are a name's: nouns with capitals, at most `MAX_ITEM` of them."""
    return (
        0 < end - start <= MAX_ITEM
        and words[end - 1][0].isupper()
        and all(
            (words[index][0].isupper() and pos[index][:2] == "NN") or (index > start and words[index] in LOWER_IN_NAMES)
            for index in range(start, end)
        )
        and not is_demonym(words, start, end)
        and words[end - 1].lower() not in title_nouns()
        and words[start].lower() not in MONTHS_AND_DAYS
    )


def is_enumeration(words: Sequence[str], items: list[Found]) -> bool:
    """Whether names behind one another are a list: three need an "and", else a comma may only part clauses."""
    return len(items) > 3 or words[items[-1].start - 1] != ","


def is_sure(words: Sequence[str], name: Found) -> bool:
    """Whether something in a name tells its type."""
    if name.kind == PLACE and is_place_named(words, name.start, name.end):
        return True
    return name_heads().get(words[name.end - 1].lower()) == name.kind


def with_repetitions(words: Sequence[str], capitals: list[int], pos: Sequence[str], found: list[Found]) -> list[Found]:
    """Add the places where a name known from elsewhere in the text stands unmarked."""
    forms = keys(words, found)
    known = {form: name.kind for form, name in zip(forms, found, strict=True)}
    marked = Counter(forms)
    for parts, kind in list(known.items()):
        if kind == PERSON and len(parts) > 1 and len(parts[-1]) > 2:
            known.setdefault(parts[-1:], PERSON)
            marked[parts[-1:]] += marked[parts]
        elif kind == ORGANIZATION and len(parts) > 1 and is_coined(parts):
            known.setdefault(parts[:1], ORGANIZATION)
            marked[parts[:1]] += marked[parts]
    taken = tokens_of(found)
    firsts: dict[str, list[Key]] = defaultdict(list)
    for parts in sorted(known, key=len, reverse=True):
        firsts[parts[0]].append(parts)
    unmarked: dict[Key, list[Found]] = defaultdict(list)
    openings = capitals
    if any(first.startswith(ARTICLES_IN_NAMES) for first in firsts):
        articles = [index for index, word in enumerate(words) if word.startswith(ARTICLES_IN_NAMES)]
        openings = sorted(capitals + articles)
    for index in openings:
        if index in taken:
            continue
        for parts in firsts.get(folded(words[index]), ()):
            end = index + len(parts)
            if tuple(map(folded, words[index:end])) == parts and taken.isdisjoint(range(index, end)):
                if stands_alone(words, pos, index, end):
                    unmarked[parts].append(Found(index, end, known[parts]))
                    taken.update(range(index, end))
                break
    added = [
        name for parts, names in unmarked.items() if len(parts) > 1 or len(names) <= marked[parts] for name in names
    ]
    return in_order(found, added)


def is_coined(parts: tuple[str, ...]) -> bool:
    """Whether an organization's name opens with a word that nothing else bears ("Norrvik Shipping")."""
    first = parts[0]
    return (
        name_heads().get(parts[-1]) == ORGANIZATION
        and first.isalpha()
        and not is_known_name(first)
        and first not in word_classes()
    )


def stands_alone(words: Sequence[str], pos: Sequence[str], start: int, end: int) -> bool:
    """Whether tokens are no part of a longer name ("the 1960 Ohio election", "the Congo Crisis")."""
    before = words[start - 1] if start else ""
    after = words[end] if end < len(words) else ""
    is_read_as_name = pos[end - 1 : end] == ["NNP"] or pos[end : end + 1] in (["VBD"], ["VBZ"], ["MD"], ["VBN"])
    if before[:1].isdigit() or (not is_read_as_name and end - start == 1):
        return False
    return not (pos[start - 1 : start] == ["NNP"] or (after[:1].isupper() and pos[end].startswith("NN")))


def mentions(segmentation: Segmentation, found: list[Found]) -> list[NameMention]:
    """The names with their code points and sentences."""
    tokens = segmentation.tokens
    result: list[NameMention] = []
    sentence = 0
    for name in found:
        while segmentation.sentence_tokens[sentence][1] <= name.start:
            sentence += 1
        start = name.start
        if name.kind == PERSON and start and opens_with_letter_mark(segmentation.text, tokens.starts[start]):
            start -= 1
        span = Span(tokens.starts[start], tokens.ends[name.end - 1])
        result.append(NameMention(span, name.kind, sentence))
    return result


def with_tags_of_names(segmentation: Segmentation, tags: Tags, names: Sequence[NameMention]) -> Tags:
    """The tags with the capitalised words of names as proper nouns: "[Cook] added"."""
    tokens, pos = segmentation.tokens, tags.pos
    open_words = [index for index in tokens.capitals if pos[index][0] in NEVER_IN_NAMES]
    if not open_words:
        return tags
    begins = [name.span.start for name in names]
    fixed = list(pos)
    for index in open_words:
        at = bisect_right(begins, tokens.starts[index]) - 1
        if at >= 0 and tokens.starts[index] < names[at].span.end:
            fixed[index] = "NNP"
    return Tags(fixed, tags.entities)


def opens_with_letter_mark(text: str, at: int) -> bool:
    """Whether the mark before `at` is a letter of the name ("'Ana Taufa") and no quotation opens with it."""
    if text[at - 1] not in LETTER_MARKS:
        return False
    before = text[max(0, at - 3) : at - 1]
    if before[-1:].strip() or before.strip().isalnum():
        return False
    return not CLOSING_MARK.search(text, at, at + MAX_QUOTATION)
