"""Pronouns and nominals ("he", "the minister", "the bloc") that refer to a named entity of the document.

One pass from left to right over names, pronouns and nominals. Third-person pronouns go to the
compatible person who is most salient: named lately, as a subject, speaking, often (the salience
factors of Lappin and Leass, "An Algorithm for Pronominal Anaphora Resolution", 1994, without a
parse). A nominal goes to what holds such a title or is such a thing. Where two come into question
about equally, the mention is left out rather than guessed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import cache
from math import log2

from msgspec import Struct, field

from flows.extract.annotations import LocalEntity, Mention, Role, Span
from flows.extract.countries import country_of_demonym, kind_of_place, lexicon
from flows.extract.entities import known_organizations
from flows.extract.keys import without_company_form
from flows.extract.segmentation import Segmentation
from flows.extract.speech.quotes import Quote
from flows.extract.tagger import Tags
from flows.extract.titles import Title, genders, names_for, title_ending

PRONOUNS = {
    "he": "m", "him": "m", "his": "m", "himself": "m",
    "she": "f", "her": "f", "hers": "f", "herself": "f",
    "it": "", "its": "", "itself": "",
}  # fmt: skip
"""Pronouns and the gender of what they refer to; empty for things."""
OBJECTS = frozenset(("him", "her", "it"))
KIN = {
    **dict.fromkeys(("wife", "mother", "daughter", "sister", "widow", "aunt", "niece", "girlfriend", "actress"), "f"),
    **dict.fromkeys(("husband", "father", "son", "brother", "widower", "uncle", "nephew", "boyfriend", "actor"), "m"),
}
SAY = frozenset(
    """said says say told tells added adds asked asks stated noted argued claimed warned replied responded insisted
    explained announced tweeted wrote declared continued recalled acknowledged""".split()
)
RANK_WORDS = frozenset(("vice", "deputy", "assistant"))
COMPANIES = frozenset("company firm carmaker automaker retailer".split())
NO_COMPANIES = frozenset(
    """alliance association union party agency court police university college school church council committee
    commission federation confederation society foundation movement campaign league club team institute congress
    brotherhood front coalition network""".split()
)
"""Words in the names of what no text calls "the company"."""
GOVERNMENTAL = frozenset(
    """ministry department parliament senate congress court commission council government police army university
    committee party house school college agency bank administration directorate authority inspectorate secretariat
    union federation league nations""".split()
)
NEW = frozenset(("new", "incoming"))
TEMPORAL = NEW | {"former", "then", "outgoing", "late", "current"}
"""Words by a title that say when it was held, not which."""
FINITE = ("VBD", "VBZ", "VBP", "MD")

WINDOW = 4
"""Sentences that a pronoun looks back."""
NOMINAL_WINDOW = 10
"""Sentences that a nominal looks back."""
TITLE_WINDOW = 30
"""Sentences that a nominal with words of the title looks back ("the deputy prime minister")."""
MAX_CANDIDATES = 12
INDEFINITE = frozenset(("a", "an", "another", "one"))
MAX_INTRODUCTION = 60
"""Tokens back to where somebody without a name is introduced."""
MAX_BYLINE = 14
"""Tokens of a byline."""
TOPIC_SHIFT = 1.5
"""What a candidate loses where another of the gender has been named as a subject since."""
MARGIN = 0.4
"""The best antecedent must lead the next by so much."""


_Event = tuple[int, int, Mention | None]
"""Half-open range of tokens, and the name that stands there; None for a pronoun or a noun that may refer."""


class Coreference(Struct, frozen=True):
    """Pronouns and nominals, in the order of the text, and the genders that the text tells, by entity."""

    mentions: list[Mention]
    genders: dict[int, str]


class _Last(Struct):
    """How an entity was last referred to."""

    token: int
    sentence: int
    is_subject: bool
    in_quote: bool
    speaks: bool
    by_pronoun: bool = False


class _Reading(Struct):
    """The state of the pass. `last` is in the order of last reference."""

    words: list[str]
    lower: list[str]
    pos: list[str]
    entities: Sequence[LocalEntity]
    titles: dict[int, list[tuple[Role, Title]]]
    genders: dict[int, str]
    quote_starts: list[int]
    quote_ends: list[int]
    starts: list[int]
    last: dict[int, _Last] = {}
    counts: Counter[int] = field(default_factory=Counter)
    speakers: dict[int, set[int]] = {}

    def in_quote(self, token: int) -> bool:
        """Whether the token stands in a quotation."""
        at = self.starts[token]
        i = bisect_right(self.quote_starts, at) - 1
        return i >= 0 and at < self.quote_ends[i]

    def refer(self, entity: int, first: int, end: int, sentence: int, by_pronoun: bool = False) -> None:
        """Record a reference to an entity."""
        subject = is_subject(self.lower, self.pos, first, end)
        before = self.last.pop(entity, None)
        if before and before.sentence == sentence:
            subject = subject or before.is_subject
        self.last[entity] = _Last(
            first, sentence, subject, self.in_quote(first), speaks(self.lower, first, end), by_pronoun
        )
        self.counts[entity] += 1


@cache
def _nominal_heads() -> dict[str, tuple[str, str, str]]:
    """Noun to the type of the entity it may refer to, its gender and its reach."""
    return {noun: (kind, gender, reach) for noun, kind, gender, reach in lexicon("nominals.tsv")}


@cache
def _triggers() -> frozenset[str]:
    return frozenset(form for word in (*PRONOUNS, *_nominal_heads()) for form in (word, word.capitalize()))


def refer_back(
    segmentation: Segmentation,
    tags: Tags,
    entities: Sequence[LocalEntity],
    names: Sequence[Mention],
    roles: Sequence[Role],
    quotes: Sequence[Quote],
) -> Coreference:
    """The pronouns and nominals that refer to one of `entities`; `names` are its name mentions in order."""
    tokens = segmentation.tokens
    hits = tokens.where(_triggers().__contains__)
    lower = tokens.lower
    reading = _Reading(
        words=tokens.words,
        lower=lower,
        pos=tags.pos,
        entities=entities,
        titles=_titles(roles),
        genders={},
        quote_starts=[quote.start for quote in quotes],
        quote_ends=[quote.end for quote in quotes],
        starts=tokens.starts,
    )
    ranges = [
        (first, bisect_left(tokens.starts, name.span.end, first), name)
        for name in names
        for first in (bisect_left(tokens.starts, name.span.start),)
    ]
    named = {i for first, end, _ in ranges for i in range(first, end)}
    _learn_genders(reading, ranges)
    for first, end, name in ranges:
        if speaks(lower, first, end):
            reading.speakers.setdefault(name.sentence, set()).add(name.entity)
    found: list[Mention] = []
    authors = _bylines(reading, ranges, segmentation.sentence_tokens)
    events: list[_Event] = [*ranges, *((i, i + 1, None) for i in hits if i not in named)]
    events.sort(key=lambda event: event[0])
    sentence = 0
    bounds = segmentation.sentence_tokens
    for n, (first, end, event_name) in enumerate(events):
        while bounds[sentence][1] <= first:
            sentence += 1
        if event_name:
            if first not in authors:
                reading.refer(event_name.entity, first, end, sentence)
            continue
        begins, ends = bounds[sentence]
        if lower[first] in PRONOUNS:
            following = _following_subject(reading, events[n + 1 : n + 4], first, begins, ends)
            entity = antecedent_of_pronoun(reading, first, sentence, following)
            start, kind, reason = first, "pronoun", "pronoun"
        else:
            start = _determiner(reading, first, begins)
            following = _apposed(reading, events[n + 1 : n + 2], end)
            if start < 0 or following is not None:
                entity = following if start >= 0 else None
            else:
                entity = antecedent_of_nominal(reading, start, first, sentence)
            kind, reason = "nominal", _NOMINAL_REASONS[_nominal_heads()[lower[first]][0]]
        if entity is not None:
            reading.refer(entity, start, end, sentence, by_pronoun=kind == "pronoun")
            span = Span(tokens.starts[start], tokens.ends[end - 1])
            found.append(Mention(span, sentence, entity, kind, reason))
    return Coreference(found, reading.genders)


_NOMINAL_REASONS = {"person": "role", "organization": "kind", "place": "kind"}


def _bylines(
    reading: _Reading, ranges: Sequence[tuple[int, int, Mention]], bounds: Sequence[tuple[int, int]]
) -> frozenset[int]:
    """The first tokens of the names in bylines: their bearers write the text, so it does not mean them by "she"."""
    bylines = {
        name.sentence
        for first, _, name in ranges
        for begins, ends in (bounds[name.sentence],)
        if first == begins + 1 and reading.lower[begins] == "by" and ends - begins <= MAX_BYLINE
        if reading.lower[ends - 1] != "."
    }
    return frozenset(first for first, _, name in ranges if name.sentence in bylines)


def _titles(roles: Sequence[Role]) -> dict[int, list[tuple[Role, Title]]]:
    """The titles of each person, taken apart."""
    titles: dict[int, list[tuple[Role, Title]]] = {}
    for role in roles:
        lower = role.title.lower().split()
        if title := title_ending(lower, len(lower), 0):
            titles.setdefault(role.entity, []).append((role, title))
    return titles


def _learn_genders(reading: _Reading, ranges: Sequence[tuple[int, int, Mention]]) -> None:
    """Genders that titles and words of kinship before a name tell."""
    for entity, titles in reading.titles.items():
        for _, title in titles:
            if gender := genders().get(title.head):
                reading.genders[entity] = gender
    for first, end, name in ranges:
        person = reading.entities[name.entity]
        if person.entity_type != "person" or person.gender or first < 2 or end >= len(reading.lower):
            continue
        apposed = reading.lower[first - 1] == "," and reading.lower[end] in (",", ".")
        if gender := KIN.get(reading.lower[first - 2 if apposed else first - 1]):
            reading.genders.setdefault(name.entity, gender)


def gender(reading: _Reading, entity: int) -> str | None:
    """What is known of a person's gender."""
    return reading.genders.get(entity) or reading.entities[entity].gender


