"""Which names mean the same thing."""

from __future__ import annotations

from collections import Counter

import pytest
from reading import read

from flows.extract.annotate import annotate
from flows.extract.countries import country_named, country_of_demonym, place_named
from flows.extract.keys import fold, organization_key, without_company_form
from flows.extract.person_names import parse_name


def test_a_surname_belongs_to_the_full_name() -> None:
    found = read("Foreign Minister [P Wang Yi] spoke. [P Wang] left.")
    assert found.who() == [("Wang Yi", "Wang Yi"), ("Wang", "Wang Yi")]
    assert [m.reason for m in found.names] == ["name", "surname"]


def test_a_surname_may_come_first() -> None:
    assert read("[P Trump] wins\n\n[P Donald J. Trump] won. [P Donald Trump] spoke.").who() == [
        ("Trump", "Donald J. Trump"),
        ("Donald J. Trump", "Donald J. Trump"),
        ("Donald Trump", "Donald J. Trump"),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Norrvik Energy, Inc. Ltd", "Norrvik Energy"),
        ("Norrvik Shipping AS", "Norrvik Shipping"),
        ("Inc", "Inc"),
        ("Oy Norrvik", "Oy Norrvik"),
    ],
)
def test_a_company_without_its_form(name: str, expected: str) -> None:
    assert without_company_form(name) == expected


def test_two_of_one_surname_are_told_apart_by_honorific() -> None:
    found = read("[P Jane Lee] and [P Robert Lee] came. Ms. [P Lee] spoke. Mr. [P Lee] listened.")
    assert found.who()[2:] == [("Lee", "Jane Lee"), ("Lee", "Robert Lee")]


def test_two_of_one_surname_are_told_apart_by_title() -> None:
    found = read("Minister [P Han Seo-yeon] left. Justice [P Han Min-jae] came. Justice [P Han] smiled.")
    assert found.who()[-1] == ("Han", "Han Min-jae")


def test_the_first_word_of_a_company() -> None:
    found = read("[O Norrvik Shipping AS] grew. [O Norrvik Shipping] hired, and [O Norrvik] paid.")
    assert [name for _, name in found.who()] == ["Norrvik Shipping AS"] * 3


def test_a_surname_of_two_stays_on_its_own() -> None:
    found = read("[P Jane Lee] and [P Robert Lee] came. [P Lee] spoke.")
    assert [(e.name, e.is_full) for e in found.entities] == [("Jane Lee", True), ("Robert Lee", True), ("Lee", False)]


def test_the_text_establishes_who_bears_a_surname() -> None:
    found = read("[P Hillary Clinton] came. [P Clinton] spoke. [P Bill Clinton] came. [P Clinton] spoke again.")
    assert found.who()[3] == ("Clinton", "Hillary Clinton")


def test_mr_and_ms_without_first_names_are_two() -> None:
    found = read("Ms. [P Lee] spoke. Mr. [P Lee] listened.")
    assert [(e.key, e.gender, e.is_full) for e in found.entities] == [("lee", "f", False), ("lee", "m", False)]


@pytest.mark.parametrize(
    ("full", "other"),
    [
        ("Mohammed bin Salman", "bin Salman"),
        ("Ursula von der Leyen", "von der Leyen"),
        ("Kim Jong Un", "Kim"),
        ("Kim Jong Un", "Kim Jong-un"),
        ("Hillary Rodham Clinton", "Hillary Clinton"),
        ("Michael Pence", "Mike Pence"),
        ("Bashar al-Assad", "Assad"),
        ("Donald Trump Jr.", "Trump Jr."),
        ("François Hollande", "Francois Hollande"),
        ("Muhammad Khan", "Mohammed Khan"),
    ],
)
def test_forms_of_one_persons_name(full: str, other: str) -> None:
    assert len(read(f"[P {full}] came. Then [P {other}] left.").entities) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("George W. Bush", "George H.W. Bush"),
        ("Donald Trump", "Donald Trump Jr."),
        ("Kim Jong Un", "Kim Yo Jong"),
        ("Michelle Obama", "Barack Obama"),
    ],
)
def test_two_people(one: str, other: str) -> None:
    assert len(read(f"[P {one}] came. Then [P {other}] left.").entities) == 2


def test_keys_of_people() -> None:
    keys = [parse_name(name).key for name in ("Donald J. Trump", "François Fillon", "J. D. Vance", "Kim Jong-un")]
    assert keys == ["donald trump", "francois filon", "jd vance", "kim jongun"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohammed al-Harthi", "Muhammad Al Harthy"),
        ("Tsai Mei-ling", "Tsai Meiling"),
        ("Serhiy Dovzhenko", "Sergii Dovzhenko"),
        ("Dmitry Lazarevsky", "Dmitriy Lazarevskiy"),
        ("Gerhard Schröder", "Gerhard Schroeder"),
    ],
)
def test_transliterations_have_one_key(one: str, other: str) -> None:
    assert parse_name(one).key == parse_name(other).key


def test_like_names_keep_their_keys() -> None:
    names = ("Terry Hall", "Terri Hall", "Joe Hall", "Jo Hall", "Li Na", "Li Nan")
    assert len({parse_name(name).key for name in names}) == len(names)


