# ruff: noqa: E501 -- sentences
"""`make copies`: how well copies of one story are found, on families of texts of which it is known who copied whom.

Two kinds are generated. *reprints*: a paper cuts a story, reorders its paragraphs, rewrites its lead, gives it another
headline. *agencies*: another agency edits it into its own style, with its own dateline, leaves out and moves sentences,
merges paragraphs and adds background and a footer. Beside them stand stories that only look alike: follow-ups with a
third of the earlier story as background, press releases of one frame, weather and market reports of different days,
stories that quote one statement, round-ups of several stories.

A pair of texts counts as found where both have one story_id. Prints precision and recall for each kind, and what takes
the place of the pairs that were wrong.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import duckdb

from flows.run import run
from flows.settings import Settings

FIRST = (
    "Amara Bogdan Celia Dario Edith Farid Greta Hamid Ines Jonas Katya Leila Milan Nadia Oskar Petra Quentin Rosa "
    "Selim Tamar Ulrich Vera Wanda Yusuf Zofia Anton Beatriz Chidi Dunja Emil"
).split()
LAST = (
    "Abara Brandt Castellan Dumitru Eklund Fonseca Gruber Haddad Ivanova Jansen Kovacs Lindqvist Moreau Nwosu Orlov "
    "Pereira Quist Rahimi Sorensen Tanaka Ubeda Varga Wolski Yilmaz Zeman Achieng Bello Corvin Dragan Estevez"
).split()
PLACES = (
    "Aldermoor Brenzone Carvalhal Dunfield Eastmere Fjordvik Granholm Hartwell Isola Jarnac Kestrel Lindholm Morava "
    "Norbury Ostrava Pinhal Quarto Ravenna Silistra Tornio Umbria Valmiera Westport Yarrow Zadar Ashby Belmonte Corsk "
    "Delft Erdhalle"
).split()
BODIES = (
    "city council,harbour authority,regional court,teachers' union,water board,transport ministry,fisheries agency,"
    "medical chamber,grid operator,housing fund,electoral commission,rail regulator,customs service,forest agency,"
    "audit office,farmers' league"
).split(",")
ROLES = (
    "director,spokeswoman,chairman,deputy minister,mayor,chief engineer,treasurer,prosecutor,chief economist,"
    "secretary-general,head of operations,chief physician"
).split(",")
SUBJECTS = (
    "a tunnel under the old harbour,a levy on bottled water,the night ferry to the islands,a ban on wood stoves,"
    "the sale of the municipal bank,a new line of trams,the reform of school meals,a reservoir in the hills,"
    "the closing of two hospitals,a tax on empty flats,a bridge for cyclists,the register of voters abroad,"
    "a pension for seasonal workers,the licence of a copper mine,the restoration of the opera,a wind farm off the coast,"
    "a treaty on river fish,the merger of two ports,a fund for flooded villages,the strike of the pilots,"
    "a library on wheels,a quota for timber,the price of bread,a court for traffic offences,the census of stray dogs,"
    "a satellite for forest fires,the export of vaccines,a curfew for scooters,the salaries of nurses,a lottery for land"
).split(",")
VERBS = "approved postponed rejected defended questioned suspended revived presented".split()
REASONS = (
    "after a session that lasted until dawn,in spite of a petition with {n} signatures,by {a} votes to {b},"
    "without a word of explanation,two weeks before the deadline,for the third time since spring,"
    "although its own lawyers had advised against it,as the opposition left the hall"
).split(",")
QUOTES = (
    "We have counted every {thing} twice and we would count them again|Nobody who has seen the {thing} can say that we "
    "were idle|If the {thing} is wrong, then so is the map it was drawn on|A {thing} costs money and the lack of one "
    "costs more|I was told of the {thing} by my neighbour, not by my office|There is a {thing} in every drawer of this "
    "building|You cannot govern a {thing} by letter|Ask me about the {thing} when the snow has gone|The {thing} will "
    "outlive all of us and that is its purpose|First the {thing}, then the speeches"
).split("|")
THINGS = (
    "ledger,crane,contract,culvert,timetable,signature,turbine,ballot,permit,invoice,lantern,hinge,valve,register,"
    "shovel,passport,pump,schedule,blueprint,bell"
).split(",")
FACTS = (
    "The plan would cost {n} crowns, {p} percent more than was foreseen in {year}.|Work on the first {k} kilometres is to "
    "start in {month}, and {body2} expects it to last {k2} months.|In {place2}, where a similar scheme failed in {year}, "
    "the mood was calm and most shops stayed open.|{n} people signed a petition against it, according to {person2}, who "
    "collected the sheets in a bakery.|A survey by the University of {place2} found that {p} percent of those asked had "
    "never heard of the matter.|{person2}, a retired {role2} from {place2}, called the figures a bedtime story.|The "
    "{body2} had warned in a letter of {month} {k} that the documents were incomplete.|Two of the {k2} bidders have "
    "withdrawn since {month}, among them a firm from {place2} that had built the {thing2}.|Under the law of {year} the "
    "{body2} has {k} weeks to object, and it has used that right {k2} times.|Rain had softened the ground near {place2}, "
    "and a lorry with {k} tonnes of gravel slid into a ditch on its way to the site.|{person2} said that the members "
    "from {place2} had been promised {n} crowns and had seen {k} of them.|Shares in the builder, listed in {place2}, "
    "lost {p} percent and won back half of it before noon.|The minutes of the meeting, {k} pages long, mention {place2} "
    "only once and in brackets.|An earlier draft named {person2} as trustee; the final text leaves the line empty.|"
    "School classes from {place2} had drawn {n} postcards, which hung in the corridor during the vote.|The bank of "
    "{place2} holds bonds worth {n} crowns that fall due in {month}."
).split("|")
CLOSINGS = (
    "A decision on the remaining {k} points is due in {month}.|The next session is on {month} {k}.|{person2} is to "
    "travel to {place2} next week.|The papers can be read in {place2} until {month}.|No date was given for the repair of "
    "the {thing2}."
).split("|")
MONTHS = "January February March April May June July September October November December".split()
HOUSE_STYLE = (
    (" percent", " per cent"), (" said ", " told reporters "), ("“", '"'), ("”", '"'), (" — ", " - "), (" crowns", " kr"),
    (" kilometres", " km"), ("according to", "in the words of"), (" although ", " even though "),
)  # fmt: skip
SYNONYMS = (
    ("approved", "gave its blessing to"), ("postponed", "put off"), ("rejected", "turned down"), ("defended", "stood by"),
    ("questioned", "cast doubt on"), ("suspended", "put on ice"), ("revived", "took up again"),
    ("presented", "laid before the public"), ("on Monday", "at the start of the week"),
)  # fmt: skip
FOOTERS = {
    "Meridian News": "(Reporting by the Meridian bureau in Zadar; editing by Ines Varga)\n\n© Meridian News. All rights "
    "reserved. This material may not be published, broadcast, rewritten or redistributed.",
    "Northern Press": "Northern Press is a cooperative of forty newspapers. Write to the desk at desk@northern.example.",
    "Volta Wire": "",
}


@dataclass(frozen=True)
class Text:
    """A generated text. `story` names the event it copies; texts of one story are copies of each other."""

    kind: str
    story: str
    text: str


@dataclass(frozen=True)
class Story:
    """A story before any editing: dateline place, agency, day, headline and paragraphs."""

    place: str
    agency: str
    day: date
    headline: str
    paragraphs: tuple[str, ...]

    def printed(self, headline: str | None = None, body: Iterable[str] | None = None) -> str:
        """The story as a text with headline and dateline."""
        first, *others = body or self.paragraphs
        dateline = f"{self.place.upper()}, {self.day:%B} {self.day.day} ({self.agency}) -- "
        return "\n\n".join([headline or self.headline, dateline + first, *others]) + "\n"


class Invention:
    """Words for one story, drawn once: `fill` puts them into the slots of a sentence."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.person, self.role = self.name(), chance.choice(ROLES)
        self.place, self.body, self.subject = chance.choice(PLACES), chance.choice(BODIES), chance.choice(SUBJECTS)

    def name(self) -> str:
        return f"{self.chance.choice(FIRST)} {self.chance.choice(LAST)}"

    def fill(self, sentence: str) -> str:
        chance = self.chance
        return sentence.format(
            n=f"{chance.randrange(2, 900)},{chance.randrange(100, 999)}", p=chance.randrange(3, 80), k=chance.randrange(2, 28),
            k2=chance.randrange(2, 60), a=chance.randrange(20, 60), b=chance.randrange(2, 19), year=chance.randrange(1950, 2020),
            month=chance.choice(MONTHS), place2=chance.choice(PLACES), body2=chance.choice(BODIES), person2=self.name(),
            role2=chance.choice(ROLES), thing=chance.choice(THINGS), thing2=chance.choice(THINGS),
        )  # fmt: skip


