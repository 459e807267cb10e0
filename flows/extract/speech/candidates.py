"""A cue in its sentence: who may be its source, and what it may attribute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flows.extract.annotations import Span
from flows.extract.speech.contents import SPEAKING, complement, content_end, to_span
from flows.extract.speech.cues import CueMatch, find_cue_words
from flows.extract.speech.syntax import (
    BE,
    DASHES,
    FINITE,
    HAVE,
    INSIDE_NP,
    NOMINAL,
    NOUN,
    Phrase,
    Reading,
    noun_phrase_left,
    noun_phrase_right,
    subject_before,
    verb_group,
)

CLAUSE_FRAMES = frozenset({"that", "clause", "wh"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cue and what it may attribute. `group` to `last` are the tokens of the cue, `rule` names the pattern."""

    match: CueMatch
    group: int
    rule: str
    contents: tuple[Span, ...]
    subject: Phrase | None
    addressee: Phrase | None
    sentence: int

    @property
    def last(self) -> int:
        return self.match.last


def find_candidates(r: Reading) -> Iterator[Candidate]:
    """Every cue of the text with a reading of what stands around it, right or wrong, in the order of the text."""
    for index, (first, end) in enumerate(r.segmentation.sentence_tokens):
        for match in find_cue_words(r, first, end):
            reader = READERS[match.word.kind]
            if candidate := reader(r, match, index, first, end):
                yield candidate


def read_verb(r: Reading, match: CueMatch, sentence: int, first: int, end: int) -> Candidate | None:
    """A verb of saying, thinking or wanting with its subject and its object."""
    lemma = match.word.lemma
    group = verb_group(r, match.first, first)
    after = match.last + 1
    if subject := inverted_subject(r, match, group, first, end):
        contents = spans(r, (first, group))
        rest = complement(r, "", subject.end, end)
        if rest[0] == "quote":
            contents += spans(r, (rest[1], content_end(r, rest[1], end)))
        return Candidate(match, group, "inverted", contents, subject, None, sentence) if contents else None
    frame, start, addressee = complement(r, lemma, after, end)
    before = subject_after_quote(r, group, first) or subject_before(r, group, first)
    left = before.start - 1 if before else -1
    detached = left > first and (r.words[left] in {",", "?", "!"} or r.words[left] in DASHES or ends_quote(r, left))
    finite = any(r.pos[k] in FINITE for k in range(group, match.first + 1))
    if frame == "none":
        if not (detached and finite and before):
            return None
        contents = spans(r, (first, left + 1))
        rest_start = start + 1 if start < end and r.words[start] == "," else end
        if rest_start < end and not has_finite(r, first, left) and has_finite(r, rest_start, end):
            contents += spans(r, (rest_start, end))
        return Candidate(match, group, "parenthetical", contents, before, addressee, sentence) if contents else None
    contents = spans(r, (start, content_end(r, start, end)))
    if frame == "quote" and detached and (ends_quote(r, left) or ends_quote(r, left - 1)):
        contents = spans(r, (first, left + 1)) + contents
    return Candidate(match, group, frame, contents, before, addressee, sentence) if contents else None


def subject_after_quote(r: Reading, group: int, first: int) -> Phrase | None:
    """The noun phrase between a quotation and the verb after it: '"...," Mr. Reed, who lives there, said'."""
    for k in range(group - 1, max(first, group - 40) - 1, -1):
        if r.quote_of[k] >= 0:
            stopped = r.words[k] in {",", "?", "!"} or r.words[k - 1] in {",", "?", "!"} or r.words[k + 1] == ","
            start = k + 2 if r.words[k + 1] == "," else k + 1
            subject = noun_phrase_right(r, start, group) if ends_quote(r, k) and stopped and start < group else None
            return subject if subject and (subject.end == group or not has_finite(r, subject.end, group) or r.words[subject.end] == ",") else None
    return None


def inverted_subject(r: Reading, match: CueMatch, group: int, first: int, end: int) -> Phrase | None:
    """The subject after the verb: '"...," said Ms. Lee', "..., wrote the committee"."""
    after, left = match.last + 1, group - 1
    if match.word.lemma not in SPEAKING or group != match.first or left < first or after >= end:
        return None
    if not (r.words[left] in {",", "?", "!"} or r.words[left] in DASHES or ends_quote(r, left)):
        return None
    if r.pos[match.first] not in {"VBD", "VBZ", "VBN", "VBP"} or r.pos[after] not in NOMINAL | {"PRP$", "JJ"}:
        return None
    subject = noun_phrase_right(r, after, end)
    if subject is None or (subject.end < end and r.pos[subject.end] in FINITE):
        return None
    return subject


