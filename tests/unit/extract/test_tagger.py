"""Tags of sentences written for the test; expectations by hand."""

import numpy as np
import pytest

from flows.extract import segmentation, tagger
from flows.extract.segmentation import segment
from flows.extract.tagger import decode, stretches, tag


def tagged(text: str) -> list[tuple[str, str]]:
    cut = segment(text)
    return list(zip(cut.tokens.words, tag(cut).pos, strict=True))


def test_plain_sentence() -> None:
    assert tagged("The minister told reporters that he had signed the agreement.") == [
        ("The", "DT"),
        ("minister", "NN"),
        ("told", "VBD"),
        ("reporters", "NNS"),
        ("that", "IN"),
        ("he", "PRP"),
        ("had", "VBD"),
        ("signed", "VBN"),
        ("the", "DT"),
        ("agreement", "NN"),
        (".", "."),
    ]


def test_finite_verbs_differ_from_infinitives_and_participles() -> None:
    tags = dict(tagged("She wants to leave, says the report, but they believe that nothing was decided."))
    assert [tags[w] for w in ("wants", "leave", "says", "believe", "decided")] == ["VBZ", "VB", "VBZ", "VBP", "VBN"]


def test_noun_and_verb_of_one_form() -> None:
    assert ("claims", "VBZ") in tagged("He claims that the work is done.")
    assert ("claims", "NNS") in tagged("The claims were rejected by the court.")


def test_names_are_proper_nouns() -> None:
    tags = dict(tagged("On Monday, Tariq Hadley flew to Lisbon."))
    assert [tags[w] for w in ("Monday", "Tariq", "Hadley", "Lisbon")] == ["NNP"] * 4


def test_every_token_has_a_tag_and_a_label() -> None:
    cut = segment("(“…”) 12:30 — ¿?\n\n** A\n\nÆ β 中文 @user #tag http://x.org/a?b")
    tags = tag(cut)
    assert len(tags.pos) == len(tags.entities) == len(cut.tokens)


def test_empty_text() -> None:
    tags = tag(segment(""))
    assert (tags.pos, tags.entities) == ([], [])


def test_a_long_text_is_tagged_in_stretches_of_whole_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagger, "MAX_TOKENS", 10)
    assert list(stretches([(0, 4), (4, 9), (9, 21), (21, 25)])) == [[(0, 4), (4, 9)], [(9, 21)], [(21, 25)]]
    cut = segment("She went home. Tariq Hadley flew to Lisbon. They said nothing at all about the new treaty.")
    tags = tag(cut)
    assert len(tags.pos) == len(cut.tokens)
    assert [(word, label) for word, label in zip(cut.tokens.words, tags.entities, strict=True) if label != "O"] == [
        ("Tariq", "B-person"),
        ("Hadley", "I-person"),
        ("Lisbon", "B-place"),
    ]


NO_NAME, BEGINS, GOES_ON = 0, 1, 2
FORBIDDEN = -1e4


def decoded(emissions: list[tuple[float, float, float]], sentences: list[int]) -> list[int]:
    transitions = np.zeros((3, 3), np.float32)
    transitions[NO_NAME, GOES_ON] = FORBIDDEN
    entries = np.array([0, 0, FORBIDDEN], np.float32)
    return decode(np.array(emissions, np.float32), transitions, entries, np.array(sentences)).tolist()


def test_a_word_that_is_clearly_none_alone_stays_inside_a_name() -> None:
    customs, clearly_none, council = (-3, 2, 5), (9, -13, 5), (-3, -9, 6)
    assert decoded([customs, clearly_none, council], [0]) == [BEGINS, GOES_ON, GOES_ON]
    assert decoded([customs, clearly_none, (9, -9, -9)], [0]) == [BEGINS, NO_NAME, NO_NAME]


def test_a_name_begins_before_it_goes_on_and_ends_with_its_sentence() -> None:
    inside = (0, 1, 6)
    assert decoded([inside, inside, inside], [0, 2]) == [BEGINS, GOES_ON, BEGINS]
    assert decoded([(9, -9, -9)], [0]) == [NO_NAME]


def test_stretches_of_different_length_are_searched_side_by_side() -> None:
    begins, goes_on, clearly_none = (0, 6, 1), (0, -9, 6), (9, -9, -9)
    emissions = [begins, *[clearly_none] * 3, begins, goes_on, goes_on, *[clearly_none] * 4, begins]
    assert decoded(emissions, [0]) == [1, 0, 0, 0, 1, 2, 2, 0, 0, 0, 0, 1]


def test_a_sentence_in_capitals_is_read_as_if_it_were_none() -> None:
    cut = segment("UNITED NATIONS OFFICIALS MET IN BUENOS AIRES")
    assert [word for word, label in zip(cut.tokens.words, tag(cut).entities, strict=True) if label != "O"] == [
        "UNITED", "NATIONS", "BUENOS", "AIRES",
    ]  # fmt: skip


def test_what_was_read_before_changes_no_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Tariq Hadley flew to Lisbon. They said nothing at all."
    alone = tag(segment(text))
    monkeypatch.setattr(tagger, "KEPT_WORDS", 8)
    tag(segment("Nine ports shut in May, as three more may follow, and two of them are in Peru."))
    early = segment(text)
    assert tag(segment(text)) == alone
    assert tagger.model().rows <= 1 + len(set(early.tokens.words))
    monkeypatch.setattr(segmentation, "MAX_KEPT", 3)
    segment("This makes the vocabulary new.")
    assert tag(early) == alone
