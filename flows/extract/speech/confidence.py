"""How likely a cue attributes something: measured frequencies, by cue word and by rule.

`cues.tsv` says for each of our cue words how often it was right in each frame on PolNeAR's training
articles; `rules.tsv` says it for each rule over all words. Both are joined by shrinkage: the rule
counts as much as `PRIOR_WEIGHT` further uses of the word. `confidence.tsv` turns that into the
share of statements that had at least half of their content right.
"""

from __future__ import annotations

from functools import cache

from flows.extract.lexicons import rows

PRIOR_WEIGHT = 3.0

FRAMES = {
    "parenthetical": "before", "inverted": "before", "relative": "object", "adverb": "clause",
    "that": "clause", "clause": "clause", "wh": "clause", "quote": "clause", "colon": "clause",
    "to": "to", "ing": "to",
    "np": "object", "np_to": "object", "pp": "object", "adjective": "object",
    "noun_that": "clause", "noun_is": "clause", "noun_to": "to", "noun_pp": "object",
    "noun_toward": "object", "noun_colon": "clause",
    "according_to_first": "before", "according_to_last": "before",
}  # fmt: skip
"""Rule to the column of `cues.tsv` that counts it."""


def frame_of(rule: str) -> str:
    """The frame (column of `cues.tsv`) under which a rule is counted."""
    return FRAMES.get(rule.removeprefix("adjective_"), "object")


@cache
def cue_figures() -> dict[tuple[str, str, str], tuple[int, int]]:
    """(cue, kind, frame) to (times right, uses)."""
    found = {}
    for cue, kind, _, *figures in rows("cues.tsv"):
        for frame, figure in zip(("before", "clause", "to", "object"), figures, strict=False):
            if figure:
                right, uses = figure.split("/")
                found[cue, kind, frame] = (int(right), int(uses))
    return found


@cache
def rule_figures() -> dict[tuple[str, str], float]:
    """(kind, rule) to the share of its uses that were right."""
    return {(kind, rule): int(right) / int(uses) for kind, rule, right, uses in rows("rules.tsv")}


@cache
def cue_confidence(cue: str, kind: str, rule: str) -> float:
    """The estimated probability that `cue` attributes something where `rule` finds it."""
    right, uses = cue_figures().get((cue, kind, frame_of(rule)), (0, 0))
    prior = rule_figures().get((kind, rule), 0.5)
    return (right + PRIOR_WEIGHT * prior) / (uses + PRIOR_WEIGHT)


def is_counted(cue: str, kind: str, rule: str) -> bool:
    """Whether the training articles have a cue in the frame of a rule."""
    return (cue, kind, frame_of(rule)) in cue_figures()


@cache
def best_confidence(cue: str, kind: str) -> float:
    """The highest confidence that any rule can give a cue."""
    return max((cue_confidence(cue, kind, rule) for k, rule in rule_figures() if k == kind), default=1.0)


def bin_of(raw: float) -> int:
    """The tenth a confidence lies in."""
    return min(9, int(raw * 10))


@cache
def confidence_figures() -> dict[tuple[str, int], tuple[int, int]]:
    """(rule, tenth) to (statements right, statements)."""
    return {(rule, int(tenth)): (int(right), int(uses)) for rule, tenth, right, uses in rows("confidence.tsv")}


@cache
def calibrated(rule: str, raw: float) -> float:
    """The share of statements of this rule and raw confidence with at least half of their content right."""
    right, uses = confidence_figures().get((rule, bin_of(raw)), (0, 0))
    return round((right + PRIOR_WEIGHT * raw) / (uses + PRIOR_WEIGHT), 3)
