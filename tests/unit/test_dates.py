"""Date expressions: the words that name a day, and the code they are read into."""

from __future__ import annotations

import pytest

from flows.extract.dates import find_dates


def found(text: str) -> list[tuple[str, str]]:
    return [(expression.span.of(text), expression.code) for expression in find_dates(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wang said Wednesday.", [("Wednesday", "weekday:3")]),
        ("He left on Friday night.", [("Friday", "weekday:5")]),
        ("They meet next Monday.", [("next Monday", "next_weekday:1")]),
        ("They meet this Thursday.", [("this Thursday", "next_weekday:4")]),
        ("They met last Sunday.", [("last Sunday", "weekday:7")]),
        ("It rained yesterday, and today.", [("yesterday", "days:-1"), ("today", "days:0")]),
        ("Tomorrow it will rain.", [("Tomorrow", "days:1")]),
        ("She said last night that it rained.", [("last night", "days:-1")]),
        ("She said last week that it rained.", [("last week", "days:-7")]),
        ("It rained two days ago and a week ago.", [("two days ago", "days:-2"), ("a week ago", "days:-7")]),
        ("It rained three months ago.", [("three months ago", "months:-3")]),
        ("It rained last month and last year.", [("last month", "months:-1"), ("last year", "years:-1")]),
        ("from Sept. 10 to 16", [("Sept. 10", "month_day:09-10")]),
        ("on Sept 16.", [("Sept 16", "month_day:09-16")]),
        ("on the 5th of May", [("5th of May", "month_day:05-05")]),
        ("on 16 September 2020,", [("16 September 2020", "date:2020-09-16")]),
        ("the March 12, 2021, summit", [("March 12, 2021", "date:2021-03-12")]),
        ("since 2020-09-16", [("2020-09-16", "date:2020-09-16")]),
        ("on Wednesday, Sept. 16, he left", [("Wednesday, Sept. 16", "month_day:09-16")]),
        ("on Wednesday (September 16) he left", [("Wednesday (September 16)", "month_day:09-16")]),
        ("in September 2020", [("September 2020", "month:2020-09")]),
        ("in 2019", [("2019", "year:2019")]),
    ],
)
def test_expressions(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "He may 16 times refuse.",
        "Sales rose in May 5 percent.",
        "the Black Friday sales",
        "She told the Sunday Times.",
        "USA Today asked first.",
        "on Feb. 30",
        "They marched 2020 metres.",
        "It costs $2,019.",
    ],
)
def test_what_names_no_day(text: str) -> None:
    assert found(text) == []


def test_only_the_given_part_is_searched_and_spans_count_from_the_whole_text() -> None:
    text = "On Monday it rained. On Tuesday it did not."
    (expression,) = find_dates(text, start=21)
    assert (expression.span.start, expression.span.end) == (24, 31)
    assert find_dates(text, 21, 30) == []
