"""Corpora of any size with realistic lengths and repetition: paragraphs of seeds/ under new headers.

Deterministic: document n is the same text whatever the size of the corpus.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
PLACES = ("GENEVA", "NAIROBI", "LIMA", "OSLO", "JAKARTA", "ROME", "CAIRO", "OTTAWA", "TOKYO", "WARSAW")
AGENCIES = ("Reuters", "AFP", "AP", "Xinhua", "UPI")
MEDIAN_CHARS, SPREAD = 3_500, 0.55
"""Lengths are log-normal: about 4 KB on average, as in news corpora."""


@cache
def paragraphs() -> list[str]:
    """The paragraphs of the plain-text seeds, headers and short lines left out."""
    found = []
    for path in sorted(SEEDS.rglob("*.txt")):
        text = path.read_text(encoding="utf-8", errors="ignore")
        found += [block.strip() for block in text.split("\n\n") if len(block) > 150]
    return found


def document(number: int) -> tuple[str, str]:
    """Text and day of publication (ISO 8601) of document `number`."""
    chance = random.Random(number)
    published = date(2020, 1, 1) + timedelta(days=chance.randrange(2_000))
    target = chance.lognormvariate(0, SPREAD) * MEDIAN_CHARS
    dateline = f"{chance.choice(PLACES)}, {published:%B} {published.day} ({chance.choice(AGENCIES)}) -- "
    body, size = [], 0
    while size < target:
        body.append(chance.choice(paragraphs()))
        size += len(body[-1])
    return f"{dateline}Report {number} of the day. " + "\n\n".join(body) + "\n", published.isoformat()


def write_jsonl(path: Path, first: int, count: int) -> int:
    """Write documents `first` to `first + count - 1` as JSON Lines; the size of the texts in bytes."""
    size = 0
    with path.open("w", encoding="utf-8") as file:
        for number in range(first, first + count):
            text, published = document(number)
            size += len(text.encode())
            file.write(json.dumps({"id": str(number), "text": text, "date": published}, ensure_ascii=False) + "\n")
    return size


def texts(count: int) -> Iterator[str]:
    """The texts of the first `count` documents."""
    return (document(number)[0] for number in range(count))
