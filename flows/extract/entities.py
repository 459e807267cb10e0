"""Which names of a document mean the same thing: mentions clustered into entities.

People are joined by full name first; then surnames and first names go to the full names that they
end or begin. Organizations are joined by normal form, by the lexicon of well-known ones, by the
acronyms that the text defines, and by shortened forms; places by country, region and city. Where a
short form fits several, the one that the text has established bears it; else it stays on its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import pairwise

import regex
from msgspec import Struct
from msgspec.structs import replace

from flows.extract.annotations import Acronym, LocalEntity, Mention
from flows.extract.countries import (
    Place,
    cities_named,
    clear_demonyms,
    country_named,
    country_of_demonym,
    country_of_place,
    kind_of_place,
    lexicon,
    listed,
    place_named,
)
from flows.extract.keys import fold, organization_key, without_company_form
from flows.extract.names import NameMention, abbreviates, is_acronym
from flows.extract.person_names import HONORIFICS, PersonName, gender_of, parse_name, same_person
from flows.extract.segmentation import Segmentation, Tokens

MAX_COMPARED = 50
"""Full names of one surname that a new one is compared with; keeps absurd texts linear."""
DOMINANCE = 3
"""So many times as often as its namesakes must a full name stand to bear the surname without more ado."""

MAX_GAP = 20
"""Characters between a name and the one in brackets behind it: a bracket, and a word or a mark at most."""
MAX_WORD_BEFORE = 12
"""Characters in which a title before a name is looked for."""
POSSESSIVES = ("'s ", "’s ")
_IN = regex.compile(r" in (?:(?:the|northern|southern|eastern|western|central|north|south|east|west) )*")
_OF_REGION = regex.compile(r"(?i)\b(?:state of|governor of|(?:senator|congressman|congresswoman) from) $")
_OF_COUNTRY = regex.compile(
    r"(?i)\b(?:(?:minister|president|parliament|government|republic|embassy) of|ambassador to) $"
)
_COUNTRIES_AND_REGIONS = frozenset(("Georgia",))
"""Countries whose name is a region's of another one too."""
_GOES_ON = regex.compile(r"(?:'s|’s)? (?!(?:has|have|had|is|was|will|would|and|in|on|at|to|said|says|for)\b)\p{Ll}")
_BRACKET = regex.compile(r"\s?\((?:the |or |“|\"|‘)*")
_BRACKET_END = regex.compile(r"[”\"'’]?\s?[),;]")
_SMALL_WORDS = frozenset("of the and for in on de du des la le et y e".split())
_KINDS_OF_ORGANIZATION = frozenset(
    """administration agency army assembly association authority bank board bureau center centre church club college
    commission committee company congress corporation council court department directorate exchange federation force
    forces foundation fund government group holdings house industries institute institution international league media
    ministry movement network news office organisation organization parliament party police research school senate
    service services society team trust union university campaign""".split()
)
_GENERIC_WORDS = _KINDS_OF_ORGANIZATION | frozenset(
    """national federal european american african asian united central general new first second supreme high democratic
    republican people s state states world global royal public social great the of and for in north south east west
    northern southern eastern western air security""".split()
)


class Clusters(Struct, frozen=True):
    """The entities that a text names, where it names them, and the short forms that it defines."""

    entities: list[LocalEntity]
    mentions: list[Mention]
    acronyms: list[Acronym]


class _Draft(Struct, eq=False):
    """An entity while it is put together; `forms` counts the forms of its name, in the order of the text.

    `titles` are the capitalised words that stand before its full name.
    """

    entity_type: str
    key: str
    name: str = ""
    country_code: str | None = None
    gender: str | None = None
    is_full: bool = True
    forms: dict[str, int] = {}
    titles: set[str] = set()


class _Name(Struct):
    """A name where it stands.

    `honorific` is the gender that a word like "Ms." before it tells, `title` the word, `country_code` the country that
    a name beside it tells: "Bangladesh's CPA", "London, Ontario".
    """

    mention: NameMention
    text: str
    entity_type: str
    honorific: str | None = None
    title: str = ""
    country_code: str | None = None