def read_according_to(r: Reading, match: CueMatch, sentence: int, first: int, end: int) -> Candidate | None:
    """Fixed words before the source: "according to the police", "in the words of ..."."""
    subject = noun_phrase_right(r, match.last + 1, end)
    if subject is None:
        return None
    stop = subject.end
    while stop < end and r.pos[stop] in {"IN", "VBN", "VBG"} | INSIDE_NP and r.words[stop] not in {"that"}:
        stop += 1
    before = spans(r, (first, match.first))
    if match.first - first <= 2 and (match.first == first or r.pos[first] in {"CC", "RB"}):
        comma = next((k for k in range(subject.end, min(end, subject.end + 40)) if r.words[k] == ","), -1)
        contents = spans(r, (comma + 1, end)) if comma >= 0 else spans(r, (stop, end))
        rule = "according_to_first"
    else:
        contents = before
        rule = "according_to_last"
        if stop < end and r.words[stop] == "," and not has_finite(r, first, match.first):
            contents += spans(r, (stop + 1, end))
    return Candidate(match, match.first, rule, contents, subject, None, sentence) if contents else None


def read_noun(r: Reading, match: CueMatch, sentence: int, first: int, end: int) -> Candidate | None:
    """A noun with its complement: "his claim that ...", "Trump's call for ...", "the hope is that ..."."""
    after = match.last + 1
    if after >= end:
        return None
    word, tag = r.lower[after], r.pos[after]
    if word == "that" and tag in {"IN", "WDT"}:
        frame, start = "noun_that", after
    elif tag == "TO" and after + 1 < end and r.pos[after + 1] == "VB":
        frame, start = "noun_to", after
    elif word in {"for", "of", "about", "against", "on", "over", "with"}:
        frame, start = "noun_pp", after + 1
    elif word in {"is", "was"} and after + 1 < end and r.lower[after + 1] in {"that", "to"}:
        frame, start = "noun_is", after + 1
    else:
        return None
    phrase = noun_phrase_left(r, match.first, first)
    group = phrase.start if phrase else match.first
    subject = None
    possessive = next((k for k in range(match.first - 1, group - 1, -1) if r.pos[k] in {"POS", "PRP$"}), -1)
    if possessive >= 0:
        if r.pos[possessive] == "PRP$":
            subject = Phrase(possessive, possessive + 1, possessive)
            group = possessive + 1
        else:
            subject = noun_phrase_left(r, possessive - 1, first)
            group = possessive + 1
    elif group > first and r.pos[group - 1] in {"VBD", "VBZ", "VBP", "VBN", "VBG", "VB"}:
        verb = verb_group(r, group - 1, first)
        subject = subject_before(r, verb, first)
        group = verb
    contents = spans(r, (start, content_end(r, start, end)))
    return Candidate(match, group, frame, contents, subject, None, sentence) if contents else None


def read_adjective(r: Reading, match: CueMatch, sentence: int, first: int, end: int) -> Candidate | None:
    """An attitude with its object: "is confident that ...", "was frustrated by ..."."""
    verb = match.first - 1
    while verb > first and r.pos[verb] in {"RB", "RBR", "RBS"}:
        verb -= 1
    if verb < first or r.lower[verb] not in BE | {"felt", "feels", "feel", "remains", "remained", "seems", "seemed", "sounded", "looked"}:
        return None
    group = verb_group(r, verb, first)
    frame, start, addressee = complement(r, match.word.lemma, match.last + 1, end)
    if frame == "none":
        return None
    contents = spans(r, (start, content_end(r, start, end)))
    subject = subject_before(r, group, first)
    return Candidate(match, group, "adjective_" + frame, contents, subject, None, sentence) if contents else None


READERS = {"verb": read_verb, "noun": read_noun, "adjective": read_adjective, "phrase": read_according_to}


def spans(r: Reading, *ranges: tuple[int, int]) -> tuple[Span, ...]:
    """The token ranges as spans, empty ones left out."""
    return tuple(span for start, end in ranges if start < end and (span := to_span(r, start, end)))


def ends_quote(r: Reading, k: int) -> bool:
    """Whether a quotation ends with token `k`."""
    index = r.quote_of[k]
    return index >= 0 and r.quotes[index].end == r.ends[k]


def has_finite(r: Reading, start: int, end: int) -> bool:
    """Whether a finite verb stands among the tokens."""
    return any(r.pos[k] in FINITE for k in range(start, end))