def is_subject(lower: Sequence[str], pos: Sequence[str], first: int, end: int) -> bool:
    """Whether the noun phrase of tokens `first` to `end` looks like the subject of a verb."""
    size = len(pos)
    at = end
    if at < size and lower[at] in ("'s", "’s"):
        return False
    if at < size and lower[at] == "(":
        at = next((i + 1 for i in range(at, min(at + 6, size)) if lower[i] == ")"), at)
    while at < size and pos[at] == "RB":
        at += 1
    if at < size and pos[at] in FINITE:
        return True
    if at < size and lower[at] == "of" and (not first or pos[first - 1] == "."):
        return True
    left = first
    while left > 0 and first - left < 8 and pos[left - 1][:2] in ("NN", "JJ", "DT", "CD", "PO", "PR"):
        left -= 1
    before = pos[left - 1] if left else "."
    if lower[left - 1 : left] and lower[left - 1] in SAY:
        return at >= size or pos[at] in (",", ".", "CC", "WP") or lower[at] in (",", ".", "”", '"')
    if before in ("IN", "TO") or before.startswith("VB"):
        return False
    return (
        at < size
        and (lower[at] in (",", "and", "who", "–", "—") or pos[at] == "WP")
        and before in (".", ",", "''", "``", "CC", ":")
    )


