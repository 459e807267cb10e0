"""From cues, quotations, sources and contents to statements."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows.extract.annotations import LocalEntity, Mention, Span, Statement
from flows.extract.segmentation import Segmentation
from flows.extract.speech.candidates import Candidate, find_candidates
from flows.extract.speech.confidence import cue_confidence
from flows.extract.speech.quotes import Quote, find_quotes
from flows.extract.speech.syntax import Reading
from flows.extract.tagger import Tags

THRESHOLD = 0.45


def find_statements(
    segmentation: Segmentation, tags: Tags, entities: Sequence[LocalEntity], mentions: Sequence[Mention]
) -> list[Statement]:
    """The attributed statements of a text in order; `entities` and `mentions` may be empty."""
    r = Reading(segmentation, tags.pos, find_quotes(segmentation))
    candidates = [c for c in find_candidates(r) if r.quote_of[c.match.first] < 0 and confidence(c) >= THRESHOLD]
    kept = outermost(r, candidates)
    kept = [replace(c, contents=extended(r, c)) for c in kept]
    kept = add_following_quotes(r, kept)
    return [to_statement(r, c) for c in kept]


def confidence(c: Candidate) -> float:
    return cue_confidence(c.match.word.lemma, c.match.word.kind, c.rule)


def outermost(r: Reading, candidates: list[Candidate]) -> list[Candidate]:
    """The candidates whose cue lies in no other's content."""
    kept: list[Candidate] = []
    for c in candidates:
        at = r.starts[c.match.first]
        if not any(s.start <= at < s.end for k in kept if k.sentence == c.sentence for s in k.contents):
            kept = [k for k in kept if k.sentence != c.sentence or not any(s.start <= r.starts[k.match.first] < s.end for s in c.contents)]
            kept.append(c)
    return kept


def extended(r: Reading, c: Candidate) -> tuple[Span, ...]:
    """The contents, with quotations that begin before or end after the cue's sentence taken in whole."""
    quotes = r.quotes
    starts = [q.start for q in quotes]
    pieces = list(c.contents)
    i = bisect_right(starts, pieces[0].start) - 1
    if i >= 0 and quotes[i].start < pieces[0].start < quotes[i].end:
        pieces[0] = Span(quotes[i].start, max(pieces[0].end, 0))
    if i >= 0 and quotes[i].start == pieces[0].start:
        while i > 0 and quotes[i - 1].continued:
            i -= 1
            pieces.insert(0, Span(quotes[i].start, quotes[i].end))
    i = bisect_left(starts, pieces[-1].end) - 1
    if i >= 0 and quotes[i].start < pieces[-1].end < quotes[i].end:
        pieces[-1] = Span(pieces[-1].start, quotes[i].end)
    if i >= 0 and quotes[i].end == pieces[-1].end:
        while quotes[i].continued and i + 1 < len(quotes):
            i += 1
            pieces.append(Span(quotes[i].start, quotes[i].end))
    return tuple(pieces)


def add_following_quotes(r: Reading, candidates: list[Candidate]) -> list[Candidate]:
    """Give quotations that nobody introduces to the statement just before them."""
    text = r.text
    starts = [q.start for q in r.quotes]
    out: list[Candidate] = []
    order = sorted(candidates, key=lambda c: max(s.end for s in (*c.contents, Span(0, r.ends[c.last]))))
    taken = sorted((s.start, s.end) for c in candidates for s in c.contents)
    sentences = r.segmentation.sentences
    for n, c in enumerate(order):
        end = max(sentences[c.sentence].span.end, c.contents[-1].end)
        pieces = list(c.contents)
        while True:
            i = bisect_left(starts, end)
            if i >= len(starts) or text[end : starts[i]].strip():
                break
            q = r.quotes[i]
            k = bisect_right(taken, (q.start, 1 << 60)) - 1
            if (k >= 0 and taken[k][1] > q.start) or (k + 1 < len(taken) and taken[k + 1][0] < q.end):
                break
            if not ends_like_sentence(text, q):
                break
            pieces.append(Span(q.start, q.end))
            end = q.end
        out.append(replace(c, contents=tuple(pieces)))
    return sorted(out, key=lambda c: c.match.first)


def ends_like_sentence(text: str, q: Quote) -> bool:
    """Whether a quotation stands as a sentence by itself."""
    inner = text[q.start : q.end].rstrip("\"'”’»")
    return inner[-1:] in {".", "!", "?", "…"}


def to_statement(r: Reading, c: Candidate) -> Statement:
    return Statement(
        statement_type="indirect", contents=c.contents, rule=c.rule, confidence=0.5,
        speaker=Span(r.starts[c.subject.start], r.ends[c.subject.end - 1]) if c.subject else None,
        speaker_resolution="nominal" if c.subject else "none",
        cue=Span(r.starts[c.group], r.ends[c.match.last]), cue_lemma=c.match.word.lemma, cue_class=c.match.word.cue_class,
    )
