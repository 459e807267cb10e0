"""Who holds which title, as the text says it: "Foreign Minister Wang Yi", "Wang, who is also ...", "the bloc's
secretary-general, Vladimir Norov".

A title stands before a name, or behind it after a comma or a form of "be". To its left stand the
country or organization it is held in and words such as "former"; to its right "of" and the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import regex
from msgspec import Struct
from msgspec.structs import replace

from flows.extract.annotations import LocalEntity, Mention, Role, Span
from flows.extract.countries import country_named, country_of_demonym
from flows.extract.names import fields_of_office
from flows.extract.segmentation import Segmentation
from flows.extract.tagger import Tags
from flows.extract.titles import FIELD_TITLES, STATUSES, Title, title_ending

MAX_APPOSITIVE = 12
"""Tokens between a name and the end of a title that stands behind it."""
DETERMINERS = frozenset(("the", "a", "an", "its", "their", "our"))
COMMAS = frozenset((",", "(", "–", "—", "-"))
COPULAS = frozenset(("is", "was", "became", "remains", "becomes", "remained"))
APPOINTED = frozenset(("named", "appointed", "elected", "re-elected", "reelected", "nominated", "confirmed"))
PAST = frozenset(("was", "served"))
HELD_IN = frozenset(("of", "for", "at", "to", "in"))
POSSESSIVES = frozenset(("'s", "’s", "'", "’"))
_HELD_IN = regex.compile(r"\s(?:of|for|at|in)\s")
_POSSESSED = regex.compile(r"(?:['’]s)?\s(?:[\p{L}-]+\s){0,2}")


class _Seat(Struct):
    """Where a title is held: an organization or a country, and how."""

    organization: int | None = None
    country_code: str | None = None
    status: str | None = None


class _Text(Struct):
    """What the rules look at. `starting` and `ending` give the mention that starts or ends at a token."""

    words: list[str]
    lower: list[str]
    pos: list[str]
    starting: dict[int, Mention]
    ending: dict[int, tuple[int, Mention]]
    entities: Sequence[LocalEntity]


def find_roles(
    segmentation: Segmentation,
    tags: Tags,
    entities: Sequence[LocalEntity],
    mentions: Sequence[Mention],
    mention_type: str = "name",
) -> list[Role]:
    """The titles of the people in `mentions`, in the order of the text; one role for each person and title.

    Only mentions of one type are looked at: names, or, once it is known whom they mean, pronouns ("she was president").
    """
    tokens = segmentation.tokens
    starting: dict[int, Mention] = {}
    ending: dict[int, tuple[int, Mention]] = {}
    for mention in mentions:
        first = bisect_left(tokens.starts, mention.span.start)
        end = bisect_left(tokens.starts, mention.span.end, first)
        starting[first] = mention
        ending[end] = (first, mention)
    view = _Text(tokens.words, tokens.lower, tags.pos, starting, ending, entities)
    roles: list[Role] = []
    for end, (first, mention) in ending.items():
        if entities[mention.entity].entity_type != "person" or mention.mention_type != mention_type:
            continue
        begins, ends = segmentation.sentence_tokens[mention.sentence]
        if mention_type == "name":
            found = [*before_name(view, first, begins), *after_name(view, end, ends)]
        else:
            found = after_name(view, end, ends) if view.lower[end : end + 1] != [","] else []
        for title, seat in found:
            span = Span(tokens.starts[title.start], tokens.ends[title.end - 1])
            status = seat.status or title.status
            roles.append(
                Role(mention.entity, span.of(segmentation.text), span, seat.organization, seat.country_code, status)
            )
    return _distinct(sorted(roles, key=lambda role: (role.span.start, role.entity)))


def with_seats(
    text: str, roles: Sequence[Role], entities: Sequence[LocalEntity], nominals: Sequence[Mention]
) -> list[Role]:
    """The roles, with the seat that a nominal beside them tells: "the bloc's secretary-general", "head of the bloc"."""
    ends = [nominal.span.end for nominal in nominals]
    seated: list[Role] = []
    for role in roles:
        at = bisect_right(ends, role.span.start)
        seat = None
        if at and _POSSESSED.fullmatch(text, nominals[at - 1].span.end, role.span.start):
            seat = nominals[at - 1].entity
        elif at < len(ends) and _HELD_IN.fullmatch(text, role.span.end, nominals[at].span.start):
            seat = nominals[at].entity
        if seat is not None and entities[seat].entity_type != "person" and role.organization is None:
            country = role.country_code or entities[seat].country_code
            if entities[seat].entity_type == "organization":
                role = replace(role, organization=seat, country_code=country)
            elif role.country_code is None:
                role = replace(role, country_code=country)
        seated.append(role)
    return _distinct(sorted(seated, key=lambda role: (role.span.start, role.entity)))


def _distinct(roles: Sequence[Role]) -> list[Role]:
    """One role for each person, title and status: the first, with the seat that any of them tells."""
    distinct: dict[tuple[int, str, str], Role] = {}
    for role in roles:
        key = (role.entity, role.title.casefold().rstrip("."), role.status)
        known = distinct.setdefault(key, role)
        if known.organization is None and known.country_code is None:
            distinct[key] = replace(known, organization=role.organization, country_code=role.country_code)
    return list(distinct.values())


def before_name(view: _Text, first: int, begins: int) -> list[tuple[Title, _Seat]]:
    """Titles that end where the name at token `first` starts, or just before a comma there.

    "Chinese State Councilor and Foreign Minister Wang Yi", "the director of the FBI, James Comey".
    """
    end = first
    if end > begins + 1 and view.lower[end - 1] == ",":
        end -= 1
        apposed = True
    else:
        apposed = False
    held_in = _Seat()
    if end in view.ending and end > begins:
        start, mention = view.ending[end]
        if start - 1 in view.ending and view.lower[start - 1] == ",":
            start, mention = view.ending[start - 1]
        article = start - 1 if start > begins and view.lower[start - 1] == "the" else start
        if article > begins and view.lower[article - 1] in ("of", "for"):
            held_in, end = _seat_of(view, mention), article - 1
            if apposed and not title_ending(view.lower, end, begins):
                held_in, end = _Seat(), _before_chain(view, end, begins)
    titles: list[Title] = []
    while end > begins and (title := _title(view, end, begins)):
        titles.append(title)
        end = title.start
        if end > begins + 1 and view.lower[end - 1] in ("and", "&"):
            end -= 1
        else:
            break
    if not titles:
        return []
    left = _seat_left(view, titles[-1].start, begins)
    if held_in == _Seat() and left.organization is None and left.country_code is None and not apposed:
        held_in = _seat_behind(view, first)
    if apposed and not _is_definite(view, titles[-1].start, begins):
        return []
    seat = left if held_in == _Seat() else replace(held_in, status=left.status)
    return [(title, seat) for title in reversed(titles)]


def _seat_behind(view: _Text, first: int) -> _Seat:
    """The seat that stands behind the name at token `first`: "Mayor Helen Baxter of London"."""
    end = next((at for at in range(first + 1, first + 8) if at in view.ending and view.ending[at][0] == first), 0)
    if end and end + 1 < len(view.lower) and view.lower[end] == "of":
        at = end + 2 if view.lower[end + 1] == "the" else end + 1
        if mention := view.starting.get(at):
            return _seat_of(view, mention)
    return _Seat()


def _before_chain(view: _Text, end: int, begins: int) -> int:
    """The token behind a title from which "of the port" leads to token `end`: "the director of the port of Lisbon"."""
    at = end
    while at > begins + 1 and view.pos[at - 1][:2] in ("NN", "JJ", "DT"):
        at -= 1
        if view.lower[at - 1] in ("of", "for") and view.lower[at] == "the":
            return at - 1
    return end


def _title(view: _Text, end: int, first: int) -> Title | None:
    """The title that ends before `end`, with a capitalised field before it."""
    title = title_ending(view.lower, end, _after_last_name(view, end, first))
    if not title:
        return None
    at = title.start - 1
    if title.head == "minister" and at >= first and view.pos[at] in ("NN", "NNS") and view.words[at].islower():
        return replace(title, start=at)
    if (
        title.head in FIELD_TITLES
        and at > first
        and view.words[title.start][0].isupper()
        and view.words[at][0].isupper()
        and view.lower[at] not in STATUSES
        and view.pos[at].startswith("NN")
        and at + 1 not in view.ending
        and not country_of_demonym(view.words[at])
        and not country_of_demonym(" ".join(view.words[at - 1 : at + 1]))
    ):
        return replace(title, start=at)
    return title


def _after_last_name(view: _Text, end: int, first: int) -> int:
    """The end of the last name before token `end`, which no title reaches into; `first` if there is none."""
    for at in range(end, max(first, end - 8), -1):
        if at in view.ending:
            return at
    return first


def _is_definite(view: _Text, start: int, begins: int) -> bool:
    """Whether the title at `start` is one that a name may be apposed to: "the ...", "Egypt's ...", or at the start."""
    for at in range(start - 1, max(begins, start - 8) - 1, -1):
        word = view.lower[at]
        if word in DETERMINERS or word in POSSESSIVES or word in ("his", "her"):
            return True
        if view.pos[at][:2] in ("VB", "IN", "MD") or word in COMMAS or word == "and":
            return False
    return start - begins < 4


def _seat_left(view: _Text, start: int, first: int) -> _Seat:
    """What stands before a title: country, organization, "former" and the like."""
    seat = _Seat()
    at = start
    while at > first:
        word = view.words[at - 1]
        lower = view.lower[at - 1]
        status = STATUSES.get(lower)
        pair = f"{view.words[at - 2]} {word}" if at - 1 > first else ""
        if status:
            seat = replace(seat, status=status)
            at -= 1
        elif pair and (code := country_of_demonym(pair)):
            seat = replace(seat, country_code=code)
            at -= 2
        elif code := country_of_demonym(word) or (country_named(word) if at not in view.ending else None):
            seat = replace(seat, country_code=code)
            at -= 1
        elif at in view.ending:
            start, mention = view.ending[at]
            place = _seat_of(view, mention)
            seat = replace(place, status=seat.status, country_code=seat.country_code or place.country_code)
            at = start
        elif lower in POSSESSIVES or (view.pos[at - 1] in ("JJ", "JJS", "JJR", "CD") and seat.organization is None):
            at -= 1
        else:
            break
    return seat


def _seat_of(view: _Text, mention: Mention) -> _Seat:
    entity = view.entities[mention.entity]
    if entity.entity_type == "place":
        return _Seat(country_code=entity.country_code)
    if entity.entity_type == "organization":
        return _Seat(mention.entity, entity.country_code)
    return _Seat()


def after_name(view: _Text, end: int, ends: int) -> list[tuple[Title, _Seat]]:
    """Titles behind the name that ends before token `end`: "X, head of Y,", "X, who is also ...", "X is the ..."."""
    at = end
    if at >= ends:
        return []
    status = None
    start = view.ending[end][0] if end in view.ending else end
    if start and view.lower[start - 1] in APPOINTED:
        return [(title, seat) for title, seat in _apposed(view, at, ends) if title.start <= at + 2]
    if view.lower[at] in COMMAS:
        at += 1
        if at + 1 < ends and view.pos[at] == "CD" and view.lower[at + 1] == ",":
            at += 2
        is_clause = at < ends and view.lower[at] == "who"
        if is_clause or (at + 1 < ends and view.lower[at] in COPULAS and view.lower[at + 1] in APPOINTED):
            at, status = _after_verb(view, at + is_clause, ends)
            if at < 0:
                return []
    elif view.lower[at] in COPULAS or view.lower[at] in ("has", "had", "serves", "served"):
        at, _ = _after_verb(view, at, ends)
        if at < 0:
            return []
    else:
        return []
    return [(title, replace(seat, status=seat.status or status)) for title, seat in _apposed(view, at, ends)]


def _after_verb(view: _Text, at: int, ends: int) -> tuple[int, str | None]:
    """The token behind "is also", "served as", "was elected", and the status it tells; -1 without such a verb."""
    status = None
    seen = False
    while at < ends:
        word = view.lower[at]
        if word in COPULAS or word in APPOINTED or word in ("has", "had", "been", "serves", "served"):
            seen = True
            if word in PAST:
                status = "former"
            if word in APPOINTED:
                status = None
        elif word not in ("also", "now", "currently", "as", "once", "previously"):
            break
        at += 1
    return (at, status) if seen and at < ends else (-1, None)


def _apposed(view: _Text, begin: int, ends: int) -> list[tuple[Title, _Seat]]:
    """Titles of the noun phrase at `begin`, with what it says of their seat."""
    for at in range(begin, min(ends, begin + MAX_APPOSITIVE)):
        pos = view.pos[at]
        if view.lower[at] in COMMAS or pos in ("VBD", "VBZ", "VBP", "MD", "IN", "PRP", "WP", ".", ":"):
            return []
        title = title_ending(view.lower, at + 1, _after_last_name(view, at + 1, begin))
        if not title or not _ends_phrase(view, at + 1, ends):
            continue
        title = _with_field(view, title, ends)
        seat = _seat_left(view, title.start, begin)
        titles = [title]
        after = title.end
        while after + 1 < ends and view.lower[after] in ("and", "&"):
            more = next(
                (
                    t
                    for e in range(after + 4, after + 1, -1)
                    if e <= ends and (t := title_ending(view.lower, e, after + 1))
                ),
                None,
            )
            if not more or more.start != after + 1:
                break
            titles.append(more)
            after = more.end
        right = _seat_right(view, after, ends)
        if right != _Seat():
            seat = replace(right, status=seat.status)
        return [(t, seat) for t in titles]
    return []


def _with_field(view: _Text, title: Title, ends: int) -> Title:
    """The title with the field that follows it: "Director of Marine Operations"."""
    if title.end >= ends or view.lower[title.end] not in ("of", "for"):
        return title
    for at in range(title.end + 1, min(ends, title.end + 5)):
        if at in view.starting or not view.words[at][0].isupper():
            break
        if view.lower[at] in fields_of_office():
            return replace(title, end=at + 1)
    return title


def _ends_phrase(view: _Text, at: int, ends: int) -> bool:
    """Whether a noun phrase ends before token `at`: no noun goes on with it, no name is its own."""
    if at >= ends:
        return True
    if at in view.starting:
        return False
    return not view.pos[at].startswith("NN") and view.lower[at] not in POSSESSIVES


def _seat_right(view: _Text, at: int, ends: int) -> _Seat:
    """The organization or country in "of the ..." at token `at`, or in "at the highest court of ..."."""
    for _ in range(2):
        if at + 1 >= ends or view.lower[at] not in HELD_IN:
            break
        at += 2 if view.lower[at + 1] == "the" else 1
        if mention := view.starting.get(at):
            return _seat_of(view, mention)
        while at < ends and view.pos[at] in ("JJ", "JJS", "NN") and at not in view.starting:
            at += 1
    return _Seat()
