"""Releases: kept, listed, gone back to, compared, pruned. Each test publishes copies of one build, changed by hand."""

from __future__ import annotations

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows import run
from flows.diff import diff as compare
from flows.diff import totals
from flows.publish import publish
from flows.rollback import rollback
from flows.settings import Settings
from flows.verify import verify
from tests.conftest import wirehouse
from warehouse import disk, keys, releases
from warehouse.connection import open_readonly
from warehouse.errors import UsageError, WirehouseError

FIRST, SECOND, THIRD = "20260101T000000-aaaaaa", "20260102T000000-bbbbbb", "20260103T000000-cccccc"


@pytest.fixture
def settings(seeds_data_dir: Path, tmp_path: Path) -> Settings:
    """The seeds, built and not published yet."""
    data_dir = tmp_path / "data"
    shutil.copytree(seeds_data_dir, data_dir)
    (data_dir / "wirehouse.duckdb").unlink()
    return Settings(data_dir=data_dir)


def publish_anew(settings: Settings, run_id: str, change: str = "select 1") -> None:
    """Publish the build after `change`, and another one of bylines, as if it were made from other inputs."""
    build = releases.read_build(settings.build_file)
    assert build
    with duckdb.connect(settings.build_file) as connection:
        connection.execute(change)
        connection.execute("update documents set byline = ?", [run_id])
    releases.mark_built(settings.build_file, replace(build, inputs=f"inputs of {run_id}"))
    assert publish(settings, run_id).published


def kept(settings: Settings) -> list[str]:
    return [file.run_id for file in releases.kept(settings.releases_dir)]


def published(settings: Settings) -> str | None:
    release = releases.read_file(settings.published_file)
    return release and release.run_id


def test_a_release_is_kept_when_the_next_replaces_it(settings: Settings) -> None:
    publish_anew(settings, FIRST)
    assert kept(settings) == []
    first = settings.published_file.stat()
    publish_anew(settings, SECOND)
    assert published(settings) == SECOND
    assert kept(settings) == [FIRST]
    assert (settings.releases_dir / f"{FIRST}.duckdb").stat().st_ino == first.st_ino, "a hard link takes no room"


def test_what_the_published_name_led_to_stays_as_it_was_until_the_release_after_the_next(settings: Settings) -> None:
    none = Settings(data_dir=settings.data_dir, keep_releases=0)
    publish_anew(none, FIRST)
    followed, bytes_then = none.published_file.resolve(), none.published_file.read_bytes()
    spilled = followed.parent / "wirehouse.duckdb.tmp"  # of a reader whose memory did not suffice
    spilled.mkdir()
    publish_anew(none, SECOND)
    assert followed.read_bytes() == bytes_then
    publish_anew(none, THIRD)
    assert not followed.exists()
    assert spilled.exists(), "the reader may still need it"
    publish_anew(none, "20260104T000000-dddddd")
    assert not followed.parent.exists()
    assert len([*followed.parent.parent.iterdir()]) == 2, "the published one and the one before"


def test_releases_may_be_on_another_disk(settings: Settings, tmp_path: Path) -> None:
    publish_anew(settings, FIRST)
    (settings.root / "published").rename(tmp_path / "elsewhere")
    (settings.root / "published").symlink_to(tmp_path / "elsewhere")
    followed = settings.published_file.resolve()
    publish_anew(settings, SECOND)
    assert published(settings) == SECOND
    assert followed.exists(), "the one before stays until the next"


def test_a_full_disk_leaves_the_release_in_front(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_anew(settings, FIRST)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "symlink_to", full)
    with pytest.raises(OSError, match="No space left"):
        publish_anew(settings, SECOND)
    assert published(settings) == FIRST
    assert settings.published_file.is_symlink()


def test_a_kept_release_with_a_flipped_bit_stops_nothing(settings: Settings) -> None:
    publish_anew(settings, FIRST)
    publish_anew(settings, SECOND)
    file = settings.releases_dir / f"{FIRST}.duckdb"
    whole = file.read_bytes()
    file.unlink()  # it is the former file, too
    named = []
    for block in range(3 * 4096, len(whole), 2**18):
        damaged = bytearray(whole)
        damaged[block + 4096] ^= 1
        file.write_bytes(damaged)
        (found,) = releases.kept(settings.releases_dir)
        named.append(found.release is None)
    assert set(named) == {True, False}, "some blocks hold what the release says of itself, some do not"


def test_a_full_run_makes_an_altered_published_file_anew(settings: Settings) -> None:
    publish_anew(settings, FIRST)
    with duckdb.connect(settings.published_file) as connection:
        connection.execute("update documents set title = 'Mine'")
    assert "its bytes are not those that were written" in "\n".join(verify(settings).damaged)
    run.run([], settings, stages=run.STAGES[1:], full=True)
    assert verify(settings).damaged == []
    assert (settings.root / "wirehouse.duckdb.damaged").exists()


def test_the_database_is_called_wirehouse_whatever_release_it_is(settings: Settings) -> None:
    publish_anew(settings, FIRST)
    with duckdb.connect(settings.published_file, read_only=True) as connection:
        assert connection.execute("select current_database()").fetchone() == ("wirehouse",)
        assert connection.execute("select count(*) > 0 from wirehouse.documents").fetchone() == (True,)


