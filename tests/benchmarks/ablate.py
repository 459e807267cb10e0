"""What each family of rules is worth: statement figures with the family off, as a Markdown table.

    python -m tests.benchmarks.ablate ../shared/corpora/polnear/train ../shared/eval/score_statements.py [EVERY]

EVERY 4 takes every fourth article. Figures are F1 in per cent by the scorer's own functions; speakers have their words
here, but no entities.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from flows.extract.annotations import Span, Statement
from flows.extract.segmentation import Segmentation, segment
from flows.extract.speech import confidence, contents, statements
from flows.extract.speech.candidates import Candidate, find_candidates
from flows.extract.speech.syntax import Reading
from flows.extract.tagger import Tags, tag
from flows.wirecopy import read_header

Text = tuple[str, Segmentation, Tags]

BY_RULE = {
    "content before the cue (parenthetical, inverted)": ("parenthetical", "inverted"),
    "according to": ("according_to_first", "according_to_last"),
    "clauses with *that* or a question word": ("that", "wh"),
    "clauses without *that*": ("clause",),
    "a quotation after a cue": ("quote", "colon"),
    "infinitives and gerunds": ("to", "ing", "np_to"),
    "objects (*opposed the plan*)": ("np", "pp", "adjective"),
    "nouns (*her claim that*)": (
        "noun_that", "noun_to", "noun_pp", "noun_toward", "noun_is", "noun_colon", "noun_view",
    ),
    "adjectives (*is worried that*)": (
        "adjective_that", "adjective_to", "adjective_pp", "adjective_np", "adjective_wh", "adjective_clause",
        "adjective_ing", "adjective_colon", "adjective_feeling",
    ),
    "passives": ("passive",),
    "adverbs (*reportedly*)": ("adverb",),
    "relative pronouns (*which he says*)": ("relative",),
    "asides with *as* (*as she said*)": ("as_clause",),
}  # fmt: skip
FIGURES = ("content overlap", "content exact", "source linked", "quote overlap")


def without_rules(rules: tuple[str, ...]) -> Callable[[Reading, float], Iterator[Candidate]]:
    """`find_candidates` without what these rules find."""
    return lambda r, at_least=0.0: (c for c in find_candidates(r, at_least) if c.rule not in rules)


def switches() -> dict[str, list[Any]]:
    """Family of rules to the patches that turn it off."""
    off: dict[str, list[Any]] = {"none: all rules": []}
    for family, rules in BY_RULE.items():
        off[family] = [patch.object(statements, "find_candidates", without_rules(rules))]
    off["quotations without a cue"] = [patch.object(statements, "find_lone_quotes", lambda r, drafts: [])]
    off["turns of transcripts, headlines"] = [patch.object(statements, "find_turns", lambda r, known: [])]
    off["enumerations"] = [patch.object(statements, "find_lists", lambda r, drafts: drafts)]
    off["quotations over sentences and paragraphs"] = [
        patch.object(statements, "over_whole_quotes", lambda r, drafts: drafts),
        patch.object(statements, "over_following_quotes", lambda r, drafts: drafts),
    ]
    off["ends of contents (all that follows is content)"] = [
        patch.object(contents, "stops_content", lambda r, p, end, extent: False),
        patch.object(contents, "ends_nominal", lambda r, start, verb, extent: False),
    ]
    off["tags put right by their neighbours"] = [patch.object(statements, "retagged", lambda tokens, tags, at: tags)]
    off["confidence (every cue counts)"] = [
        patch.object(statements, "CONSIDERED", 0.0), patch.object(statements, "KEPT", 0.0),
    ]  # fmt: skip
    off["cue frequencies (rules' own confidence alone)"] = [
        patch.object(confidence, "cue_figures", dict),
    ]
    return off


@contextmanager
def turned_off(patches: list[Any]) -> Iterator[None]:
    """The patches in force; what was worked out before is forgotten, before and after."""
    cached = (confidence.cue_confidence, confidence.best_confidence, statements.calibrated)
    with ExitStack() as stack:
        for each in patches:
            stack.enter_context(each)
        for function in cached:
            function.cache_clear()
        yield
    for function in cached:
        function.cache_clear()


def attributions(found: list[Statement]) -> list[dict[str, list[tuple[int, int]]]]:
    """Outermost statements as the scorer wants them."""

    def spans(*given: Span | None) -> list[tuple[int, int]]:
        return [(span.start, span.end) for span in given if span]

    return [
        {"content": spans(*s.contents), "source": spans(s.speaker), "cue": spans(s.cue)}
        for s in found
        if s.parent is None
    ]


def scorer(path: Path) -> ModuleType:
    """The scoring script as a module."""
    spec = importlib.util.spec_from_file_location("score_statements", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(folder: Path, script: Path, every: int) -> None:
    """Print the table."""
    score = scorer(script)
    annotated = [(name, text, by[min(by)]) for name, (text, by) in score.read_gold(str(folder)).items() if by]
    gold = {name: (text, attributed) for name, text, attributed in annotated[::every]}
    read: dict[str, Text] = {}
    for name, (text, _) in gold.items():
        segmentation = segment(text, read_header(text).body_start)
        read[name] = (text, segmentation, tag(segmentation))
    print("| off | statements | " + " | ".join(FIGURES) + " |")
    print("|---|---:|" + "---:|" * len(FIGURES))
    for family, patches in switches().items():
        counts, total = score.Counts(), 0
        with turned_off(patches):
            for name, (text, segmentation, tags) in read.items():
                found = attributions(statements.find_statements(segmentation, tags, [], []))
                score.compare(text, found, gold[name][1], counts)
                total += len(found)
        table = counts.table()
        print(f"| {family} | {total:,} | " + " | ".join(f"{table[figure]['f1']:.1f}" for figure in FIGURES) + " |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
