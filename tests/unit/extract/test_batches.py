"""Batches of documents: by number and by characters."""

from __future__ import annotations

from flows.extract.stage import batches


def test_batches_end_at_so_many_documents_or_characters_and_a_long_text_stands_alone() -> None:
    sizes = [("a", 10), ("b", 10), ("c", 10), ("d", 95), ("e", 500), ("f", 5)]
    assert list(batches(sizes, max_documents=2, max_chars=100)) == [["a", "b"], ["c"], ["d"], ["e"], ["f"]]
    assert list(batches([], max_documents=2, max_chars=100)) == []
