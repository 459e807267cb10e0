"""The order in which files come changes nothing: ten orders of sixty documents, one export of every public table."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.run import run
from flows.settings import Settings
from tests.identities import read_documents

OBSERVED = {"ingested_at", "first_seen_at", "last_seen_at"}
SHUFFLES = 10


def export(published_file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of every public table but those that tell of runs, in order; without what records observation."""
    with duckdb.connect(published_file, read_only=True) as connection:
        columns = connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            "where schema_name = 'main' and not internal and table_name not in ('runs', 'release') group by table_name"
        ).fetchall()
        return {
            table: connection.execute(
                f"select {', '.join(name for name in names if name not in OBSERVED)} from {table} order by all"
            ).fetchall()
            for table, names in columns
        }


def loaded(files: Sequence[Path], data_dir: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What is published when the files come in this order, in small batches."""
    settings = Settings(data_dir=data_dir, workers=1, ingest_batch_documents=7, extract_batch_documents=5)
    run([str(file) for file in files], settings)
    return export(settings.published_file)


@pytest.mark.soak
def test_ten_orders_of_the_files_give_one_export_of_every_public_table(tmp_path: Path) -> None:
    stories = tmp_path / "stories"
    stories.mkdir()
    for number, text in read_documents()[0].items():
        (stories / f"{number}.txt").write_text(text, encoding="utf-8", newline="")
    files = sorted(stories.iterdir())
    expected = loaded(files, tmp_path / "sorted")
    assert len(expected["documents"]) == 60
    for seed in range(SHUFFLES):
        order = random.Random(seed).sample(files, len(files))
        found = loaded(order, tmp_path / f"shuffled {seed}")
        for table, rows in expected.items():
            assert found[table] == rows, (seed, table)