_Link = tuple[_Draft, str]
"""The entity of a name and the reason."""


def cluster(segmentation: Segmentation, names: Sequence[NameMention]) -> Clusters:
    """Join `names`, which are in the order of the text, into entities, which are in the order of their first names."""
    text = segmentation.text
    named = _beside(text, [_named(text, name) for name in names])
    context = countries_of(segmentation.tokens, named)
    definitions = _definitions(text, named)
    short_forms = {fold(named[short].text): full for full, short in definitions}
    links: dict[int, _Link] = {}
    for entity_type, link in _LINKERS.items():
        chosen = [
            i for i, name in enumerate(named) if name.entity_type == entity_type and not _is_short(name, short_forms)
        ]
        links |= zip(chosen, link([named[i] for i in chosen], context), strict=True)
    defining = {short for _, short in definitions}
    for i, name in enumerate(named):
        if i not in links:
            reason = "acronym_defined" if i in defining else "acronym"
            links[i] = (links[short_forms[fold(name.text)]][0], reason)
    return _finished(named, links, definitions)


def countries_of(tokens: Tokens, named: Sequence[_Name]) -> Counter[str]:
    """How often the text speaks of each country, by its name or its people's."""
    codes = Counter([clear_demonyms()[tokens.words[i]] for i in tokens.where(clear_demonyms().__contains__)])
    codes.update(code for name in named if name.entity_type == "place" and (code := country_of_place(name.text)))
    return codes


def _named(text: str, mention: NameMention) -> _Name:
    """The name of a mention; a country's name is a place, whatever its context made of it."""
    form = mention.span.of(text)
    if mention.entity_type == "person":
        word = _word_before(text, mention.span.start)
        before = word.lower()
        return _Name(mention, form, "person", HONORIFICS.get(before), before if word[:1].isupper() else "")
    is_country = mention.entity_type == "organization" and country_named(form)
    return _Name(mention, form, "place" if is_country else mention.entity_type)


def _word_before(text: str, at: int) -> str:
    """The last letters of the word before the space at `at`, without a full stop."""
    end = at - 1
    if not text[end:at].isspace():
        return ""
    end -= text[end - 1 : end] == "."
    start = end
    while start > max(0, at - MAX_WORD_BEFORE) and text[start - 1].isalpha():
        start -= 1
    return text[start:end]


def _beside(text: str, named: Sequence[_Name]) -> list[_Name]:
    """The names, with the countries that their neighbours tell."""
    told: dict[int, str | None] = {}
    for i, name in enumerate(named):
        if name.entity_type == "place":
            after = named[i + 1] if i + 1 < len(named) and named[i + 1].entity_type == "place" else None
            told[i] = _country_around(text, name, after) if after else None
            if name.text in _COUNTRIES_AND_REGIONS:
                before = text[max(0, name.mention.span.start - 40) : name.mention.span.start]
                told[i] = "region" if _OF_REGION.search(before) else "country" if _OF_COUNTRY.search(before) else None
        elif name.entity_type == "organization" and i and named[i - 1].entity_type == "place":
            gap = text[named[i - 1].mention.span.end : name.mention.span.start]
            if gap in POSSESSIVES and not _GOES_ON.match(text, name.mention.span.end):
                told[i] = country_named(named[i - 1].text)
        elif name.entity_type == "person":
            told[i] = _country_of_person(text, named, i)
    return [replace(name, country_code=told[i]) if told.get(i) else name for i, name in enumerate(named)]


def _country_of_person(text: str, named: Sequence[_Name], i: int) -> str | None:
    """The country of "Ghana's David Mensah" and "Tsai Meiling of Taiwan"."""
    person = named[i].mention.span
    if i and text[named[i - 1].mention.span.end : person.start] in POSSESSIVES:
        beside = named[i - 1]
    elif i + 1 < len(named) and text[person.end : named[i + 1].mention.span.start] in (" of ", " of the "):
        beside = named[i + 1]
    else:
        return None
    return country_named(beside.text) if beside.entity_type == "place" else None


