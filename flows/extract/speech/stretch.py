"""Contents that reach beyond the cue's sentence: quotations over several sentences and paragraphs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from msgspec.structs import replace

from flows.extract.annotations import Span
from flows.extract.speech.drafts import Draft
from flows.extract.speech.quotes import Quote
from flows.extract.speech.syntax import Reading


def over_whole_quotes(r: Reading, drafts: list[Draft]) -> list[Draft]:
    """Take in whole the quotations that begin before or end after the cue's sentence, over all their paragraphs.

    Earlier paragraphs that end the content of another statement are left to that one.
    """
    ends = {d.end for d in drafts}
    return [with_whole_quotes(r, draft, ends) for draft in drafts]


def with_whole_quotes(r: Reading, draft: Draft, ends: set[int]) -> Draft:
    """One statement with the quotations it begins or ends in; `ends` are where contents end."""
    quotes = r.quotes
    starts = r.quote_starts
    pieces = list(draft.contents)
    i = bisect_right(starts, pieces[0].start) - 1
    if i >= 0 and quotes[i].start <= pieces[0].start < quotes[i].end:
        pieces[0] = Span(quotes[i].start, pieces[0].end)
        while i > 0 and quotes[i - 1].continued and quotes[i - 1].end not in ends:
            i -= 1
            pieces.insert(0, Span(quotes[i].start, quotes[i].end))
    i = bisect_left(starts, pieces[-1].end) - 1
    if i >= 0 and quotes[i].start < pieces[-1].end <= quotes[i].end:
        pieces[-1] = Span(pieces[-1].start, quotes[i].end)
        while quotes[i].continued and i + 1 < len(quotes):
            i += 1
            pieces.append(Span(quotes[i].start, quotes[i].end))
    return draft if tuple(pieces) == draft.contents else replace(draft, contents=tuple(pieces))


def over_following_quotes(r: Reading, drafts: list[Draft]) -> list[Draft]:
    """Give a quotation that follows at once, and that no other cue claims, to the statement before it.

    Of several in the sentence before, the first has it. One without a speaker ("Asked what she
    would do, ...") gets none.
    """
    starts, text = r.quote_starts, r.text
    sentences = r.segmentation.sentences
    taken = sorted((span.start, span.end) for d in drafts for span in d.contents)
    found = []
    given = -1
    for d in drafts:
        pieces = list(d.contents)
        end = max(sentences[d.sentence].span.end, d.end)
        i = bisect_left(starts, end)
        while d.source and given < i < len(starts) and not text[end : starts[i]].strip():
            quote = r.quotes[i]
            if is_taken(taken, quote) or not ends_like_sentence(text, quote):
                break
            pieces.append(Span(quote.start, quote.end))
            end = quote.end
            given = i
            i += 1
        found.append(replace(d, contents=tuple(pieces)) if len(pieces) > len(d.contents) else d)
    return found


def is_taken(taken: list[tuple[int, int]], quote: Quote) -> bool:
    """Whether one of the sorted spans overlaps a quotation."""
    k = bisect_right(taken, (quote.start, len(taken) and taken[-1][1])) - 1
    return (k >= 0 and taken[k][1] > quote.start) or (k + 1 < len(taken) and taken[k + 1][0] < quote.end)


def ends_like_sentence(text: str, quote: Quote) -> bool:
    """Whether a quotation stands as a sentence by itself."""
    return text[quote.start : quote.end].rstrip("\"'”’»")[-1:] in {".", "!", "?", "…"}
