"""Training texts in the manner of wire copy, made from patterns and the name lexicons."""

from __future__ import annotations

import random
from functools import cache
from importlib.resources import files

import regex
from msgspec import Struct

from flows.extract.word_features import given_names, lexicon, surnames

SLOT = regex.compile(r"\{(\p{L}+)(\d*)(!?)\}")
KINDS = {
    "person": "person", "last": "person", "city": "place", "country": "place", "region": "place", "event": "event",
    "club": "organization", "team": "organization", "company": "organization", "org": "organization",
    "media": "organization",
}  # fmt: skip
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = """January February March April May June July August September October November December
Jan. Feb. Sept. Oct. Nov. Dec.""".split()
PARTICLES = ("de", "van", "van der", "von", "al-", "bin", "da", "di", "el-", "Mac", "O'")
FIELDS = """Foreign Affairs|Defence|Finance|Health|Agriculture|Education|Justice|Energy|Transport|Trade|Tourism
|Interior|Labour|Environment|Culture|Information|Industry""".replace("\n", "").split("|")
COMPANY_ENDINGS = """Inc|Inc.|Corp|Corp.|Ltd|Ltd.|Plc|AG|SA|NV|SpA|Co|Co.|Holdings|Group|Industries|Bank|Airlines|Motors
|Energy|Securities|Electric|Steel|Insurance|Partners|Pharmaceuticals|Technologies|Systems|Resources
|International""".replace("\n", "").split("|")
EVENTS = (
    "World Cup",
    "Open",
    "Grand Prix",
    "Games",
    "Championships",
    "Cup",
    "Marathon",
    "Masters",
    "Classic",
    "Film Festival",
)


class Lexicons(Struct, frozen=True):
    """Names to fill slots with."""

    given: list[str]
    surnames: list[str]
    cities: list[str]
    countries: list[tuple[str, str]]
    regions: list[str]
    organizations: dict[str, list[str]]


@cache
def lexicons() -> Lexicons:
    """The names of the lexicons by what they fill."""
    organizations: dict[str, list[str]] = {}
    for name, kind in lexicon("known_organizations.tsv"):
        organizations.setdefault(kind, []).append(name)
    countries: list[tuple[str, str]] = []
    for _, name, aliases, demonyms, _ in lexicon("countries.tsv"):
        forms = [name, name, *(alias for alias in aliases.split("|") if alias)]
        countries += [(form, demonyms.split("|")[0] or name) for form in forms]
    return Lexicons(
        sorted(given_names()),
        sorted(surnames()),
        [name for name, size, *_ in lexicon("cities.tsv") for _ in range(4 ** max(0, int(size) - 4)) if len(name) > 3],
        countries,
        [row[0] for row in lexicon("regions.tsv")],
        organizations,
    )


