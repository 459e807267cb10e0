"""Quotation marks: where quotations open and close, in a whole text.

Straight, curly, low (German), angle, doubled single and backtick marks, single quotes, quotes that
run on over paragraphs with an opening mark on each. Marks that do not match end at their
paragraph: they never swallow what follows. One pass, linear in the length of the text.
"""

from __future__ import annotations

import re

import regex
from msgspec import Struct

from flows.extract.segmentation import Segmentation

ANY_MARK = re.compile("[\"“”„«»‹›‘’'`]")
MARK = regex.compile(
    r"''|``|[\"“”„«»‹›]|(?<![\p{L}\p{N}])[‘'](?=[\p{L}\p{N}$…“\"\[])|(?<=[\p{P}\p{L}\p{N}])[’'](?![\p{L}\p{N}])"
)

SAID = regex.compile(
    r",\s(?=(?:(?:\p{Lu}[\p{L}.’'-]{0,30}\s){1,4}|he\s|she\s|they\s|the\s\p{Ll}{2,30}\s)(?:said|says|added|wrote|told|asked)\b[^\"“”]{0,60}[.])"
)
"""A comma and an attribution that closes its sentence: where a quotation that is never closed must end."""

SENTENCE_END = regex.compile(r"\p{Ll}{3}[.!?]\s+(?=\p{Lu})")
MAX_UNOPENED = 600
"""Characters before a closing mark in which its quotation may begin that no mark opens."""
CLOSERS = {
    "“": '”“"',
    "„": "“”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "‘": "’'",
    "'": "'’",
    "``": "''",
    '"': '"”',
    "''": "''",
    "”": "”“",
}
SINGLE = "‘’'"


class Quote(Struct):
    """A quotation, marks included. `continued`: its next paragraph opens with a mark and goes on with it."""

    start: int
    end: int
    closed: bool
    continued: bool = False


def find_quotes(segmentation: Segmentation) -> list[Quote]:
    """Outermost quotations in order; none crosses a paragraph, none overlaps another."""
    text = segmentation.text
    quotes: list[Quote] = []
    for paragraph in segmentation.paragraphs:
        if ANY_MARK.search(text, paragraph.start, paragraph.end):  # most have none, and `MARK` is slow
            quotes += paragraph_quotes(text, paragraph.start, paragraph.end)
    for i in range(len(quotes) - 1):
        a, b = quotes[i], quotes[i + 1]
        if (
            not a.closed
            and not text[a.end : b.start].strip()
            and opening_of(text, a.start) == opening_of(text, b.start)
        ):
            quotes[i] = Quote(a.start, a.end, True, True)
    return [q for q in quotes if q.closed or keeps_unclosed(text, q)]


def paragraph_quotes(text: str, start: int, end: int) -> list[Quote]:
    """The quotations of one paragraph; one left open runs to its end and is not `closed`."""
    quotes: list[Quote] = []
    opened, mark = -1, ""
    single, inner = False, False
    for match in MARK.finditer(text, start, end):
        found, at = match.group(), match.start()
        if opened >= 0 and mark not in SINGLE and found in SINGLE:
            single = at > start and text[at - 1].isspace() if not single else False
        elif single and inner:
            inner = False
        elif single and found == mark == '"' and opens_inside(text, at, match.end(), end):
            # A quotation in a quotation in a quotation has the marks of the first again.
            inner = True
        elif (
            found == mark == '"'
            and opens_inside(text, at, match.end(), end)
            and (said := SAID.search(text, opened, at))
        ):
            quotes.append(Quote(opened, said.start() + 1, True))  # the closing mark is missing
            opened = at
        elif opened < 0:
            if can_open(text, found, at, match.end(), start, end):
                opened, mark = at, found
            elif not quotes and at > start and found in '"”' and text[at - 1] == ",":
                quotes.append(Quote(sentence_before(text, start, at), match.end(), True))  # the opening mark is missing
        elif found in CLOSERS.get(mark, "") and (len(mark) == 2) == (len(found) == 2):
            if can_close(text, mark, found, opened, at, match.end(), end):
                quotes.append(Quote(opened, match.end(), True))
                opened, single = -1, False
        elif mark in SINGLE and found not in SINGLE and can_open(text, found, at, match.end(), start, end):
            opened, mark = at, found
    if opened >= 0 and mark not in SINGLE:
        said = SAID.search(text, opened, end)
        quotes.append(Quote(opened, said.start() + 1, True) if said else Quote(opened, end, False))
    return quotes


def sentence_before(text: str, start: int, at: int) -> int:
    """Where the sentence before `at` begins, in a paragraph that begins at `start`."""
    ends = [match.end() for match in SENTENCE_END.finditer(text, max(start, at - MAX_UNOPENED), at)]
    return ends[-1] if ends else max(start, at - MAX_UNOPENED)


def opens_inside(text: str, at: int, after: int, end: int) -> bool:
    """Whether a mark that also closes stands like one that opens: a space before it, a letter after it."""
    return text[at - 1].isspace() and after < end and text[after].isalnum()


def can_open(text: str, mark: str, at: int, after: int, start: int, end: int) -> bool:
    """Whether `mark` can open a quotation where it stands."""
    if mark in "“„«‹``":
        return True
    if mark == "’" or after >= end or (text[after].isspace() and mark in SINGLE):
        return False
    before_open = at == start or not (text[at - 1].isalnum() or text[at - 1] in ".,!?%)")
    if mark in "‘'":
        return before_open
    return before_open and not (text[after].isspace() and at > start and not text[at - 1].isspace())


def can_close(text: str, mark: str, found: str, opened: int, at: int, after: int, end: int) -> bool:
    """Whether `found` can close the quotation opened by `mark`."""
    if mark in SINGLE:
        # The apostrophe of a plural ("workers’ rights") looks the same: a stop before it or a break after it decides.
        return text[at - 1] in ".,!?…" or after >= end or text[after] in '.,;:!?)—–-"”' or text[at - 1] != "s"
    if found == "“":
        return mark == "„" or ((after >= end or not text[after].isalnum()) and not text[at - 1].isspace())
    return True


def opening_of(text: str, at: int) -> str:
    """The mark at a position, straight and doubled ones taken together."""
    return {"'": '"', "`": '"'}.get(text[at], text[at])


def keeps_unclosed(text: str, quote: Quote) -> bool:
    """Whether a quotation that is never closed is one: it opens its paragraph or follows a colon or comma."""
    before = text[max(0, quote.start - 2) : quote.start].rstrip(" ")
    return not before or before[-1] in "\n\r,:"
