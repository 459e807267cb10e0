"""Enumerations: "Firstly ... Secondly ...", numbered, lettered and bulleted points under an announcing statement."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace

import regex

from flows.extract.annotations import Span
from flows.extract.speech.cues import CueWord, cue_noun, present_cue_verb
from flows.extract.speech.drafts import Draft
from flows.extract.speech.syntax import (
    FINITE,
    Phrase,
    Reading,
    noun_phrase_left,
    subject_before,
    verb_group,
    with_attachments,
)

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
LAST = frozenset({"finally", "lastly", "last"})
POINT = regex.compile(
    r"""(?:(?P<word>(?:First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth)(?:ly)?|Finally|Lastly)
        \s?(?:,|:|\s-{1,2}\s|\s[–—]\s)
      | \(?(?P<number>\d{1,2})[.)](?=\s)
      | \(?(?P<letter>[a-zA-Z])\)(?=\s)
      | (?P<bullet>[•·▪●◦‣∙■*►➢✓–—-])
      )\s*(?=\S)""",
    regex.VERBOSE,
)
ANNOUNCES = regex.compile(
    r"""\bas\ follows\b | \bthe\ following\b | :\s*$
      | \b(?:points?|proposals?|principles|steps|demands|conditions|measures|suggestions|priorities|reasons|ways|areas
          |goals|tasks|recommendations|commitments|things|consensus)\b""",
    regex.IGNORECASE | regex.VERBOSE,
)
POINT_CONFIDENCE = 0.8
CLOSING_RULES = frozenset({"parenthetical", "inverted", "according_to_last"})


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence that opens a point: which kind of mark, which place it claims (0: none)."""

    sentence: int
    kind: str
    position: int


def find_lists(r: Reading, drafts: list[Draft]) -> list[Draft]:
    """The drafts with the points of every enumeration that a statement announces.

    What was found inside a point is left to be found again as nested in it. A point runs from its
    sentence to the next point, the last one to the end of its paragraph. A point that already is
    a statement by itself is marked; the others become statements by the announcing speaker.
    """
    points = [point_at(r, i) for i in range(len(r.segmentation.sentences))]
    groups = group_points([point for point in points if point])
    found = list(drafts)
    list_index = 0
    for group in groups:
        announcer = announcing(r, found, group[0].sentence) or heading(r, group)
        if announcer is None or announcer.covers(r.segmentation.sentences[group[0].sentence].span.start):
            continue
        for position, point in enumerate(group, 1):
            stop = group[position].sentence if position < len(group) else None
            span = extent_of_point(r, point, stop)
            own = next((d for d in found if d.sentence == point.sentence and d.rule in CLOSING_RULES), None)
            if own is not None:
                found[found.index(own)] = replace(own, list_index=list_index, list_position=position)
                continue
            draft = Draft(
                "enumerated_point", point.sentence, (Span(after_mark(r, span), span.end),), POINT_CONFIDENCE,
                cue_class=announcer.cue_class or class_of(r, point),
                announced_by=announcer, list_index=list_index, list_position=position,
            )  # fmt: skip
            found = [d for d in found if d is announcer or not (span.start <= d.start and d.end <= span.end)]
            found.append(draft)
        list_index += 1
    return found


def point_at(r: Reading, sentence: int) -> Point | None:
    """The point that a sentence opens, if any; numbers and bullets count at the head of a paragraph alone."""
    sentences = r.segmentation.sentences
    span = sentences[sentence].span
    match = POINT.match(r.text, span.start, span.end)
    if match is None:
        return None
    if match["word"]:
        word = match["word"].lower()
        stem = word.removesuffix("ly")
        position = 0 if word in {"finally", "lastly"} else ORDINALS.index(stem) + 1
        return Point(sentence, "word", position)
    if sentence and sentences[sentence - 1].paragraph == sentences[sentence].paragraph:
        return None
    if match["number"]:
        return Point(sentence, "number", int(match["number"]))
    if match["letter"]:
        return Point(sentence, "letter", ord(match["letter"].lower()) - ord("a") + 1)
    return Point(sentence, "bullet" + match["bullet"], 0)