def patterns() -> list[str]:
    """The patterns, one a string of several lines."""
    text = files("flows.extract").joinpath("models", "wire_patterns.txt").read_text(encoding="utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return [pattern for pattern in body.split("\n\n") if pattern.strip()]


def name_for(slot: str, chance: random.Random) -> str:
    """A name of the kind that `slot` asks for."""
    known = lexicons()
    if slot == "person":
        return person(chance)
    if slot == "country":
        return chance.choice(known.countries)[0]
    if slot == "city":
        return chance.choice(known.cities)
    if slot == "region":
        return chance.choice(known.regions)
    if slot == "team":
        return chance.choice(US_TEAM_CITIES)
    if slot == "club":
        return club(chance)
    if slot == "company":
        return company(chance)
    if slot == "media":
        return chance.choice(known.organizations["media"])
    if slot == "event":
        host = chance.choice((chance.choice(known.cities), chance.choice(known.countries)[1]))
        return f"{host} {chance.choice(EVENTS)}"
    return organization(chance)


US_TEAM_CITIES = """New York|Los Angeles|Chicago|Houston|Philadelphia|Phoenix|San Antonio|San Diego|Dallas|Detroit
|Minnesota|Indiana|Miami|Orlando|Atlanta|Charlotte|Boston|Washington|New Jersey|Toronto|Montreal
|Ottawa|Vancouver|Calgary|Edmonton|Buffalo|Pittsburgh|Cleveland|Cincinnati|Milwaukee|St. Louis
|Kansas City|Texas|Oakland|San Francisco|San Jose|Seattle|Portland|Sacramento|Utah|Denver|Colorado
|Golden State|Florida|Tampa Bay|Carolina|Jacksonville|Tennessee|New Orleans|Green Bay|New England
|Baltimore|Hartford|Arizona|California|Anaheim|LA CLIPPERS|NY Rangers|NY Islanders|LA Lakers
|Nebraska|Ohio State|Michigan|Kansas|Kentucky|Duke|Penn State|Notre Dame|Iowa|Syracuse|Virginia Tech
|Brigham Young""".replace("\n", "").split("|")


def person(chance: random.Random) -> str:
    """A full name; one in five in a form other than given name and surname."""
    given = chance.choice(lexicons().given).title()
    last = chance.choice(lexicons().surnames).title()
    form = chance.random()
    if form < 0.06:
        return (
            f"{given[0]}. {last}" if chance.random() < 0.5 else f"{given} {chance.choice('ABCDEFGHJKLMPRSTW')}. {last}"
        )
    if form < 0.12:
        particle = chance.choice(PARTICLES)
        return f"{given} {particle}{'' if particle[-1] in '-c' + chr(39) else ' '}{last}"
    if form < 0.16:
        return f"{given} {last}-{chance.choice(lexicons().surnames).title()}"
    if form < 0.2:
        return f"{last} {given}-{chance.choice(lexicons().given).title()}"
    return f"{given} {last}"


def club(chance: random.Random) -> str:
    """A club: a known one, or a city with or without the words that clubs add."""
    form = chance.random()
    if form < 0.6:
        return chance.choice(lexicons().organizations["club"])
    city = chance.choice(lexicons().cities)
    if form < 0.8:
        return city
    before, after = chance.choice(
        (("FC ", ""), ("", " United"), ("", " City"), ("Dynamo ", ""), ("Real ", ""), ("Sporting ", ""), ("", " FC"),
         ("Olympique ", ""), ("", " Rovers"), ("", " Tigers"), ("AS ", ""), ("SC ", ""), ("", " Town"), ("CSKA ", ""))
    )  # fmt: skip
    return before + city + after


def company(chance: random.Random) -> str:
    """A company: a known one, or a surname or city with what companies add."""
    form = chance.random()
    if form < 0.5:
        return chance.choice(lexicons().organizations["company"])
    stem = chance.choice(lexicons().surnames).title() if form < 0.85 else chance.choice(lexicons().cities)
    if form > 0.95:
        return f"{stem} & {chance.choice(lexicons().surnames).title()}"
    return f"{stem} {chance.choice(COMPANY_ENDINGS)}"


def organization(chance: random.Random) -> str:
    """A public body, party, university, movement ..."""
    form = chance.random()
    if form < 0.5:
        return chance.choice(lexicons().organizations["organization"])
    country, demonym = chance.choice(lexicons().countries)
    city = chance.choice(lexicons().cities)
    field = chance.choice(FIELDS)
    return chance.choice(
        (f"Ministry of {field}", f"{field} Ministry", f"{demonym} Ministry of {field}", f"University of {city}",
         f"{city} University", f"{demonym} {field} Federation", f"Central Bank of {country}", f"{city} City Council",
         f"{city} Chamber of Commerce", f"National {field} Council", f"{demonym} Socialist Party", f"Bank of {country}",
         f"People's {field} Party", f"{demonym} Red Cross", f"{country} Football Association",
         f"{city} Police Department", f"{field} Workers' Union", f"Institute for {field} Studies",
         f"{demonym} Liberation Front", f"{city} Stock Exchange")
    )  # fmt: skip


def figures(slot: str, chance: random.Random) -> str:
    """What a slot that is no name shows."""
    ranges = {"d": (1, 30), "n": (0, 9), "nn": (10, 99)}
    if slot in ranges:
        return str(chance.randint(*ranges[slot]))
    if slot == "k":
        return f"{chance.randint(1, 99)},{chance.randint(0, 999):03d}"
    if slot == "time":
        return f"{chance.randint(1, 9)}:{chance.randint(0, 59):02d}.{chance.randint(0, 99):02d}"
    return chance.choice(WEEKDAYS if slot == "weekday" else MONTHS)


def filled(pattern: str, chance: random.Random) -> tuple[str, list[tuple[int, int, str]]]:
    """A text made from `pattern`, and its names as (start, end, type) in code points."""
    names: dict[tuple[str, str], str] = {}
    text, at = "", 0
    spans: list[tuple[int, int, str]] = []
    for match in SLOT.finditer(pattern):
        slot, number, capitals = match.groups()
        text += pattern[at : match.start()]
        at = match.end()
        if slot in ("country", "demonym"):
            country = names.setdefault(("country", number), "|".join(chance.choice(lexicons().countries)))
            value = country.split("|")[slot == "demonym"]
        elif slot == "last":
            full = names.setdefault(("person", number), person(chance))
            value = full.split(" ", 1)[1] if full.count(" ") == 1 else full.split()[-1]
        elif slot in KINDS:
            value = names.setdefault((slot, number), name_for(slot, chance))
        else:
            value = figures(slot, chance)
        value = value.upper() if capitals else value
        if slot in KINDS:
            spans.append((len(text), len(text) + len(value), KINDS[slot]))
        text += value
    return text + pattern[at:], spans


def wire_texts(count: int, seed: int) -> list[tuple[str, list[tuple[int, int, str]]]]:
    """`count` texts with their names; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311
    known = patterns()
    return [filled(known[i % len(known)], chance) for i in range(count)]
