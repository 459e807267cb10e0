"""Malformed texts: a seeded sample of what tests/benchmarks/fuzz_annotate.py runs at length."""

from __future__ import annotations

import pytest

from flows.extract.annotate import annotate
from tests.benchmarks.fuzz_annotate import check, malformed


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_no_malformed_text_breaks_extraction(first: int) -> None:
    for seed in range(first, first + 50):
        text = malformed(seed)
        check(text, annotate(text))


@pytest.mark.parametrize(
    "unit", ["he said that ", '"a b c ', "“a b. ", "x", "1. he said so\n", "MR LEE: yes\n\n", "..."]
)
def test_long_malformed_texts_pass(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    check(text, annotate(text))


def test_a_text_may_end_right_behind_a_cue() -> None:
    text = malformed(6408)
    check(text, annotate(text))
