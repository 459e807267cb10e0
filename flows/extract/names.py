"""Names of people, organizations, places and events in one document.

The tagger's labels are the start. What a text says once clearly then holds throughout it: a name
found is found wherever it stands, the types of its occurrences are voted on, a person's surname
stands for the person, and a short form given in brackets takes the type of what it abbreviates.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from flows.extract.annotations import ENTITY_TYPES, Span
from flows.extract.segmentation import Segmentation
from flows.extract.tagger import Tags
from flows.extract.word_features import MONTHS_AND_DAYS, folded, gazetteer, lexicon

PERSON, ORGANIZATION, PLACE, EVENT = ENTITY_TYPES
DETERMINERS = frozenset("the a an this that these those his her its their our my your".split())
HONORIFICS = frozenset(
    """mr mrs ms miss mx dr prof sir dame lord lady mr. mrs. ms. dr. prof. rev. rev hon. gen. gen lt. lt col. col maj. maj
    capt. capt sgt. sgt adm. adm cpl. brig. gov. gov sen. sen rep. rep sens. reps. pres. st president king queen prince
    princess emperor sheikh""".split()
)
POSSESSIVE = ("'s", "’s", "'", "’")
MAX_ACRONYM_GAP = 2


@dataclass(frozen=True, slots=True)
class NameMention:
    """A name where it stands: code points, type (one of `ENTITY_TYPES`) and index of the sentence."""

    span: Span
    entity_type: str
    sentence: int


@dataclass(frozen=True, slots=True)
class Found:
    """A name as half-open range of tokens."""

    start: int
    end: int
    kind: str


@cache
def title_words() -> frozenset[str]:
    """Words that a title before a name is made of, in lower case."""
    words = set(HONORIFICS)
    for row in lexicon("titles.tsv"):
        words.update(word for phrase in (row[0], *row[3].split("|")) for word in phrase.split() if word[0].isalpha())
    return frozenset(words)


def find_names(segmentation: Segmentation, tags: Tags) -> list[NameMention]:
    """All names of the text, in its order, none inside another.

    Names stand without titles, determiners and possessive endings.
    """
    words = segmentation.tokens.words
    found = [name for raw in labelled(tags.entities) if (name := trimmed(words, raw))]
    found = with_acronyms(words, found)
    found = voted(words, found)
    found = with_repetitions(words, tags.pos, found)
    return mentions(segmentation, found)


def labelled(labels: Sequence[str]) -> Iterator[Found]:
    """The names that BIO labels mark."""
    start: int | None = None
    for index, label in enumerate((*labels, "O")):
        if start is not None and not label.startswith("I-"):
            yield Found(start, index, labels[start][2:])
            start = None
        if label.startswith("B-"):
            start = index


def trimmed(words: Sequence[str], name: Found) -> Found | None:
    """The name without what does not belong to it; None if nothing is left or it is no name."""
    start, end = name.start, name.end
    while (
        end > start
        and (words[end - 1] in POSSESSIVE or not words[end - 1][0].isalnum())
        and words[end - 1] not in (")", "!")
    ):
        end -= 1
    while start < end and (words[start].lower() in DETERMINERS or not words[start][0].isalnum()):
        start += 1
    if name.kind == PERSON:
        while start < end - 1 and words[start].lower() in title_words():
            start += 1
    if start == end:
        return None
    only = words[start].lower() if end - start == 1 else ""
    if only in MONTHS_AND_DAYS or only in DETERMINERS or is_demonym(words, start, end):
        return None
    if name.kind == PERSON and only in title_words():
        return None
    if not any(word[0].isupper() or word[0].isdigit() or any(map(str.isupper, word)) for word in words[start:end]):
        return None
    return Found(start, end, name.kind)


def is_demonym(words: Sequence[str], start: int, end: int) -> bool:
    """Whether the tokens are one word for people or things of a country, and not its name too."""
    kinds = gazetteer().single.get(folded(words[start]), ()) if end - start == 1 else ()
    return "demonym" in kinds and "country" not in kinds


def key(words: Sequence[str], name: Found) -> str:
    """What occurrences of one name have in common."""
    return " ".join(folded(word) for word in words[name.start : name.end])


def with_acronyms(words: Sequence[str], found: list[Found]) -> list[Found]:
    """Give a short form in brackets the type of the name before it, and the reverse."""
    by_end = {name.end: name for name in found}
    at = {name.start: name for name in found}
    result = list(found)
    for index in range(1, len(words) - 1):
        if words[index - 1] != "(" or words[index + 1] != ")":
            continue
        short = words[index]
        full = by_end.get(index - 1)
        if full and is_acronym(short) and abbreviates(short, words[full.start : full.end]):
            if index in at:
                result.remove(at[index])
            result.append(Found(index, index + 1, full.kind))
    return sorted(result, key=lambda name: name.start)


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
    """All occurrences of a name with the type that most of them have."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for name in found:
        votes[key(words, name)][name.kind] += 1
    best = {
        text: max(counts, key=lambda kind: (counts[kind], -ENTITY_TYPES.index(kind))) for text, counts in votes.items()
    }
    return [Found(name.start, name.end, best[key(words, name)]) for name in found]


def with_repetitions(words: Sequence[str], pos: Sequence[str], found: list[Found]) -> list[Found]:
    """Add the places where a name known from elsewhere in the text stands unmarked."""
    known: dict[tuple[str, ...], str] = {}
    for name in found:
        known[tuple(folded(word) for word in words[name.start : name.end])] = name.kind
    for parts, kind in list(known.items()):
        if kind == PERSON and len(parts) > 1 and len(parts[-1]) > 2:
            known.setdefault((parts[-1],), PERSON)
    taken = {index for name in found for index in range(name.start, name.end)}
    firsts: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for parts in known:
        firsts[parts[0]].append(parts)
    added: list[Found] = []
    for index, word in enumerate(words):
        if index in taken or not word[0].isupper():
            continue
        for parts in sorted(firsts.get(folded(word), ()), key=len, reverse=True):
            end = index + len(parts)
            if taken.isdisjoint(range(index, end)) and tuple(map(folded, words[index:end])) == parts:
                if len(parts) > 1 or pos[index].startswith("NNP"):
                    added.append(Found(index, end, known[parts]))
                    taken.update(range(index, end))
                break
    return sorted(found + added, key=lambda name: name.start)


def mentions(segmentation: Segmentation, found: list[Found]) -> list[NameMention]:
    """The names with their code points and sentences."""
    tokens = segmentation.tokens
    result: list[NameMention] = []
    sentence = 0
    for name in found:
        while segmentation.sentence_tokens[sentence][1] <= name.start:
            sentence += 1
        span = Span(tokens.starts[name.start], tokens.ends[name.end - 1])
        result.append(NameMention(span, name.kind, sentence))
    return result
