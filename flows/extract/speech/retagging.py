"""Tags of verbs put right by their neighbours, before anything is read off them.

The tagger sees a few words at a time and takes a verb for a noun, or one past form for the other, now and then.
"""

from __future__ import annotations

from functools import cache

from flows.extract.segmentation import Tokens
from flows.extract.speech.cues import is_cue_verb, lexicon, third_person, verb_lemma
from flows.extract.speech.syntax import ADVERB, AUXILIARY, FINITE, HAVE, INSIDE_NP, MAX_STEPS, NOUN, RELATIVE, VERB
from flows.extract.word_features import word_classes

WRITTEN_AS_NAMES = frozenset({"AS", "IN", "ON", "IF", "SO", "OR", "AT", "BY"})
"""Words that stand in a name where they are in capitals and the next word is not: "Norrvik Energy AS said"."""


INFLECTED = VERB - {"VB"}
FULL_VERB = VERB - {"MD"}
SHORTENED = frozenset(
    """released published issued conducted commissioned posted sponsored carried briefed interviewed surveyed
    polled""".split()
)
"""Participles that often stand without "that was": "a poll released in May showed"."""
RETAGGED = frozenset({"VBN", "VBD", "VB"})
"""Tags of verbs that may be others; those of other words depend on the word."""
NEEDS_BASE = frozenset("to do does did let lets make makes made help helps helped see saw have".split())
"""Words after which a verb has no ending, with their object between: "did the voters think"."""


def retagged(tokens: Tokens, tags: list[str], sentences: list[tuple[int, int]]) -> list[str]:
    """The tags with those that their neighbours rule out made right; token ranges of sentences in `sentences`."""
    words, lower = tokens.words, tokens.lower
    fixed = list(tags)
    cue_verbs, sentence = cue_verb_forms(), 0
    verbs = [i for i, tag in enumerate(tags) if tag in RETAGGED]
    for i in sorted({*verbs, *tokens.where(is_retagged)}):
        while sentences[sentence][1] <= i:
            sentence += 1
        (first, end), tag = sentences[sentence], tags[i]
        if tag in {"VBN", "VBD"}:
            fixed[i] = past_form(lower, fixed, i, first, end)
        elif tag in {"NN", "NNS", "NNPS", "JJ"} and lower[i] in cue_verbs:
            fixed[i] = verb_or_noun(lower, fixed, i, first, end)
        elif tag == "VB" and i > first and not wants_base_form(lower, tags, i, first):
            fixed[i] = "VBP"
        elif tag in {"VBP", "VBZ"} and i > first and lower[i - 1] in {"the", "a", "an"}:
            fixed[i] = "NN"  # "the think tank"
        elif lower[i] == "cannot":
            fixed[i] = "MD"
        elif lower[i] == "both" and i > first and lower[i - 1] in AUXILIARY:
            fixed[i] = "RB"
        elif lower[i] == "her" and i + 1 < end and tags[i + 1] in {"PRP", "DT", "IN", "TO", "WDT", ",", "."}:
            fixed[i] = "PRP"
        elif words[i] in WRITTEN_AS_NAMES and i > first and i + 1 < end and tags[i - 1] in NOUN:
            fixed[i] = "NNP" if words[i - 1].istitle() and words[i + 1].islower() else tags[i]
    return fixed


def wants_base_form(lower: list[str], tags: list[str], i: int, first: int) -> bool:
    """Whether a verb is rightly without an ending: after "to", "will", "did", not after its own subject."""
    k = i - 1
    while k > first and (tags[k] in ADVERB or tags[k] in {"CC", "VB"}):
        k -= 1
    is_subject = tags[k] in {"NNS", "NNPS", "PRP", ","} or (
        tags[k] == "NN" and is_cue_verb(lower[i]) and "NNS" in tags[first:k] and FINITE.isdisjoint(tags[first:i])
    )  # "people familiar with the matter say"
    return not is_subject or any(
        tags[j] in {"MD", "TO"} or lower[j] in NEEDS_BASE for j in range(max(first, k - 12), k)
    )


def past_form(lower: list[str], tags: list[str], i: int, first: int, end: int) -> str:
    """Past or participle: "he added", "met them and called", "had already told"; both look the same in most verbs."""
    k = i - 1
    while k > first and (tags[k] in ADVERB or lower[k] in {"not", "n't", "n’t"}):
        k -= 1
    if k < first:
        return tags[i]
    if tags[i] == "VBD" and tags[k] == "," and opens_aside(tags, i, first, end):
        return "VBN"
    if tags[i] == "VBD" and tags[k] in NOUN and lower[i] in SHORTENED and is_followed_by_main_verb(tags, i, end):
        return "VBN"
    if tags[i] == "VBD":
        return "VBN" if lower[k] in HAVE and tags[k] in VERB and tags[k] != "MD" else "VBD"
    if tags[k] in {"PRP", "NNP", "NNPS"}:
        return "VBD"
    if tags[k] == "," and (closes_relative_clause(tags, k, first) or closes_aside(tags, k, first, end)):
        return "VBD"
    if tags[k] == "," and is_one_of_several(lower, tags, i, first, end):
        return "VBD"
    if tags[k] == "CC":
        verb = next((j for j in range(k - 1, max(first - 1, k - MAX_STEPS), -1) if tags[j] in INFLECTED), -1)
        perfect = lower[verb] in AUXILIARY and "VBN" in tags[verb:k]
        if verb >= 0 and tags[verb] == "VBD" and not perfect:
            return "VBD"
    return tags[i]