def group_points(points: list[Point]) -> list[list[Point]]:
    """Runs of points that belong together: one kind of mark, counted from 1; at least two."""
    groups: list[list[Point]] = []
    for point in points:
        current = groups[-1] if groups else []
        near = bool(current) and current[-1].kind == point.kind and point.sentence - current[-1].sentence <= 12
        if near and (point.position == len(current) + 1 or point.position == 0):
            current.append(point)
        elif point.position == 1 or (point.position == 0 and point.kind != "word"):
            groups.append([point])
    return [group for group in groups if len(group) >= 2]


def announcing(r: Reading, drafts: list[Draft], sentence: int) -> Draft | None:
    """The statement that announces the points: by a speaker, in the sentence just before, with words that announce."""
    if sentence == 0:
        return None
    before = [d for d in drafts if d.sentence == sentence - 1 and d.parent is None and (d.source or d.announced_by)]
    span = r.segmentation.sentences[sentence - 1].span
    return before[-1] if before and ANNOUNCES.search(r.text, span.start, span.end) else None


def heading(r: Reading, group: list[Point]) -> Draft | None:
    """The words before the points where these are no statement by themselves; a draft that is none of the statements.

    "The two ministers made the following commitments:" is a noun of saying with its subject; "The ministers (a)
    affirm ..., (b) decide ..." a subject whose verbs open the points.
    """
    sentence = group[0].sentence - 1
    if sentence < 0:
        return None
    first, end = r.segmentation.sentence_tokens[sentence]
    last = end - 1 if r.words[end - 1] in {":", ","} else end
    verb = next((k for k in range(first, last) if r.pos[k] in FINITE and r.quote_of[k] < 0), -1)
    if verb < 0:
        subject = noun_phrase_left(r, last - 1, first)
        subject = subject and with_attachments(r, subject, first)
        begins = subject is not None and subject.start == first and r.pos[first] in {"DT", "PRP", "NNP"}
        if not begins or not all(opening_verb(r, point) for point in group):
            return None
        return announcement(sentence, subject, None)
    noun = cue_noun(r.lower[last - 1])
    subject = subject_before(r, verb_group(r, verb, first), first)
    return announcement(sentence, subject, noun.cue_class) if noun and subject and r.words[end - 1] == ":" else None


def announcement(sentence: int, subject: Phrase | None, cue_class: str | None) -> Draft:
    """Who speaks in the points."""
    return Draft("announcement", sentence, (Span(0, 0),), 0.0, cue_class=cue_class, source=subject)


def class_of(r: Reading, point: Point) -> str | None:
    """The class of the verb that a point begins with."""
    verb = opening_verb(r, point)
    return verb.cue_class if verb else None


def opening_verb(r: Reading, point: Point) -> CueWord | None:
    """The cue verb that a point begins with: "(a) affirm that ...", "1. Calls upon ..."."""
    first, end = r.segmentation.sentence_tokens[point.sentence]
    mark = POINT.match(r.text, r.starts[first])
    at = bisect_left(r.starts, mark.end(), first, end) if mark else end
    return present_cue_verb(r.lower[at]) if at < end else None


def after_mark(r: Reading, span: Span) -> int:
    """Where the words of a point begin: after its number, letter or bullet; "Firstly," is one of them."""
    mark = POINT.match(r.text, span.start, span.end)
    return mark.end() if mark and not mark["word"] else span.start


def extent_of_point(r: Reading, point: Point, stop: int | None) -> Span:
    """From the point's sentence to the next point, or to the end of its paragraph."""
    sentences = r.segmentation.sentences
    start = sentences[point.sentence].span.start
    last = point.sentence
    if stop is None:
        while last + 1 < len(sentences) and sentences[last + 1].paragraph == sentences[point.sentence].paragraph:
            last += 1
    else:
        last = max(point.sentence, stop - 1)
    return Span(start, sentences[last].span.end)
