"""PDF with a text layer, by pypdfium2: paragraphs put together again from lines, with the page of each.

Lines are taken in the order in which the file draws them, mostly that of reading; where it draws across columns, each
column is read by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median
from typing import Any, BinaryIO

import regex

from flows.ingest import language
from flows.ingest.hyphens import keeps_hyphen
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_MARGIN = 0.1
"""Share of a page's height, above and below, where running heads and page numbers stand."""
_GAP = 1.35
"""Lines further apart than this many times the usual distance are of two paragraphs."""
_OTHER_SIZE = 1.15
"""Lines whose letters differ by more than this factor are heading and text, not one paragraph."""
_SHORT = 0.85
_INDENT_POINTS = 6
_PAGE_NUMBER = regex.compile(
    r"\W*(?:(?:page|p\.|seite|page no\.?)\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/|von|de|sur)\s*\d{1,4})?\W*", regex.I
)
_SENTENCE_END = regex.compile(r"[.!?:…][\"'”’»)\]]*$")
_BULLET = regex.compile(r"^[•‣▪●◦■□➢·]\s*+.")
_HYPHEN = regex.compile(r"(?<=[\p{L}\d])[-\u00ad\u2010\ufffe\x02]$")
_WORD_END = regex.compile(r"\p{L}+$")
_WORD_START = regex.compile(r"^\p{Ll}\p{L}*")
_WORD = regex.compile(r"^\p{L}+")
_SUSPENDED = regex.compile(r"^(?:and|or|to|und|oder|bis|et|ou) ")
"""After a part of a compound whose other part follows: `short- and long-term`."""
_LINES_OF_A_SAMPLE = 100
_CONTROLS = regex.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NO_TITLE = regex.compile(
    r"^(?:Microsoft (?:Word|PowerPoint) - |untitled|\(anonymous\)|\(unspecified\))|\.(?:docx?|indd|rtf|pdf|qxd)$",
    regex.I,
)