def speaks(lower: Sequence[str], first: int, end: int) -> bool:
    """Whether a verb of saying stands right behind or before tokens `first` to `end`."""
    return (
        (end < len(lower) and lower[end] in SAY)
        or (first > 0 and lower[first - 1] in SAY)
        or (end + 1 < len(lower) and lower[end + 1] in SAY and lower[end] not in (",", "."))
    )


def _following_subject(reading: _Reading, events: Sequence[_Event], pronoun: int, begins: int, ends: int) -> int | None:
    """The person whom a pronoun in an opening phrase points forward to: "In his speech, Wang said"."""
    if pronoun - begins > 5 or reading.pos[begins] not in ("IN", "VBG", "TO"):
        return None
    for first, end, name in events:
        if name and first < ends and reading.entities[name.entity].entity_type == "person":
            comma = reading.lower[pronoun:first].count(",")
            return name.entity if comma == 1 and is_subject(reading.lower, reading.pos, first, end) else None
    return None


def _apposed(reading: _Reading, events: Sequence[_Event], noun_end: int) -> int | None:
    """The person named behind a nominal that ends before token `noun_end`: "the outgoing president, Bob Hall"."""
    for first, _, name in events:
        if name and first == noun_end + 1 and reading.lower[noun_end] == ",":
            entity = name.entity
            kind = _nominal_heads()[reading.lower[noun_end - 1]][0]
            return entity if reading.entities[entity].entity_type == kind == "person" else None
    return None


