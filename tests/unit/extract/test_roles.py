"""Titles, and where they are held."""

from __future__ import annotations

import pytest
from reading import read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Chinese State Councilor and Foreign Minister [P Wang Yi] spoke.",
            [
                ("Wang Yi", "State Councilor", "current", "CN", None),
                ("Wang Yi", "Foreign Minister", "current", "CN", None),
            ],
        ),
        ("Former U.S. president [P Bill Hall] spoke.", [("Bill Hall", "president", "former", "US", None)]),
        ("Acting Attorney General [P Ann Lee] spoke.", [("Ann Lee", "Attorney General", "acting", None, None)]),
        ("President-elect [P Ann Lee] spoke.", [("Ann Lee", "President-elect", "designate", None, None)]),
        ("[L Iran]'s foreign minister [P Ali Rad] spoke.", [("Ali Rad", "foreign minister", "current", "IR", None)]),
        ("South Korean Trade Minister [P Song Min] spoke.", [("Song Min", "Trade Minister", "current", "KR", None)]),
        ("[O Acme] chief executive [P Ann Lee] spoke.", [("Ann Lee", "chief executive", "current", None, "Acme")]),
        ("Sen. [P Ann Lee] spoke.", [("Ann Lee", "Sen.", "current", None, None)]),
        ("Secretary of State [P Ann Lee] spoke.", [("Ann Lee", "Secretary of State", "current", None, None)]),
        ("The director of [O Acme], [P Ann Lee], spoke.", [("Ann Lee", "director", "current", None, "Acme")]),
        ("[P Ann Lee], president of [O Acme], spoke.", [("Ann Lee", "president", "current", None, "Acme")]),
        ("[P Ann Lee], who is also a member of [O Acme], spoke.", [("Ann Lee", "member", "current", None, "Acme")]),
        ("[P Ann Lee], 52, a former [O Acme] director, spoke.", [("Ann Lee", "director", "former", None, "Acme")]),
        (
            "[P Ann Lee], president and chief executive of [O Acme], spoke.",
            [
                ("Ann Lee", "president", "current", None, "Acme"),
                ("Ann Lee", "chief executive", "current", None, "Acme"),
            ],
        ),
        ("[P Ann Lee] is the prime minister of [L Norway].", [("Ann Lee", "prime minister", "current", "NO", None)]),
        ("[P Ann Lee], Mayor [P Bob Hall] and others came.", [("Bob Hall", "Mayor", "current", None, None)]),
        ("[P Ann Lee] met the president.", []),
        ("Mayor [P Ann Lee] of [L London], [L Ontario], spoke.", [("Ann Lee", "Mayor", "current", "CA", None)]),
        ("The mayor of [L London], [L Ontario], [P Ann Lee], spoke.", [("Ann Lee", "mayor", "current", "CA", None)]),
        ("They elected [P Ann Lee] prime minister on Tuesday.", [("Ann Lee", "prime minister", "current", None, None)]),
        ("[P Ann Lee], a judge at the top court of [L Mali], spoke.", [("Ann Lee", "judge", "current", "ML", None)]),
        ("The ex-head of the port of [L Lisbon], [P Ann Lee], spoke.", [("Ann Lee", "ex-head", "former", None, None)]),
        ("[L Tonga]'s tuna minister [P Ann Lee] spoke.", [("Ann Lee", "tuna minister", "current", "TO", None)]),
        (
            "[L Kenya]'s health minister, [P Ann Lee], was named foreign minister.",
            [
                ("Ann Lee", "health minister", "current", "KE", None),
                ("Ann Lee", "foreign minister", "current", None, None),
            ],
        ),
        (
            "[P Ann Lee], [O Acme]’s Director of Marine Operations, spoke.",
            [("Ann Lee", "Director of Marine Operations", "current", None, "Acme")],
        ),
    ],
)  # fmt: skip
def test_roles(text: str, expected: list[tuple[str, str, str, str | None, str | None]]) -> None:
    assert read(text).holds() == expected


def test_a_nominal_tells_the_organization() -> None:
    found = read("The [O Shanghai Cooperation Organization] met. The bloc's secretary-general, [P Ivan Orlov], agreed.")
    assert found.holds() == [
        ("Ivan Orlov", "secretary-general", "current", None, "Shanghai Cooperation Organization")
    ]  # fmt: skip


def test_a_nominal_behind_a_title_tells_the_organization() -> None:
    found = read("The [O Danube Council] met. [P Ann Lee], the secretary-general of the council, agreed.")
    assert found.holds() == [("Ann Lee", "secretary-general", "current", None, "Danube Council")]


def test_a_pronoun_holds_a_title() -> None:
    found = read("[P Ann Lee] spoke. Since June she has been the president of [O Acme].")
    assert found.holds() == [("Ann Lee", "president", "current", None, "Acme")]


def test_a_title_is_what_the_text_says() -> None:
    found = read("Chinese Foreign Minister [P Wang Yi] spoke.")
    (role,) = found.roles
    assert role.span.of(found.text) == role.title == "Foreign Minister"
