"""`wirehouse verify`: a whole warehouse passes, damage is told with exit code 1, changed sources are no damage."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import duckdb
import pytest

from flows.recover import set_damaged_aside
from flows.settings import Settings
from flows.verify import verify
from tests.conftest import ROOT, wirehouse
from tests.tables import content
from warehouse.connection import literal
from warehouse.errors import WirehouseError


@pytest.fixture
def settings(seeds_data_dir: Path, tmp_path: Path) -> Settings:
    shutil.copytree(seeds_data_dir, tmp_path / "data", symlinks=True)
    return Settings(data_dir=tmp_path / "data")


def test_the_warehouse_of_the_seeds_is_whole(seeds_data_dir: Path) -> None:
    done = wirehouse("verify", "--data-dir", seeds_data_dir)
    assert done.returncode == 0, done.stdout
    assert " 0 failed\n" in done.stdout
    assert ", 0 changed, 0 gone," in done.stdout


def test_a_changed_and_a_gone_source_are_reported_and_no_damage(tmp_path: Path) -> None:
    stories = tmp_path / "stories"
    stories.mkdir()
    names = ("kept.txt", "changed.txt", "gone.txt")
    for name in names:
        (stories / name).write_text(f"The {name} story.", encoding="utf-8")
    assert wirehouse("ingest", "--data-dir", tmp_path / "data", stories).returncode == 0
    (stories / "changed.txt").write_text("Another story.", encoding="utf-8")
    (stories / "gone.txt").unlink()
    report = verify(Settings(data_dir=tmp_path / "data"))
    assert report.damaged == []
    assert report.sources == {"unchanged": 1, "changed": 1, "gone": 1}
    assert report.moved == [(f"{stories}/changed.txt", "changed"), (f"{stories}/gone.txt", "gone")]


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("update sentences set start_char = start_char + 1 where sentence_index = 0", "sentences that do not show"),
        ("update documents set text = text || ' more'", "documents whose id is not that of their text"),
        ("update documents set sentence_count = 7000 where sentence_count > 0", "with another number of sentences"),
        ("delete from entities where entity_type = 'place'", "entity_mentions whose entity_id is not in entities"),
        ("update statements set speaker_entity_id = 'nobody'", "statements whose speaker_entity_id is not in entities"),
        ("delete from documents where language = 'de'", "document_sources whose document_id is not in documents"),
        ("update entities set mention_count = mention_count + 1", "entities with another number of mentions"),
        ("insert into statements from statements limit 1", "statements with the key of another row"),
        ("update document_sources set is_current = not is_current", "documents that are current where no source is"),
    ],
)
def test_rows_that_contradict_each_other_are_named(settings: Settings, sql: str, broken: str) -> None:
    with duckdb.connect(settings.published_file) as connection:
        connection.execute(sql)
    faults = verify(settings).damaged
    assert [fault for fault in faults if broken in fault], faults
    assert [fault for fault in faults if "its bytes are not those that were written" in fault]


def test_a_flipped_byte_anywhere_is_found(settings: Settings) -> None:
    place = random.Random(5)
    whole = settings.published_file.read_bytes()
    for _ in range(10):
        damaged = bytearray(whole)
        damaged[place.randrange(len(whole))] ^= 1 << place.randrange(8)
        settings.published_file.write_bytes(damaged)
        assert any(str(settings.published_file) in fault for fault in verify(settings).damaged)


def test_raw_tables_that_are_gone_are_told(settings: Settings) -> None:
    settings.raw_file.unlink()
    told = f"{settings.raw_file} is gone: `wirehouse run --full SOURCE` loads it anew"
    assert verify(settings).damaged == [told]
    done = wirehouse("status", "--data-dir", settings.root)
    assert done.returncode == 1
    assert f"problem      {told}\n" in done.stdout


@pytest.mark.parametrize("name", ["wirehouse.duckdb", "raw.duckdb", "build.duckdb", "state.sqlite"])
@pytest.mark.parametrize("damage", ["cut", "scribbled"])
def test_a_damaged_file_is_one_clear_report(settings: Settings, name: str, damage: str) -> None:
    file = settings.root / name
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2] if damage == "cut" else b"scribble" * 4096)
    faults = verify(settings).damaged
    assert [fault for fault in faults if str(file) in fault], faults


def test_damage_exits_with_1_and_names_the_way_out(settings: Settings) -> None:
    settings.published_file.write_bytes(settings.published_file.read_bytes()[:100_000])
    done = wirehouse("verify", "--data-dir", settings.root)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert "damaged: " in done.stdout
    assert "`wirehouse run --full SOURCE` repairs it" in done.stderr
    for verb in (["query", "select 1"], ["status"], ["run", "--direct", str(ROOT / "seeds")]):
        again = wirehouse(*verb, "--data-dir", settings.root)
        assert again.returncode == 1
        assert again.stderr.splitlines()[-1].startswith("wirehouse: ")
        assert "is damaged" in again.stderr
        assert "Traceback" not in again.stderr


def test_a_damaged_build_is_built_anew(settings: Settings) -> None:
    before = settings.published_file.stat().st_ino
    settings.build_file.write_bytes(b"scribble" * 4096)
    done = wirehouse("transform", "--data-dir", settings.root)
    assert done.returncode == 0, done.stderr
    assert settings.published_file.stat().st_ino == before
    assert verify(settings).damaged == []


def test_a_full_run_repairs_what_is_damaged(settings: Settings) -> None:
    before = content(settings.published_file)
    for file in (settings.published_file, settings.raw_file):
        file.write_bytes(file.read_bytes()[:100_000])
    done = wirehouse("run", "--direct", "--full", "--data-dir", settings.root, ROOT / "seeds")
    assert done.returncode == 0, done.stderr
    assert content(settings.published_file) == before
    assert verify(settings).damaged == []


def test_a_file_that_may_not_be_read_is_not_taken_for_damaged(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise duckdb.IOException(f'IO Error: Cannot open file "{settings.raw_file}": Permission denied')

    monkeypatch.setattr(duckdb, "connect", denied)
    with pytest.raises(WirehouseError, match="give this user the right"):
        set_damaged_aside(settings)
    assert settings.raw_file.exists()


def test_without_a_warehouse_it_is_wrong_usage(tmp_path: Path) -> None:
    assert wirehouse("verify", "--data-dir", tmp_path / "none").returncode == 2


def test_a_path_with_a_quotation_mark_is_one_string() -> None:
    assert literal(Path("/it's")) == "'/it''s'"
