"""Annotate malformed texts: no exception, every span inside its text.

python tests/benchmarks/fuzz_annotate.py [COUNT]      default 10,000; seeded, so that a failure can be repeated
"""

from __future__ import annotations

import random
import sys

from flows.extract.annotate import annotate
from flows.extract.annotations import Annotations

PIECES = [
    '"', "“", "”", "''", "``",
    "‘", "’", "«", "»", "„", "(", ")", ":", ";", ",", ".", "...", "?!", "--", "—", "\n", "\n\n",
    "\r\n", "\t", "\x00", "\x1b", "\u2028", "\ufeff", "\u200b", "\u0301", "他说", "۔", "سعيد", "Москва", "🙂", " said ",
    " told ", "according to ", " that ", "Mr. Lee", "U.S.", "he", "She", "was told by", "First, ", "1. ", "• ", "Q: ",
    "Wang Yi", "the minister", "Wednesday", "denied", "to", "and", "who", "www.x.org", "@lee", "#tag", "3.5", "a" * 300,
]  # fmt: skip


def malformed(seed: int) -> str:
    """A text of random pieces, the same for the same seed."""
    choose = random.Random(seed)
    separator = choose.choice(["", " ", " "])
    return separator.join(choose.choices(PIECES, k=choose.randint(0, 120)))


def check(text: str, annotations: Annotations) -> None:
    """Raise AssertionError where a span does not lie in the text or a reference leads nowhere."""
    size = len(text)
    for statement in annotations.statements:
        spans = [*statement.contents, statement.speaker, statement.cue, statement.addressee]
        assert statement.contents
        assert all(0 <= span.start < span.end <= size for span in spans if span is not None)
        assert list(statement.contents) == sorted(statement.contents, key=lambda span: span.start)
        assert statement.parent is None or 0 <= statement.parent < len(annotations.statements)
        assert 0 <= statement.confidence <= 1
    for sentence in annotations.sentences:
        assert 0 <= sentence.span.start < sentence.span.end <= size


def main(count: int) -> None:
    """Check `count` texts and name the seed of the first that fails."""
    for seed in range(count):
        text = malformed(seed)
        try:
            check(text, annotate(text))
        except Exception:
            print(f"seed {seed}: {text!r}", file=sys.stderr)
            raise
    print(f"{count} malformed texts annotated")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
