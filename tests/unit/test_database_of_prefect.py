"""Prefect's database, before its server is started: of this version, a former, a newer, or none at all."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import pytest

from flows.up import check_database
from warehouse.errors import WirehouseError


def database(file: Path, revision: str) -> Path:
    with sqlite3.connect(file) as connection:
        connection.execute("create table alembic_version (version_num text)")
        connection.execute("insert into alembic_version values (?)", [revision])
    connection.close()
    return file


def test_one_that_is_not_there_or_not_filled_yet_is_left_to_prefect(tmp_path: Path) -> None:
    check_database(tmp_path / "prefect.db")
    sqlite3.connect(tmp_path / "prefect.db").close()
    check_database(tmp_path / "prefect.db")


def test_one_of_a_newer_version_gives_a_clear_message(tmp_path: Path) -> None:
    file = database(tmp_path / "prefect.db", "ffffffffffff")
    with pytest.raises(WirehouseError, match=r"prefect\.db was written by a newer version of Prefect than 3\.\d"):
        check_database(file)


def test_one_of_a_former_version_is_brought_up_to_date(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    of_prefect_2 = "bb38729c471a"
    caplog.set_level(logging.INFO, logger="wirehouse.up")
    caplog.handler.setLevel(logging.INFO)
    logging.getLogger("wirehouse.up").addHandler(caplog.handler)
    try:
        check_database(database(tmp_path / "prefect.db", of_prefect_2))
    finally:
        logging.getLogger("wirehouse.up").removeHandler(caplog.handler)
    assert "was written by a former version of Prefect and is brought up to date" in caplog.text


def test_one_that_is_damaged_gives_a_clear_message(tmp_path: Path) -> None:
    (tmp_path / "prefect.db").write_bytes(b"no database " * 100)
    with pytest.raises(WirehouseError, match="damaged"):
        check_database(tmp_path / "prefect.db")
