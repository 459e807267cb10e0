"""What the form of a line tells of the names in it: places of datelines, teams of tables, schedules and match reports.

    LEEDS, England 1997-02-03               places
    Leeds 26 11 6 9 20 24 39                a team (a line of four numbers or more)
    BOSTON 115 Milwaukee 96                 teams
    CLEVELAND AT DETROIT                    teams
    SOCCER - LEEDS BEAT ARSENAL 2-1.        teams, here and in all sentences below that do not say "in Leeds"

Countries stay places, whoever plays for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flows.extract.annotations import ENTITY_TYPES
from flows.extract.name_types import Range, is_country
from flows.extract.word_features import MONTHS_AND_DAYS

PERSON, ORGANIZATION, PLACE, EVENT = ENTITY_TYPES
TEAM_SPORTS = frozenset("soccer baseball basketball hockey football cricket rugby volleyball handball".split())
MAX_SLUG = 6
"""Tokens in which a headline names its sport before a dash: "NHL ICE HOCKEY - ", "RUGBY LEAGUE - "."""
TABLE_NUMBERS = 4
"""Numbers from which a line behind one name is a row of a table of teams."""
LOCATIVES = frozenset("in at near outside of from around the through via".split())


def line_types(words: Sequence[str], lines: Sequence[tuple[int, int]], names: Sequence[Range]) -> dict[int, str]:
    """By index of the name: the type that its line tells. `lines` are the sentences; a row of a table is one."""
    told: dict[int, str] = {}
    at = 0
    reports_a_match = is_team_sport(words)
    for start, end in lines:
        first = at
        while at < len(names) and names[at][0] < end:
            at += 1
        inside = range(first, at)
        if not inside or not (reports_a_match or names[first][0] == start):
            continue
        if (size := dateline_names(words, end, [names[i] for i in inside], start)) > 0:
            told |= dict.fromkeys(inside[:size], PLACE)
            continue
        is_row = is_table_row(words, start, end, [names[i] for i in inside])
        for i in inside:
            is_team = is_row or (reports_a_match and plays(words, names[i]))
            if is_team and names[i][2] == PLACE and not is_country(words, names[i]):
                told[i] = ORGANIZATION
    return told


def is_team_sport(words: Sequence[str]) -> bool:
    """Whether the headline opens with the name of a sport that teams play, and a dash."""
    opening = words[:MAX_SLUG]
    dash = next((i for i, word in enumerate(opening) if word in ("-", "–", "—")), 0)
    return any(word.lower() in TEAM_SPORTS for word in opening[:dash])


def dateline_names(words: Sequence[str], end: int, names: Sequence[Range], start: int) -> int:
    """How many names open a line that goes on with a date: "SEATTLE 1996-09-02", "AKRON, Ohio 1996-08-23"."""
    at = start
    for count, (first, behind, _) in enumerate(names):
        if first != at:
            return 0
        if is_date(words[behind:end]):
            return count + 1
        if words[behind : behind + 1] != [","]:
            return 0
        at = behind + 1
    return 0


def is_date(words: Sequence[str]) -> bool:
    """Whether the words are a date in figures and nothing else: "1996 - 09 - 02"."""
    return len(words) == 5 and words[0].isdigit() and len(words[0]) == 4 and words[1] == words[3] == "-"


def is_table_row(words: Sequence[str], start: int, end: int, names: Sequence[Range]) -> bool:
    """Whether a line holds nothing but names and their numbers, or two names with "at" between them."""
    between = list(outside(words, start, end, names))
    if names[0][0] != start or any(kind == PERSON for _, _, kind in names):
        return False
    if len(names) == 2 and [word.lower() for word in between] == ["at"]:
        return True
    numbers = [word for word in between if word[0].isdigit()]
    if any(word[0].isalpha() and word != "OT" for word in between):
        return False
    if len(names) == 2:
        return words[names[0][1]].isdigit() and words[names[1][1] : end][:1] == numbers[1:2] and len(numbers) == 2
    return len(names) == 1 and len(numbers) >= TABLE_NUMBERS


def outside(words: Sequence[str], start: int, end: int, names: Sequence[Range]) -> Iterator[str]:
    """The words of a line that are in no name."""
    at = start
    for first, behind, _ in names:
        yield from words[at:first]
        at = behind
    yield from words[at:end]


def plays(words: Sequence[str], name: Range) -> bool:
    """Whether a place may stand for its team: nothing before it and nothing behind it says that it is one."""
    start, end, _ = name
    before = words[start - 1].lower() if start else ""
    after = words[end] if end < len(words) else ""
    is_dated = after.lower() in MONTHS_AND_DAYS or (after.isdigit() and len(after) == 4)
    return before not in LOCATIVES and before not in (",", "(") and after not in (",", ":", "(") and not is_dated
