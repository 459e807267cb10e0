"""Names in texts written for the test; expectations by hand."""

from itertools import pairwise
from pathlib import Path

import pytest

from flows.extract.annotations import Span
from flows.extract.names import find_names
from flows.extract.segmentation import segment
from flows.extract.tagger import Tags, tag

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"


def names(text: str) -> list[tuple[str, str]]:
    cut = segment(text)
    return [(mention.span.of(text), mention.entity_type) for mention in find_names(cut, tag(cut))]


def test_names_stand_without_titles_determiners_and_possessives() -> None:
    text = "Foreign Minister Ana Lindgren's visit to the United Kingdom ended on Monday."
    assert names(text) == [("Ana Lindgren", "person"), ("United Kingdom", "place")]


def test_surname_stands_for_the_person() -> None:
    text = "Police arrested Peter Hallmark in Leeds. Hallmark denied it."
    assert names(text) == [("Peter Hallmark", "person"), ("Leeds", "place"), ("Hallmark", "person")]


def test_acronym_in_brackets_has_the_type_of_the_name() -> None:
    text = "The Baltic Fisheries Council (BFC) met in Riga. Officials of the BFC declined to comment."
    assert names(text) == [
        ("Baltic Fisheries Council", "organization"),
        ("BFC", "organization"),
        ("Riga", "place"),
        ("BFC", "organization"),
    ]


def test_demonyms_are_no_names() -> None:
    assert names("French and German officials met the Chinese delegation.") == []


def test_non_western_names_and_particles() -> None:
    text = "Ursula von der Leyen met Kim Jong Un and Mohammed bin Salman in Geneva."
    assert names(text) == [
        ("Ursula von der Leyen", "person"),
        ("Kim Jong Un", "person"),
        ("Mohammed bin Salman", "person"),
        ("Geneva", "place"),
    ]


def test_dateline_is_a_place_and_agency_an_organization() -> None:
    found = names("CAIRO, March 3 (Reuters) - Egypt reopened its border on Monday, officials said.")
    assert found == [("CAIRO", "place"), ("Reuters", "organization"), ("Egypt", "place")]


def test_head_of_a_name_tells_its_type() -> None:
    assert ("University of Tartu", "organization") in names("She studied at the University of Tartu in Estonia.")
    assert ("Danube River", "place") in names("The ship sank in the Danube River near Budapest.")


def test_unmarked_initials_of_an_organization() -> None:
    text = "The Northern Harbour Authority closed the quay. It was unsafe, NHA said."
    assert ("NHA", "organization") in names(text)


def test_nothing_in_a_text_without_names() -> None:
    assert names("The weather was fine, and nobody said anything.") == []
    assert names("") == []


@pytest.mark.skipif(not SEEDS.is_dir(), reason="shared/seeds is absent")
def test_first_wire_story() -> None:
    found = names(next(SEEDS.glob("*.txt")).read_text(encoding="utf-8"))
    people = {text for text, kind in found if kind == "person"}
    organizations = {text for text, kind in found if kind == "organization"}
    places = {text for text, kind in found if kind == "place"}
    assert people == {"Wang Yi", "Wang"}
    assert organizations == {"Shanghai Cooperation Organization", "SCO", "Xinhua"}
    assert places == {"BEIJING", "Moscow", "Russia", "Kazakhstan", "Kyrgyzstan", "Mongolia"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("He asked about the supplier, Oliveira Gruas, twice.", "Oliveira Gruas"),
        ("Vantrell Osk, the largest employer in the port, made an offer.", "Vantrell Osk"),
        ("KAMPALA, Feb. 5 (Pan-African Wire) -- It rained.", "Pan-African Wire"),
        ("The East African Grain Exchange opened in Arusha.", "East African Grain Exchange"),
        ("The Norwegian Water Resources Directorate granted it.", "Norwegian Water Resources Directorate"),
        ("Norrvik Energy AS today announced a cable.", "Norrvik Energy AS"),
        ("The Danube Anglers' League demanded money.", "Danube Anglers' League"),
        ("The Rift Valley Growers Union criticised it.", "Rift Valley Growers Union"),
    ],
)
def test_organizations_by_what_is_said_of_them(text: str, name: str) -> None:
    assert (name, "organization") in names(text)


def test_headlines_do_not_lengthen_names() -> None:
    assert ("Union", "organization") not in names("City Sues Growers Over Pay\n\nThe rain stopped on Monday.")
    assert names("The German Justice Ministry declined to comment.")[-1][0].endswith("Justice Ministry")


def test_a_surname_is_no_place() -> None:
    text = "Ilona Szalay spoke in Budapest. They agreed, according to Szalay."
    assert [name for name in names(text) if name[0] == "Szalay"] == [("Szalay", "person")]