def test_a_kept_release_that_is_cut_short_is_called_damaged_and_stops_nothing(settings: Settings) -> None:
    for run_id in (FIRST, SECOND, THIRD):
        publish_anew(settings, run_id)
    os.truncate(settings.releases_dir / f"{SECOND}.duckdb", 100_000)
    listed = wirehouse("releases", "--data-dir", settings.root)
    assert [line.split()[:2] for line in listed.stdout.splitlines()[3:4]] == [[SECOND, "damaged"]]
    assert wirehouse("status", "--data-dir", settings.root).returncode == 0
    gone_back = wirehouse("rollback", SECOND, "--data-dir", settings.root)
    assert (gone_back.returncode, published(settings)) == (1, THIRD)
    gone_back = wirehouse("rollback", "--data-dir", settings.root)
    assert (gone_back.returncode, published(settings)) == (0, FIRST)
    assert f"{SECOND}.duckdb is damaged and passed over" in gone_back.stderr


def test_runs_that_only_the_release_before_knows_stay(settings: Settings) -> None:
    publish_anew(settings, FIRST)
    settings.state_file.unlink()
    publish_anew(settings, SECOND)
    with open_readonly(settings.published_file) as connection:
        assert connection.execute("select state from runs").fetchall() == [("done",)]


def test_a_release_whose_bytes_changed_is_not_gone_back_to(settings: Settings) -> None:
    publish_anew(settings, FIRST)
    publish_anew(settings, SECOND)
    with (settings.releases_dir / f"{FIRST}.duckdb").open("ab") as file:
        file.write(b"more")
    with pytest.raises(WirehouseError, match="its bytes are not those that were written: delete it"):
        rollback(settings, FIRST)
    assert published(settings) == SECOND


def test_tables_are_built_where_there_is_no_build_although_nothing_is_new(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []
    monkeypatch.setattr(run, "transform", lambda settings, *, run_id: built.append(run_id))
    run.build(settings, FIRST)
    assert built == []
    assert publish(settings, FIRST).published
    settings.build_file.unlink()
    run.build(settings, SECOND)
    assert built == [SECOND]


def test_without_symbolic_links_the_published_file_is_replaced(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*given: Any) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refused)
    for run_id in (FIRST, SECOND):
        publish_anew(settings, run_id)
        assert published(settings) == run_id
        assert not settings.published_file.is_symlink()
    rollback(settings, None)
    assert (published(settings), kept(settings)) == (FIRST, [SECOND, FIRST])


def test_only_the_newest_are_kept(settings: Settings) -> None:
    few = Settings(data_dir=settings.data_dir, keep_releases=1)
    for run_id in (FIRST, SECOND, THIRD):
        publish_anew(few, run_id)
    assert published(few) == THIRD
    assert kept(few) == [SECOND]


def test_none_is_kept_where_none_is_wanted(settings: Settings) -> None:
    none = Settings(data_dir=settings.data_dir, keep_releases=0)
    publish_anew(none, FIRST)
    publish_anew(none, SECOND)
    assert kept(none) == []