def opens_aside(tags: list[str], i: int, first: int, end: int) -> bool:
    """Whether a verb behind a comma opens an aside before the main verb: "the president, [asked] why, replied"."""
    if i - first > MAX_STEPS or not FINITE.isdisjoint(tags[first:i]) or NOUN.isdisjoint(tags[first:i]):
        return False
    comma = next((k for k in range(i + 1, min(end - 1, i + MAX_STEPS)) if tags[k] == ","), -1)
    return comma > 0 and tags[comma + 1] in FINITE and FINITE.isdisjoint(tags[i + 1 : comma])


def is_followed_by_main_verb(tags: list[str], i: int, end: int) -> bool:
    """Whether only phrases with prepositions stand between a verb and the next: "a poll [released] in May showed"."""
    k = i + 1
    while k + 1 < end and k - i < MAX_STEPS and tags[k] == "IN" and tags[k + 1] in INSIDE_NP:
        k += 2
        while k < end and tags[k] in INSIDE_NP and tags[k] not in {"DT", "PRP$"}:
            k += 1
        if tags[k - 1] == "DT":
            return False
    return k > i + 1 and k < end and tags[k] in {"VBD", "VBZ", "MD"}


def closes_aside(tags: list[str], comma: int, first: int, end: int) -> bool:
    """Whether the comma closes an aside in a sentence with no main verb yet: "the president, asked why, [replied]"."""
    if end - first > MAX_STEPS or not FINITE.isdisjoint(tags[first:end]):
        return False
    opening = next((k for k in range(comma - 1, first, -1) if tags[k] == ","), -1)
    return opening > first and tags[opening + 1] == "VBN" and not NOUN.isdisjoint(tags[first:opening])


def is_one_of_several(lower: list[str], tags: list[str], i: int, first: int, end: int) -> bool:
    """Whether a cue verb is one in a row of several: "criticised the police, [called] for an inquiry and resigned"."""
    if not is_cue_verb(lower[i]) or "VBD" not in tags[max(first, i - MAX_STEPS) : i - 1]:
        return False
    stop = next((k for k in range(i + 1, min(end - 1, i + MAX_STEPS)) if tags[k] == "CC"), -1)
    return stop > 0 and tags[stop + 1] in {"VBN", "VBD"} and FINITE.isdisjoint(tags[i + 1 : stop])


def closes_relative_clause(tags: list[str], comma: int, first: int) -> bool:
    """Whether the comma closes a clause that ", who" opened, so that the main verb is still to come."""
    opening = next((k for k in range(comma - 1, max(first, comma - MAX_STEPS), -1) if tags[k] == ","), -1)
    return opening > first and tags[opening + 1] in RELATIVE and not any(tag in FINITE for tag in tags[first:opening])


def verb_or_noun(lower: list[str], tags: list[str], i: int, first: int, end: int) -> str:
    """A cue verb taken for a noun: "brokers complain that", "the council plans to publish"."""
    if i > first and is_headline_verb(lower, tags, i, first, end):
        return "VBZ"
    if i == first or tags[i - 1] in {"DT", "PRP$", "POS", "JJ", "IN", "CD", "CC"} or tags[i - 1] in FULL_VERB:
        return tags[i]
    if tags[i - 1] in {"MD", "TO"}:
        return "VB"
    following = i + 1 < end and (
        lower[i + 1] == "that" or (tags[i + 1] == "TO" and i + 2 < end and tags[i + 2] == "VB")
    )
    if tags[i] == "NNPS":
        return tags[i]
    base = verb_lemma(lower[i])
    agrees = tags[i] == "NNS" if tags[i - 1] in {"NN", "NNP"} else lower[i] == base
    if not following or tags[i - 1] not in NOUN or not (agrees or is_verb_only(base)):
        return tags[i]
    return tags[i] if not lacks_verb(tags, i, first, end) else "VBP" if lower[i] == base else "VBZ"


def is_headline_verb(lower: list[str], tags: list[str], i: int, first: int, end: int) -> bool:
    """Whether "Mayor Slams Council" has its verb here: a name before it, an object after it, no other verb."""
    return (
        tags[i] in {"NNS", "NNPS"}
        and tags[i - 1] in {"NNP", "NNPS"}
        and i + 1 < end
        and tags[i + 1] in {"NNP", "NNPS", "DT", "PRP", "PRP$", "IN", "CD", "JJ", "NN", "``"}
        and lower[i] == third_person(verb_lemma(lower[i]))
        and FINITE.isdisjoint(tags[first:end])
    )


def lacks_verb(tags: list[str], i: int, first: int, end: int) -> bool:
    """Whether the subject before token `i` opens the sentence and no finite verb follows in its clause."""
    start = i - 1
    while start > first and tags[start - 1] in INSIDE_NP:
        start -= 1
    if start > first and not any(tag in {"WP", "WDT"} for tag in tags[first:start]):
        return False
    stop = next((k for k in range(i + 2, end) if tags[k] in {",", ":", "."} or tags[k] == "CC"), end)
    return tags[i + 1] in {"IN", "WDT"} or not any(tag in FINITE for tag in tags[i + 1 : stop])


@cache
def cue_verb_forms() -> frozenset[str]:
    """Base and third-person forms of the cue verbs of one word."""
    bases = {word.lemma for entries in lexicon().values() for rest, word in entries if word.kind == "verb" and not rest}
    return frozenset(bases | {third_person(base) for base in bases})


@cache
def retagged_words() -> frozenset[str]:
    """Words in lower case whose tag may be another, whatever it is."""
    return cue_verb_forms() | {"cannot", "both", "her"} | {word.lower() for word in WRITTEN_AS_NAMES}


def is_retagged(word: str) -> bool:
    """Whether a word may have another tag, whatever its tag is."""
    return word.lower() in retagged_words()


def is_verb_only(base: str) -> bool:
    """Whether WordNet knows the word as a verb alone."""
    classes = word_classes().get(base, [])
    return bool(classes) and all(code.startswith("v") for code in classes)