def story(seed: str) -> Story:
    """A story of eight to fourteen paragraphs."""
    chance = random.Random(seed)
    words = Invention(chance)
    verb = chance.choice(VERBS)
    surname = words.person.split()[-1]
    lead = words.fill(
        f"The {words.body} of {words.place} {verb} {words.subject} on Monday {chance.choice(REASONS)}, "
        f"its {words.role} {words.person} said."
    )
    facts, quotes = chance.sample(FACTS, chance.randrange(6, 10)), chance.sample(QUOTES, 3)
    paragraphs = [lead, words.fill(f"“{quotes[0]},” said {words.person}, who has led the talks since {{month}}.")]
    for number, fact in enumerate(facts):
        paragraph = words.fill(fact)
        if number % 3 == 1:
            paragraph += " " + words.fill(facts[number - 1 if number > 2 else -1].replace("{year}", "{k}"))
        if number in (2, 4):
            paragraph += words.fill(f" “{quotes[number // 2]},” {surname} said.")
        paragraphs.append(paragraph)
    paragraphs.append(words.fill(chance.choice(CLOSINGS)))
    day = date(2026, 1, 5) + timedelta(days=chance.randrange(300))
    return Story(
        words.place,
        chance.choice(list(FOOTERS)),
        day,
        f"{words.place} {words.body} {verb} {words.subject}",
        tuple(paragraphs),
    )


