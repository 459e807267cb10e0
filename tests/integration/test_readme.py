"""README.md says what the program does: its commands, tables, reason codes, settings and answers."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from tests import readme


@pytest.mark.parametrize("name", sorted(readme.GENERATED))
def test_a_generated_part_is_up_to_date(name: str) -> None:
    assert readme.part(name) == readme.GENERATED[name](), "renew it with `python -m tests.readme --write`"


def test_the_questions_get_the_printed_answers(seeds_data_dir: Path) -> None:
    questions = readme.part("questions")
    assert len(readme.QUESTION.findall(questions)) == 10
    for found in readme.QUESTION.finditer(questions):
        assert readme.answer(found["sql"], seeds_data_dir) == found["output"], found["sql"]


def test_every_public_column_is_in_the_readme_and_described_in_the_file(seeds_data_dir: Path) -> None:
    text = readme.README.read_text(encoding="utf-8")
    with duckdb.connect(seeds_data_dir / "wirehouse.duckdb", read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name, comment from duckdb_columns() where schema_name = 'main' and not internal"
        ).fetchall()
    assert len({table for table, _, _ in columns}) >= 13
    assert [f"{table}.{column}" for table, column, comment in columns if not comment] == []
    assert [f"{table}.{column}" for table, column, _ in columns if f"`{column}`" not in text] == []


def test_the_help_of_every_command_ends_with_an_example() -> None:
    _, *helps = re.split(r"^wirehouse ", readme.part("commands"), flags=re.MULTILINE)
    assert len(helps) >= 20
    assert [text for text in helps if not re.search(r"^    Example: wirehouse ", text, re.MULTILINE)] == []


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    verbs = set(re.findall(r"^wirehouse (\w+)", readme.part("commands"), re.MULTILINE))
    named = set(re.findall(r"`wirehouse (\w+)", readme.README.read_text(encoding="utf-8")))
    assert named <= verbs
