"""Enumerations: "Firstly ... Secondly ...", numbered, lettered and bulleted points under an announcing statement."""

from __future__ import annotations

from bisect import bisect_left

import regex
from msgspec import Struct
from msgspec.structs import replace

from flows.extract.annotations import Span
from flows.extract.speech.cues import CueWord, cue_noun, present_cue_verb, verb_lemma
from flows.extract.speech.drafts import Draft
from flows.extract.speech.syntax import (
    Phrase,
    Reading,
    finite_verb_after,
    noun_phrase_left,
    subject_before,
    verb_group,
    with_attachments,
)

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
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
WORD_OPENINGS = frozenset(word[0].upper() for word in (*ORDINALS, *LAST))
"""First letters of the words that open a point."""
INNER_POINT = regex.compile(
    r"""(?<![^\s:;,])(?:\(?(?P<number>\d{1,2})\)|\((?P<letters>[a-z]|[ivx]{2,4})\)
      | (?P<word>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)(?:ly)?,)\s+""",
    regex.VERBOSE,
)
"""What opens a point inside a sentence."""
AFTER_POINT = regex.compile(r"(?:[\s,;.]|\b(?:and|or)\b)*$")
ANNOUNCES = regex.compile(
    r"""\bas\ follows\b | \bthe\ following\b | :\s*$
      | \b(?:points?|proposals?|principles|steps|demands|conditions|measures|suggestions|priorities|reasons|ways|areas
          |goals|tasks|recommendations|commitments|things|consensus)\b""",
    regex.IGNORECASE | regex.VERBOSE,
)
POINT_CONFIDENCE = 0.8
CLOSING_RULES = frozenset({"parenthetical", "inverted", "according_to_last"})


class Point(Struct, frozen=True):
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
    found, list_index = with_inner_points(r, drafts)
    for group in groups:
        opening = r.segmentation.sentences[group[0].sentence].span.start
        announcer = announcing(r, found, group[0].sentence) or heading(r, group)
        if announcer is not None and announcer.covers(opening):
            continue
        announcer = announcer or closing(found, group[0])
        if announcer is None:
            continue
        for position, point in enumerate(group, 1):
            stop = group[position].sentence if position < len(group) else None
            span = extent_of_point(r, point, stop)
            own = closing(found, point)
            if own is not None:
                found[found.index(own)] = replace(own, list_index=list_index, list_position=position)
                continue
            draft = Draft(
                "enumerated_point", point.sentence, (Span(after_mark(r, span), span.end),), POINT_CONFIDENCE,
                cue_class=announcer.cue_class or class_of(r, point),
                source=announcer.source if announcer.rule == "announcement" else None,
                announced_by=announcer, list_index=list_index, list_position=position,
            )  # fmt: skip
            found = [d for d in found if d is announcer or not (span.start <= d.start and d.end <= span.end)]
            found.append(draft)
        list_index += 1
    return found


def with_inner_points(r: Reading, drafts: list[Draft]) -> tuple[list[Draft], int]:
    """The drafts with the points that stand inside a sentence nested in what it states, and how many have such.

    "They agreed to [(a) open the border; (b) share data]": what is stated runs to the end of the sentence.
    """
    found: list[Draft] = []
    lists = 0
    for draft in drafts:
        end = r.segmentation.sentences[draft.sentence].span.end
        marks = inner_marks(r, draft, end)
        if len(marks) < 2:
            found.append(draft)
            continue
        ends = [mark.start() for mark in marks[1:]] + [max(end, draft.end)]
        spans = [trimmed(r, mark.end(), stop) for mark, stop in zip(marks, ends, strict=True)]
        whole = replace(draft, contents=(Span(min(draft.start, marks[0].start()), max(spans[-1].end, draft.end)),))
        found.append(whole)
        for position, span in enumerate(spans, 1):
            found.append(
                Draft(
                    "enumerated_point", draft.sentence, (span,), POINT_CONFIDENCE, cue_class=draft.cue_class,
                    announced_by=whole, parent=whole, list_index=lists, list_position=position,
                )
            )  # fmt: skip
        lists += 1
    return found, lists


