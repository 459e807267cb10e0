"""Copies of one story share a story and count once; stories that only look alike stay apart."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from flows.settings import Settings
from flows.transform import run_dbt
from tests.benchmarks import copies
from warehouse.connection import open_raw


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


SketchRow = tuple[str, int, list[int], list[int]]


def sketches(count: int) -> list[SketchRow]:
    """Of ten stories in many versions, each of which leaves out other words and ends in one of two boilerplates."""
    chance = random.Random(1)
    stories = [chance.sample(range(1000, 9000), 60) for _ in range(10)]
    boilerplates = [range(100, 112), range(200, 212)]
    made = []
    for number in range(count):
        kept = chance.sample(chance.choice(stories), chance.randint(20, 60))
        hashes = sorted({*kept, *chance.choice(boilerplates)})
        made.append((f"{number:020x}", len(hashes), hashes, kept[:8]))
    return made


def found(settings: Settings, sketched: list[SketchRow]) -> dict[str, list[tuple[object, ...]]]:
    """What a build finds of copies after these sketches came to those that are there."""
    with open_raw(settings) as connection:
        connection.executemany("insert into raw.sketches values (?, '1', ?, ?, ?)", sketched)
    result = run_dbt(settings, "run", "--select", "+int_copy_pairs")
    assert result.success, result.exception
    with duckdb.connect(settings.build_file, read_only=True) as connection:
        return {
            table: connection.execute(f"from intermediate.{table} order by all").fetchall()
            for table in ("int_copy_candidates", "int_alike_texts", "int_copy_pairs")
        }


def test_texts_that_come_later_change_what_is_compared_as_if_they_had_come_at_once(tmp_path: Path) -> None:
    rows = sketches(120)
    split, whole = (Settings(data_dir=tmp_path / name, dbt_threads=1) for name in ("split", "whole"))
    before = found(split, rows[:80])
    after = found(split, rows[80:])
    assert after == found(whole, rows)
    pairs = [{row[:2] for row in tables["int_copy_candidates"]} for tables in (before, after)]
    assert pairs[1] - pairs[0], "texts that came meet others"
    assert pairs[0] - pairs[1], "texts that came stand between others"