def rewritten(paragraph: str, chance: random.Random) -> str:
    """The paragraph told anew: clauses change places, words give way to others; names and figures stay."""
    clauses = [clause.strip() for clause in paragraph.rstrip(".").split(",")]
    words = " – ".join(clauses[1:] + clauses[:1]).split()
    for old, new in SYNONYMS:
        words = " ".join(words).replace(old, new).split()
    for place in range(len(words) - 2, 0, -4):
        words.insert(place, chance.choice("now also indeed then reportedly today meanwhile again".split()))
    return " ".join(words) + "."


def reprint(original: Story, chance: random.Random) -> str:
    """What a newspaper makes of an agency's story."""
    paragraphs = list(original.paragraphs)
    kept = max(4, round(len(paragraphs) * chance.uniform(0.4, 1)))
    way = chance.choice(["tail", "tail", "anywhere"])
    if way == "tail":
        paragraphs = paragraphs[:kept]
    else:
        paragraphs = [paragraphs[i] for i in sorted(chance.sample(range(len(paragraphs)), kept))]
    if chance.random() < 0.5:
        paragraphs[0] = rewritten(paragraphs[0], chance)
    if chance.random() < 0.5:
        rest = paragraphs[1:]
        chance.shuffle(rest)
        paragraphs[1:] = rest
    headline = chance.choice(
        [original.headline, f"Anger in {original.place}", f"What {original.place} decided", "In brief"]
    )
    return original.printed(headline, paragraphs)