def inner_marks(r: Reading, draft: Draft, end: int) -> list[regex.Match[str]]:
    """The marks of one kind, counted from 1, that open points from the content on; the first lies in it."""
    marks: list[regex.Match[str]] = []
    if len(draft.contents) > 1 or draft.rule in CLOSING_RULES or draft.start >= end:
        return marks
    begin = draft.cue.end if draft.cue and draft.cue.end <= draft.start else draft.start
    if r.text.find(")", begin, end) < 0 and r.text.find("first", begin, end) < 0:
        return marks  # spares the pattern at most statements
    kinds = {"word", "number", "letter", "roman"}
    for mark in INNER_POINT.finditer(r.text, begin, end):
        fitting = {kind for kind in kinds if places_of(mark).get(kind) == len(marks) + 1}
        if fitting and (marks or mark.start() <= draft.end):
            marks.append(mark)
            kinds = fitting
    return marks


def places_of(mark: regex.Match[str]) -> dict[str, int]:
    """Which place a mark inside a sentence claims in each kind of list that it may belong to."""
    if mark["word"]:
        return {"word": ORDINALS.index(mark["word"]) + 1}
    if mark["number"]:
        return {"number": int(mark["number"])}
    letters = mark["letters"]
    places = {"letter": ord(letters) - ord("a") + 1} if len(letters) == 1 else {}
    return places | ({"roman": ROMAN.index(letters) + 1} if letters in ROMAN else {})


def trimmed(r: Reading, start: int, end: int) -> Span:
    """A point without the commas and conjunctions behind it."""
    rest = AFTER_POINT.search(r.text, start, end)
    return Span(start, rest.start() if rest else end)


def closing(drafts: list[Draft], point: Point) -> Draft | None:
    """The statement that closes a point's own sentence: "Firstly, ..., she said"."""
    return next((d for d in drafts if d.sentence == point.sentence and d.rule in CLOSING_RULES), None)


def point_at(r: Reading, sentence: int) -> Point | None:
    """The point that a sentence opens, if any; numbers and bullets count at the head of a paragraph alone."""
    sentences = r.segmentation.sentences
    span = sentences[sentence].span
    opening = r.text[span.start]
    if opening.isalpha() and opening not in WORD_OPENINGS and r.text[span.start + 1 : span.start + 2] != ")":
        return None
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

    "The two ministers made the following commitments:" is a noun of saying with its subject, "The statement said:" a
    verb that the points are the object of; "She made two promises. First, ..." counts the points; "The ministers (a)
    affirm ..., (b) decide ..." is a subject whose verbs open the points.
    """
    sentence = group[0].sentence - 1
    if sentence < 0:
        return None
    first, end = r.segmentation.sentence_tokens[sentence]
    last = end - 1 if r.words[end - 1] in {":", ",", "."} else end
    verb = finite_verb_after(r, first, last)
    if verb < 0:
        subject = noun_phrase_left(r, last - 1, first)
        subject = subject and with_attachments(r, subject, first)
        begins = subject is not None and subject.start == first and r.pos[first] in {"DT", "PRP", "NNP"}
        if r.words[end - 1] == "." or not begins or not all(opening_verb(r, point) for point in group):
            return None
        return announcement(sentence, subject, None)
    said = cue_noun(r.lower[last - 1]) or (present_cue_verb(verb_lemma(r.lower[verb])) if verb == last - 1 else None)
    subject = subject_before(r, verb_group(r, verb, first), first)
    is_counted = group[0].kind == "word" and "CD" in r.pos[verb:last]
    announces = r.words[end - 1] == ":" or (is_counted and r.words[end - 1] == ".")
    return announcement(sentence, subject, said.cue_class) if said and subject and announces else None


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
