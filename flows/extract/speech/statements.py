"""From cues, quotations, sources and contents to statements."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from flows.extract.annotations import DateExpression, LocalEntity, Mention, Span, Statement
from flows.extract.dates import find_dates
from flows.extract.segmentation import Segmentation
from flows.extract.speech.candidates import Candidate, find_candidates
from flows.extract.speech.confidence import calibrated, cue_confidence
from flows.extract.speech.drafts import Draft, lies_in
from flows.extract.speech.lists import find_lists
from flows.extract.speech.lone_quotes import find_lone_quotes
from flows.extract.speech.quotes import Quote, find_quotes
from flows.extract.speech.resolution import Mentions, resolve, span_of
from flows.extract.speech.retagging import retagged
from flows.extract.speech.stretch import over_following_quotes, over_whole_quotes
from flows.extract.speech.syntax import Reading
from flows.extract.speech.turns import find_turns, is_label
from flows.extract.tagger import Tags

CONSIDERED = 0.4
"""Cues that attribute less often than this are left unread."""
KEPT = 0.5
"""A statement stands where at least this share of its like have half of their content right."""
NESTED = 0.6
"""How often a cue inside another statement must attribute."""
NESTING = 6
"""How many statements back a parent is looked for."""
NESTED_RULES = frozenset(
    {"that", "clause", "wh", "quote", "colon", "np_to", "parenthetical", "inverted", "according_to_last"}
)
ENCLOSING_RULES = frozenset({"parenthetical", "inverted", "according_to_last"})
"""What stands before the cue is content: "..., he said"."""


def find_statements(
    segmentation: Segmentation,
    tags: Tags,
    entities: Sequence[LocalEntity],
    mentions: Sequence[Mention],
    quotes: list[Quote] | None = None,
    *,
    fields_end: int = 0,
    headline: Span | None = None,
) -> list[Statement]:
    """The attributed statements of a text in the order of their content.

    `entities` and `mentions` may be empty; speakers then stay unresolved but have their span.
    `quotes` are the text's, where they have been found already. Up to `fields_end` only the headline is read.
    """

    def is_prose(d: Draft) -> bool:
        return d.start >= fields_end or (headline is not None and headline.start <= d.start and d.end <= headline.end)

    r = read(segmentation, tags, quotes)
    known = Mentions(entities, mentions)
    rated = ((c, confidence_of(c)) for c in find_candidates(r, CONSIDERED))
    kept = [(c, p) for c, p in rated if p >= CONSIDERED and calibrated(c.rule, p) >= KEPT]
    return finish(r, find_drafts(r, kept, known, is_prose), known)


def find_drafts(
    r: Reading,
    candidates: list[tuple[Candidate, float]],
    known: Mentions,
    is_prose: Callable[[Draft], bool] = lambda _: True,
) -> list[Draft]:
    """The statements that these candidates and the text's quotations, turns and lists make, with raw confidences.

    What is no prose, and whatever it reports, is left out.
    """
    turns = find_turns(r, known)
    outer = outermost(r, [(c, p) for c, p in candidates if r.quote_of[c.match.first] < 0], turns)
    drafts = turns + over_following_quotes(r, over_whole_quotes(r, [draft_of(r, c, p) for c, p in outer]))
    drafts += find_lone_quotes(r, drafts)
    drafts = [d for d in find_lists(r, drafts) if is_prose(d)]
    cues = {d.cue for d in drafts}
    return drafts + nested(r, [(c, p) for c, p in candidates if cue_of(r, c) not in cues], drafts)


def read(segmentation: Segmentation, tags: Tags, quotes: list[Quote] | None = None) -> Reading:
    """The text as the rules see it."""
    pos = retagged(segmentation.tokens, tags.pos, segmentation.sentence_tokens)
    return Reading(segmentation, pos, find_quotes(segmentation) if quotes is None else quotes)


def confidence_of(c: Candidate) -> float:
    """How likely the cue attributes, by its word and its rule."""
    return cue_confidence(c.match.word.lemma, c.match.word.kind, c.rule)


def cue_of(r: Reading, c: Candidate) -> Span:
    """The characters of the cue, auxiliaries included."""
    return Span(r.starts[c.group], r.ends[c.match.last])


def draft_of(r: Reading, c: Candidate, confidence: float) -> Draft:
    """A candidate as a draft."""
    word = c.match.word
    source = c.subject if c.subject and r.pos[c.subject.head] != "EX" else None  # "there were reports that ..."
    return Draft(
        c.rule, c.sentence, c.contents, confidence, cue_of(r, c), word.lemma, word.cue_class,
        source=source, addressee=c.addressee,
    )  # fmt: skip


def outermost(
    r: Reading, candidates: list[tuple[Candidate, float]], turns: list[Draft]
) -> list[tuple[Candidate, float]]:
    """The candidates whose cue lies in no other's content; one that closes its sentence encloses the others."""
    kept: list[tuple[Candidate, float]] = []
    begun, first = -1, 0
    said_in_turns = [span for turn in turns for span in turn.contents]
    for c, p in candidates:
        at = r.starts[c.match.first]
        if lies_in(said_in_turns, at):
            continue
        if c.sentence != begun:
            begun, first = c.sentence, len(kept)
        inside = [k for k, _ in kept[first:] if any(s.start <= r.starts[k.match.first] < s.end for s in c.contents)]
        encloses = c.rule in ENCLOSING_RULES and inside
        if c.rule == "noun_that" and kept[first:] and c.group <= kept[-1][0].match.first:
            # The verb before the noun is part of its cue: "made the claim that ...".
            kept[-1] = (c, p)
            continue
        if kept[first:] and c.contents == kept[-1][0].contents:
            # "Replied to charges that ...", "said in a statement that ...": whoever replied or said it is the source.
            continue
        if not encloses and any(span.start <= at < span.end for k, _ in kept[first:] for span in k.contents):
            continue
        kept[first:] = [(k, q) for k, q in kept[first:] if k not in inside]
        kept.append((c, p))
    return kept


