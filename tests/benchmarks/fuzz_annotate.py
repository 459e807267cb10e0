"""Annotate malformed texts: no exception, every span inside its text.

python -m tests.benchmarks.fuzz_annotate [COUNT]      default 10,000; seeded, so that a failure can be repeated
python -m tests.benchmarks.fuzz_annotate long         seconds for texts of 1, 2 and 4 MB, and a line of 5 MB
"""

from __future__ import annotations

import random
import sys
import time

from flows.extract.annotate import annotate
from flows.extract.annotations import Annotations
from tests.benchmarks.corpus import texts

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


LONG = {
    "random pieces in one line": lambda: " ".join(random.Random(1).choices(PIECES, k=4000)).replace("\n", " "),
    "one line of prose": lambda: " ".join(texts(40)).replace("\n", " "),
    "a quotation that never closes": lambda: "“He said that we would go there, and she told him so. ",
    "commas and no sentence end": lambda: "the minister said, the group said that he, who denied it, said, ",
}  # fmt: skip
"""Shapes of long texts, repeated to their length."""


def grow() -> None:
    """Print the CPU seconds that texts of growing length take."""
    print("| text | 1 MB | 2 MB | 4 MB | 4 MB / 1 MB |")
    print("|---|---:|---:|---:|---:|")
    for name, unit in LONG.items():
        taken = [seconds_for(unit(), size) for size in (1_000_000, 2_000_000, 4_000_000)]
        print(f"| {name} | " + " | ".join(f"{s:.1f}" for s in taken) + f" | {taken[2] / taken[0]:.1f} |", flush=True)
    print(f"a line of 5 MB: {seconds_for(LONG['one line of prose'](), 5_000_000):.1f} s")


def seconds_for(unit: str, size: int) -> float:
    """CPU seconds to annotate `unit` repeated to `size` characters."""
    text = (unit * (size // len(unit) + 1))[:size]
    began = time.process_time()
    annotations = annotate(text)
    taken = time.process_time() - began
    check(text, annotations)
    return taken


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
    if sys.argv[1:] == ["long"]:
        grow()
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
