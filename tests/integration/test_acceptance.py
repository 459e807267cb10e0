"""The wire story that the project started from gives the rows that tests/expected/acceptance.yaml says.

The story stands beside a checkout of the developers, not in the repository: elsewhere these tests skip.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from tests import expectations
from tests.conftest import ROOT, wirehouse

EXPECTED = expectations.load("acceptance")
STORY = ROOT.parent / "shared" / "seeds" / EXPECTED["source"]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    if not STORY.is_file():
        pytest.skip(f"the story is not here: ../shared/seeds/{STORY.name}")
    data_dir = tmp_path_factory.mktemp("story")
    done = wirehouse("run", "--direct", "--data-dir", data_dir, STORY.parent)
    assert done.returncode == 0, done.stderr
    with duckdb.connect(data_dir / "wirehouse.duckdb", read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def document(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    return expectations.find_document(connection, EXPECTED)


def report(problems: list[str]) -> str:
    return "\n  ".join([f"{len(problems)} differences:", *problems])


def test_document(document: dict[str, Any]) -> None:
    problems = expectations.document_problems(document, EXPECTED)
    assert not problems, report(problems)


def test_statements(connection: duckdb.DuckDBPyConnection, document: dict[str, Any]) -> None:
    problems = expectations.statement_problems(connection, document, EXPECTED)
    assert not problems, report(problems)


def test_ten_statements_by_one_person(connection: duckdb.DuckDBPyConnection) -> None:
    """What the fourth point says all members believe may be an eleventh, nested in it."""
    outermost = expectations.rows(
        connection, "select text, speaker_name from statements where parent_statement_id is null order by start_char"
    )
    assert len(outermost) == 10, [row["text"][:60] for row in outermost]
    assert {row["speaker_name"] for row in outermost} == {"Wang Yi"}
    speakers = "select distinct speaker_entity_id from statements where parent_statement_id is null"
    assert len(expectations.rows(connection, speakers)) == 1
    nested = expectations.rows(
        connection,
        "select s.text, p.list_position from statements s join statements p on p.statement_id = s.parent_statement_id",
    )
    assert [row["list_position"] for row in nested] in ([], [4]), nested


def test_the_points_are_one_list(connection: duckdb.DuckDBPyConnection) -> None:
    points = "select list_id, list_position from statements where list_position is not null order by start_char"
    found = expectations.rows(connection, points)
    assert [row["list_position"] for row in found] == [1, 2, 3, 4, 5]
    assert len({row["list_id"] for row in found} - {None}) == 1


def test_one_statement_is_addressed_to_the_agency(connection: duckdb.DuckDBPyConnection) -> None:
    found = expectations.rows(
        connection, "select cue_lemma, addressee_text from statements where addressee_text is not null"
    )
    assert found == [{"cue_lemma": "tell", "addressee_text": "Xinhua"}]


def test_wednesday_is_the_day_of_the_dateline(connection: duckdb.DuckDBPyConnection) -> None:
    found = expectations.rows(
        connection,
        "select date_text, cast(statement_date as varchar) as day from statements where date_text is not null",
    )
    assert found == [{"date_text": "Wednesday", "day": "2020-09-16"}]


def test_entities(connection: duckdb.DuckDBPyConnection, document: dict[str, Any]) -> None:
    problems = expectations.entity_problems(connection, document, EXPECTED)
    assert not problems, report(problems)


def test_one_person_and_one_organization_under_the_short_name(connection: duckdb.DuckDBPyConnection) -> None:
    people = expectations.rows(connection, "select name from entities where entity_type = 'person'")
    assert people == [{"name": "Wang Yi"}]
    named = expectations.rows(
        connection, "select name from entities where name = 'SCO' or list_contains(aliases, 'SCO') order by name"
    )
    assert named == [{"name": "Shanghai Cooperation Organization"}]


def test_roles(connection: duckdb.DuckDBPyConnection, document: dict[str, Any]) -> None:
    problems = expectations.role_problems(connection, document, EXPECTED)
    assert not problems, report(problems)


def test_every_span_slices_to_what_its_row_shows(connection: duckdb.DuckDBPyConnection) -> None:
    wrong = expectations.rows(
        connection,
        "select m.text from entity_mentions m join documents d using (document_id)"
        " where span_text(d.text, m.start_char, m.end_char) != m.text",
    )
    assert wrong == []
