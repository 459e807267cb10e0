"""Words that attribute: the cue lexicon, its forms, and where they stand in a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from msgspec import Struct

from flows.extract.lexicons import rows
from flows.extract.speech.confidence import best_confidence
from flows.extract.speech.syntax import ADVERB, VERB, Reading

VOWELS = "aeiou"


class CueWord(Struct, frozen=True):
    """An entry of the lexicon: base form, kind (verb, noun, adjective, phrase) and class."""

    lemma: str
    kind: str
    cue_class: str


class CueMatch(Struct):
    """A cue word in a text: tokens `first` to `last` (inclusive); a phrasal verb has two or more."""

    word: CueWord
    first: int
    last: int


@cache
def verb_forms(base: str) -> tuple[str, ...]:
    """All forms of a verb, the base form first."""
    irregular = irregular_verbs().get(base)
    third = third_person(base)
    if base.endswith("e"):
        past, ing = base + "d", base[:-1] + "ing" if not base.endswith(("ee", "oe", "ye")) else base + "ing"
    elif base.endswith("y") and base[-2:-1] not in VOWELS:
        past, ing = base[:-1] + "ied", base + "ing"
    else:
        past, ing = base + "ed", base + "ing"
    pasts, participles, ings = [past], [past], [ing]
    if irregular:
        pasts = irregular[0].split(",") if irregular[0] else pasts
        participles = irregular[1].split(",") if len(irregular) > 1 and irregular[1] else pasts
        ings = irregular[2].split(",") if len(irregular) > 2 else ings
    return tuple(dict.fromkeys([base, third, *pasts, *participles, *ings]))


def third_person(base: str) -> str:
    """The form of a verb after "he": "says", "denies"."""
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return base + "es"
    return base[:-1] + "ies" if base.endswith("y") and base[-2:-1] not in VOWELS else base + "s"


@cache
def irregular_verbs() -> dict[str, list[str]]:
    """Base form to past, participle and -ing form."""
    return {row[0]: row[1:] for row in rows("irregular_verbs.tsv")}


@cache
def lexicon() -> dict[str, list[tuple[tuple[str, ...], CueWord]]]:
    """First word of a cue, in every form, to the words that must follow and the entry; longest first."""
    found: dict[str, list[tuple[tuple[str, ...], CueWord]]] = {}
    for cue, kind, cue_class, *_ in rows("cues.tsv"):
        head, *rest = cue.split()
        if kind == "verb":
            forms = verb_forms(head)
        elif kind == "noun" and not rest:
            forms = (head, head[:-1] + "ies" if head.endswith("y") and head[-2] not in VOWELS else head + "s")
        else:
            forms = (head,)
        for form in forms:
            found.setdefault(form, []).append((tuple(rest), CueWord(cue, kind, cue_class)))
    for entries in found.values():
        entries.sort(key=lambda entry: (-len(entry[0]), entry[1].kind != "adjective"))
    return found


def is_cue_verb(form: str) -> bool:
    """Whether a form in lower case is one of a cue verb of one word."""
    return any(word.kind == "verb" and not rest for rest, word in lexicon().get(form, ()))


def present_cue_verb(form: str) -> CueWord | None:
    """The cue verb of one word whose base or third-person form this is."""
    words = (word for rest, word in lexicon().get(form, ()) if word.kind == "verb" and not rest)
    return next((word for word in words if form in {word.lemma, third_person(word.lemma)}), None)


def cue_noun(form: str) -> CueWord | None:
    """The cue noun of one word whose singular or plural this is."""
    return next((word for rest, word in lexicon().get(form, ()) if word.kind == "noun" and not rest), None)


def verb_lemma(form: str) -> str:
    """The base form of a cue verb; any other word as it is."""
    entries = lexicon().get(form, ())
    return next((word.lemma for rest, word in entries if word.kind == "verb" and not rest), form)


@cache
def lexicon_above(at_least: float) -> dict[str, list[tuple[tuple[str, ...], CueWord]]]:
    """`lexicon` without the cues that no rule can raise to this confidence."""
    found = {
        form: [(rest, word) for rest, word in entries if best_confidence(word.lemma, word.kind) >= at_least]
        for form, entries in lexicon().items()
    }
    return {form: rated for form, rated in found.items() if rated}


@cache
def entries_of(
    form: str, tag: str, at_least: float
) -> tuple[dict[str, list[tuple[tuple[str, ...], CueWord]]], list[CueWord]]:
    """The entries of `lexicon_above` that begin with a form which bears this tag: those of several words by the second
    word, with the words behind the first, and those of one word."""
    longer: dict[str, list[tuple[tuple[str, ...], CueWord]]] = {}
    single: list[CueWord] = []
    for rest, word in lexicon_above(at_least).get(form, ()):
        if TAGS[word.kind] and tag not in TAGS[word.kind]:
            continue
        if rest:
            longer.setdefault(rest[0], []).append((rest, word))
        else:
            single.append(word)
    return longer, single


TAGS = {
    "verb": VERB - {"MD"},
    "noun": frozenset({"NN", "NNS"}),
    "adjective": frozenset({"JJ", "JJR", "VBN", "RB"}),
    "adverb": ADVERB,
    "phrase": frozenset[str](),
}
"""Tags that a token can have as the first of a cue of a kind; none: any."""


@cache
def opens_cue(at_least: float) -> Callable[[str], bool]:
    """The test whether a word may begin a cue of `lexicon_above`."""
    entries = lexicon_above(at_least)
    return lambda word: word.lower() in entries


def find_cue_words(r: Reading, at_least: float) -> Iterator[tuple[int, CueMatch]]:
    """The cue words of the text whose part of speech fits, each with the index of its sentence.

    One place can yield several: phrasal verbs before simple ones, adjectives before verbs. Cues
    that no rule can raise to the confidence `at_least` are left out.
    """
    lower, pos = r.lower, r.pos
    sentences = r.segmentation.sentence_tokens
    sentence = 0
    for i in r.segmentation.tokens.where(opens_cue(at_least)):
        while sentences[sentence][1] <= i:
            sentence += 1
        longer, single = entries_of(lower[i], pos[i], at_least)
        if longer and i + 1 < sentences[sentence][1]:
            for rest, word in longer.get(lower[i + 1], ()):
                last = i + len(rest)
                if last < sentences[sentence][1] and tuple(lower[i + 1 : last + 1]) == rest:
                    yield sentence, CueMatch(word, i, last)
        for word in single:
            yield sentence, CueMatch(word, i, i)
