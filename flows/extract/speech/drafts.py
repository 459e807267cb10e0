"""A statement in the making: token positions and references, before it gets its final form."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from msgspec import Struct

from flows.extract.annotations import Span
from flows.extract.speech.syntax import Phrase

_START = attrgetter("start")


class Draft(Struct, eq=False):
    """What is known of a statement so far. `cue` and `contents` are characters, the rest tokens.

    `speaker_entity` is a speaker whom no words here name.
    `announced_by` is the statement whose speaker also speaks here, `parent` the one that reports
    this one. `raw_confidence` is a frequency before calibration.
    """

    rule: str
    sentence: int
    contents: tuple[Span, ...]
    raw_confidence: float
    cue: Span | None = None
    cue_lemma: str | None = None
    cue_class: str | None = None
    source: Phrase | None = None
    speaker_entity: int | None = None
    addressee: Phrase | None = None
    announced_by: Draft | None = None
    parent: Draft | None = None
    list_index: int | None = None
    list_position: int | None = None

    @property
    def start(self) -> int:
        """Where the content begins."""
        return self.contents[0].start

    @property
    def end(self) -> int:
        """Where the content ends."""
        return self.contents[-1].end

    def covers(self, position: int) -> bool:
        """Whether a position of the text lies in the content."""
        return lies_in(self.contents, position)


def lies_in(spans: Sequence[Span], position: int) -> bool:
    """Whether a position lies in one of the spans, which are in order and apart."""
    before = bisect_right(spans, position, key=_START) - 1
    return before >= 0 and position < spans[before].end
