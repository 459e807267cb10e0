"""Settings that are worked out from others."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from flows.settings import Settings


@pytest.mark.parametrize(
    ("limit", "half", "told"),
    [
        ("800MB", "400.0MB", "381.4 MiB"),
        ("1.5 GiB", "0.75 GiB", "768.0 MiB"),
        ("20000000KB", "10000000.0KB", "9.3 GiB"),
    ],
)
def test_half_the_memory_is_a_limit_that_duckdb_understands(limit: str, half: str, told: str, tmp_path: Path) -> None:
    halved = Settings(data_dir=tmp_path, duckdb_memory_limit=limit).with_half_the_memory().duckdb_memory_limit
    assert halved == half
    with duckdb.connect(config={"memory_limit": halved}) as connection:
        assert connection.execute("select current_setting('memory_limit')").fetchall() == [(told,)]