def nested(r: Reading, candidates: list[tuple[Candidate, float]], drafts: list[Draft]) -> list[Draft]:
    """Statements that another one reports: "X said Y had told Z".

    Each gets the narrowest statement around it as parent.
    """
    found: list[Draft] = []
    outer = sorted(drafts, key=lambda d: d.start)
    starts = [d.start for d in outer]
    for c, p in candidates:
        if not may_nest(r, c) or p < NESTED or c.subject is None:
            continue
        if r.lower[c.subject.head] in {"i", "we", "you"}:
            continue
        at = r.starts[c.match.first]
        around = bisect_right(starts, at) - 1
        parent = next((d for d in found[: -NESTING - 1 : -1] if d.covers(at) and d.covers(c.contents[0].start)), None)
        for k in range(around, max(-1, around - NESTING), -1):
            if parent is None and outer[k].covers(at) and outer[k].covers(c.contents[0].start):
                parent = outer[k]
        if parent is None:
            continue
        inside = tuple(
            without_outer_mark(r, clip)
            for span in c.contents
            for whole in parent.contents
            if (clip := overlap(span, whole))
        )
        if inside:
            found.append(replace(draft_of(r, c, p), contents=inside, parent=parent))
    return found


def may_nest(r: Reading, c: Candidate) -> bool:
    """Whether a candidate reports a clause, not just a thing: inside another statement only these count."""
    return c.rule in NESTED_RULES or (c.rule == "passive" and r.text.startswith("that ", c.contents[0].start))


def without_outer_mark(r: Reading, span: Span) -> Span:
    """A span without the mark at its end that closes a quotation which opens before it: '"She said [it rained],"'."""
    at = bisect_left(r.quote_ends, span.end)
    if (
        at == len(r.quotes)
        or r.quote_ends[at] != span.end
        or r.quotes[at].start >= span.start
        or not r.quotes[at].closed
    ):
        return span
    inner = span.of(r.text).rstrip("\"”“’'»«").rstrip(",")
    return Span(span.start, span.start + len(inner)) if inner else span


def overlap(a: Span, b: Span) -> Span | None:
    """What two spans share."""
    start, end = max(a.start, b.start), min(a.end, b.end)
    return Span(start, end) if start < end else None


def finish(r: Reading, drafts: list[Draft], known: Mentions) -> list[Statement]:
    """The drafts as statements, in order, with speakers, days and places."""
    drafts = sorted(drafts, key=lambda d: (d.start, -d.end, d.parent is not None))
    index = {id(d): i for i, d in enumerate(drafts)}
    speakers = {id(d): speaker_of(r, known, d) for d in drafts}
    return [
        finished(r, d, known, speakers[id(d)], index.get(id(d.parent)), speakers.get(id(d.parent), (None, ""))[0])
        for d in drafts
    ]