def test_a_coined_word_stands_for_the_company() -> None:
    text = "Norrvik Shipping offered more. Talks with Norrvik failed."
    assert names(text) == [("Norrvik Shipping", "organization"), ("Norrvik", "organization")]


def test_a_title_inside_a_name() -> None:
    text = 'In Suva, PRFA Director-General Leilani Faleolo said: "Now."'
    assert names(text) == [("Suva", "place"), ("PRFA", "organization"), ("Leilani Faleolo", "person")]


def test_an_apostrophe_may_be_a_letter() -> None:
    assert ("'Ana Taufa", "person") in names("Tonga's fisheries minister, 'Ana Taufa, confirmed it.")
    assert ("Ana Taufa", "person") in names("He said, 'Ana Taufa confirmed it.' Then he left.")


def test_fields_of_office_and_party_labels_are_no_organizations() -> None:
    found = names("Tor Eikeland, Director of Marine Operations, called Sen. Caroline Whitfield, D-Minn., on Monday.")
    assert [name for name, kind in found if kind == "organization"] == []


def test_an_unmarked_agency_in_the_dateline() -> None:
    assert ("Newsline", "organization") in names("AUSTIN, Texas, Feb. 12 (Newsline) -- A judge spoke.")


def test_a_country_is_no_person() -> None:
    assert ("Oman", "place") in names("MUSCAT (Gulf Ledger) -- Oman's tourism minister, Ali Rad, opened a museum.")


def test_a_surname_that_is_a_citys_name() -> None:
    text = "Senator Maria Santos called for a law. Santos told the senate so."
    assert names(text)[-1] == ("Santos", "person")


def test_companies_are_known_by_their_form_and_their_short_names_by_them() -> None:
    text = "Boeing, McDonnell in talks.\nBoeing Co and McDonnell Douglas Corp said they would merge."
    assert names(text) == [
        ("Boeing", "organization"),
        ("McDonnell", "organization"),
        ("Boeing Co", "organization"),
        ("McDonnell Douglas Corp", "organization"),
    ]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("Bilka is a Danish chain of hypermarkets. Bilka opened in 1970.", "Bilka", "organization"),
        ("Tarvelle (Old Norse: Tarvel) is a village in the county. She left Tarvelle.", "Tarvelle", "place"),
        ("He played the guitar for the band Gigi in Jakarta.", "Gigi", "organization"),
        ("The parish is formed by the village of Oswick and the hamlet of Skirlingham.", "Skirlingham", "place"),
        ("Power will pass to Vice President Ford at noon.", "Ford", "person"),
        ("He met the St. Louis Eagles.", "St. Louis Eagles", "organization"),
        ("She made 26 appearances for Lausanne before she left.", "Lausanne", "organization"),
        ("The Coronado Unified School District sold it.", "Coronado Unified School District", "organization"),
    ],
)
def test_types_by_what_is_said_of_names(text: str, name: str, kind: str) -> None:
    assert {found for found in names(text) if found[0] == name} == {(name, kind)}


def test_a_person_of_an_organization_or_place() -> None:
    assert names("They named Nathan Law of Demosisto.") == [("Nathan Law", "person"), ("Demosisto", "organization")]


def test_an_enumeration_has_names_of_one_type() -> None:
    text = "Trains stop in Leeds, Halifax, Morley, Ossett, Pontefract and Rotherham."
    assert {kind for _, kind in names(text)} == {"place"}


@pytest.mark.parametrize(
    "text",
    [
        "Lena Roth spoke to Oxfam, Brightwater and Amnesty International.",
        "The inquiry heard Oxfam, Brightwater, and the Red Cross.",
        "They invited Oxfam, the Red Cross and Brightwater.",
    ],
)
def test_an_unmarked_item_of_an_enumeration_is_what_the_others_are(text: str) -> None:
    assert ("Brightwater", "organization") in names(text)


def test_an_organization_may_have_two_fields() -> None:
    text = "She left the Department of Physics and Astronomy for the Bank of England and Parliament."
    assert names(text)[0] == ("Department of Physics and Astronomy", "organization")
    assert ("Bank of England", "organization") in names(text)


def test_a_head_of_the_name_itself_outweighs_a_description() -> None:
    text = "Calder Unified School District is the school district in Calder, Nevada."
    assert names(text)[0] == ("Calder Unified School District", "organization")