def resold(original: Story, chance: random.Random) -> str:
    """What another agency makes of it."""
    agency = chance.choice([name for name in FOOTERS if name != original.agency])
    sentences = []
    for paragraph in original.paragraphs:
        parts = paragraph.split(". ")
        if len(parts) > 1 and chance.random() < 0.5:
            parts.pop(chance.randrange(len(parts)))
        sentences += [part.rstrip(".") + "." for part in parts if part]
    lead, rest = rewritten(sentences[0], chance), sentences[1 : max(6, round(len(sentences) * chance.uniform(0.6, 1)))]
    if chance.random() < 0.5:
        chance.shuffle(rest)
    rest.insert(chance.randrange(2, len(rest)), Invention(chance).fill(chance.choice(FACTS)))
    paragraphs = [lead]
    while rest:
        size = chance.randrange(1, 4)
        paragraphs.append(" ".join(rest[:size]))
        rest = rest[size:]
    text = Story(original.place, agency, original.day + timedelta(days=chance.randrange(2)), "Update from " + original.place,
                 tuple(paragraphs)).printed()  # fmt: skip
    for old, new in HOUSE_STYLE:
        if chance.random() < 0.5:
            text = text.replace(old, new)
    return text + "\n" + FOOTERS[agency] + "\n"


def follow_up(original: Story, seed: str, chance: random.Random) -> str:
    """The next day's story on the same event: new facts, and a third of its length from the day before."""
    new = story(seed)
    background = list(original.paragraphs[1 : 1 + max(2, len(new.paragraphs) // 3)])
    return Story(original.place, original.agency, original.day + timedelta(days=1), f"More talks in {original.place}",
                 (*new.paragraphs[: 2 * len(background) + 1], *background)).printed()  # fmt: skip


def release(company: int, number: int) -> str:
    """A press release: what is new in it stands in a frame that the company uses every time."""
    frame, words = (
        Invention(random.Random(f"company {company}")),
        Invention(random.Random(f"release {company} {number}")),
    )
    return (
        f"FOR IMMEDIATE RELEASE\n\n{frame.place} Industries announces {words.subject}\n\n"
        f"{frame.place.upper()}, {words.fill('{month} {k}, 2026')} -- {frame.place} Industries, a leading provider of "
        f"solutions for modern cities, today announced {words.subject}. {words.fill(words.chance.choice(FACTS))}\n\n"
        f"“{words.fill(words.chance.choice(QUOTES))},” said {frame.person}, chief executive of {frame.place} Industries. "
        f"“We are proud to be a partner of the region and look forward to many more years of shared success.”\n\n"
        f"{words.fill(words.chance.choice(FACTS))}\n\n{words.fill(words.chance.choice(FACTS))}\n\n"
        f"About {frame.place} Industries\n{frame.place} Industries was founded in 1964 and employs 2,300 people in nine "
        "countries. It builds pumps, cranes and software for ports, and is listed in Zadar. For more information visit "
        "www.industries.example or follow us.\n\nForward-looking statements: this release contains statements that are "
        "subject to risks and uncertainties, and actual results may differ materially from those expressed in it.\n\n###\n"
    )


def weather(number: int) -> str:
    """One day's weather report."""
    words = Invention(random.Random(f"weather {number}"))
    day = date(2026, 1, 1) + timedelta(days=number)
    return words.fill(
        f"ZADAR, {day:%B} {day.day} (Meridian News) -- Temperatures will reach {{k}} degrees in {{place2}} on {day:%A}, the "
        "weather service said, with winds of up to {k2} kilometres an hour from the "
        f"{words.chance.choice(['north', 'south', 'east', 'west'])}.\n\nShowers are expected in {{place2}} and {{place2}} from "
        "{k} o'clock. The sea will be {k2} centimetres high off {place2}.\n\nThe outlook for the following days is "
        f"{words.chance.choice(['mild', 'cold', 'wet', 'windy', 'dry'])}, with {{p}} percent chance of rain in {{place2}}. "
        "Residents are advised to follow the bulletins of the weather service.\n"
    )


def market(number: int) -> str:
    """One day's market report."""
    words = Invention(random.Random(f"market {number}"))
    day = date(2026, 1, 1) + timedelta(days=number)
    move, other = words.chance.sample(["rose", "fell", "gained", "lost", "added", "shed"], 2)
    return words.fill(
        f"ZADAR, {day:%B} {day.day} (Meridian News) -- Shares in Zadar {move} on {day:%A} as investors weighed news from "
        "{place2}. The main index closed at {n} points, a change of {p} hundredths of a percent.\n\nShares in "
        f"{{place2}} Industries {other} by {{k}} percent, while the bank of {{place2}} {move} by {{k}} percent in heavy "
        "trading.\n\nThe krona stood at {p}.{k2} to the euro late in the day. Crude oil traded at {p}.{k} dollars a "
        "barrel.\n\n“The market is waiting for a sign,” said {person2}, an analyst with the brokers {place2} and Sons.\n"
    )


def texts(stories: int, seed: int = 0) -> list[Text]:
    """Families and look-alikes around so many stories of each kind."""
    found: list[Text] = []
    edits: dict[str, Callable[[Story, random.Random], str]] = {"reprints": reprint, "agencies": resold}
    for kind, edit in edits.items():
        for number in range(stories):
            name = f"{kind} {seed} {number}"
            chance, original = random.Random(name), story(name)
            found.append(Text(kind, name, original.printed()))
            found += [Text(kind, name, edit(original, chance)) for _ in range(chance.randrange(1, 4))]
            if number % 3 == 0:
                found.append(Text(kind, f"{name} next day", follow_up(original, f"{name} next day", chance)))
            if number % 10 == 0:
                others = [story(f"{kind} {seed} {(number + i) % stories}") for i in range(4)]
                digest = "\n\n".join(f"{other.headline}\n\n" + "\n".join(other.paragraphs[:4]) for other in others)
                found.append(Text(kind, f"{name} round-up", f"Round-up\n\n{digest}\n"))
            if number % 10 == 5:
                quote = story(f"{kind} {seed} {number - 1}").paragraphs[1]
                other = story(f"{name} quotes")
                found.append(Text(kind, f"{name} quotes", other.printed(body=(*other.paragraphs[:5], quote))))
    for number in range(stories):
        found.append(Text("reprints", f"weather {seed} {number}", weather(1000 * seed + number)))
        found.append(Text("reprints", f"market {seed} {number}", market(1000 * seed + number)))
        found.append(Text("agencies", f"release {seed} {number}", release(number // 5, 1000 * seed + number)))
    return found


@dataclass(frozen=True)
class Score:
    """Pairs of texts of one kind: `found` of the `true` ones, and those `wrong`, by what was taken for a copy of what."""

    true: int
    found: int
    wrong: Counter[str]

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.wrong.total())

    @property
    def recall(self) -> float:
        return self.found / self.true


def measure(made: list[Text], folder: Path) -> dict[str, Score]:
    """Load the texts into a warehouse below `folder`; the score of each kind by the story_id that they get."""
    stories = folder / "stories.jsonl"
    lines = (json.dumps({"id": str(number), "text": text.text, "language": "en"}) for number, text in enumerate(made))
    stories.write_text("\n".join(lines), encoding="utf-8")
    settings = Settings(data_dir=folder / "data")
    run([str(stories)], settings)
    of_text = {text.text: text for text in made}
    told: dict[str, list[Text]] = {}
    with duckdb.connect(settings.published_file, read_only=True) as connection:
        for story_id, text in connection.execute("select story_id, text from documents order by text").fetchall():
            told.setdefault(story_id, []).append(of_text[text])
    families = Counter((text.kind, text.story) for text in of_text.values())
    scores = {}
    for kind in sorted({text.kind for text in made}):
        pairs = [pair for texts in told.values() for pair in combinations(texts, 2) if pair[0].kind == kind]
        wrong = [sorted((one.story, other.story)) for one, other in pairs if one.story != other.story]
        scores[kind] = Score(
            true=sum(count * (count - 1) // 2 for (family, _), count in families.items() if family == kind),
            found=len(pairs) - len(wrong),
            wrong=Counter(" and ".join("".join(c for c in name if not c.isdigit()) for name in pair) for pair in wrong),
        )
    return scores


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made_in:
        made = texts(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
        print(f"{len(made):,} texts")
        for kind, score in measure(made, Path(made_in)).items():
            print(f"{kind:10} precision {score.precision:.3f}, recall {score.recall:.3f} of {score.true:,} pairs")
            for pair, count in score.wrong.most_common(5):
                print(f"  wrong: {count} {' '.join(pair.split())}")