def antecedent_of_pronoun(reading: _Reading, token: int, sentence: int, following: int | None) -> int | None:
    """The entity that the pronoun at `token` refers to; None if it is open."""
    word = reading.lower[token]
    wanted = PRONOUNS[word]
    if not wanted:
        return _antecedent_of_it(reading, token, sentence)
    scores: list[tuple[float, int, int]] = []
    quoted = reading.in_quote(token)
    shift = 0
    rank = 0
    for entity in reversed(reading.last):
        last = reading.last[entity]
        if sentence - last.sentence > WINDOW or rank == MAX_CANDIDATES:
            break
        known = gender(reading, entity)
        if reading.entities[entity].entity_type != "person" or known not in (wanted, None):
            continue
        if sentence == last.sentence and _same_clause(reading, last.token, token, word, last.is_subject):
            continue
        if quoted and not last.in_quote and entity in reading.speakers.get(sentence, ()):
            continue
        score = salience(reading, entity, last, token, sentence, quoted, known is not None)
        if speaks(reading.lower, token, token + 1) and last.sentence < shift:
            score -= TOPIC_SHIFT
        if last.is_subject and known and not last.by_pronoun and last.sentence < sentence:
            shift = max(shift, last.sentence)
        scores.append((score, -rank, entity))
        rank += 1
    if following is not None and gender(reading, following) in (wanted, None) and not scores:
        return following
    return _clear_best(reading, scores, wanted)


def salience(
    reading: _Reading, entity: int, last: _Last, token: int, sentence: int, quoted: bool, gender_known: bool
) -> float:
    """How strongly an entity offers itself as the antecedent of a pronoun."""
    score = -0.8 * (sentence - last.sentence) + 0.25 * log2(1 + reading.counts[entity])
    if last.is_subject:
        score += 1.0
    if last.by_pronoun:
        score += 0.5
    if gender_known:
        score += 0.6
    if last.in_quote and not quoted:
        score -= 0.8
    if not quoted and last.speaks and speaks(reading.lower, token, token + 1):
        score += 0.8
    return score


def _clear_best(reading: _Reading, scores: list[tuple[float, int, int]], wanted: str) -> int | None:
    """The candidate that leads by `MARGIN`; a clear lead tells its gender too."""
    scores.sort(reverse=True)
    if not scores or (len(scores) > 1 and scores[0][0] - scores[1][0] < MARGIN):
        return None
    entity = scores[0][2]
    is_clear = len(scores) == 1 or scores[0][0] - scores[1][0] >= 2 * MARGIN
    if is_clear and gender(reading, entity) is None:
        reading.genders[entity] = wanted
    return entity


