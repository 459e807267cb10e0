"""PDF with a text layer, by pypdfium2: paragraphs put together again from lines, with the page of each.

Lines are taken in the order in which the file draws them, which for all but the oddest programs is that of reading,
column by column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median
from typing import Any, BinaryIO

import regex

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_MARGIN = 0.1
"""Share of a page's height, above and below, where running heads and page numbers stand."""
_GAP = 1.35
"""Lines further apart than this many times the usual distance are of two paragraphs."""
_SHORT = 0.85
_INDENT_POINTS = 6
_PAGE_NUMBER = regex.compile(
    r"\W*(?:(?:page|p\.|seite|page no\.?)\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/|von|de|sur)\s*\d{1,4})?\W*", regex.I
)
_SENTENCE_END = regex.compile(r"[.!?:…][\"'”’»)\]]*$")
_HYPHEN = regex.compile(r"(?<=\p{L})[-\u00ad\u2010\ufffe\x02]$")
_WORD_END = regex.compile(r"[\p{L}]+$")
_WORD_START = regex.compile(r"^\p{Ll}\p{L}*")
_CONTROLS = regex.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NO_TITLE = regex.compile(
    r"^(?:Microsoft (?:Word|PowerPoint) - |untitled|\(anonymous\)|\(unspecified\))|\.(?:docx?|indd|rtf|pdf|qxd)$",
    regex.I,
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text with its box in points, from the lower left corner of its page (numbered from 0)."""

    text: str
    page: int
    left: float
    bottom: float
    right: float
    top: float
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


def _page_lines(document: Any, number: int) -> Iterator[_Line]:
    page = document[number]
    text_page = page.get_textpage()
    height = page.get_height()
    pieces: list[tuple[str, float, float, float, float]] = []
    for index in range(text_page.count_rects()):
        left, bottom, right, top = text_page.get_rect(index)
        text = " ".join(text_page.get_text_bounded(left, bottom, right, top).split())
        if not text:
            continue
        if pieces and _on_one_line(pieces[-1], (left, bottom, right, top)):
            before, *box = pieces[-1]
            gap = " " if left - box[2] > 0.15 * (top - bottom) else ""
            pieces[-1] = (before + gap + text, box[0], min(box[1], bottom), right, max(box[3], top))
        else:
            pieces.append((text, left, bottom, right, top))
    for text, left, bottom, right, top in pieces:
        is_marginal = bottom > height * (1 - _MARGIN) or top < height * _MARGIN
        yield _Line(text, number, left, bottom, right, top, is_marginal)
    text_page.close()
    page.close()


def _on_one_line(before: tuple[str, float, float, float, float], box: tuple[float, float, float, float]) -> bool:
    _, _, bottom, right, top = before
    overlap = min(top, box[3]) - max(bottom, box[1])
    lower = min(top - bottom, box[3] - box[1])
    return overlap > 0.5 * lower and -1 <= box[0] - right < 2 * max(lower, 8)


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
    rights = _column_ends(lines)
    parts: list[str] = []
    first_parts: list[int] = []
    for index, line in enumerate(lines):
        if index and _ends_paragraph(lines[index - 1], line, usual, rights):
            parts.append("\n\n")
        elif index:
            parts[-1:] = _glued(parts[-1], line.text, words)
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
    is_end = bool(_SENTENCE_END.search(before.text))
    distance = before.bottom - line.bottom
    if before.page != line.page or distance < 0:
        return is_end or not (_WORD_START.match(line.text) or _HYPHEN.search(before.text))
    if distance > _GAP * usual:
        return True
    width = rights[_column(before)] - before.left
    return is_end and (before.right - before.left < _SHORT * width or line.left - before.left > _INDENT_POINTS)


def _glued(text: str, following: str, words: Counter[str]) -> list[str]:
    """A line and the blank or nothing that stands before the next one in the same paragraph.

    A hyphen between two parts of a word goes, unless the document writes the word with it elsewhere.
    """
    hyphen, start = _HYPHEN.search(text), _WORD_START.match(following)
    if not (hyphen and start):
        return [text, " "]
    end = _WORD_END.search(text, 0, hyphen.start())
    first = end[0].lower() if end else ""
    is_compound = words[f"{first}-{start[0]}"] > words[first + start[0]]
    return [text[: hyphen.start()], "-" if is_compound else ""]


READER = Reader("pdf", (".pdf",), ("application/pdf", "application/x-pdf"), read)