_DRAWN_WORD = regex.compile(r"(?P<letters>[^\s\x00\ufffe\x02]+)[\ufffe\x02]?|(?P<letters>[\ufffe\x02])")
"""PDFium has U+FFFE or U+0002 where a word is divided at the end of a line, and no white space after it."""
_COLUMN_GAP = 1.0
"""In heights of a line: blanks between words are not so wide."""
_COLUMN_CHARS = 10
_COLUMN_LINES = 4
_MAX_COLUMNS = 6
_Box = tuple[float, float, float, float]
"""Left, bottom, right and top in points, from the lower left corner of the page."""
_Piece = tuple[str, _Box, float]
"""Text, its box, and the height of most of its letters in points."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text with its box in points, from the lower left corner of its page (numbered from 0)."""

    text: str
    page: int
    left: float
    bottom: float
    right: float
    top: float
    size: float
    is_marginal: bool


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The one record of a file. `page_starts` are the code points at which the pages begin, of blank pages too."""
    import pypdfium2

    data = stream.read()
    if not data.strip():
        yield Rejected("file_empty", "the file is empty")
        return
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            yield Rejected("encrypted", "the PDF asks for a password")
        else:
            yield Rejected("file_damaged", f"this is no complete PDF ({error})")
        return
    try:
        yield _read_document(document)
    except pypdfium2.PdfiumError as error:
        yield Rejected("file_damaged", f"a page of the PDF cannot be read ({error})")
    finally:
        document.close()


def _read_document(document: Any) -> Record | Rejected:
    lines = [line for page in range(len(document)) for line in _page_lines(document, page)]
    if not lines:
        return Rejected("no_text_layer", f"the {len(document)} pages of the PDF hold pictures, and no text")
    text, page_starts = _join(_without_running_heads(lines), len(document))
    if not text:
        return Rejected("no_text_layer", "the PDF holds nothing but running heads and page numbers")
    metadata = document.get_metadata_dict()
    title, author = metadata.get("Title", "").strip(), metadata.get("Author", "").strip()
    return Record(
        text,
        title=title if title and not _NO_TITLE.search(title) else None,
        byline=author if " " in author and not _NO_TITLE.search(author) else None,
        page_starts=page_starts,
    )


def _page_lines(document: Any, number: int) -> list[_Line]:
    page = document[number]
    text_page = page.get_textpage()
    height = page.get_height()
    lines = [
        _Line(text, number, *box, size, is_marginal=box[1] > height * (1 - _MARGIN) or box[3] < height * _MARGIN)
        for text, box, size in _by_columns(_pieces(text_page))
    ]
    text_page.close()
    page.close()
    return lines


def _pieces(text_page: Any) -> list[_Piece]:
    """Words in the order in which they are drawn, those on one line together up to gaps as wide as between columns."""
    pieces: list[_Piece] = []
    for piece in _words(text_page):
        box = piece[1]
        if pieces and _on_one_line(pieces[-1][1], box) and box[0] - pieces[-1][1][2] < _COLUMN_GAP * (box[3] - box[1]):
            pieces[-1] = _together(pieces[-1], piece)
        else:
            pieces.append(piece)
    return pieces


def _together(one: _Piece, other: _Piece) -> _Piece:
    """Two pieces of a line as one, as high as the longer of them: an initial or a raised figure makes no heading."""
    size = max(one, other, key=lambda piece: len(piece[0]))[2]
    return f"{one[0]} {other[0]}", _around(one[1], other[1]), size


def _words(text_page: Any) -> Iterator[_Piece]:
    """Each word with its box. PDFium says where the blanks are, also in files that place each letter by itself."""
    from pypdfium2.raw import FPDFText_GetUnicode

    text, count = text_page.get_text_range(), text_page.count_chars()
    if len(text) != count:  # it has left out what is no character, and the places of the others are needed
        text = "".join(chr(FPDFText_GetUnicode(text_page, index)) for index in range(count))
    for match in _DRAWN_WORD.finditer(text):
        first = text_page.get_charbox(match.start(), loose=True)
        last = text_page.get_charbox(max(match.start(), match.end("letters") - 1), loose=True)
        text_of = match[0].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        yield text_of, _around(first, last), max(first[3] - first[1], last[3] - last[1])


def _around(one: _Box, other: _Box) -> _Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _on_one_line(before: _Box, box: _Box) -> bool:
    overlap = min(before[3], box[3]) - max(before[1], box[1])
    lower = min(before[3] - before[1], box[3] - box[1])
    return overlap > 0.5 * lower and -1 <= box[0] - before[2] < 2 * max(lower, 8)


def _by_columns(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    """Lines in reading order: where a file draws line after line across columns, one column after the other."""
    rows: list[list[_Piece]] = []
    for piece in pieces:
        if rows and _is_right_of(rows[-1][-1][1], piece[1]):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    gutters = _gutters(rows)
    block: list[list[_Piece]] = []
    for row in rows:
        if gutters and not any(box[0] < gutter < box[2] for _, box, _ in row for gutter in gutters):
            block.append(row)
        else:
            yield from _columns(block, gutters)
            block = []
            yield from _joined(row)
    yield from _columns(block, gutters)


def _is_right_of(before: _Box, box: _Box) -> bool:
    """Whether it stands beside it, be it a little higher or lower, as lines of another column may."""
    return min(before[3], box[3]) > max(before[1], box[1]) and box[0] > before[2]


def _gutters(rows: Sequence[Sequence[_Piece]]) -> list[float]:
    """Where the white between columns of prose runs down the page, from left to right: through most split rows."""
    gaps = [
        (before[2], after[0])
        for row in rows
        for (one, before, _), (other, after, _) in pairwise(row)
        if min(len(one), len(other)) >= _COLUMN_CHARS
    ]
    found: list[float] = []
    for _ in range(_MAX_COLUMNS - 1):
        middles = [(left + right) / 2 for left, right in gaps]
        through = {middle: [left < middle < right for left, right in gaps] for middle in set(middles)}
        best = max(sorted(through), key=lambda middle: sum(through[middle]), default=None)
        if best is None or sum(through[best]) < _COLUMN_LINES:
            break
        found.append(best)
        gaps = [gap for gap, is_through in zip(gaps, through[best], strict=True) if not is_through]
    return sorted(found)


def _columns(rows: Sequence[Sequence[_Piece]], gutters: Sequence[float]) -> Iterator[_Piece]:
    for number in range(len(gutters) + 1):
        for row in rows:
            yield from _joined([piece for piece in row if sum(g < piece[1][0] for g in gutters) == number])


def _joined(row: Sequence[_Piece]) -> Iterator[_Piece]:
    """The pieces of a row, those put together that are no further apart than words with a tabulator between them."""
    together: _Piece | None = None
    for piece in row:
        if together and _on_one_line(together[1], piece[1]):
            together = _together(together, piece)
        else:
            if together:
                yield together
            together = piece
    if together:
        yield together


def _without_running_heads(lines: Sequence[_Line]) -> list[_Line]:
    """The lines but those in the margins that are page numbers, or the same on several pages but for numbers."""
    pages_of = Counter(key for key, _ in {(_running_key(line), line.page) for line in lines if line.is_marginal})
    return [
        line
        for line in lines
        if not (line.is_marginal and (_PAGE_NUMBER.fullmatch(line.text) or pages_of[_running_key(line)] > 1))
    ]


def _running_key(line: _Line) -> str:
    return regex.sub(r"\d+", "#", line.text)


def _join(lines: Sequence[_Line], page_count: int) -> tuple[str, tuple[int, ...]]:
    """The text of the lines, and where each page begins in it."""
    words = Counter(word.lower() for line in lines for word in regex.findall(r"[\p{L}-]+", line.text))
    distances = [before.bottom - line.bottom for before, line in pairwise(lines) if before.page == line.page]
    usual = median([distance for distance in distances if distance > 0] or [0.0])
    size = median([line.size for line in lines] or [0.0]) or 1.0
    rights = _column_ends(lines)
    is_english = language.detect(" ".join(line.text for line in lines[:_LINES_OF_A_SAMPLE])) in ("en", None)
    parts: list[str] = []
    first_parts: list[int] = []
    for index, line in enumerate(lines):
        if index and _ends_paragraph(lines[index - 1], line, usual / size, rights):
            parts.append("\n\n")
        elif index:
            parts[-1:] = _glued(parts[-1], line.text, words, is_english=is_english)
        first_parts += [len(parts)] * (line.page + 1 - len(first_parts))
        parts.append(line.text)
    first_parts += [len(parts)] * (page_count - len(first_parts))
    starts = list(accumulate(map(len, parts), initial=0))
    return _CONTROLS.sub(" ", "".join(parts)), tuple(starts[part] for part in first_parts)


def _column_ends(lines: Sequence[_Line]) -> dict[tuple[int, int], float]:
    """How far the lines go that begin at about the same place of a page."""
    ends: dict[tuple[int, int], float] = {}
    for line in lines:
        key = _column(line)
        ends[key] = max(ends.get(key, 0.0), line.right)
    return ends


def _column(line: _Line) -> tuple[int, int]:
    return line.page, round(line.left / 50)


def _ends_paragraph(before: _Line, line: _Line, usual: float, rights: dict[tuple[int, int], float]) -> bool:
    """Whether a paragraph ends between two lines; `usual` is how far apart they mostly are, in heights of letters."""
    is_end = bool(_SENTENCE_END.search(before.text))
    distance = before.bottom - line.bottom
    goes_on = bool(_WORD_START.match(line.text) or _HYPHEN.search(before.text))
    if before.page != line.page or distance < 0:
        return is_end or not goes_on
    small, large = sorted((before.size, line.size))
    is_one_size = large <= _OTHER_SIZE * small
    if distance > _GAP * usual * (large if is_one_size else small):
        return True
    if not is_one_size and not goes_on:
        return True
    if _BULLET.match(line.text) or (_BULLET.match(before.text) and line.left < before.left):
        return True
    width = rights[_column(before)] - before.left
    return is_end and (before.right - before.left < _SHORT * width or line.left - before.left > _INDENT_POINTS)


def _glued(text: str, following: str, words: Counter[str], *, is_english: bool) -> list[str]:
    """A line and the blank or nothing that stands before the next one in the same paragraph.

    A hyphen between two parts of a word goes, unless it belongs there: before a capital or a figure (`Franco-|German`),
    in English by `keeps_hyphen`, in other languages where the document writes the word with it elsewhere.
    """
    hyphen = _HYPHEN.search(text)
    if not hyphen or not following[:1].isalnum():
        return [text, " "]
    before = text[: hyphen.start()]
    end, start = _WORD_END.search(before), _WORD.match(following)
    if not end or not start or (start[0][0].isupper() and not (end[0].isupper() and start[0].isupper())):
        return [before, "-"]
    together = (end[0] + start[0]).lower()
    is_compound = (
        keeps_hyphen(end[0], start[0], words) if is_english else words[f"{end[0]}-{start[0]}".lower()] > words[together]
    )
    if _SUSPENDED.match(following) and not words[together] and (is_compound or not is_english):
        return [before, "- "]
    return [before, "-" if is_compound else ""]


READER = Reader("pdf", (".pdf",), ("application/pdf", "application/x-pdf"), read, version=4)