def _country_around(text: str, city: _Name, after: _Name) -> str | None:
    """The country of the region or country that stands behind a city: "London, Ontario", "Tripoli in Lebanon"."""
    gap = text[city.mention.span.end : after.mention.span.start]
    follows = text[after.mention.span.end : after.mention.span.end + 2]
    place = place_named(after.text, Counter())
    if place.kind not in ("country", "region") or kind_of_place(city.text) in ("country", "region"):
        return None
    if _IN.fullmatch(gap):
        return place.country_code
    opens_line = city.mention.span.start == 0 or text[city.mention.span.start - 1] == "\n"
    known = cities_named(city.text)
    # "in Berlin, Poland, ..." may be a list
    is_apt = place.kind == "region" or opens_line or not known or place.country_code in known
    return place.country_code if gap == ", " and is_apt and follows[:1] in (",", ".", ";", ")") else None


def _definitions(text: str, named: Sequence[_Name]) -> list[tuple[int, int]]:
    """Full and short name, as indices, where one stands in brackets behind the other; the first for each short form."""
    found: dict[str, tuple[int, int]] = {}
    for i, (one, other) in enumerate(pairwise(named)):
        behind, begins = one.mention.span.end, other.mention.span.start
        if begins - behind > MAX_GAP:
            continue
        gap = text[behind:begins]
        if "(" not in gap or not _BRACKET.fullmatch(gap) or not _BRACKET_END.match(text, other.mention.span.end):
            continue
        for full, short in ((i, i + 1), (i + 1, i)):
            form = named[short].text
            words = named[full].text.replace("-", " ").split()
            if (
                is_acronym(form)
                and len(words) > 1
                and (abbreviates(form, words) or _is_foreign(named[full], named[short]))
            ):
                found.setdefault(fold(form), (full, short))
                break
    return [(full, short) for full, short in found.values() if fold(named[full].text) not in found]


def _is_foreign(full: _Name, short: _Name) -> bool:
    """Whether a short form may come from the organization's own language: "Italian Bishops' Conference (CEI)"."""
    return (
        full.entity_type == short.entity_type == "organization"
        and full.mention.span.start < short.mention.span.start
        and len(short.text) > 2
        and short.text.isupper()
        and short.text not in known_organizations()
    )


def _is_short(name: _Name, short_forms: dict[str, int]) -> bool:
    return bool(short_forms) and fold(name.text) in short_forms and is_acronym(name.text)


def _finished(named: Sequence[_Name], links: dict[int, _Link], definitions: Sequence[tuple[int, int]]) -> Clusters:
    """The entities in the order of their first mentions."""
    index: dict[_Draft, int] = {}
    mentions: list[Mention] = []
    for i, name in enumerate(named):
        draft, reason = links[i]
        if draft not in index:
            index[draft] = len(index)
            reason = "name" if reason == "same_name" else reason
        draft.forms[name.text] = draft.forms.get(name.text, 0) + 1
        mentions.append(Mention(name.mention.span, name.mention.sentence, index[draft], "name", reason))
    acronyms = [
        Acronym(index[links[full][0]], named[short].text, named[short].mention.span) for full, short in definitions
    ]
    return Clusters([_entity(draft) for draft in index], mentions, sorted(acronyms, key=lambda a: a.span.start))


def _entity(draft: _Draft) -> LocalEntity:
    name = draft.name or _fullest(draft.forms)
    aliases = tuple(form for form in draft.forms if form != name)
    return LocalEntity(draft.entity_type, name, draft.key, aliases, draft.country_code, draft.gender, draft.is_full)


def _fullest(forms: dict[str, int]) -> str:
    """The form with most words, company forms aside; one not in capitals, if there is any; the first of these."""
    if len(forms) == 1:
        return next(iter(forms))
    return max(
        forms, key=lambda form: (not (form.isupper() and len(form) > 5), len(without_company_form(form).split()))
    )


