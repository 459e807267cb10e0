"""Measure our cue words and rules on PolNeAR's training articles and write the counts into the lexicons.

    python tests/benchmarks/measure_cues.py ../shared/corpora/polnear/train

A use is right where an annotator's cue covers the word; uses inside an annotated content are not
counted, because only the outermost attribution is annotated. Nothing else of the corpus is kept.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

from flows.extract.segmentation import segment
from flows.extract.speech.candidates import find_candidates
from flows.extract.speech.confidence import bin_of, frame_of
from flows.extract.speech.drafts import Draft
from flows.extract.speech.resolution import Mentions
from flows.extract.speech.statements import CONSIDERED, confidence_of, find_drafts, read
from flows.extract.tagger import tag

WORD = re.compile(r"\w+")
LEXICONS = Path(__file__).resolve().parents[2] / "flows" / "extract" / "lexicons"


def annotated(path: Path) -> tuple[set[int], set[int]]:
    """The characters inside cues and inside contents of one annotator."""
    cues: set[int] = set()
    contents: set[int] = set()
    for line in path.read_bytes().decode("utf-8").split("\n"):
        parts = line.split("\t")
        kind, _, where = parts[1].partition(" ") if len(parts) > 1 else ("", "", "")
        if parts[0].startswith("T") and kind in {"Cue", "Content"}:
            for piece in where.split(";"):
                start, end = map(int, piece.split())
                (cues if kind == "Cue" else contents).update(range(start, end))
    return cues, contents


def main(folder: Path) -> None:
    """Count over the texts of `folder` and write the three tables."""
    uses: Counter[tuple[str, str, str]] = Counter()
    right: Counter[tuple[str, str, str]] = Counter()
    rated: list[tuple[str, float, bool]] = []
    for path in sorted((folder / "text").glob("*.txt")):
        files = sorted((folder / "attributions").glob(path.stem.replace("[", "[[]") + "_*.ann"))
        if not files:
            continue
        text = path.read_bytes().decode("utf-8")
        cues, contents = annotated(files[0])
        segmentation = segment(text)
        tags = tag(segmentation)
        r = read(segmentation, tags)
        candidates = list(find_candidates(r))
        considered = [(c, p) for c in candidates if (p := confidence_of(c)) >= CONSIDERED]
        rated += rate(r.text, find_drafts(r, considered, Mentions([], [])), contents)
        for c in candidates:
            at = r.starts[c.match.first]
            if r.quote_of[c.match.first] >= 0 or (at in contents and at not in cues):
                continue
            key = (c.match.word.lemma, c.match.word.kind, c.rule)
            uses[key] += 1
            right[key] += at in cues
    write_cues(uses, right)
    write_rules(uses, right)
    write_confidence(rated)


def rate(text: str, drafts: list[Draft], contents: set[int]) -> list[tuple[str, float, bool]]:
    """For each outermost statement: rule, confidence before calibration, at least half its words in a content."""
    rated = []
    for d in drafts:
        words = [m.start() for span in d.contents for m in WORD.finditer(text, span.start, span.end)]
        if d.parent is None and words:
            rated.append((d.rule, d.raw_confidence, 2 * sum(w in contents for w in words) >= len(words)))
    return rated


def write_confidence(rated: list[tuple[str, float, bool]]) -> None:
    """Share of right statements by rule and by confidence before calibration."""
    counts: dict[tuple[str, int], list[int]] = {}
    for rule, raw, good in rated:
        cell = counts.setdefault((rule, bin_of(raw)), [0, 0])
        cell[0] += good
        cell[1] += 1
    header = (
        "# Statements with at least half of their content right, by rule and by the confidence of cue and\n"
        "# rule before calibration (tenths), measured on PolNeAR's training articles by measure_cues.py.\n"
        "# rule\ttenths\tright\tuses\n"
    )
    body = "".join(f"{rule}\t{tenth}\t{a}\t{b}\n" for (rule, tenth), (a, b) in sorted(counts.items()))
    (LEXICONS / "confidence.tsv").write_text(header + body, encoding="utf-8")


def write_cues(uses: Counter[tuple[str, str, str]], right: Counter[tuple[str, str, str]]) -> None:
    """Fill the columns of figures in `cues.tsv`."""
    by_frame: dict[tuple[str, str, str], list[int]] = {}
    for (cue, kind, rule), count in uses.items():
        figure = by_frame.setdefault((cue, kind, frame_of(rule)), [0, 0])
        figure[0] += right[cue, kind, rule]
        figure[1] += count
    path = LEXICONS / "cues.tsv"
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            cue, kind, cue_class = line.split("\t")[:3]
            figures = [by_frame.get((cue, kind, frame)) for frame in ("before", "clause", "to", "object")]
            cells = [f"{f[0]}/{f[1]}" if f else "" for f in figures]
            line = "\t".join([cue, kind, cue_class, *cells]).rstrip("\t")
        lines.append(line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_rules(uses: Counter[tuple[str, str, str]], right: Counter[tuple[str, str, str]]) -> None:
    """Write `rules.tsv`."""
    total: Counter[tuple[str, str]] = Counter()
    hits: Counter[tuple[str, str]] = Counter()
    for (cue, kind, rule), count in uses.items():
        total[kind, rule] += count
        hits[kind, rule] += right[cue, kind, rule]
    header = (
        "# How often each rule was right over all cue words, measured on PolNeAR's training articles.\n"
        "# kind\trule\tright\tuses\n"
    )
    body = "".join(f"{kind}\t{rule}\t{hits[kind, rule]}\t{total[kind, rule]}\n" for kind, rule in sorted(total))
    (LEXICONS / "rules.tsv").write_text(header + body, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
