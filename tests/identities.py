"""The identity test: sixty short documents with the intended identity of each name, scored with B-cubed.

tests/identity/documents.txt holds the documents, each after a line `=== NUMBER`; a name stands there as
`[[KEY|name]]`, and all names with one key are one real-world thing. `python -m tests.identities` ingests
the documents into a temporary data folder and prints the figures and the keys that were joined or split.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.conftest import wirehouse

DOCUMENTS = Path(__file__).resolve().parent / "identity" / "documents.txt"
HEADER = re.compile(r"^=== (\w+)\n", re.MULTILINE)
NAME = re.compile(r"\[\[([\w-]+)\|([^\]]+)\]\]")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a document: code points `start` to `end` (exclusive) of its plain text, and whom it names."""

    document: str
    start: int
    end: int
    key: str
    text: str


def read_documents() -> tuple[dict[str, str], list[Name]]:
    """The plain texts by document number, and every name in them."""
    _, *parts = HEADER.split(DOCUMENTS.read_text(encoding="utf-8"))
    texts, names = {}, []
    for number, marked in zip(parts[::2], parts[1::2], strict=True):
        plain, copied = "", 0
        for mark in NAME.finditer(marked):
            plain += marked[copied : mark.start()]
            names.append(Name(number, len(plain), len(plain) + len(mark[2]), mark[1], mark[2]))
            plain += mark[2]
            copied = mark.end()
        texts[number] = plain + marked[copied:]
    return texts, names


def found_entities(published_file: Path, names: list[Name]) -> dict[Name, str]:
    """The entity that each name was given to; a name without a mention is an entity of its own."""
    with duckdb.connect(published_file, read_only=True) as connection:
        mentions = connection.execute(
            "select d.source_uri, m.start_char, m.end_char, m.entity_id"
            " from entity_mentions m join documents d using (document_id) where m.mention_type = 'name'"
        ).fetchall()
    by_document = defaultdict(list)
    for uri, start, end, entity in mentions:
        by_document[Path(uri).stem].append((start, end, entity))
    found = {}
    for name in names:
        overlaps = [
            (min(end, name.end) - max(start, name.start), -(end - start), entity)
            for start, end, entity in by_document[name.document]
            if start < name.end and name.start < end
        ]
        found[name] = max(overlaps)[2] if overlaps else f"none:{name.document}:{name.start}"
    return found


def b_cubed(found: dict[Name, str]) -> tuple[float, float]:
    """B-cubed precision and recall over the names (Bagga and Baldwin 1998).

    For each name: of the names given the same entity, the share with its key; and of the names with its key, the
    share given its entity. Both are averaged over all names.
    """
    by_entity, by_key = defaultdict(set), defaultdict(set)
    for name, entity in found.items():
        by_entity[entity].add(name)
        by_key[name.key].add(name)
    both = {name: len(by_entity[entity] & by_key[name.key]) for name, entity in found.items()}
    precision = sum(both[name] / len(by_entity[entity]) for name, entity in found.items()) / len(found)
    recall = sum(both[name] / len(by_key[name.key]) for name in found) / len(found)
    return precision, recall


def measure(folder: Path) -> dict[Name, str]:
    """Ingest the documents into a data folder below `folder`; the entity of each name."""
    texts, names = read_documents()
    sources = folder / "documents"
    sources.mkdir()
    for number, text in texts.items():
        (sources / f"{number}.txt").write_text(text, encoding="utf-8", newline="")
    done = wirehouse("run", "--direct", "--data-dir", folder / "data", sources)
    assert done.returncode == 0, done.stderr
    return found_entities(folder / "data" / "wirehouse.duckdb", names)


def confusions(found: dict[Name, str]) -> list[str]:
    """A line for each entity that joins several keys, each key that was split and each name that was not found."""
    by_entity, by_key = defaultdict(set), defaultdict(set)
    for name, entity in found.items():
        by_entity[entity].add(name)
        by_key[name.key].add(entity)
    lines = []
    for joined in by_entity.values():
        if len({name.key for name in joined}) > 1:
            shown = sorted({f"{name.key} ({name.text}, {name.document})" for name in joined})
            lines.append("joined: " + "; ".join(shown))
    for key, entities in by_key.items():
        if len(entities) > 1:
            forms = [sorted({f"{n.text} ({n.document})" for n in by_entity[e] if n.key == key}) for e in entities]
            lines.append(f"split: {key}: " + " | ".join(sorted(", ".join(form) for form in forms)))
    lines += [f"not found: {n.text} ({n.document})" for n, entity in found.items() if entity.startswith("none:")]
    return sorted(lines)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder))
    print("\n".join(confusions(found)))
    precision, recall = b_cubed(found)
    print(f"{len(found)} names: B-cubed precision {100 * precision:.1f}, recall {100 * recall:.1f}")


if __name__ == "__main__":
    sys.exit(main())
