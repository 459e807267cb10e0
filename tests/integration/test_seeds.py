"""The seed documents give the rows that tests/expected says, and the broken ones are kept with their reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests import expectations
from tests.conftest import ROOT

NAMES = sorted(path.stem for path in expectations.FOLDER.glob("*.yaml") if path.stem != "acceptance")


@pytest.fixture(scope="module")
def connection(seeds_data_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(seeds_data_dir / "wirehouse.duckdb", read_only=True) as opened:
        yield opened


def report(problems: list[str]) -> str:
    return "\n  ".join([f"{len(problems)} differences:", *problems])


@pytest.mark.parametrize("name", NAMES)
def test_document(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    expected = expectations.load(name)
    problems = expectations.document_problems(expectations.find_document(connection, expected), expected)
    assert not problems, report(problems)


@pytest.mark.parametrize("name", NAMES)
def test_statements(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    expected = expectations.load(name)
    document = expectations.find_document(connection, expected)
    problems = expectations.statement_problems(connection, document, expected)
    assert not problems, report(problems)


@pytest.mark.parametrize("name", NAMES)
def test_entities(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    expected = expectations.load(name)
    document = expectations.find_document(connection, expected)
    problems = expectations.entity_problems(connection, document, expected)
    assert not problems, report(problems)


@pytest.mark.parametrize("name", NAMES)
def test_roles(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    expected = expectations.load(name)
    document = expectations.find_document(connection, expected)
    problems = expectations.role_problems(connection, document, expected)
    assert not problems, report(problems)


def test_every_readable_seed_is_a_document_and_every_other_a_rejection(connection: duckdb.DuckDBPyConnection) -> None:
    files = {path.relative_to(ROOT / "seeds").as_posix() for path in (ROOT / "seeds").rglob("*") if path.is_file()}
    loaded = {row["source_uri"] for row in expectations.rows(connection, "select source_uri from document_sources")}
    assert loaded == {file for file in files if not file.startswith("rejected/")}
    rejected = expectations.rows(connection, "select source_uri, record_key from rejections order by source_uri")
    assert [row["source_uri"] for row in rejected] == [
        "collections/wire-digest-2026-04.jsonl",
        "rejected/broken-encoding.txt",
        "rejected/empty.txt",
    ]


def test_every_mention_has_its_reasons_even_before_the_name(connection: duckdb.DuckDBPyConnection) -> None:
    assert expectations.rows(connection, "select mention_id, step from mention_reasons where reason is null") == []
    before_the_name = (
        "select r.reason from mention_reasons as r join entity_mentions as m using (mention_id) where step = 1"
    )
    reasons = expectations.rows(connection, f"{before_the_name} and m.text = 'the outgoing secretary-general'")
    assert [row["reason"] for row in reasons] == ["role of Dragan Petrović at 595"]


def test_two_files_of_one_text_are_one_document_and_a_cut_reprint_is_another(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    expected = expectations.load("vienna-low-water")
    document = expectations.find_document(connection, expected)
    sources = expectations.rows(
        connection,
        "select source_uri from document_sources where document_id = $1 order by source_uri",
        document["document_id"],
    )
    assert [row["source_uri"] for row in sources] == expected["sources"]
    assert document["source_uri"] == "reprints/low-water-morning-edition.txt"
    cut = expectations.find_document(connection, {"source": "reprints/low-water-shortened.txt"})
    assert cut["document_id"] != document["document_id"]
    assert cut["title"] == "Barges may stop as Danube runs low"


def test_a_byte_order_mark_is_left_out_and_line_ends_are_kept(connection: duckdb.DuckDBPyConnection) -> None:
    document = expectations.find_document(connection, {"source": "wire/2026-05-01-canberra-satellite.txt"})
    assert document["text"].startswith("date 2026-05-01\r\nAustralia delays ice satellite")
    assert str(document["dateline_date"]) == "2026-05-01"


def test_one_minister_is_one_entity_in_all_documents_and_offices(connection: duckdb.DuckDBPyConnection) -> None:
    """Ilona Szalay: water minister, chair, secretary-general; Grace Odera: agriculture minister, foreign minister."""
    found = expectations.rows(
        connection,
        "select e.name, count(distinct e.entity_id) as entities, count(distinct m.document_id) as documents"
        " from entities e join entity_mentions m using (entity_id) join documents d using (document_id)"
        " where e.name in ('Ilona Szalay', 'Grace Odera', 'Peter Odera') and d.language = 'en'"
        " group by e.name order by e.name",
    )
    assert found == [
        {"name": "Grace Odera", "entities": 1, "documents": 5},
        {"name": "Ilona Szalay", "entities": 1, "documents": 8},
        {"name": "Peter Odera", "entities": 1, "documents": 2},
    ]
