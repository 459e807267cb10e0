"""Quotations that no cue of the lexicon claims: position tells who speaks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from msgspec.structs import replace

from flows.extract.annotations import Span
from flows.extract.speech.cues import verb_lemma
from flows.extract.speech.drafts import Draft
from flows.extract.speech.quotes import Quote
from flows.extract.speech.stretch import ends_like_sentence
from flows.extract.speech.syntax import (
    DASHES,
    Phrase,
    Reading,
    finite_verb_after,
    finite_verb_before,
    noun_phrase_right,
    subject_before,
    verb_group,
)

MIN_WORDS = 4
"""Shorter quotations without a cue are titles, terms and scare quotes, but for whole sentences."""
CONFIDENCE = {
    "colon_quote": 0.6,
    "dash_quote": 0.6,
    "quote_then_verb": 0.6,
    "verb_then_quote": 0.4,
    "subject_then_quote": 0.5,
    "carried_over_quote": 0.5,
    "lone_quote": 0.4,
}
REACH = 2
"""How many paragraphs back a speaker is carried over from."""


def find_lone_quotes(r: Reading, drafts: list[Draft]) -> list[Draft]:
    """A statement for each quotation of some words that lies in no draft's content."""
    claimed = sorted((span.start, span.end) for d in drafts for span in d.contents)
    ends = [end for _, end in claimed]
    spoken = sorted((d for d in drafts if d.source), key=lambda d: d.end)
    spoken_ends = [d.end for d in spoken]
    attributing = {d.sentence for d in drafts}
    found: list[Draft] = []
    for quote in r.quotes:
        k = bisect_right(ends, quote.start)
        if k < len(claimed) and claimed[k][0] < quote.end:
            continue
        if r.text.count(" ", quote.start, quote.end) + 1 < MIN_WORDS and not is_whole_sentence(r, quote):
            continue
        if found and not r.text[found[-1].end : quote.start].strip():
            found[-1] = replace(found[-1], contents=(*found[-1].contents, Span(quote.start, quote.end)))
            continue
        draft = lone_quote(r, quote, attributing)
        if draft.source is None:
            at = bisect_right(spoken_ends, quote.start) - 1
            if at >= 0 and near(r, spoken[at], draft):
                draft = replace(draft, rule="carried_over_quote", announced_by=spoken[at], cue=None)
        found.append(draft)
    return found


def is_whole_sentence(r: Reading, quote: Quote) -> bool:
    """Whether a quotation is closed by a sentence's end, and opens a sentence or stands behind a colon: 'He smiled.
    "Never."'."""
    before = r.text[max(0, quote.start - 2) : quote.start].rstrip()
    opens = r.sentence_starts[bisect_right(r.sentence_starts, quote.start) - 1] == quote.start or before.endswith(":")
    return quote.closed and opens and ends_like_sentence(r.text, quote)


def near(r: Reading, before: Draft, draft: Draft) -> bool:
    """Whether a statement ends at most `REACH` paragraphs before another begins."""
    sentences = r.segmentation.sentences
    starts = r.sentence_starts
    last = sentences[bisect_right(starts, before.end - 1) - 1].paragraph
    return sentences[draft.sentence].paragraph - last <= REACH


def lone_quote(r: Reading, quote: Quote, attributing: set[int]) -> Draft:
    """A quotation with the source that the words next to it name: a colon before it, a verb after or before it, the
    sentence before it, unless that is one of the `attributing` ones."""
    sentence = max(0, bisect_right(r.sentence_starts, quote.start) - 1)
    first, _ = r.segmentation.sentence_tokens[sentence]
    at = bisect_left(r.starts, quote.start)
    contents = (Span(quote.start, quote.end),)
    for find in (before_colon, after_dash, verb_after, verb_before):
        source, cue = find(r, quote, sentence, first, at)
        if source is not None and cue >= 0:
            rule = RULES[find.__name__]
            lemma = verb_lemma(r.lower[cue])
            return Draft(
                rule, sentence, contents, CONFIDENCE[rule], Span(r.starts[cue], r.ends[cue]), lemma, "say", source
            )
    if at == first and sentence - 1 not in attributing and (source := subject_of_sentence_before(r, sentence)):
        return Draft("subject_then_quote", sentence, contents, CONFIDENCE["subject_then_quote"], source=source)
    return Draft("lone_quote", sentence, contents, CONFIDENCE["lone_quote"])


