"""The one entrance: what holds of every text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.extract.annotate import EXTRACTOR_VERSION, annotate
from flows.extract.annotations import ENTITY_TYPES, MENTION_TYPES, Annotations

STORY = """BEIJING, Sept. 16 (Xinhua) -- The Shanghai Cooperation Organization (SCO) will grow, \
Chinese Foreign Minister Wang Yi said Wednesday.

Wang also visited Russia. He told reporters that the SCO was united.
"""


def assert_sound(text: str, found: Annotations) -> None:
    """Spans lie inside the text in order, and every index names a row."""
    entities = range(len(found.entities))
    starts = [m.span.start for m in found.mentions]
    assert starts == sorted(starts)
    for mention in found.mentions:
        assert 0 <= mention.span.start < mention.span.end <= len(text)
        assert mention.entity in entities
        assert mention.mention_type in MENTION_TYPES
    for before, after in zip(found.mentions, found.mentions[1:], strict=False):
        assert before.span.end <= after.span.start
    for role in found.roles:
        assert role.span.of(text) == role.title
        assert role.entity in entities
    for acronym in found.acronyms:
        assert acronym.span.of(text) == acronym.short
        assert acronym.entity in entities
    assert {e.entity_type for e in found.entities} <= set(ENTITY_TYPES)
    assert all(e.key and e.name for e in found.entities)


def test_a_wire_story() -> None:
    found = annotate(STORY)
    assert_sound(STORY, found)
    wang = next(i for i, e in enumerate(found.entities) if e.name == "Wang Yi")
    mentions = [(m.span.of(STORY), m.mention_type, m.reason) for m in found.mentions if m.entity == wang]
    assert mentions == [("Wang Yi", "name", "name"), ("Wang", "name", "surname"), ("He", "pronoun", "pronoun")]
    assert [(r.title, r.country_code) for r in found.roles if r.entity == wang] == [("Foreign Minister", "CN")]
    assert [a.short for a in found.acronyms] == ["SCO"]
    assert found.entities[wang].gender == "m"


def test_twice_the_same() -> None:
    assert annotate(STORY) == annotate(STORY)
    assert len(EXTRACTOR_VERSION) == 12


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n",
        "x",
        "(((",
        "A (A) (B) B (A)",
        "The the THE",
        "\x00\x01",
        "\x1c",
        "A\n\n\x1c",
        "“",
        "他说。",
        "🙂",
    ],
)
def test_texts_with_nothing_in_them(text: str) -> None:
    assert_sound(text, annotate(text))


PIECES = (
    'Wang Yi|Wang|SCO|(SCO)|(|)|he|his|the minister|Mr.|Lee|Ms. Lee|said|,|.|“|”|"|\n|\n\n|President|U.S.|U.S. Senate'
    "|Beijing|of the|former|'s|é|-"
).split("|")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from(["", " "]))
def test_any_order_of_words(pieces: list[str], joint: str) -> None:
    text = joint.join(pieces)
    assert_sound(text, annotate(text))


def test_a_name_in_apposition_is_the_speaker() -> None:
    text = "The talks ended. Their ambassador in Suva, Pieter van der Velden, said that they had failed."
    found = annotate(text)
    (statement,) = found.statements
    assert statement.speaker_entity is not None
    assert found.entities[statement.speaker_entity].name == "Pieter van der Velden"
    assert statement.speaker_resolution == "name"
