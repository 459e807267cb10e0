"""Corpora of any size that look like a news archive: lengths, casts, repetition of names, reprints.

Deterministic: document n is the same text whatever the size of the corpus. Names follow a power law, as in news: a few
people are in every tenth story, most are named once. One story in twelve is a reprint, whole or cut.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path

from flows.extract import lexicons

MEDIAN_CHARS, SPREAD = 3_500, 0.55
"""Lengths are log-normal: about 4 KB on average, as in news corpora."""
PEOPLE, BODIES = 40_000, 4_000
"""How many people and organizations there are in all."""
WHOLE_REPRINTS, CUT_REPRINTS = 0.05, 0.08
"""Share of documents that are an earlier one word by word, and (from there on) its first half."""

LEXICONS = Path(lexicons.__file__).parent
AGENCIES = ("Reuters", "AFP", "AP", "Xinhua", "UPI")
COUNTRIES = {
    "Kenya": "Kenyan", "Peru": "Peruvian", "Norway": "Norwegian", "Indonesia": "Indonesian", "Italy": "Italian",
    "Egypt": "Egyptian", "Canada": "Canadian", "Japan": "Japanese", "Poland": "Polish", "Brazil": "Brazilian",
    "China": "Chinese", "India": "Indian", "Ghana": "Ghanaian", "Turkey": "Turkish", "France": "French",
    "Chile": "Chilean", "Vietnam": "Vietnamese", "Spain": "Spanish", "Hungary": "Hungarian", "Jordan": "Jordanian",
}  # fmt: skip
CITIES = (
    "GENEVA", "NAIROBI", "LIMA", "OSLO", "JAKARTA", "ROME", "CAIRO", "OTTAWA", "TOKYO", "WARSAW", "BRASILIA", "BEIJING",
    "ACCRA", "ANKARA", "PARIS", "SANTIAGO", "HANOI", "MADRID", "BUDAPEST", "AMMAN",
)  # fmt: skip
TITLES = (
    "Foreign Minister", "Prime Minister", "Finance Minister", "Health Minister", "Transport Minister", "President",
    "Ambassador", "Senator", "Governor", "Mayor", "economist", "coach", "critic", "hydrologist", "spokesman", "judge",
)  # fmt: skip
FIELDS = (
    "Water", "Trade", "Health", "Energy", "Railway", "Grain", "Fisheries", "Housing", "Forestry", "Customs", "Harbour",
    "Press", "Culture", "Mining", "Aviation", "Textile", "Insurance", "Climate", "Census", "Road",
)  # fmt: skip
KINDS = ("Agency", "Council", "Federation", "Institute", "Board", "Union", "Commission", "Authority", "Office", "Fund")
SAID = ("said", "told reporters", "added", "warned", "announced", "noted", "insisted", "claimed", "denied", "promised")
THINGS = (
    "the harbour", "a second bridge", "the grain tariff", "the ceasefire text", "this year's budget", "the rail link",
    "a new clinic", "the river basin", "the fishing quota", "the wage agreement", "the power station", "the census",
    "a field hospital", "the border post", "the coal phase-out", "the film archive", "the vaccine plan", "the loan",
    "the inquiry", "the treaty", "the market hall", "the dam", "the dock strike", "a pension reform", "the airport",
)  # fmt: skip
DEEDS = (
    "would reopen", "had lost support among", "depends on", "could delay", "will replace", "was agreed with",
    "has divided", "should be paid for by", "cannot wait for", "must not harm", "had been promised to",
    "is cheaper than", "came too late for", "would protect", "was never shown to", "may outlast", "failed to convince",
)  # fmt: skip
OTHERS = (
    "farmers upstream", "the opposition", "small traders", "nurses in rural districts", "three neighbouring states",
    "the lenders", "young voters", "the unions", "coastal towns", "families of the missing", "exporters", "pensioners",
    "teachers", "local crews", "the armed forces", "foreign investors", "smallholders", "commuters", "the courts",
)  # fmt: skip
WHEN = (
    "before the rains", "within two weeks", "after the vote", "by the end of the year", "despite the dispute",
    "in the northern provinces", "for the third time", "under the new rules", "without another round of talks",
    "at a cost of {} million dollars", "in {} of the districts", "for some {} households", "over {} months",
)  # fmt: skip


@cache
def words(name: str) -> list[str]:
    """The entries of a word list of the extractor, capitalised."""
    lines = (LEXICONS / name).read_text(encoding="utf-8").splitlines()
    return [line.title() for line in lines if line.isascii() and line.isalpha() and len(line) > 3]


@cache
def bodies() -> list[tuple[str, str]]:
    """Names of organizations, each with its acronym."""
    found = []
    for (country, adjective), first, second, kind in product(COUNTRIES.items(), FIELDS, FIELDS, KINDS):
        if first != second:
            name = f"{adjective} {first} and {second} {kind}"
            found.append((name, f"{adjective[0]}{first[0]}{second[0]}{kind[0]}{country[1].upper()}"))
    random.Random(0).shuffle(found)
    return found[:BODIES]


def rank(chance: random.Random, count: int) -> int:
    """A number below `count`, the small ones more often: each as often as its place in a list of names by frequency."""
    return min(int(count ** chance.random()), count) - 1


def person(number: int) -> tuple[str, str, str]:
    """Name, surname and title of a person, always the same for the same number."""
    chance = random.Random(f"person {number}")
    surname = chance.choice(words("surnames.txt"))
    adjective = chance.choice(list(COUNTRIES.values()))
    return f"{chance.choice(words('given_names.txt'))} {surname}", surname, f"{adjective} {chance.choice(TITLES)}"


def clause(chance: random.Random) -> str:
    """A clause that says something: subject, verb, object, circumstances."""
    when = chance.choice(WHEN).format(chance.randint(2, 900))
    return f"{chance.choice(THINGS)} {chance.choice(DEEDS)} {chance.choice(OTHERS)} {when}"


def paragraph(chance: random.Random, cast: list[tuple[str, str, str]], known: set[str]) -> str:
    """Two or three sentences; two paragraphs in three attribute something to somebody of the cast."""
    if chance.random() < 0.35:
        name, acronym = bodies()[rank(chance, BODIES)]
        first = f"The {name} ({acronym}) published figures on {chance.choice(list(COUNTRIES))}."
        return f"{first} {sentence(clause(chance))} {sentence(clause(chance))}"
    name, surname, title = chance.choice(cast)
    who = surname if name in known else f"{title} {name}"
    known.add(name)
    said = chance.choice(SAID)
    form = chance.randrange(4)
    if form == 0:
        return f"“{sentence(clause(chance))[:-1]},” {who} said. “{sentence(clause(chance))}”"
    if form == 1:
        return f"{who} {said} that {clause(chance)}. {sentence(clause(chance))}"
    if form == 2:
        return f"According to {who}, {clause(chance)}. {sentence(clause(chance))} {sentence(clause(chance))}"
    return f"{sentence(clause(chance))[:-1]}, {who} {said}. {sentence(clause(chance))}"


def sentence(text: str) -> str:
    """The clause with a capital and a full stop."""
    return f"{text[0].upper()}{text[1:]}."


def document(number: int) -> tuple[str, str]:
    """Text and day of publication (ISO 8601) of document `number`."""
    chance = random.Random(number)
    published = date(2020, 1, 1) + timedelta(days=chance.randrange(2_000))
    copied = chance.random()
    if number and copied < CUT_REPRINTS:
        text, _ = document(chance.randrange(number))
        return (text if copied < WHOLE_REPRINTS else text[: text.rindex("\n\n", 0, len(text) // 2 + 400)] + "\n"), (
            published.isoformat()
        )
    target = chance.lognormvariate(0, SPREAD) * MEDIAN_CHARS
    cast = [person(rank(chance, PEOPLE)) for _ in range(chance.randint(2, 7))]
    dateline = f"{chance.choice(CITIES)}, {published:%B} {published.day} ({chance.choice(AGENCIES)}) -- "
    known: set[str] = set()
    body = [f"Report {number} of the day. {sentence(clause(chance))}"]
    size = 0
    while size < target:
        body.append(paragraph(chance, cast, known))
        size += len(body[-1]) + 2
    return dateline + "\n\n".join(body) + "\n", published.isoformat()


def write_jsonl(path: Path, first: int, count: int) -> int:
    """Write documents `first` to `first + count - 1` as JSON Lines; the size of the texts in bytes."""
    size = 0
    with path.open("w", encoding="utf-8") as file:
        for number in range(first, first + count):
            text, published = document(number)
            size += len(text.encode())
            file.write(json.dumps({"id": str(number), "text": text, "date": published}, ensure_ascii=False) + "\n")
    return size


def texts(count: int) -> Iterator[str]:
    """The texts of the first `count` documents."""
    return (document(number)[0] for number in range(count))
