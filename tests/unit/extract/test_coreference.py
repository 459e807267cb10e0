"""Pronouns and nominals that refer to a named entity."""

from __future__ import annotations

import pytest
from reading import read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[P Wang Yi] left. He told reporters so.", [("He", "Wang Yi")]),
        ("[P Ann Lee] met [P Robert Hall]. She thanked him.", [("She", "Ann Lee"), ("him", "Robert Hall")]),
        ("[P Robert Hall] said his plan was ready.", [("his", "Robert Hall")]),
        ("[P Robert Hall] met [P Ann Lee]. He smiled.", [("He", "Robert Hall")]),
    ],
)
def test_pronouns(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text).refers() == expected


def test_a_man_is_not_she() -> None:
    assert read("[P Robert Hall] spoke. She listened.").refers() == []


def test_two_men_side_by_side_are_left_open() -> None:
    assert read("The prize went to [P Robert Hall] and [P Peter Hill]. He was glad.").refers() == []


def test_a_subject_is_not_its_own_object() -> None:
    assert read("[P Robert Hall] praised him.").refers() == []


def test_a_speaker_does_not_speak_of_himself_as_he() -> None:
    assert read('[P Robert Hall] said: "He is wrong."').refers() == []


def test_whoever_spoke_goes_on_speaking() -> None:
    found = read('[P Peter Hill] met [P Robert Hall] in town. "It rains," [P Hall] said. He said it would stop.')
    assert found.refers()[-1] == ("He", "Robert Hall")


def test_a_pronoun_tells_the_gender() -> None:
    found = read("[P Wang Yi] left. He told reporters so.")
    assert found.refers() == [("He", "Wang Yi")]


def test_the_minister_is_who_holds_the_title() -> None:
    found = read("Foreign Minister [P Wang Yi] met [P Ann Lee]. The minister spoke.")
    assert found.refers() == [("The minister", "Wang Yi")]


def test_the_ministers_are_not_one_of_them() -> None:
    assert read("Foreign Minister [P Wang Yi] left. The ministers agreed.").refers() == []


def test_a_vice_president_is_not_the_president() -> None:
    assert read("Vice President [P Ann Lee] left. The president stayed.").refers() == []


def test_a_demonym_picks_the_country() -> None:
    found = read("Russian President [P Ivan Orlov] met French President [P Paul Roche]. The Russian president smiled.")
    assert found.refers() == [("The Russian president", "Ivan Orlov")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The [O Ministry of Finance] met. Later the ministry said so.", [("the ministry", "Ministry of Finance")]),
        ("[O NATO] met. The alliance agreed.", [("The alliance", "North Atlantic Treaty Organization")]),
        ("[O Acme] grew. The company hired.", [("The company", "Acme")]),
        ("[L Mali] voted. The country is calm.", [("The country", "Mali")]),
        ("[L Mali] and [L Niger] voted. The country is calm.", []),
        ("[O NATO] said it would act.", [("it", "North Atlantic Treaty Organization")]),
    ],
)
def test_things(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text).refers() == expected