def _same_clause(reading: _Reading, antecedent: int, token: int, word: str, subject: bool) -> bool:
    """Whether an object pronoun and an earlier subject stand in one simple clause, so that they are two."""
    if word not in OBJECTS or not subject or (word == "her" and reading.pos[token].endswith("$")):
        return False
    between = reading.pos[antecedent + 1 : token]
    verbs = sum(pos in FINITE for pos in between)
    return verbs <= 1 and "," not in between and "WP" not in between and "IN" not in between[-6:-1]


def _antecedent_of_it(reading: _Reading, token: int, sentence: int) -> int | None:
    """An organization or country for "it" and "its": the subject of the same clause, or who spoke last."""
    lower = reading.lower
    reports = lower[token] == "it" and token + 1 < len(lower) and lower[token + 1] in SAY
    of_office = lower[token] == "its" and _opens_title(reading, token + 1)
    for entity in reversed(reading.last):
        last = reading.last[entity]
        if sentence - last.sentence > (2 if of_office else 1 if reports else 0):
            return None
        kind = reading.entities[entity].entity_type
        if kind not in ("organization", "place"):
            continue
        if of_office and last.sentence != sentence and not last.is_subject:
            continue
        if not last.is_subject:
            return None
        if reports or lower[token] in ("its", "itself"):
            return entity
        reported = lower[token - 1] in (*SAY, "that") or _is_day(reading, token - 1)
        return entity if last.speaks and reported else None
    return None


def _opens_title(reading: _Reading, at: int) -> bool:
    """Whether a title begins at token `at`: "its new president"."""
    for end in range(at + 1, min(at + 4, len(reading.lower))):
        if reading.pos[end - 1][:2] not in ("NN", "JJ"):
            return False
        if title_ending(reading.lower, end, at):
            return True
    return False


def _is_day(reading: _Reading, at: int) -> bool:
    """Whether the words that end with token `at` are a day behind a verb of saying: "said on Thursday"."""
    lower = reading.lower
    return lower[at].endswith("day") and (lower[at - 1] in SAY or (lower[at - 1] == "on" and lower[at - 2] in SAY))


def _determiner(reading: _Reading, head: int, begins: int) -> int:
    """The token of "the" before a nominal whose head is at `head`; -1 if the phrase is none that refers back."""
    pos, lower = reading.pos, reading.lower
    if pos[head] not in ("NN", "NNP"):
        return -1
    if head + 1 < len(pos) and pos[head + 1].startswith("NN"):
        return -1
    at = head - 1
    while at >= begins and head - at < 5 and (pos[at] in ("JJ", "NN", "NNP", "VBN", "HYPH") or lower[at] in TEMPORAL):
        at -= 1
    if at >= begins and lower[at] in ("the", "this", "that") and pos[at] == "DT":
        return at
    return -1


def antecedent_of_nominal(reading: _Reading, start: int, head: int, sentence: int) -> int | None:
    """The entity that "the ... noun" from token `start` to `head` refers to; None if it is open."""
    kind, noun_gender, reach = _nominal_heads()[reading.lower[head]]
    follows = reading.lower[head + 1] if head + 1 < len(reading.lower) else ""
    if follows in ("of", "for", "who", "that", "which", "whose", "in", "at", "to"):
        return None
    modifiers = reading.lower[start + 1 : head]
    countries = {code for word in reading.words[start + 1 : head] if (code := country_of_demonym(word))}
    if kind == "person":
        if _is_introduced(reading.lower, start, head):
            return None
        return _antecedent_with_title(reading, reading.lower[head], modifiers, countries, noun_gender, sentence)
    if kind == "organization":
        described = [reading.lower[at] for at in range(start + 1, head) if reading.pos[at].startswith("NN")]
        if modifiers:
            reach = "own"
        return _antecedent_organization(reading, reading.lower[head], reach, described, countries, sentence)
    return None if modifiers else _antecedent_place(reading, reach, sentence)


def _is_introduced(lower: Sequence[str], start: int, head: int) -> bool:
    """Whether somebody without a name was lately called so: "a company official said ... [the official] said"."""
    for at in range(start - 1, max(start - MAX_INTRODUCTION, 0), -1):
        if lower[at] == lower[head]:
            return any(word in INDEFINITE for word in lower[max(0, at - 3) : at])
    return False


