"""One real thing is one entity across documents, and two of one name are two."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import identities


def test_names_slice_out_of_their_documents() -> None:
    texts, names = identities.read_documents()
    assert len(texts) == 60
    assert all(texts[name.document][name.start : name.end] == name.text for name in names)
    assert not any("[[" in text for text in texts.values())


def test_b_cubed_of_a_small_case() -> None:
    """Two keys of two names each; three names under one entity, the fourth alone."""
    names = [identities.Name("1", at, at + 1, key, "x") for at, key in enumerate("aabb")]
    found = dict(zip(names, ["e1", "e1", "e1", "e2"], strict=True))
    precision, recall = identities.b_cubed(found)
    assert precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert recall == pytest.approx((1 + 1 + 1 / 2 + 1 / 2) / 4)


def test_identities_across_sixty_documents(tmp_path: Path) -> None:
    found = identities.measure(tmp_path)
    precision, recall = identities.b_cubed(found)
    assert (precision >= 0.95, recall >= 0.90) == (True, True), "\n".join(
        [f"precision {precision:.3f}, recall {recall:.3f}", *identities.confusions(found)]
    )
