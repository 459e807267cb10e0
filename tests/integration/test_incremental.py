"""Any split of a corpus into any sequence of runs gives the tables of one run, or of a build from scratch.

The stories are chosen so that a later one changes how an earlier one reads: acronyms that get a second meaning, bearers
of one name told apart, a surname that finds its office, a name whose usual form changes, a text seen at two places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import flows.run
from flows.extract import stage
from flows.extract.rows import rows_of
from flows.run import STAGES, run
from flows.settings import Settings

STORIES = (
    "GENEVA, March 4 (Newsline) -- Chinese critic Li Na praised the festival on Wednesday. Li Na said it was fair.",
    "SINGAPORE, March 5 (Newsline) -- Singaporean Transport Minister Li Na said the port reopens on Monday.",
    "OSLO, March 6 (Newsline) -- Li Na said that she would come.",
    "BISHKEK, March 6 (Newsline) -- Kyrgyz Prime Minister Omurov said trade grew. \"We agree,\" Omurov said.",
    "ALMATY, March 7 (Newsline) -- Kyrgyz Prime Minister Bakyt Omurov told reporters the road is open.",
    "BISHKEK, March 8 (Newsline) -- Kyrgyz Prime Minister Talant Omurov denied the report.",
    "TASHKENT, March 9 (Newsline) -- The Shanghai Cooperation Organization (SCO) said that members agreed.",
    "ASTANA, March 9 (Newsline) -- SCO officials met. The SCO said on Monday that talks \"went on\".",
    "CAIRO, March 10 (Newsline) -- The Southern Cargo Office (SCO) said on Tuesday that rates fell.",
    "TASHKENT, March 11 (Newsline) -- The Shanghai Co-operation Organization said it would expand.",
    "TASHKENT, March 12 (Newsline) -- The Shanghai Co-operation Organization (SCO) said it was content.",
    "Nobody spoke.",
    "SUVA, March 13 (Newsline) -- The ferry Lomani reached Levuka on Friday with ninety passengers and a broken "
    "rudder, Captain Josefa Ratu said. He had steered her with two oars and the help of Mere Tikoisuva since noon.",
    "SUVA, March 13 (Newsline) -- The ferry Lomani reached Levuka on Friday with ninety passengers and a broken "
    "rudder, Captain Josefa Ratu said. He had steered her with two oars and the help of Mere Tikoisuva since noon.\n\n"
    "Harbour master Ilisoni Vuli said that the Lomani would be hauled out at Walu Bay and looked over by two "
    "shipwrights from Lautoka before she sails to Koro and Savusavu again.",
    "NADI, March 14 (Newsline) -- The Rift Growers Union (RGU) said on Saturday that rain had come.",
    "NADI, March 15 (Newsline) -- The RGU said on Sunday that its fields were dry.",
)  # fmt: skip
CUT, WHOLE = 12, 13
"""One story, cut and whole, among `STORIES`."""
FILES = ("a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt")
LEFT_OUT = {"ingested_at", "first_seen_at", "last_seen_at", "source_root"}
"""Columns that say when something was seen, which may differ, and where the test has its folder."""

Folder = dict[str, int]
"""The files of a folder, each with the index of its story."""


def rows(data_dir: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The published rows by table, in a fixed order, without what records observation."""
    with duckdb.connect(data_dir / "wirehouse.duckdb", read_only=True) as connection:
        columns = connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            "where schema_name = 'main' and not internal and table_name not in ('runs', 'release', 'entity_changes') "
            "group by table_name"
        ).fetchall()
        return {
            table: connection.execute(
                f"select {', '.join(name for name in names if name not in LEFT_OUT)} from {table} order by all"
            ).fetchall()
            for table, names in columns
        }


def write(folder: Path, files: Folder) -> None:
    """Make the folder hold these files and no others."""
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
    for name, story in files.items():
        (folder / name).write_text(STORIES[story], encoding="utf-8")


