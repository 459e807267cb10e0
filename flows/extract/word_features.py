"""What the tagger knows of a word before it has seen its context: form, lexicon classes, gazetteer matches."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import groupby

from msgspec import Struct

SENTENCE_START, CAPITALS, TITLE_CASE, LOWER_IN_TEXT = range(4)
PHRASE_FEATURES = {
    kind: 4 + 2 * i for i, kind in enumerate(("country", "region", "city", "place", "person", "organization"))
}
"""The feature of the first token of a longer name of a class; that of its other tokens is one more."""
TOKEN_FEATURE_COUNT = 4 + 2 * len(PHRASE_FEATURES)

MONTHS_AND_DAYS = frozenset(
    """january february march april may june july august september october november december jan feb mar apr jun jul
    aug sept sep oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs
    fri sat sun jan. feb. mar. apr. aug. sept. oct. nov. dec.""".split()
)
PHRASE_CLASSES = {
    **{f"city{digits}": "city" for digits in range(10)}, "capital": "city", "demonym": "country",
    "media": "organization", "company": "organization", "club": "organization",
}  # fmt: skip
"""Classes of longer names that share the features of another class."""
INFLECTIONS = (("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("d", ""), ("ing", ""),
               ("ing", "e"), ("men", "man"), ("er", ""), ("est", ""))  # fmt: skip


class Gazetteer(Struct, frozen=True):
    """Names by their words in lower case.

    `single` maps a word to the classes of things it names alone; `phrases` maps the first two words
    of a longer name to (its other words, class), longest first; `firsts` and `seconds` are these two. `longest`
    is the count of words of the longest name.
    """

    single: dict[str, tuple[str, ...]]
    phrases: dict[tuple[str, str], tuple[tuple[tuple[str, ...], str], ...]]
    firsts: frozenset[str]
    seconds: frozenset[str]
    longest: int


def lexicon(name: str) -> Iterator[list[str]]:
    """The rows of a lexicon file, split at tabs."""
    for line in files("flows.extract").joinpath("lexicons", name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """`word` in lower case, without diacritics."""
    lower = word.lower()
    if lower.isascii():
        return lower
    return "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))


def named_things() -> Iterator[tuple[str, str]]:
    """Every name of the gazetteers with its class."""
    for _, name, aliases, demonyms, capitals in lexicon("countries.tsv"):
        yield from ((n, "country") for n in (name, *aliases.split("|")) if n)
        yield from ((n, "demonym") for n in demonyms.split("|") if n)
        yield from ((n, "capital") for n in capitals.split("|") if n)
    for name, _, abbreviations, demonyms in lexicon("regions.tsv"):
        yield from ((n, "region") for n in (name, *abbreviations.split("|")) if n)
        yield from ((n, "demonym") for n in demonyms.split("|") if n)
    yield from ((name, "place") for (name,) in lexicon("world_regions.txt"))
    for (people,) in lexicon("peoples.txt"):
        yield from ((people, "demonym"), (f"{people}s", "demonym"))
    for name, size, *_ in lexicon("cities.tsv"):
        yield name, f"city{size}"
    for name, kind in lexicon("wordnet_names.tsv"):
        yield name, kind
        if kind == "person" and " " in name:
            yield name.rsplit(" ", 1)[1], "known_surname"
    for name, aliases, *_ in lexicon("organization_aliases.tsv"):
        yield from ((n, "organization") for n in (name, *aliases.split("|")) if n)
    for name, kind in lexicon("known_organizations.tsv"):
        yield name, kind


@cache
def gazetteer() -> Gazetteer:
    """All names of the lexicons, ready for look-up."""
    single: dict[str, dict[str, None]] = {}
    phrases: dict[tuple[str, str], dict[tuple[tuple[str, ...], str], None]] = {}
    for name, kind in named_things():
        words = tuple(folded(name).replace("'s", " 's").split())
        if len(words) == 1:
            single.setdefault(words[0], {})[kind] = None
        elif len(words) > 1:
            phrases.setdefault((words[0], words[1]), {})[words[2:], PHRASE_CLASSES.get(kind, kind)] = None
    longest_first = {two: tuple(sorted(rests, key=lambda rest: -len(rest[0]))) for two, rests in phrases.items()}
    kinds = {word: tuple(kinds) for word, kinds in single.items()}
    firsts, seconds = map(frozenset, zip(*phrases, strict=True))
    longest = max(2 + len(rest) for rests in phrases.values() for rest, _ in rests)
    return Gazetteer(kinds, longest_first, firsts, seconds, longest)


@cache
def given_names() -> frozenset[str]:
    """Given names in lower case, without diacritics."""
    return frozenset(row[0] for row in lexicon("given_names.txt"))


@cache
def surnames() -> frozenset[str]:
    """Surnames in lower case, without diacritics."""
    return frozenset(row[0] for row in lexicon("surnames.txt"))


@cache
def word_classes() -> dict[str, list[str]]:
    """Lower-case base forms to their WordNet lexicographer files."""
    return {word: codes.split() for word, codes in lexicon("word_classes.tsv")}


def base_classes(lower: str) -> list[str]:
    """WordNet classes of a word or of the first base form it may be inflected from."""
    classes = word_classes()
    if lower in classes:
        return classes[lower]
    for ending, replacement in INFLECTIONS:
        if lower.endswith(ending) and (base := lower[: -len(ending)] + replacement) in classes:
            return [f"{ending}:{code}" for code in classes[base]]
    return []


class Kinds(dict[int, str]):
    """What a code point is in a shape: "X", "x", "d" or itself."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        self[code] = kind = "X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else c
        return kind