def _antecedent_with_title(
    reading: _Reading, noun: str, modifiers: Sequence[str], countries: set[str], noun_gender: str, sentence: int
) -> int | None:
    fitting: list[int] = []
    window = NOMINAL_WINDOW if set(modifiers) <= TEMPORAL else TITLE_WINDOW
    for entity in reversed(reading.last):
        if sentence - reading.last[entity].sentence > window:
            break
        titles = reading.titles.get(entity, ())
        if NEW.intersection(modifiers):
            titles = [(role, title) for role, title in titles if not _is_given_up(reading, role)]
        if noun_gender and gender(reading, entity) not in (noun_gender, None):
            continue
        if any(_is_called(role, title, noun, modifiers, countries) for role, title in titles):
            fitting.append(entity)
    if len(fitting) > 1:
        near, next_near = (reading.last[entity] for entity in fitting[:2])
        if near.sentence == next_near.sentence or sentence - near.sentence > 2:
            return None
    return fitting[0] if fitting else None


def _is_given_up(reading: _Reading, role: Role) -> bool:
    """Whether the text says that somebody leaves the office: "the outgoing president"."""
    at = bisect_left(reading.starts, role.span.start)
    return role.status == "former" or (at > 0 and reading.lower[at - 1] in ("outgoing", "departing"))


def _is_called(role: Role, title: Title, noun: str, modifiers: Sequence[str], countries: set[str]) -> bool:
    """Whether the bearer of a title may be called by `noun` with these words before it."""
    if noun not in names_for(title.head):
        return False
    if countries and role.country_code not in countries:
        return False
    words = set(role.title.lower().split())
    if noun in words and RANK_WORDS & words != RANK_WORDS & set(modifiers):
        return False
    return all(word in words or word in TEMPORAL or country_of_demonym(word.capitalize()) for word in modifiers)


@cache
def _nominals_of() -> dict[str, frozenset[str]]:
    return {entry.name: frozenset(entry.nominals) for entry in known_organizations().values()}


def _antecedent_organization(
    reading: _Reading, noun: str, reach: str, described: Sequence[str], countries: set[str], sentence: int
) -> int | None:
    """The organization last named that is such a thing; for a noun like "group", one that may be one."""
    loose: list[int] = []
    for entity in reversed(reading.last):
        last = reading.last[entity]
        if sentence - last.sentence > NOMINAL_WINDOW:
            break
        thing = reading.entities[entity]
        if thing.entity_type != "organization" or (countries and thing.country_code not in countries):
            continue
        words = set(thing.key.split())
        if not words.issuperset(described):
            continue
        if noun in words or noun in _nominals_of().get(thing.name, ()):
            return entity
        if noun in COMPANIES and words & NO_COMPANIES:
            continue
        is_company = noun in COMPANIES and without_company_form(thing.name) != thing.name
        is_topic = last.is_subject or is_company
        if reach == "any" and sentence - last.sentence <= 2 and is_topic and not words & GOVERNMENTAL:
            loose.append(entity)
    return loose[0] if len(loose) == 1 else None


def _antecedent_place(reading: _Reading, reach: str, sentence: int) -> int | None:
    """The country, city or region last named, if its sentence names one only."""
    fitting: list[int] = []
    for entity in reversed(reading.last):
        last = reading.last[entity]
        if sentence - last.sentence > 3 or (fitting and last.sentence < reading.last[fitting[0]].sentence):
            break
        thing = reading.entities[entity]
        if thing.entity_type == "place" and _is_such_a_place(thing, reach):
            fitting.append(entity)
    return fitting[0] if len(fitting) == 1 else None


def _is_such_a_place(place: LocalEntity, reach: str) -> bool:
    return place.key.startswith("ISO:") if reach == "country" else kind_of_place(place.name) == reach
