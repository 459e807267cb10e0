"""From a speaker's words to an entity of the document."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import regex

from flows.extract.annotations import LocalEntity, Mention, Span
from flows.extract.name_types import organization_nouns
from flows.extract.names import title_nouns
from flows.extract.speech.syntax import NOUN, Phrase, Reading

_TO_APPOSITION = regex.compile(r"(?:\s(?:of|in|at|for|to)\s[^,.;:\n]{1,60})?,\s")
"""From a noun phrase to a name in apposition."""


class Mentions:
    """The mentions of a document, to be found by place."""

    def __init__(self, entities: Sequence[LocalEntity], mentions: Sequence[Mention]) -> None:
        self.entities = entities
        self.mentions = sorted(mentions, key=lambda m: (m.span.start, -m.span.end))
        self.starts = [m.span.start for m in self.mentions]

    def within(self, start: int, end: int) -> list[Mention]:
        """The mentions that lie in a stretch of the text."""
        at = bisect_left(self.starts, start)
        found = []
        while at < len(self.mentions) and self.starts[at] < end:
            if self.mentions[at].span.end <= end:
                found.append(self.mentions[at])
            at += 1
        return found

    def at_head(self, r: Reading, phrase: Phrase) -> Mention | None:
        """The mention that the head of a phrase belongs to; people and organizations before places."""
        start, end = r.starts[phrase.head], r.ends[phrase.head]
        span = span_of(r, phrase)
        covering = [m for m in self.within(span.start, span.end) if m.span.start <= start and end <= m.span.end]
        covering.sort(key=lambda m: (self.entities[m.entity].entity_type in {"place", "event"}, m.span.start))
        return covering[0] if covering else self.name_around(start, end)

    def name_around(self, start: int, end: int) -> Mention | None:
        """The name that begins before a word and ends with it: 'John "Jack" [Reed]'."""
        at = bisect_left(self.starts, start) - 1
        before = self.mentions[at] if at >= 0 else None
        return before if before and before.span.end == end and before.mention_type == "name" else None

    def person_called(self, label: str) -> int | None:
        """The one person of the document whose name ends with the words of a label: "SZALAY", "Lee"."""
        words = label.casefold().split()
        found = [
            i
            for i, entity in enumerate(self.entities)
            if entity.entity_type == "person" and entity.name.casefold().split()[-len(words) :] == words
        ]
        return found[0] if len(found) == 1 else None

    def apposed(self, r: Reading, phrase: Phrase) -> Mention | None:
        """The name in apposition to a phrase: "its envoy in Suva, Pieter Velden, ...", "the firm, Koro Lines, ...".

        Nouns may stand before it: "one of the marchers, teacher Rita Galea, ...".
        """
        gap = _TO_APPOSITION.match(r.text, span_of(r, phrase).end)
        if gap is None:
            return None
        token = bisect_left(r.starts, gap.end(), phrase.end)
        while token < len(r.pos) and r.pos[token] in {"NN", "JJ"}:
            token += 1
        at = bisect_left(self.starts, gap.end())
        if token == len(r.pos) or at == len(self.mentions) or self.starts[at] != r.starts[token]:
            return None
        m = self.mentions[at]
        if m.mention_type != "name" or r.text[m.span.end : m.span.end + 1] != ",":
            return None
        kind = self.entities[m.entity].entity_type
        is_organization = (
            self.starts[at] == gap.end()
            and kind == "organization"
            and r.lower[phrase.head] in organization_nouns()
            and gap[0] == ", "
        )
        return m if kind == "person" or is_organization else None

    def titled(self, r: Reading, phrase: Phrase) -> Mention | None:
        """The person whose title the phrase opens with: "Minister of Fisheries [Vera Lund]"."""
        if r.lower[phrase.head] not in title_nouns():
            return None
        span = span_of(r, phrase)
        for m in self.within(r.ends[phrase.head], span.end):
            if m.span.end == span.end and m.mention_type == "name":
                before = bisect_left(r.starts, m.span.start) - 1
                return m if self.entities[m.entity].entity_type == "person" and r.pos[before] in NOUN else None
        return None


def span_of(r: Reading, phrase: Phrase) -> Span:
    """The characters of a phrase."""
    return Span(r.starts[phrase.start], r.ends[phrase.end - 1])


def resolve(r: Reading, known: Mentions, phrase: Phrase) -> tuple[int | None, str]:
    """Entity (None: not known) and form of a speaker: `name`, `partial_name`, `nominal` or `pronoun`."""
    mention = known.titled(r, phrase) or known.at_head(r, phrase)
    if (mention is None or mention.mention_type != "name") and (apposed := known.apposed(r, phrase)):
        return apposed.entity, "name"
    if mention is None:
        return None, form_of(r, phrase)
    if mention.mention_type != "name":
        return mention.entity, mention.mention_type
    if is_joined(r, known, phrase, mention):
        return None, "name"
    full = known.entities[mention.entity].name.casefold()
    return mention.entity, "name" if full in mention.span.of(r.text).casefold() else "partial_name"


def is_joined(r: Reading, known: Mentions, phrase: Phrase, mention: Mention) -> bool:
    """Whether the phrase names several, of whom `mention` is one: "Grace Odera and Trade Minister Moses Tumwine"."""
    span = span_of(r, phrase)
    names = known.within(span.start, span.end)
    for k in range(phrase.start + 1, phrase.end - 1):
        at = r.starts[k]
        if r.lower[k] != "and" or any(m.span.start < at < m.span.end for m in names):
            continue
        before = next((m for m in names if m.span.end == r.ends[k - 1]), None)
        if before and (mention.span.start > at or (before is mention and any(m.span.start > at for m in names))):
            return True
    return False


def form_of(r: Reading, phrase: Phrase) -> str:
    """How an unknown speaker is named, by the tag of the head."""
    tag = r.pos[phrase.head]
    if tag in {"PRP", "WP"}:
        return "pronoun"
    return "name" if tag in {"NNP", "NNPS"} else "nominal"