KINDS = Kinds()


def shape(word: str) -> str:
    """ "Xx" for Word, "X.X." for U.S., "d-x" for 15-year; runs of one kind are written once."""
    return "".join([kind for kind, _ in groupby(word[:20].translate(KINDS))])


def type_features(word: str) -> list[str]:
    """Names of the features that `word` has wherever it stands."""
    lower = word.lower()
    plain = folded(word)
    features = [f"w={lower}", f"shape={shape(word)}", f"length={min(len(word), 9)}"]
    if word[0].isalpha():
        features += [f"suffix={lower[-n:]}" for n in (1, 2, 3, 4) if len(lower) > n]
        features += [f"prefix={lower[:n]}" for n in (1, 2, 3) if len(lower) > n]
        features += [f"class={code}" for code in base_classes(lower)] or ["class=none"]
        features += [f"names={kind}" for kind in gazetteer().single.get(plain, ())]
        if plain in given_names():
            features.append("names=given")
        if plain in surnames():
            features.append("names=surname")
        if lower in MONTHS_AND_DAYS:
            features.append("names=date")
        if "-" in word:
            last = lower.rsplit("-", 1)[1]
            features += [f"last={last}", *(f"last_class={code}" for code in base_classes(last)[:2])]
    return features


def is_capitals(words: Sequence[str]) -> bool:
    """Whether a sentence is set in capitals."""
    letters = [word for word in words if word[0].isalpha() and len(word) > 1]
    return len(letters) > 2 and sum(word.isupper() for word in letters) > 0.8 * len(letters)


def is_title_case(words: Sequence[str]) -> bool:
    """Whether a sentence is a headline that capitalises its words."""
    longer = [word for word in words if word[0].isalpha() and len(word) > 3]
    return len(longer) > 3 and words[-1] not in ".?!" and sum(word[0].isupper() for word in longer) > 0.8 * len(longer)


def calmed(words: Sequence[str]) -> list[str]:
    """The words of a sentence set in capitals as they would stand elsewhere, all capitalised."""
    return [word if "." in word else word.capitalize() for word in words]


def may_open_phrase(word: str) -> bool:
    """Whether a name of several words in the gazetteer may begin with a word."""
    return word[0].isupper() and folded(word) in gazetteer().firsts


def may_be_second(word: str) -> bool:
    """Whether a name of several words in the gazetteer may go on with a word."""
    return folded(word) in gazetteer().seconds


def phrase_at(words: Sequence[str], index: int, lower: str) -> tuple[int, str] | None:
    """Length in tokens and class of the longest name of several words that begins at `index`."""
    if index + 1 == len(words):
        return None
    for rest, kind in gazetteer().phrases.get((lower, folded(words[index + 1])), ()):
        end = index + 2 + len(rest)
        if tuple(map(folded, words[index + 2 : end])) == rest and words[end - 1][0].isupper():
            return end - index, kind
    return None