def test_a_surname_stays_within_its_type() -> None:
    found = read("[P George Washington] was born there. [L Washington] is a city.")
    assert [(e.entity_type, e.key) for e in found.entities] == [
        ("person", "george washington"),
        ("place", "washington"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The [O Nordic Fisheries Council] ([O NFC]) met. The [O NFC] agreed.",
        "The [O NFC] ([O Nordic Fisheries Council]) met. The [O NFC] agreed.",
    ],
)
def test_acronyms_are_defined_in_either_order(text: str) -> None:
    found = read(text)
    assert [(e.name, e.aliases) for e in found.entities] == [("Nordic Fisheries Council", ("NFC",))]


def test_what_the_text_defines_overrides_the_lexicon() -> None:
    found = read("The [O Student Conduct Office] ([O SCO]) wrote. The [O SCO] was late.")
    assert [e.key for e in found.entities] == ["student conduct office"]


def test_well_known_aliases() -> None:
    found = read("The [O U.N.] met. The [O UN] and the [O United Nations] agreed with the [O EU].")
    assert [e.name for e in found.entities] == ["United Nations", "European Union"]


def test_names_that_several_countries_use_need_their_country() -> None:
    assert read("In [L Italy], the [O Senate] voted. [L Italy] waits.").entities[1].key == "senate"
    assert read("In [L Ohio], the [O Senate] was on every mind.").entities[1].key == "us senate"


def test_shortened_organizations() -> None:
    found = read(
        "The [O Brookings Institution] and the [O U.S. Tax Court] met. [O Brookings] and the [O Tax Court] agreed."
    )
    assert [e.name for e in found.entities] == ["Brookings Institution", "U.S. Tax Court"]


def test_ministries_in_both_orders() -> None:
    assert organization_key("the Ministry of Foreign Affairs") == organization_key("Foreign Affairs Ministry")


def test_a_country_is_one_whatever_it_is_called() -> None:
    found = read("The [L U.S.] acted. [L America], the [L US] and the [L United States] are one.")
    assert [(e.name, e.key, e.country_code) for e in found.entities] == [("United States", "ISO:US", "US")]


def test_a_country_is_a_place_even_where_it_acts() -> None:
    assert read("[O Russia] denied it.").entities[0].entity_type == "place"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[L Georgia] and [L Russia] talked in [L Tbilisi].", "GE"),
        ("[L Georgia] and [L Ohio] will decide the [L U.S.] vote.", "US"),
    ],
)
def test_georgia_is_where_the_text_is(text: str, code: str) -> None:
    assert read(text).entities[0].country_code == code


def test_cities_have_their_country_where_it_is_clear() -> None:
    none: Counter[str] = Counter()
    assert place_named("Kiev", none).key == "kyiv"
    assert place_named("Kiev", none).country_code == "UA"
    assert place_named("San Jose", none).country_code is None
    assert place_named("San Jose", Counter(("CR",))).country_code == "CR"


def test_countries_and_their_people() -> None:
    assert country_named("Russian Federation") == "RU"
    assert country_named("us") is None
    assert country_of_demonym("Chinese") == "CN"
    assert country_of_demonym("polish") is None


def test_folding() -> None:
    assert fold("Jean-Claude O’Brien") == "jean claude obrien"
    assert fold("Łukasz Ðorđe") == "lukasz dorde"


def test_many_people_of_one_first_name() -> None:
    found = read(" ".join(f"[P Anna Number{chr(97 + i % 26)}{chr(97 + i // 26)}] came." for i in range(400)))
    assert len(found.entities) == 400


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The mayor of [L London], [L Ontario], spoke.", "CA"),
        ("The port of [L Tripoli] in northern [L Lebanon] opened.", "LB"),
        ("The minister of [L Georgia] spoke in [L Atlanta].", "GE"),
        ("The governor of [L Georgia] spoke in [L Tbilisi].", "US"),
        ("They met in [L Berlin], [L Poland] and [L Italy] said.", "DE"),
    ],
)
def test_what_stands_beside_a_place(text: str, code: str) -> None:
    assert read(text).entities[0].country_code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[L Ghana]'s [P David Mensah] asked for patience.", "GH"),
        ("She beat [P Mei Tsai] of [L Taiwan] in May.", "TW"),
        ("[L Bangladesh]'s [O Coastal Agency] has planted trees.", "BD"),
        ("[L Ukraine]'s [O NATO] bid failed.", None),
        ("[O Bank of Slovenia] spoke.", "SI"),
    ],
)
def test_whose_country_stands_beside_a_name(text: str, code: str | None) -> None:
    assert [e.country_code for e in read(text).entities if e.entity_type != "place"] == [code]


def test_a_team_without_its_city() -> None:
    found = read("[O Sudbury Timberwolves] lost. The [O Timberwolves] left.")
    assert {name for _, name in found.who()} == {"Sudbury Timberwolves"}


def test_an_exchange_before_the_sign_of_a_share_is_no_short_form_of_the_company() -> None:
    found = annotate("Initech Inc. (NYSE: INI) cut its forecast. The NYSE said that trading was halted.")
    assert [entity.name for entity in found.entities] == ["Initech Inc.", "NYSE"]
    assert found.acronyms == []
