"""Pronouns and nominals that refer to a named entity."""

from __future__ import annotations

import pytest
from reading import read

from flows.extract.annotate import annotate


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
        (
            "The [O Mangrove Alliance] sued [O Samudra Corp]. The company had permits.",
            [("The company", "Samudra Corp")],
        ),
        ("[L Mali] voted. The country is calm.", [("The country", "Mali")]),
        ("[L Mali] and [L Niger] voted. The country is calm.", []),
        ("[O NATO] said it would act.", [("it", "North Atlantic Treaty Organization")]),
    ],
)
def test_things(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text).refers() == expected


def test_the_author_is_nobodys_antecedent() -> None:
    found = read("The road\nBy [P Ann Lee]\n\n[P Mary Rowe] drives a truck. She sleeps in it.")
    assert found.refers() == [("She", "Mary Rowe")]
    assert read("The road\nBy [P Ann Lee]\n\nShe sleeps in a truck.").refers() == []


def test_the_new_minister_is_the_one_who_was_named() -> None:
    text = "[P Ann Lee] was named foreign minister. [P Bob Hall] is retiring. The new foreign minister smiled."
    assert read(text).refers() == [("The new foreign minister", "Ann Lee")]


def test_the_incoming_secretary_general_is_not_the_outgoing_one() -> None:
    text = (
        "[P Ann Lee] was elected secretary-general. They thanked the outgoing secretary-general, [P Bob Hall]. "
        "The incoming secretary-general promised an office."
    )
    assert read(text).refers() == [
        ("the outgoing secretary-general", "Bob Hall"),
        ("The incoming secretary-general", "Ann Lee"),
    ]


def test_whose_president() -> None:
    found = read('The [O Anglers League] demanded money. "Nobody asked," its president, [P Ann Lee], said.')
    assert found.refers() == [("its", "Anglers League")]


def test_it_behind_a_day() -> None:
    assert read("[L Mali] said on Thursday it had nothing to hide.").refers() == [("it", "Mali")]


def test_a_new_subject_takes_the_pronoun_of_the_last() -> None:
    text = (
        '[P Robert Hall] denied it. "There is none," he said. [P Peter Hill] of [O Acme] urged both to talk. '
        "Trucks were waiting, he said."
    )
    assert read(text).refers()[-1] == ("he", "Peter Hill")


def test_the_official_is_the_one_who_was_introduced_without_a_name() -> None:
    text = "Gov. Tom Breck spoke. A company official said no. The trade was lost, the official said."
    statement = annotate(text).statements[-1]
    assert (statement.speaker_entity, statement.speaker_resolution) == (None, "nominal")
