"""What extraction finds in one document: the interface between extraction and everything after it.

All positions are Unicode code points into the document's text, 0-based, end exclusive, so that
`text[start:end]` is what the row shows. Nothing here knows another document, a source or a clock:
names are resolved inside the document, date expressions are left as found and read into a code
that dbt resolves against the dateline (see `DateExpression.code`). Nothing changes an annotation once it is made.
Like all records of this package they are msgspec Structs, since a text makes a thousand of them.
"""

from __future__ import annotations

from msgspec import Struct

ENTITY_TYPES = ("person", "organization", "place", "event")
MENTION_TYPES = ("name", "nominal", "pronoun")
STATEMENT_TYPES = ("direct", "indirect", "mixed")
SPEAKER_RESOLUTIONS = ("name", "partial_name", "nominal", "pronoun", "carried_over", "none")
CUE_CLASSES = (
    "say", "claim", "deny", "promise", "demand", "propose", "ask", "agree",
    "criticise", "praise", "think", "intend", "announce",
)  # fmt: skip


class Span(Struct, frozen=True):
    """A stretch of the text: `text[start:end]`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters the span covers in `text`."""
        return text[self.start : self.end]


class Sentence(Struct, frozen=True):
    """A sentence; headline, byline and bullet lines are sentences of their own."""

    span: Span
    paragraph: int


class Mention(Struct, frozen=True):
    """A place where the text refers to an entity.

    `entity` is an index into `Annotations.entities`. Names stand without titles, determiners and
    possessive endings ("Wang Yi", not "Foreign Minister Wang Yi's").
    """

    span: Span
    sentence: int
    entity: int
    mention_type: str
    reason: str = "name"
    """Why the mention belongs to its entity: `name`, `same_name`, `surname`, `acronym`, `role`, `pronoun` ..."""


class LocalEntity(Struct, frozen=True):
    """One real-world thing as this document shows it.

    `name` is the fullest form found ("Shanghai Cooperation Organization"); `aliases` holds every
    other name form in order of appearance, acronyms included ("SCO"). `key` is the identity the
    document alone can vouch for: the normalised full name (case, diacritics, punctuation and
    titles folded), or `ISO:RU` for a country. `is_full` is false where only part of a name is
    known ("Wang" alone), so that it must not be joined across documents by its key.
    """

    entity_type: str
    name: str
    key: str
    aliases: tuple[str, ...] = ()
    country_code: str | None = None
    gender: str | None = None
    """`f`, `m` or None, as far as the text (pronouns, honorifics) or the first name tells."""
    is_full: bool = True


class Acronym(Struct, frozen=True):
    """A short form that the text defines: "Shanghai Cooperation Organization (SCO)"."""

    entity: int
    short: str
    span: Span
    """Where the short form stands in its definition."""


class Role(Struct, frozen=True):
    """A title somebody holds, in the text's words. `span` covers the title, `text[span]` == title."""

    entity: int
    title: str
    span: Span
    organization: int | None = None
    country_code: str | None = None
    status: str = "current"
    """`current`, `former`, `acting` or `designate` ("-elect")."""


class DateExpression(Struct, frozen=True):
    """Words that name a day, and what they mean before an anchor date is known.

    `code` is one of
    `date:2020-09-16`     a full date,
    `month_day:09-16`     the nearest such day not more than six months away from the anchor,
    `weekday:1` .. `7`    Monday to Sunday, the last such day on or before the anchor,
    `next_weekday:1`      the first such day after the anchor,
    `days:-1`             so many days from the anchor (today 0, yesterday -1, last week -7),
    `month:2020-09`       a month (dbt takes no day from it), `year:2020` likewise,
    `months:-1`           so many months from the anchor, `years:-1` likewise; no day either.
    """

    span: Span
    code: str


class Statement(Struct, frozen=True):
    """Something that somebody is said to have said, thought or meant.

    `contents` are the pieces of the content in order, without the cue and the speaker where these
    interrupt it; outer quotation marks belong to the content span. `speaker` is None where the form is
    `carried_over` or `none`; `speaker_entity` is None where the speaker is not a known entity.
    `parent` is the index of the statement that reports this one ("X said Y had told Z").
    """

    statement_type: str
    contents: tuple[Span, ...]
    rule: str
    confidence: float
    speaker: Span | None = None
    speaker_entity: int | None = None
    speaker_resolution: str = "none"
    cue: Span | None = None
    cue_lemma: str | None = None
    cue_class: str | None = None
    addressee: Span | None = None
    addressee_entity: int | None = None
    date: DateExpression | None = None
    place_entity: int | None = None
    parent: int | None = None
    list_index: int | None = None
    """Which enumeration of the document the statement is a point of, counted from 0."""
    list_position: int | None = None
    """Place of the point in its enumeration, from 1."""

    @property
    def span(self) -> Span:
        """From the first character of the content to the last."""
        return Span(self.contents[0].start, self.contents[-1].end)


class Annotations(Struct, frozen=True):
    """All that `annotate` finds in one text; every list is in the order of the text."""

    body_start: int = 0
    sentences: list[Sentence] = []
    entities: list[LocalEntity] = []
    mentions: list[Mention] = []
    acronyms: list[Acronym] = []
    roles: list[Role] = []
    statements: list[Statement] = []