def subject_of_sentence_before(r: Reading, sentence: int) -> Phrase | None:
    """Whom the sentence before a quotation is about: 'Coach Eide shook his head. "We lost."'.

    It stands in the paragraph of the quotation, or is one by itself.
    """
    if not sentence:
        return None
    sentences, before = r.segmentation.sentences, sentence - 1
    paragraph = sentences[before].paragraph
    is_alone = before == 0 or sentences[before - 1].paragraph != paragraph
    first, end = r.segmentation.sentence_tokens[before]
    verb = finite_verb_after(r, first, end)
    if verb < 0 or (sentences[sentence].paragraph != paragraph and not is_alone):
        return None
    if any(r.quote_of[k] >= 0 for k in range(first, end)):
        return None
    subject = subject_before(r, verb_group(r, verb, first), first)
    is_person = subject is not None and (r.pos[subject.head] == "NNP" or r.lower[subject.head] in {"he", "she"})
    return subject if is_person else None


RULES = {
    "before_colon": "colon_quote",
    "after_dash": "dash_quote",
    "verb_after": "quote_then_verb",
    "verb_before": "verb_then_quote",
}


def before_colon(r: Reading, quote: Quote, sentence: int, first: int, at: int) -> tuple[Phrase | None, int]:
    """The subject of what stands before a colon: 'She was blunt: "..."', 'Mark Reed: "..."'."""
    colon = at - 1
    if colon < 0 or r.words[colon] != ":":
        return None, -1
    start = first if first < at else r.segmentation.sentence_tokens[sentence - 1][0]
    verb = finite_verb_after(r, start, colon)
    source = subject_before(r, verb_group(r, verb, start), start) if verb >= 0 else noun_phrase_right(r, start, colon)
    return source, colon


def after_dash(r: Reading, quote: Quote, sentence: int, first: int, at: int) -> tuple[Phrase | None, int]:
    """A name behind a dash that ends the line: '"..." — Ana Roe'."""
    dash = bisect_left(r.starts, quote.end)
    if dash + 1 >= len(r.words) or r.words[dash] not in DASHES:
        return None, -1
    end = r.text.find("\n", r.starts[dash])
    stop = bisect_left(r.starts, end) if end >= 0 else len(r.words)
    source = noun_phrase_right(r, dash + 1, stop)
    closes = source is not None and (source.end >= stop or r.words[source.end] in {",", ".", "("})
    return (source, dash) if source and closes and r.pos[source.head] in {"NNP", "NNPS"} else (None, -1)


def verb_after(r: Reading, quote: Quote, sentence: int, first: int, at: int) -> tuple[Phrase | None, int]:
    """A verb and its subject behind the quotation, in its sentence: '"..." was how Lee put it'."""
    after = bisect_left(r.starts, quote.end)
    last = max(0, bisect_right(r.sentence_starts, quote.end - 1) - 1)
    stop = r.segmentation.sentence_tokens[last][1]
    verb = finite_verb_after(r, after, stop)
    if verb < 0:
        return None, -1
    start = after + (r.words[after] == ",")
    return noun_phrase_right(r, start, verb) or noun_phrase_right(r, verb + 1, stop), verb


def verb_before(r: Reading, quote: Quote, sentence: int, first: int, at: int) -> tuple[Phrase | None, int]:
    """A verb and its subject before the quotation, in its sentence: 'Lee put it this way, "..."'."""
    verb = finite_verb_before(r, at, first)
    if verb < 0:
        return None, -1
    return subject_before(r, verb_group(r, verb, first), first), verb
