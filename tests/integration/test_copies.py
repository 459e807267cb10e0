"""Copies of one story share a story and count once; stories that only look alike stay apart."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks import copies


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, copies.Score]:
    return copies.measure(copies.texts(20), tmp_path_factory.mktemp("copies"))


@pytest.mark.parametrize("kind", ["reprints", "agencies"])
def test_copies_are_told_from_stories_that_look_alike(scores: dict[str, copies.Score], kind: str) -> None:
    assert scores[kind].precision >= 0.95, scores[kind].wrong
    assert scores[kind].recall >= 0.9


def test_two_reprints_among_the_seeds_tell_one_story_and_count_once(seeds_data_dir: Path) -> None:
    with duckdb.connect(seeds_data_dir / "wirehouse.duckdb", read_only=True) as connection:
        told = connection.execute(
            "select source_uri, is_canonical, similarity from documents "
            "where story_id = (select story_id from documents where source_uri = 'reprints/low-water-shortened.txt') "
            "order by source_uri"
        ).fetchall()
        quoted = connection.execute(
            "select d.source_uri, s.is_reprint, count(*) from statements s join documents d using (document_id) "
            "where d.source_uri like 'reprints/%' group by all order by all"
        ).fetchall()
        sandbanks = connection.execute(
            "select is_reprint, count(*) from quotes where text like '%measuring sandbanks%' group by all order by all"
        ).fetchall()
        counted = connection.execute("select sum(statement_count) from entities").fetchall()
        original = connection.execute(
            "select count(*) from statements where not is_reprint and speaker_entity_id is not null"
        ).fetchall()
        stories = Counter(story_id for (story_id,) in connection.execute("select story_id from documents").fetchall())
    assert told == [
        ("reprints/low-water-morning-edition.txt", True, 1.0),
        ("reprints/low-water-shortened.txt", False, 1.0),
    ]
    assert {(uri, reprint) for uri, reprint, _ in quoted} == {
        ("reprints/low-water-morning-edition.txt", False),
        ("reprints/low-water-shortened.txt", True),
    }
    assert sandbanks == [(False, 1), (True, 1)]
    assert counted == original
    assert [count for _, count in stories.most_common(2)] == [2, 1]