# People


def _link_people(names: Sequence[_Name], context: Counter[str]) -> list[_Link]:
    parsed = [parse_name(name.text) for name in names]
    people = _full_names(names, parsed)
    bearers = _bearers(people)
    links: list[_Link] = []
    partial: dict[str, dict[str | None, _Draft]] = {}
    established: dict[str, _Draft] = {}
    seen: Counter[_Draft] = Counter()
    for name, parts in zip(names, parsed, strict=True):
        if parts.is_full:
            draft = people[parts]
            links.append((draft, "same_name" if parts.key == draft.key else "full_name"))
            seen[draft] += 1
            continue
        form = parts.form
        choice = _bearer(form, name, bearers, established, seen)
        if choice:
            established[form] = choice[0]
            if name.honorific and not choice[0].gender:
                choice[0].gender = name.honorific
            links.append(choice)
        else:
            links.append((_partial(partial, form, name.honorific), "same_name"))
    return links


def _full_names(names: Sequence[_Name], parsed: Sequence[PersonName]) -> dict[PersonName, _Draft]:
    """An entity for each group of full names that may be one person's."""
    groups: list[tuple[_Draft, list[PersonName]]] = []
    by_end: dict[str, list[int]] = defaultdict(list)
    people: dict[PersonName, _Draft] = {}
    for name, parts in zip(names, parsed, strict=True):
        if not parts.is_full:
            continue
        if parts not in people:
            ends = dict.fromkeys((parts.words[-1], parts.words[0]))
            near = sorted({i for end in ends for i in by_end[end][-MAX_COMPARED:]})
            fitting = [i for i in near if all(same_person(parts, other) for other in groups[i][1])]
            if fitting:
                at = fitting[-1]
                groups[at][1].append(parts)
            else:
                at = len(groups)
                groups.append((_Draft("person", parts.key, gender=gender_of(parts)), [parts]))
            for end in ends:
                if at not in by_end[end][-MAX_COMPARED:]:
                    by_end[end].append(at)
            people[parts] = groups[at][0]
        if name.honorific:
            people[parts].gender = name.honorific
        if name.title:
            people[parts].titles.add(name.title)
        people[parts].country_code = people[parts].country_code or name.country_code
    for draft, forms in groups:
        draft.key = max(forms, key=lambda parts: len(parts.words)).key
    return people


def _bearers(people: dict[PersonName, _Draft]) -> dict[str, dict[_Draft, str]]:
    """Each part of a full name that may stand for all of it: the people who bear it, and how."""
    bearers: dict[str, dict[_Draft, str]] = defaultdict(dict)
    for parts, draft in people.items():
        words = parts.words
        for size in range(1, len(words)):
            for form in (words[:size], words[-size:]):
                is_surname = (form == words[:1]) if parts.surname_first else (form == words[-size:])
                key = " ".join(form)
                if is_surname or bearers[key].get(draft) != "surname":
                    bearers[key][draft] = "surname" if is_surname else "first_name"
        if parts.generation:
            bearers[f"{parts.surname_key} {parts.generation}"][draft] = "surname"
        if len(words) > 2 and not parts.surname_first:
            bearers[f"{words[0]} {words[-1]}"].setdefault(draft, "full_name")
    return bearers


