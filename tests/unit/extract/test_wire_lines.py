"""Types that the form of a line tells; names marked by hand, `[L Leeds]` for what the tagger calls a place."""

import pytest

from flows.extract.segmentation import segment
from flows.extract.wire_lines import line_types
from tests.unit.extract.reading import MARKED, TYPES

LETTERS = {kind: letter for letter, kind in TYPES.items()}


def told(marked: str) -> str:
    """The text with its marks, each with the type that its line tells."""
    text, places, at = "", [], 0
    for match in MARKED.finditer(marked):
        text += marked[at : match.start()]
        places.append((len(text), len(text) + len(match[2]), TYPES[match[1]]))
        text += match[2]
        at = match.end()
    text += marked[at:]
    cut = segment(text)
    tokens = cut.tokens
    names = [(tokens.starts.index(start), tokens.ends.index(end) + 1, kind) for start, end, kind in places]
    types = line_types(tokens.words, cut.sentence_tokens, names)
    shown = text
    for i, (start, end, kind) in reversed(list(enumerate(places))):
        shown = f"{shown[:start]}[{LETTERS[types.get(i, kind)]} {text[start:end]}]{shown[end:]}"
    return shown


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[O SEATTLE] 1996-09-02", "[L SEATTLE] 1996-09-02"),
        ("[L AKRON], [O Ohio] 1996-08-23", "[L AKRON], [L Ohio] 1996-08-23"),
        ("[O Boeing] 747 left on 1996-08-23", "[O Boeing] 747 left on 1996-08-23"),
    ],
)
def test_places_of_datelines(line: str, expected: str) -> None:
    assert told(f"A headline.\n{line}\nMore text.") == f"A headline.\n{expected}\nMore text."


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[L New Jersey] 110 [L INDIANA] 99", "[O New Jersey] 110 [O INDIANA] 99"),
        ("[L Leeds] 26 11 6 9 20 24 39", "[O Leeds] 26 11 6 9 20 24 39"),
        ("[L CLEVELAND] AT [L DETROIT]", "[O CLEVELAND] AT [O DETROIT]"),
        ("[L Norway] 2 [L Ghana] 1", "[L Norway] 2 [L Ghana] 1"),
        ("[L Oslo] 12 25", "[L Oslo] 12 25"),
        ("1. [P Ana Lima] ([L Brazil]) 12 10 9 8", "1. [P Ana Lima] ([L Brazil]) 12 10 9 8"),
    ],
)
def test_teams_of_tables(line: str, expected: str) -> None:
    assert told(f"Results:\n{line}\nMore text.") == f"Results:\n{expected}\nMore text."


def test_cities_are_teams_in_reports_of_matches_unless_they_are_said_to_be_places() -> None:
    assert told(
        "SOCCER - [L LEEDS] HELD.\n[L Leeds] drew in [L Derby], [L England] said. [L Spain] lost to [O Leeds]."
    ) == ("SOCCER - [O LEEDS] HELD.\n[O Leeds] drew in [L Derby], [L England] said. [L Spain] lost to [O Leeds].")
    assert told("TENNIS - FINAL.\n[L Leeds] cheered.") == "TENNIS - FINAL.\n[L Leeds] cheered."