def speaker_of(r: Reading, known: Mentions, d: Draft) -> tuple[int | None, str]:
    """Entity and form of the speaker, who may have been named by the statement before."""
    if d.speaker_entity is not None:
        return d.speaker_entity, "carried_over"
    if d.source:
        label = span_of(r, d.source).of(r.text)
        if d.rule == "turn" and is_label(label):
            return None, "none"
        entity, form = resolve(r, known, d.source)
        if d.rule == "turn" and entity is None and (person := known.person_called(label)) is not None:
            return person, "partial_name"
        return entity, form
    announcer = d.announced_by
    while announcer and not announcer.source:
        announcer = announcer.announced_by
    entity = resolve(r, known, announcer.source)[0] if announcer and announcer.source else None
    return entity, "carried_over" if d.announced_by else "none"


def finished(
    r: Reading, d: Draft, known: Mentions, speaker: tuple[int | None, str], parent: int | None, reporter: int | None
) -> Statement:
    """One draft as a statement; `reporter` is the speaker of the statement that reports it, who is "me" in it."""
    addressee = known.at_head(r, d.addressee) if d.addressee else None
    addressee_entity = addressee.entity if addressee else None
    if d.addressee and d.parent and r.lower[d.addressee.head] == "me":
        addressee_entity = reporter
    return Statement(
        statement_type=statement_type(r, d.contents),
        contents=d.contents,
        rule=d.rule,
        confidence=calibrated(d.rule, d.raw_confidence),
        speaker=span_of(r, d.source) if d.source else None,
        speaker_entity=speaker[0],
        speaker_resolution=speaker[1],
        cue=d.cue,
        cue_lemma=d.cue_lemma,
        cue_class=d.cue_class,
        addressee=span_of(r, d.addressee) if d.addressee else None,
        addressee_entity=addressee_entity,
        date=day_of(r, d),
        place_entity=venue_of(r, d, known),
        parent=parent,
        list_index=d.list_index,
        list_position=d.list_position,
    )


def statement_type(r: Reading, contents: tuple[Span, ...]) -> str:
    """`direct` where every piece is a quotation, `indirect` where none holds one, else `mixed`."""
    quotes = r.quotes
    ends = r.quote_ends
    whole = touched = 0
    for span in contents:
        at = bisect_right(ends, span.start)
        if at < len(quotes) and quotes[at].start < span.end:
            touched += 1
            whole += quotes[at].start <= span.start and span.end <= quotes[at].end + 1
    if not touched:
        return "indirect"
    return "direct" if whole == len(contents) else "mixed"


def day_of(r: Reading, d: Draft) -> DateExpression | None:
    """The date expression in the cue's sentence, outside the content, that stands nearest to the cue."""
    if d.cue is None or d.cue_lemma == ":":
        return None
    cue = d.cue
    first, end = r.segmentation.sentence_tokens[d.sentence]
    temporal = r.temporal[bisect_left(r.temporal, first) : bisect_left(r.temporal, end)]
    outside = [k for k in temporal if not d.covers(r.starts[k])]
    if not outside:
        return None
    # From a little before the first such word: "late on Tuesday", "the 3rd of May".
    start = r.starts[max(first, outside[0] - 4)]
    dates = [
        e
        for e in find_dates(r.text, start, r.ends[min(outside[-1] + 2, end - 1)])  # "three weeks ago"
        if not d.covers(e.span.start) and not r.text.endswith("since ", 0, e.span.start)
    ]
    day = min(dates, key=lambda e: distance(e.span, cue), default=None)
    if day and day.code.startswith("weekday:") and is_future(cue.of(r.text)):
        return replace(day, code=f"next_{day.code}")
    return day


def is_future(cue: str) -> bool:
    """Whether the verbs of a cue say that the statement is to come: "will announce", "is to speak"."""
    opening, *others = cue.lower().split()
    return opening in {"will", "may", "might", "shall"} or (opening in {"is", "are"} and others[:1] == ["to"])


def distance(a: Span, b: Span) -> int:
    """Characters between two spans."""
    return max(a.start - b.end, b.start - a.end, 0)


def venue_of(r: Reading, d: Draft, known: Mentions) -> int | None:
    """The place named after "in" or "at" in the cue's sentence, outside content and speaker, nearest to the cue."""
    if d.cue is None:
        return None
    cue = d.cue
    sentence = r.segmentation.sentences[d.sentence].span
    speaker = span_of(r, d.source) if d.source else Span(0, 0)
    places = [
        m
        for m in known.within(sentence.start, sentence.end)
        if known.entities[m.entity].entity_type == "place"
        and not d.covers(m.span.start)
        and not speaker.start <= m.span.start < speaker.end
        and r.text[max(0, m.span.start - 4) : m.span.start].endswith((" in ", " at ", "In ", "At "))
    ]
    return min(places, key=lambda m: distance(m.span, cue)).entity if places else None
