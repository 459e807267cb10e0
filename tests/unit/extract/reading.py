"""Names marked by hand, so that a test of what follows from names does not depend on how they are found."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flows.extract.annotations import LocalEntity, Mention, Role, Span
from flows.extract.coreference import refer_back
from flows.extract.entities import cluster
from flows.extract.names import NameMention
from flows.extract.roles import find_roles, with_seats
from flows.extract.segmentation import segment
from flows.extract.speech.quotes import find_quotes
from flows.extract.tagger import tag

TYPES = {"P": "person", "O": "organization", "L": "place", "E": "event"}
MARKED = re.compile(r"\[([POLE]) ([^\]]+)\]")


@dataclass(frozen=True)
class Reading:
    """What a marked text was read as."""

    text: str
    entities: list[LocalEntity]
    names: list[Mention]
    references: list[Mention]
    roles: list[Role]

    def who(self) -> list[tuple[str, str]]:
        """Each name and the entity it belongs to."""
        return [(m.span.of(self.text), self.entities[m.entity].name) for m in self.names]

    def refers(self) -> list[tuple[str, str]]:
        """Each pronoun or nominal and the entity it refers to."""
        return [(m.span.of(self.text), self.entities[m.entity].name) for m in self.references]

    def holds(self) -> list[tuple[str, str, str, str | None, str | None]]:
        """Each role: person, title, status, country, organization."""
        return [
            (
                self.entities[r.entity].name,
                r.title,
                r.status,
                r.country_code,
                None if r.organization is None else self.entities[r.organization].name,
            )
            for r in self.roles
        ]


def read(marked: str) -> Reading:
    """Read a text whose names are marked: "[P Wang Yi] visited [L Moscow]." """
    text, names, at = "", [], 0
    for match in MARKED.finditer(marked):
        text += marked[at : match.start()]
        names.append((Span(len(text), len(text) + len(match[2])), TYPES[match[1]]))
        text += match[2]
        at = match.end()
    text += marked[at:]
    segmentation = segment(text)
    tags = tag(segmentation)
    sentence_of = [s.span.end for s in segmentation.sentences]
    mentions = [
        NameMention(span, kind, next(i for i, end in enumerate(sentence_of) if span.start < end))
        for span, kind in names
    ]
    named = cluster(segmentation, mentions)
    roles = find_roles(segmentation, tags, named.entities, named.mentions)
    referred = refer_back(segmentation, tags, named.entities, named.mentions, roles, find_quotes(segmentation))
    roles += find_roles(segmentation, tags, named.entities, named.mentions + referred.mentions, "pronoun")
    return Reading(
        text, named.entities, named.mentions, referred.mentions,
        with_seats(text, roles, named.entities, referred.mentions),
    )  # fmt: skip