def test_without_hard_links_a_release_is_copied(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*paths: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    publish_anew(settings, FIRST)
    content = settings.published_file.read_bytes()
    publish_anew(settings, SECOND)
    assert (settings.releases_dir / f"{FIRST}.duckdb").read_bytes() == content


def test_without_room_nothing_is_published(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_anew(settings, FIRST)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: shutil._ntuple_diskusage(10**9, 10**9 - 2**20, 2**20))
    monkeypatch.setattr(disk, "_clone", lambda source, target: False)
    with pytest.raises(WirehouseError, match=r"has 1 MiB left and copying build\.duckdb takes .* MiB: free some"):
        publish_anew(settings, SECOND)
    assert published(settings) == FIRST
    assert list(settings.root.glob("*.new*")) == []


def test_a_rollback_goes_back_and_forth(settings: Settings) -> None:
    for run_id in (FIRST, SECOND, THIRD):
        publish_anew(settings, run_id)
    rollback(settings, None)
    assert published(settings) == SECOND
    assert kept(settings) == [THIRD, SECOND, FIRST]
    rollback(settings, None)
    assert published(settings) == FIRST
    rollback(settings, "20260103")
    assert published(settings) == THIRD
    with pytest.raises(UsageError, match="is what is published now"):
        rollback(settings, THIRD)
    with pytest.raises(UsageError, match="3 releases called 2026"):
        rollback(settings, "2026")
    with pytest.raises(UsageError, match="no release called 2025"):
        rollback(settings, "2025")


def test_a_run_with_nothing_new_leaves_a_rollback_and_one_with_something_new_publishes(settings: Settings) -> None:
    publish_anew(settings, FIRST)
    publish_anew(settings, SECOND)
    rollback(settings, FIRST)
    report = publish(settings, "20260104T000000-nothing")
    assert (report.published, report.rolled_back_from) == (False, SECOND)
    assert published(settings) == FIRST
    publish_anew(settings, THIRD)
    assert published(settings) == THIRD
    assert kept(settings) == [SECOND, FIRST]


def test_what_was_published_before_is_published_again_when_the_inputs_come_back(settings: Settings) -> None:
    build = releases.read_build(settings.build_file)
    publish(settings, FIRST)
    publish_anew(settings, SECOND)
    with duckdb.connect(settings.build_file) as connection:
        connection.execute("update documents set byline = 'as at first'")
    releases.mark_built(settings.build_file, build)
    assert publish(settings, THIRD).published


def test_a_damaged_published_file_can_be_rolled_back(settings: Settings) -> None:
    publish_anew(settings, FIRST)
    publish_anew(settings, SECOND)
    settings.published_file.write_bytes(b"nothing that DuckDB knows")
    rollback(settings, None)
    assert published(settings) == FIRST
    assert kept(settings) == [FIRST]


def test_a_diff_counts_rows_by_table_and_document(settings: Settings) -> None:
    publish_anew(settings, FIRST)
    with open_readonly(settings.published_file) as connection:
        row = connection.execute(
            "select document_id, source_uri, count(*) from statements join documents using (document_id) "
            "group by all order by 3 desc, 1 limit 1"
        ).fetchone()
    assert row
    document_id, source_uri, statements = row
    change = f"""
        delete from statement_mentions where statement_id in
            (select statement_id from statements where document_id = '{document_id}');
        delete from statements where document_id = '{document_id}';
        update documents set title = 'Another title', ingested_at = now() where document_id = '{document_id}';
        insert into sentences values ('ffffffffffffffffffff', '{document_id}', 999, 999, '', 0, 0);
    """
    build = releases.read_build(settings.build_file)
    assert build
    with duckdb.connect(settings.build_file) as connection:
        connection.execute(change)
    other = Settings(data_dir=settings.data_dir)
    releases.mark_built(settings.build_file, replace(build, inputs="other", extractor_version="another"))
    assert publish(other, SECOND).published
    columns, rows = compare(settings, None, None)
    assert columns == ["table", "document_id", "source_uri", "added", "gone", "changed"]
    by_table = {name: counts for name, *counts in totals((columns, rows))[1]}
    mentions = by_table.pop("statement_mentions")
    assert mentions[0] == mentions[2] == 0 < mentions[1]
    assert by_table == {"documents": [0, 0, 1], "sentences": [1, 0, 0], "statements": [0, statements, 0]}
    assert {row[1:3] for row in rows} == {(document_id, source_uri)}


def test_the_verbs_print_releases_and_differences(settings: Settings) -> None:
    publish_anew(settings, FIRST)
    publish_anew(settings, SECOND, "update documents set title = 'New' where title is not null")
    listed = wirehouse("releases", "--data-dir", settings.root, COLUMNS="80").stdout.splitlines()
    assert [line.split() for line in listed[:1]] == [
        ["release", "documents", "statements", "entities", "MiB", "extractor"]
    ]
    assert [line[:25].rstrip() for line in listed[1:-1]] == [f"*  {SECOND}", f"   {FIRST}"]
    done = wirehouse("diff", FIRST, SECOND, "--data-dir", settings.root, "--format", "json")
    assert {row["table"] for row in json.loads(done.stdout)} == {"documents"}
    assert "more documents: --format csv" in wirehouse("diff", "--data-dir", settings.root).stdout
    back = wirehouse("rollback", "--data-dir", settings.root)
    assert (back.returncode, back.stderr) == (0, f"release {FIRST} is published again\n")
    assert f"rolled back  from {SECOND}; " in wirehouse("status", "--data-dir", settings.root).stdout
    assert wirehouse("releases", "--data-dir", settings.root / "none").returncode == 2


def test_the_key_of_every_public_table_identifies_its_rows(seeds_data_dir: Path) -> None:
    with open_readonly(seeds_data_dir / "wirehouse.duckdb") as connection:
        columns = releases.columns(connection)
        for table in columns:
            key = ", ".join(keys.key(table, columns))
            twice = connection.execute(f"select {key} from {table} group by all having count(*) > 1").fetchall()
            assert twice == [], table
    assert keys.identified(columns)["statement_id"] == "statements"
    assert keys.pointed_at("speaker_entity_id", columns) == "entity_id"
    assert keys.pointed_at("text", columns) is None


def test_a_file_that_is_replaced_while_duckdb_opens_it_is_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, connect = tmp_path / "wirehouse.duckdb", duckdb.connect
    for name, number in (("wirehouse.duckdb", 1), ("next.duckdb", 2)):
        with duckdb.connect(tmp_path / name) as connection:
            connection.execute(f"create table release as select {number} as number")

    def replaced_meanwhile(path: Path, **options: Any) -> duckdb.DuckDBPyConnection:
        if (tmp_path / "next.duckdb").exists():
            (tmp_path / "next.duckdb").replace(path)
            raise duckdb.IOException("IO Error: No more data remaining in MetadataReader")
        return connect(path, **options)

    monkeypatch.setattr(duckdb, "connect", replaced_meanwhile)
    with open_readonly(opened) as connection:
        assert connection.execute("select number from release").fetchall() == [(2,)]
