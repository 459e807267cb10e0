"""Date expressions: words that name a day, read into a code that needs no clock (`DateExpression.code`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import regex

from flows.extract.annotations import DateExpression, Span

MONTHS = {
    "january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4, "may": 5,
    "june": 6, "jun": 6, "july": 7, "jul": 7, "august": 8, "aug": 8, "september": 9, "sept": 9, "sep": 9,
    "october": 10, "oct": 10, "november": 11, "nov": 11, "december": 12, "dec": 12,
}  # fmt: skip
WEEKDAYS = {
    "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6, "sunday": 7,
}  # fmt: skip
NUMBERS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
RELATIVE_DAYS = {
    "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0,
    "yesterday": -1, "last night": -1, "tomorrow": 1, "last week": -7, "next week": 7,
}  # fmt: skip
RELATIVE_UNITS = {"last": -1, "this": 0, "next": 1}

_MONTH = (
    r"(?:(?-i:J)an(?:uary|\.)?|(?-i:F)eb(?:ruary|\.)?|(?-i:M)ar(?:ch|\.)|(?-i:A)pr(?:il|\.)?|(?-i:M)ay|(?-i:J)une?\.?"
    r"|(?-i:J)uly?\.?|(?-i:A)ug(?:ust|\.)?|(?-i:S)ep(?:tember|t?\.?)|(?-i:O)ct(?:ober|\.)?|(?-i:N)ov(?:ember|\.)?"
    r"|(?-i:D)ec(?:ember|\.)?)(?!\p{L})"
)
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d\p{L}%]|[.,:]\d|\s(?:percent|per\scent|[mb]illion))"
_YEAR = r"(?:1[89]|20)\d\d(?![\d%]|[.,]\d)"
_WEEKDAY = r"(?:(?-i:M)on|(?-i:T)(?:ue|hur)s|(?-i:W)ednes|(?-i:F)ri|(?-i:S)(?:atur|un))day"
_SHORT_WEEKDAY = r"(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\."

CALENDAR_DAY = (
    rf"(?:(?:{_WEEKDAY}|{_SHORT_WEEKDAY})(?:,\s|\s)\(?)?"
    rf"(?:(?P<m>{_MONTH})\s(?P<d>{_DAY})(?:,?\s(?P<y>{_YEAR}))?"
    rf"|(?P<d>{_DAY})(?:\sof)?\s(?P<m>{_MONTH})(?:,?\s(?P<y>{_YEAR}))?"
    rf"|(?P<y>{_YEAR})-(?P<m>\d\d)-(?P<d>\d\d)(?!\d))"
)
"""A day of the calendar with the groups m, d and y; for use inside patterns compiled by `regex` with IGNORECASE."""

# Names that hold a weekday but name no day, and the usual ways to say that it is only part of a name.
_NAMED_WEEKDAYS = r"(?<!\b(?:Black|Good|Ash|Super|Easter|Palm|Bloody|Cyber|Holy|Maundy|Shrove|Sheffield)\s)"
_NEWSPAPERS = r"(?!\s(?-i:Times|Telegraph|Mirror|Mail|Express|Post|Herald|Independent)\b)"

_RELATIVE = "|".join(RELATIVE_DAYS).replace(" ", r"\s").replace("today", r"(?-i:t)oday")
_COUNT = "|".join(name for name in NUMBERS if name != "a")

# How expressions open. To ask for this first spares the rest of the pattern at most words.
_OPENINGS = "|".join(
    "".join(f"[{letter.upper()}{letter}]" for letter in opening)
    for opening in """jan feb mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun nex com thi las tod
    ton tom yes one two thr fou fiv six sev eig nin ten""".split()
)

_EXPRESSION = regex.compile(
    rf"""\b(?<![.$€£-])(?-i:(?=[\d\p{{Lu}}acefnlosty])(?=\d|[Aa][Nn]?\s|{_OPENINGS}))(?:
      {CALENDAR_DAY}\)?
    | (?P<month>{_MONTH}),?\s(?P<month_year>{_YEAR})
    | (?P<next>next|coming|this\scoming|this)\s(?P<next_weekday>{_WEEKDAY})\b
    | (?:last\s)?{_NAMED_WEEKDAYS}(?P<weekday>{_WEEKDAY})\b{_NEWSPAPERS}
    | (?P<relative>{_RELATIVE}|(?<!\b(?-i:\p{{Lu}})\p{{L}}*\s)(?-i:T)oday)\b
    | (?P<ago>an?|\d{{1,2}}|{_COUNT})\s(?P<ago_unit>day|week|month|year)s?\sago\b
    | (?P<unit_when>last|this|next)\s(?P<unit>month|year)\b
    | (?<=\b(?:in|since|during|until|by|from|of)\s)(?P<year>{_YEAR})(?!-)
    )""",
    regex.VERBOSE | regex.IGNORECASE,
)


class Day(NamedTuple):
    """A day of the calendar whose year may be missing."""

    year: int | None
    month: int
    day: int


def find_dates(text: str, start: int = 0, end: int | None = None) -> list[DateExpression]:
    """The date expressions in `text[start:end]`, in order; spans are code points into `text`.

    Prepositions stay outside the span: "on Wednesday" gives "Wednesday", but "next Monday" keeps its "next".
    """
    found = []
    for match in _EXPRESSION.finditer(text, start, len(text) if end is None else end):
        code = _code(match)
        if code:
            stop = match.end() - (match[0].endswith(")") and "(" not in match[0])
            found.append(DateExpression(Span(match.start(), stop), code))
    return found


def calendar_day(match: regex.Match[str]) -> Day | None:
    """The day that a match of `CALENDAR_DAY` names; None where there is no such day (30 February)."""
    month_name = match["m"].rstrip(".").lower()
    month = int(month_name) if month_name.isdigit() else MONTHS[month_name]
    day = Day(int(match["y"]) if match["y"] else None, month, int(match["d"].rstrip("stndrhSTNDRH")))
    return day if is_day(day) else None


def is_day(day: Day) -> bool:
    """Whether the calendar has this day; without a year, whether some year has it."""
    try:
        date(day.year or 2000, day.month, day.day)
    except ValueError:
        return False
    return True


def _code(match: regex.Match[str]) -> str | None:
    kind = match.lastgroup
    if match["m"]:
        return _calendar_code(match)
    return _READINGS[kind](match) if kind in _READINGS else None


def _calendar_code(match: regex.Match[str]) -> str | None:
    day = calendar_day(match)
    if day is None:
        return None
    return (
        f"date:{date(day.year, day.month, day.day).isoformat()}"
        if day.year
        else f"month_day:{day.month:02}-{day.day:02}"
    )


def _relative_code(match: regex.Match[str]) -> str:
    return f"days:{RELATIVE_DAYS[' '.join(match['relative'].lower().split())]}"


def _ago_code(match: regex.Match[str]) -> str:
    number = match["ago"].lower()
    count = int(number) if number.isdigit() else NUMBERS["a" if number == "an" else number]
    unit = match["ago_unit"].lower()
    return {"day": f"days:-{count}", "week": f"days:-{7 * count}"}.get(unit, f"{unit}s:-{count}")


_READINGS: dict[str, Callable[[regex.Match[str]], str]] = {
    "month_year": lambda m: f"month:{m['month_year']}-{MONTHS[m['month'].rstrip('.').lower()]:02}",
    "next_weekday": lambda m: f"next_weekday:{WEEKDAYS[m['next_weekday'].lower()]}",
    "weekday": lambda m: f"weekday:{WEEKDAYS[m['weekday'].lower()]}",
    "relative": _relative_code,
    "ago_unit": _ago_code,
    "unit": lambda m: f"{m['unit'].lower()}s:{RELATIVE_UNITS[m['unit_when'].lower()]}",
    "year": lambda m: f"year:{m['year']}",
}