def test_a_known_place_may_end_like_an_organization() -> None:
    assert names("The Soviet Union sent them to the Western Front.") == [
        ("Soviet Union", "place"),
        ("Western Front", "place"),
    ]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("The premier told Sydney radio 2GB that the line would open in May.", "2GB", "organization"),
        ("Near Tel Arin, one strike destroyed two trucks.", "Tel Arin", "place"),
        ("Shells fell near Kasrura, witnesses said.", "Kasrura", "place"),
        ("Jets bombed Kasrura, an area outside the capital.", "Kasrura", "place"),
        ("The company moved to 169 Harrow Street last year.", "Harrow Street", "place"),
        ("Few regiments fought at the Battle of Ostrovka in 1812.", "Battle of Ostrovka", "event"),
        ("Families fled to Mount Kerem on foot.", "Mount Kerem", "place"),
        ("According to Mr Colbeck, human rights staff were informed.", "Colbeck", "person"),
        ("The aircraft came from the 177th Fighter Wing in June.", "177th Fighter Wing", "organization"),
        ("Troops moved on the Syrian city of Manbij.", "Manbij", "place"),
        ("CJTF-KRS has five sites for training.", "CJTF-KRS", "organization"),
        ("Fighting spread to Al-Karrada province on Monday.", "Al-Karrada", "place"),
        ("Ministers from Central Asia met in Vienna.", "Central Asia", "place"),
        ("Votes went to DAK's Ben Chan and FTK's Alice Mok.", "FTK", "organization"),
        ("The Home Office declined to comment.", "Home Office", "organization"),
        ("He met Hélène Roy and US Transportation Secretary George Whitlow.", "US", "place"),
        ("Critic Helen Baxter of the Thames Review agreed.", "Helen Baxter", "person"),
        ("Critic Helen Baxter of the Thames Review agreed.", "Thames Review", "organization"),
        ("Robert Maddox, the head of Brightwater Mining, will retire.", "Brightwater Mining", "organization"),
        ("REYKJAVIK, May 28 (Newsline) -- The WCU moved its congress.", "WCU", "organization"),
        ("He met bankers. Britain's treasury said the talks were useful.", "Britain", "place"),
        ("Valeska Paris, an Australian woman, left the ship. Paris claims she was held.", "Paris", "person"),
    ],
)
def test_names_by_what_stands_around_them(text: str, name: str, kind: str) -> None:
    assert (name, kind) in names(text)


def test_a_given_name_belongs_to_the_surname_behind_it() -> None:
    assert names("Ana Roe was mayor until May.") == [("Ana Roe", "person")]


def test_peoples_that_have_no_country_are_no_names() -> None:
    assert names("Yazidi and Rohingya families met Tuaregs and Sikhs.") == []


def test_measures_titles_and_owners_are_no_names() -> None:
    assert names("The station sells phones with 4GB of memory at 3PM.") == []
    assert names("Thank you, Mr. President, for your words.") == []
    assert ("Peter Halloran", "person") in names("The car was found near Peter Halloran's house.")


def names_given(text: str, **types: str) -> list[tuple[str, str]]:
    """The names where the tagger has marked the words of `types`, neighbours as one name, and nothing else."""
    cut = segment(text)
    kinds = [types.get(word.replace("-", "_")) for word in cut.tokens.words]
    labels = [
        "O" if kind is None else f"I-{kind}" if kind == before else f"B-{kind}"
        for before, kind in pairwise([None, *kinds])
    ]
    return [(found.span.of(text), found.entity_type) for found in find_names(cut, Tags(tag(cut).pos, labels))]


