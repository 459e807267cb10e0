"""How far `confidence` can be trusted: the share of statements with at least half of their words in a gold content.

    python -m tests.benchmarks.calibration ../shared/corpora/polnear/train ../shared/eval/score_statements.py

Prints a Markdown table by tenths of confidence, for outermost statements.
"""

from __future__ import annotations

import sys
from pathlib import Path

from flows.extract.annotate import annotate
from tests.benchmarks.ablate import scorer


def main(folder: Path, script: Path) -> None:
    """Print the table."""
    score = scorer(script)
    cells: dict[int, list[float]] = {}
    for text, by in score.read_gold(str(folder)).values():
        if not by:
            continue
        gold = score.tokens(text, [span for a in by[min(by)] for span in a["content"]])
        for s in annotate(text).statements:
            words = score.tokens(text, [(span.start, span.end) for span in s.contents])
            if s.parent is None and words:
                cell = cells.setdefault(min(9, int(s.confidence * 10)), [0, 0, 0.0])
                cell[0] += 1
                cell[1] += 2 * len(words & gold) >= len(words)
                cell[2] += s.confidence
    print("| confidence | statements | mean confidence | at least half right |")
    print("|---|---:|---:|---:|")
    for tenth, (count, right, total) in sorted(cells.items()):
        print(
            f"| {tenth / 10:.1f} to {(tenth + 1) / 10:.1f} | {count:,.0f} | {total / count:.2f} | {right / count:.2f} |"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