def _bearer(
    form: str,
    name: _Name,
    bearers: dict[str, dict[_Draft, str]],
    established: dict[str, _Draft],
    seen: Counter[_Draft],
) -> _Link | None:
    """The person whom part of a name, `form`, means, if only one comes into question."""
    gender = name.honorific
    possible = {
        draft: how
        for draft, how in bearers.get(form, {}).items()
        if not (gender and draft.gender and draft.gender != gender)
    }
    by_surname = {draft: how for draft, how in possible.items() if how == "surname"}
    possible = by_surname or possible
    if len(possible) > 1 and gender:
        possible = {draft: how for draft, how in possible.items() if draft.gender == gender} or possible
    if len(possible) > 1 and name.title:
        possible = {draft: how for draft, how in possible.items() if name.title in draft.titles} or possible
    if len(possible) == 1:
        return next(iter(possible.items()))
    if established.get(form) in possible:
        return established[form], "surname"
    named_before = [draft for draft in possible if seen[draft]]
    if len(named_before) == 1:
        return named_before[0], "surname"
    ranked = sorted(named_before, key=lambda draft: -seen[draft])
    if ranked and seen[ranked[0]] >= DOMINANCE * seen[ranked[1]]:
        return ranked[0], "surname"
    return None


def _partial(partial: dict[str, dict[str | None, _Draft]], form: str, gender: str | None) -> _Draft:
    """The entity of a part of a name whose whole is not known; "Mr. Lee" and "Ms. Lee" are two."""
    bearers = partial.setdefault(form, {})
    if gender is None and len(bearers) == 1:
        return next(iter(bearers.values()))
    if gender and gender not in bearers and None in bearers:
        bearers[gender] = bearers.pop(None)
        bearers[gender].gender = gender
    return bearers.setdefault(gender, _Draft("person", form, gender=gender, is_full=False))


# Organizations


class KnownOrganization(Struct, frozen=True):
    """An organization of the lexicon. `nominals` are the words by which a text may go back to it."""

    name: str
    nominals: tuple[str, ...]
    country_code: str | None
    shared: frozenset[str]


@cache
def known_organizations() -> dict[str, KnownOrganization]:
    """Organizations by each of their names: acronyms as written, without full stops, others folded."""
    known: dict[str, KnownOrganization] = {}
    for name, aliases, nominals, country, shared in lexicon("organization_aliases.tsv"):
        entry = KnownOrganization(
            name, tuple(listed(nominals)), country or None, frozenset(map(_look_up_form, listed(shared)))
        )
        for alias in (name, *listed(aliases)):
            known.setdefault(_look_up_form(alias), entry)
    return known


def _look_up_form(name: str) -> str:
    return name.replace(".", "") if is_acronym(name) else organization_key(name)


def known_organization(name: str, context: Counter[str]) -> KnownOrganization | None:
    """The organization of the lexicon that `name` names in a text that speaks of the countries in `context`."""
    form = _look_up_form(name)
    entry = known_organizations().get(form)
    if entry is None or form not in entry.shared or entry.country_code is None or not context:
        return entry
    return entry if 2 * context[entry.country_code] >= max(context.values()) else None


def _link_organizations(names: Sequence[_Name], context: Counter[str]) -> list[_Link]:
    drafts: dict[str, _Draft] = {}
    forms: dict[str, _Link] = {}
    told = {name.text: name.country_code for name in reversed(names) if name.country_code}
    for text in dict.fromkeys(name.text for name in names):
        known = known_organization(text, context)
        key = organization_key(known.name if known else text) or text
        if key not in drafts:
            drafts[key] = _Draft("organization", key, known.name if known else "")
            drafts[key].country_code = known.country_code if known else _opening_country(text)[0] or told.get(text)
        drafts[key].is_full = known is not None or not _is_generic(key)
        forms[text] = (drafts[key], "alias" if known and text != known.name else "same_name")
    shortened = _shortened({draft.key: draft.name or text for text, (draft, _) in reversed(forms.items())}, drafts)
    links: list[_Link] = []
    latest_by_word: dict[str, _Draft] = {}
    for name in names:
        draft, reason = forms[name.text]
        if draft.key in shortened:
            draft, reason = drafts[shortened[draft.key]], "acronym" if is_acronym(name.text) else "short_name"
        elif not draft.is_full and (whole := latest_by_word.get(draft.key)):
            draft, reason = whole, "short_name"
        if draft.is_full:
            latest_by_word |= dict.fromkeys(_KINDS_OF_ORGANIZATION.intersection(draft.key.split()), draft)
        links.append((draft, reason))
    return links