@pytest.mark.parametrize(
    ("text", "types", "expected"),
    [
        ("According to Mr Colbeck, staff were informed.", {}, [("Colbeck", "person")]),
        ("The company moved to 169 Harrow Street last year.", {}, [("Harrow Street", "place")]),
        ("She bought the album Abbey Road in May.", {}, []),
        ("Near Palmyra, one strike destroyed two trucks.", {}, [("Palmyra", "place")]),
        ("Near Christmas, sales rose.", {}, []),
        ("It came from the 177th Fighter Wing in June.", {}, [("177th Fighter Wing", "organization")]),
        ("The 5th Infantry Division landed.", {}, [("5th Infantry Division", "organization")]),
        ("They won the 2nd Division title.", {}, []),
        ("The MARK fell on Monday.", {}, []),
        ("A 6FT wall fell at the station.", {}, []),
        ("Families fled to Mount Kerem.", {"Mount": "person", "Kerem": "person"}, [("Mount Kerem", "place")]),
        ("Shells fell near Kasrura, witnesses said.", {"Kasrura": "person"}, [("Kasrura", "place")]),
        (
            "Vorin spoke. A guard near Vorin was hurt.",
            {"Vorin": "person"},
            [("Vorin", "person"), ("Vorin", "person")],
        ),
        ("They fled to Al-Karrada province.", {"Al_Karrada": "person"}, [("Al-Karrada", "place")]),
        ("The Disney island is private.", {"Disney": "organization"}, [("Disney", "organization")]),
        ("Jets bombed Kasrura, an area in the south.", {"Kasrura": "person"}, [("Kasrura", "place")]),
        ("Lee, a village elder, said no.", {"Lee": "person"}, [("Lee", "person")]),
        ("CJTF-KRS has five sites.", {"CJTF_KRS": "person"}, [("CJTF-KRS", "organization")]),
        ("The ship was late, added Tor Eikeland.", {"Eikeland": "place"}, [("Tor Eikeland", "person")]),
        ("Norrvik Shipping, the largest, said no.", {}, [("Norrvik Shipping", "organization")]),
        ("Ugandan Trade Minister Moses Tumwine left.", {"Moses": "person"}, [("Moses", "person")]),
        ("The USS Gerald Ford sailed.", {"Gerald": "person"}, []),
        ("The INS held him.", {"INS": "organization"}, [("INS", "organization")]),
        ("Lima & Oslo won.", {"Lima": "place", "Oslo": "place"}, [("Lima", "place"), ("Oslo", "place")]),
        ("They met in Trump Tower.", {"Trump": "person"}, [("Trump Tower", "place")]),
        ("The Paris Agreement was signed.", {"Paris": "place"}, []),
        ("Sen. Rubio, R-Fla., agreed.", {"Rubio": "person", "R_Fla": "person"}, [("Rubio", "person")]),
        ("Moody's said it was weak.", {"Moody": "person"}, [("Moody's", "organization")]),
        ("Johnson & Johnson said no.", {"Johnson": "person"}, [("Johnson & Johnson", "organization")]),
        ("Democrats said no.", {"Democrats": "person"}, [("Democrats", "organization")]),
        ("Kyiv denied it.", {"Kyiv": "organization"}, [("Kyiv", "place")]),
        (
            "Foreign Ministry spokesman Cem Aksoy left.",
            dict.fromkeys(("Foreign", "Ministry", "spokesman", "Cem", "Aksoy"), "organization"),
            [("Foreign Ministry", "organization"), ("Cem Aksoy", "person")],
        ),
        (
            "It is Lund) Kestrel here.",
            dict.fromkeys(("Lund", ")", "Kestrel"), "person"),
            [("Lund", "person"), ("Kestrel", "person")],
        ),
        ("Its share (NYSE: INI) fell.", {"NYSE": "organization", "INI": "organization"}, [("NYSE", "organization")]),
    ],
)  # fmt: skip
def test_what_rules_make_of_labels(text: str, types: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert names_given(text, **types) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ms Plibersek said the plan was late.", ("Plibersek", "person")),
        ("Fire Chief Bill Banks left. Banks added that two dogs died.", ("Banks", "person")),
        ('"I asked him," April Ryan said.', ("April Ryan", "person")),
        ("Iran said that Washington had lied. Washington rejected the claim.", ("Washington", "place")),
    ],
)
def test_names_that_are_common_words(text: str, expected: tuple[str, str]) -> None:
    assert names(text)[-1] == expected


@pytest.mark.parametrize("name", ['James "Whitey" Bulger', "Robert (Bob) Dole", "Walter “Buddy” Hoffman"])
def test_a_nickname_stands_inside_the_name(name: str) -> None:
    assert names(f"{name} died in May.") == [(name, "person")]


def test_groups_of_people_are_no_organizations() -> None:
    assert names("Syrian refugees left for Leeds.") == [("Leeds", "place")]


def test_the_place_of_the_dateline_is_one() -> None:
    text = "WASHINGTON (Newsline) -- The senate met. Washington was cold."
    cut = segment(text)
    found = find_names(cut, Tags(tag(cut).pos, ["O"] * len(cut.tokens)), Span(0, 10))
    assert (found[0].span.of(text), found[0].entity_type) == ("WASHINGTON", "place")


def test_names_above_the_dateline_are_no_places_for_that() -> None:
    text = "Marta Olsen visits port\n\nGENEVA, March 4 (Newsline) -- The port is open."
    cut = segment(text)
    labels = ["B-person", "I-person", *["O"] * (len(cut.tokens) - 2)]
    found = find_names(cut, Tags(tag(cut).pos, labels), Span(text.index("GENEVA"), text.index(",")))
    assert [(m.span.of(text), m.entity_type) for m in found][:2] == [("Marta Olsen", "person"), ("GENEVA", "place")]


@pytest.mark.parametrize("word", ["Infantry ", "Battle of ", "Helen Dr ", "2nd Army ", "Grant & ", "Near Mr "])
def test_names_do_not_overlap(word: str) -> None:
    cut = segment("The 3rd " + word * 12 + "Division of Ramadi Battle of Gaza said no.")
    spans = [m.span for m in find_names(cut, tag(cut))]
    assert all(before.end <= after.start for before, after in pairwise(spans))
