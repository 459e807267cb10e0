"""Paragraphs, sentences and tokens."""

from __future__ import annotations

import pytest

from flows.extract import segmentation
from flows.extract.segmentation import SHORTENED, TOKEN, segment, tokens_of


def sentences(text: str, body_start: int = 0) -> list[str]:
    return [sentence.span.of(text) for sentence in segment(text, body_start).sentences]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He met Gov. Ann Poe in the U.S. The rest left.", ["He met Gov. Ann Poe in the U.S.", "The rest left."]),
        ("On Sept. 3 he paid No. 5 Corp. a visit.", ["On Sept. 3 he paid No. 5 Corp. a visit."]),
        ("George W. Dunn came at 5 p.m. Monday.", ["George W. Dunn came at 5 p.m. Monday."]),
        ("“We go.” “No.” She left.", ["“We go.”", "“No.”", "She left."]),
        ('"Why?" Ms. Roe asked. He left.', ['"Why?" Ms. Roe asked.', "He left."]),
        ("“It is good. It is bad,” he said.", ["“It is good.", "It is bad,” he said."]),
        ("The space is missing.Here too.", ["The space is missing.", "Here too."]),
        ("1. Open the gate. 2 people came.", ["1. Open the gate.", "2 people came."]),
        ("She wrote on X. The minister was silent.", ["She wrote on X.", "The minister was silent."]),
        ("Samuel L. Jackson was silent.", ["Samuel L. Jackson was silent."]),
    ],
)
def test_sentence_ends(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_headlines_and_bullets_are_sentences() -> None:
    text = "Port reopens\n\n- ships return\n- prices fall\nAll is well."
    assert sentences(text) == ["Port reopens", "- ships return", "- prices fall", "All is well."]


def test_hard_wrapped_lines_are_one_sentence() -> None:
    text = (
        "The committee met for three hours on the report that nobody had\n"
        "read before, and it found that the bridge had been closed since\n"
        "the flood of the year before, when the river rose by more than\n"
        "two metres in a night."
    )
    assert sentences(text) == [text]


def test_nothing_crosses_the_start_of_the_body() -> None:
    text = "LIMA (AFP) - The port is open."
    assert sentences(text, text.index("The")) == ["LIMA (AFP) -", "The port is open."]


def test_tokens_follow_the_treebanks() -> None:
    text = "Don't say O'Neill's anti-tax plan isn't $3.5 billion; ''yes,'' e.g."
    assert segment(text).tokens.words == [
        "Do", "n't", "say", "O'Neill", "'s", "anti-tax", "plan", "is", "n't", "$", "3.5", "billion", ";",
        "''", "yes", ",", "''", "e.g.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        ("treaty,", ["treaty", ","]),
        ('("Accord")."', ["(", '"', "Accord", '"', ")", ".", '"']),
        ("“Mr.", ["“", "Mr."]),
        ("Co.,", ["Co.", ","]),
        ("co.,", ["co", ".", ","]),
        ("wait...", ["wait", "..."]),
        ("[sic]", ["[", "sic", "]"]),
        ("U.N.,", ["U.N.", ","]),
        ("two:", ["two", ":"]),
        ("née;", ["née", ";"]),
    ],
)
def test_a_word_between_marks(chunk: str, expected: list[str]) -> None:
    assert segment(chunk).tokens.words == expected


@pytest.mark.parametrize("mark", [",", ".", '."', "...", ")", "?”"])
def test_words_are_cut_by_hand_as_by_the_pattern(mark: str) -> None:
    for word in (*sorted(SHORTENED), "port", "don't", "www", "U.S", "5,000", "co-op", "Lee's", "n"):
        for chunk in (f"{word}{mark}", f"“{word}{mark}", f"(({word}{mark}"):
            assert tokens_of(chunk) == TOKEN.findall(chunk)


@pytest.mark.parametrize("text", ["", " \n\t", "\x00\x1f", "....", '"""" ', "\u2028\u2029", "a" * 20_000])
def test_any_text_is_covered(text: str) -> None:
    found = segment(text)
    covered = {i for s in found.sentences for i in range(s.span.start, s.span.end)}
    assert all(i in covered for i, c in enumerate(text) if not c.isspace())
    assert len(found.sentences) == len(found.sentence_tokens)


def test_initials_before_a_name_keep_their_full_stop() -> None:
    text = "John F. Lee wrote on page B. (J. Roe) left"
    assert segment(text).tokens.words == [
        "John",
        "F.",
        "Lee",
        "wrote",
        "on",
        "page",
        "B",
        ".",
        "(",
        "J.",
        "Roe",
        ")",
        "left",
    ]
    assert segment("Plan B.").tokens.words == ["Plan", "B", "."]


def test_tokens_are_found_by_what_their_words_are() -> None:
    tokens = segment("Nine of 12 ports shut in May; 3 more may follow.").tokens
    assert tokens.where(str.isdigit) == [2, 8]
    assert tokens.where(str.istitle) == [0, 6]


def test_a_vocabulary_is_given_up_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    before = segment("Ports shut in May.").tokens
    monkeypatch.setattr(segmentation, "MAX_KEPT", 3)
    after = segment("Ports open in June.").tokens
    assert after.vocabulary is not before.vocabulary
    assert after.words == ["Ports", "open", "in", "June", "."]
    assert before.where(str.istitle) == [0, 3]