@contextmanager
def after(history: Sequence[Folder], transform_chars: int = 300) -> Iterator[Settings]:
    """A data folder after a run on each state of a folder; a build takes in so many characters of stories."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "stories"
        folder.mkdir()
        settings = Settings(data_dir=Path(place) / "data", transform_chars=transform_chars)
        for files in history:
            write(folder, files)
            if files:
                run([str(folder)], settings)
        yield settings


def assert_same_as_from_scratch(history: Sequence[Folder], transform_chars: int = 10_000) -> None:
    with after(history, transform_chars) as settings:
        if not settings.published_file.exists():
            return
        step_by_step = rows(settings.root)
        run([], settings.model_copy(update={"transform_chars": 10_000}), stages=STAGES[1:], full=True)
        assert rows(settings.root) == step_by_step


def assert_same_as_one_run(history: Sequence[Folder]) -> None:
    whole: Folder = {name: story for files in history for name, story in files.items()}
    with after(history) as split, after([whole], transform_chars=10_000) as one:
        assert rows(split.root) == rows(one.root)


def test_stories_that_come_one_after_the_other_give_the_tables_of_one_run() -> None:
    assert_same_as_one_run([{"a.txt": 7, "b.txt": 3, "c.txt": 6}, {"d.txt": 8, "e.txt": 4, "f.txt": 2}])


def test_new_changed_removed_and_returning_files_give_the_tables_of_a_build_from_scratch() -> None:
    first, second = {"a.txt": 7, "b.txt": 3, "c.txt": 6, "d.txt": 0}, {"a.txt": 8, "d.txt": 1, "e.txt": 4, "f.txt": 2}
    assert_same_as_from_scratch([first, second, {"a.txt": 7, "e.txt": 4}], transform_chars=300)


def canonical(settings: Settings) -> list[tuple[Any, ...]]:
    """Each text's first place, whether it shows the text today, and whether the text stands for its story."""
    with duckdb.connect(settings.published_file, read_only=True) as connection:
        return connection.execute(
            "select source_uri, is_current, is_canonical, count(*) over (partition by story_id) from documents "
            "order by all"
        ).fetchall()


def test_a_fuller_copy_takes_the_place_of_a_cut_one_and_gives_it_back_when_it_goes() -> None:
    with after([{"a.txt": CUT}, {"a.txt": CUT, "b.txt": WHOLE}], transform_chars=10_000) as settings:
        assert canonical(settings) == [("a.txt", True, False, 2), ("b.txt", True, True, 2)]
        folder = settings.root.parent / "stories"
        write(folder, {"a.txt": CUT, "b.txt": 11})
        run([str(folder)], settings)
        assert canonical(settings) == [
            ("a.txt", True, True, 2),
            ("b.txt", False, False, 2),
            ("b.txt", True, True, 1),
        ]


def test_a_document_that_waits_for_its_build_leaves_the_entity_that_it_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version of the extractor reads no acronyms: what the RGU is, nobody says any more."""
    with after([{"a.txt": 14, "b.txt": 15}], transform_chars=10_000) as settings:
        assert growers(settings) == [("Rift Growers Union", 2, 4)]
        for module in (flows.run, stage):
            monkeypatch.setattr(module, "EXTRACTOR_VERSION", "without acronyms")
        monkeypatch.setattr(stage, "rows_of", rows_without_acronyms)
        done = run([], settings.model_copy(update={"transform_chars": 1}), stages=STAGES[1:])
        assert done.transform is not None
        assert done.transform.builds == 2
        assert growers(settings) == [("RGU", 1, 2), ("Rift Growers Union", 1, 2)]


def growers(settings: Settings) -> list[tuple[Any, ...]]:
    """The union's entities, with their documents and mentions."""
    with duckdb.connect(settings.published_file, read_only=True) as connection:
        return connection.execute(
            "select name, document_count, mention_count from entities where entity_type = 'organization' "
            "and name != 'Newsline' order by all"
        ).fetchall()


def rows_without_acronyms(*arguments: Any) -> Any:
    found = rows_of(*arguments)
    found["local_entities"] = [row | {"acronyms": []} for row in found["local_entities"]]
    return found


states = st.dictionaries(st.sampled_from(FILES), st.integers(0, len(STORIES) - 1))
many = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.soak
@many
@given(st.lists(states, min_size=2, max_size=4))
def test_any_history_gives_the_tables_of_a_build_from_scratch(history: list[Folder]) -> None:
    assert_same_as_from_scratch(history)


@pytest.mark.soak
@many
@given(st.permutations(range(len(STORIES))), st.lists(st.integers(1, 5), min_size=2, max_size=3))
def test_any_split_gives_the_tables_of_one_run(order: list[int], cuts: list[int]) -> None:
    stories = iter(zip(FILES, order, strict=False))
    assert_same_as_one_run([dict(islice(stories, cut)) for cut in cuts])