def _is_generic(key: str) -> bool:
    return key in _KINDS_OF_ORGANIZATION


@lru_cache(maxsize=20_000)
def _opening_country(name: str) -> tuple[str | None, int]:
    """The country whose name or people's name opens an organization's, and of how many words; or that ends it."""
    words = name.split()
    for size in (2, 1):
        opening = " ".join(words[:size])
        if len(words) > size and (code := country_of_demonym(opening) or country_named(opening)):
            return code, size
    _, of, last = name.rpartition(" of ")
    return (country_named(last) if of else None), 0


def _shortened(texts: dict[str, str], drafts: dict[str, _Draft]) -> dict[str, str]:
    """Key of a short form to that of the one organization that it shortens; `texts` are the text's names by their keys.

    Short are a name without its kind ("Brookings" for "Brookings Institution") or its country
    ("Supreme Court" for "U.S. Supreme Court"), its first word ("Norrvik" for "Norrvik Shipping Lines"), a
    team's without its city ("Timberwolves" for "Sudbury Timberwolves"), and initials ("DNC").
    """
    full: dict[str, set[str]] = defaultdict(set)
    for key, text in texts.items():
        words = key.split()
        if len(words) < 2:
            continue
        size = len(words) - 1
        while size and words[size] in _KINDS_OF_ORGANIZATION:
            full[" ".join(words[:size])].add(key)
            size -= 1
        if opening := _opening_country(text)[1]:
            full[" ".join(words[opening:])].add(key)
        elif kind_of_place(words[0]) == "other":
            full[words[0]].add(key)
        elif len(words) == 2 and words[1].endswith("s"):
            full[words[1]].add(key)
        initials = "".join(word[0] for word in words if word not in _SMALL_WORDS)
        if len(initials) > 2:
            full[initials.upper()].add(key)
    shortened: dict[str, str] = {}
    for key, text in texts.items():
        if drafts[key].name:
            continue
        form = text.replace(".", "") if is_acronym(text) else key
        candidates = full.get(form, set()) - {key}
        if len(candidates) == 1 and form not in _GENERIC_WORDS:
            shortened[key] = next(iter(candidates))
    return {key: whole for key, whole in shortened.items() if whole not in shortened}


# Places and events


def _link_places(names: Sequence[_Name], context: Counter[str]) -> list[_Link]:
    drafts: dict[tuple[str, str | None], _Draft] = {}
    links: list[_Link] = []
    told: dict[str, str] = {}
    for name in names:
        if name.country_code:
            told.setdefault(fold(name.text), name.country_code)
    for name in names:
        place = _place(name, told, context)
        draft = drafts.get((place.key, place.country_code))
        if draft is None:
            shown = "" if place.name == name.text or place.key == fold(name.text) else place.name
            draft = _Draft("place", place.key or name.text, shown, place.country_code)
            drafts[place.key, place.country_code] = draft
        links.append((draft, "same_name" if place.name == name.text else "alias"))
    return links


def _place(name: _Name, told: dict[str, str], context: Counter[str]) -> Place:
    """The place of a name; a city lies where the text says that one of its name lies."""
    if name.text in _COUNTRIES_AND_REGIONS and name.country_code:
        return place_named(name.text, Counter(), prefer=name.country_code)
    place = place_named(name.text, context)
    code = told.get(fold(name.text))
    return replace(place, country_code=code) if code and place.kind in ("city", "other") else place


def _link_events(names: Sequence[_Name], context: Counter[str]) -> list[_Link]:
    drafts: dict[str, _Draft] = {}
    for name in names:
        drafts.setdefault(fold(name.text), _Draft("event", fold(name.text) or name.text))
    return [(drafts[fold(name.text)], "same_name") for name in names]


_LINKERS: dict[str, Callable[[Sequence[_Name], Counter[str]], list[_Link]]] = {
    "person": _link_people,
    "organization": _link_organizations,
    "place": _link_places,
    "event": _link_events,
}
