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
from flows.extract.speech.syntax import FINITE, Reading, noun_phrase_right, subject_before, verb_group
from flows.extract.tagger import Tags

THRESHOLD = 0.45
MIN_QUOTE_WORDS = 4


def find_statements(
    segmentation: Segmentation, tags: Tags, entities: Sequence[LocalEntity], mentions: Sequence[Mention]
) -> list[Statement]:
    """The attributed statements of a text in order; `entities` and `mentions` may be empty."""
    r = Reading(segmentation, tags.pos, find_quotes(segmentation))
    candidates = [c for c in find_candidates(r) if r.quote_of[c.match.first] < 0 and confidence(c) >= THRESHOLD]
    kept = outermost(r, candidates)
    kept = [replace(c, contents=extended(r, c)) for c in kept]
    kept = add_following_quotes(r, kept)
    found = [to_statement(r, c) for c in kept]
    found += unclaimed_quotes(r, found)
    return sorted(found, key=lambda s: (s.contents[0].start, s.contents[-1].end))


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


def unclaimed_quotes(r: Reading, statements: list[Statement]) -> list[Statement]:
    """Quotations that no cue claims, each with the speaker that position suggests."""
    claimed = sorted((c.start, c.end) for s in statements for c in s.contents)
    ends = [e for _, e in claimed]
    found: list[Statement] = []
    sentence_starts = [s.span.start for s in r.segmentation.sentences]
    previous: Statement | None = None
    by_end = sorted((s for s in statements if s.speaker), key=lambda s: max(s.contents[-1].end, s.speaker.end if s.speaker else 0))
    for q in r.quotes:
        k = bisect_right(ends, q.start)
        if k < len(claimed) and claimed[k][0] < q.end:
            continue
        if len(r.text[q.start : q.end].split()) < MIN_QUOTE_WORDS:
            continue
        if found and not r.text[found[-1].contents[-1].end : q.start].strip():
            found[-1] = replace(found[-1], contents=(*found[-1].contents, Span(q.start, q.end)))
            continue
        found.append(lone_quote(r, q))
    return found


def lone_quote(r: Reading, q: Quote) -> Statement:
    """A quotation without a cue: its source is looked for just before it and in its sentence."""
    sentences = r.segmentation.sentences
    index = bisect_right([s.span.start for s in sentences], q.start) - 1
    first, end = r.segmentation.sentence_tokens[index]
    at = bisect_left(r.starts, q.start)
    rule, source = "lone_quote", None
    cue = None
    colon = at - 1
    if colon >= 0 and r.words[colon] == ":" :
        start = first if first < at else r.segmentation.sentence_tokens[index - 1][0]
        verb = next((k for k in range(start, colon) if r.pos[k] in FINITE and r.quote_of[k] < 0), -1)
        source = subject_before(r, verb_group(r, verb, start), start) if verb >= 0 else noun_phrase_right(r, start, colon)
        cue = Span(r.starts[colon], r.ends[colon])
        rule = "colon_quote"
    else:
        after = bisect_left(r.starts, q.end)
        last_sentence = bisect_right([s.span.start for s in sentences], q.end - 1) - 1
        stop = r.segmentation.sentence_tokens[last_sentence][1]
        if after < stop:
            verb = next((k for k in range(after, stop) if r.pos[k] in FINITE and r.quote_of[k] < 0), -1)
            if verb >= 0:
                source = noun_phrase_right(r, after + (r.words[after] == ","), verb) or noun_phrase_right(r, verb + 1, stop)
                cue = Span(r.starts[verb], r.ends[verb])
                rule = "quote_then_verb"
        if source is None and first < at:
            verb = next((k for k in range(at - 1, first - 1, -1) if r.pos[k] in FINITE and r.quote_of[k] < 0), -1)
            if verb >= 0:
                source = subject_before(r, verb_group(r, verb, first), first)
                cue = Span(r.starts[verb], r.ends[verb])
                rule = "verb_then_quote"
    return Statement(
        statement_type="direct", contents=(Span(q.start, q.end),), rule=rule, confidence=0.5,
        speaker=Span(r.starts[source.start], r.ends[source.end - 1]) if source else None,
        speaker_resolution="nominal" if source else "none", cue=cue,
    )
