"""`wirehouse forget`: what is named is gone from every file, down to the bytes, and does not come back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from flows.forget import forget
from flows.recover import finish_forgetting, recover, set_damaged_aside
from flows.rollback import rollback
from flows.run import run
from flows.settings import Settings
from flows.verify import verify
from tests.conftest import wirehouse
from tests.integration.test_releases import SECOND, publish_anew
from warehouse import forgotten, releases, state
from warehouse.connection import open_raw, open_readonly
from warehouse.errors import UsageError

SECRET = "Leocadia Vorbrugg"
STORIES = {
    "secret.txt": f"GENEVA, March 4, 2026 (Newsline) -- The water was clean, said {SECRET}, a witness.\n\n"
    f'"Nobody asked the heron," {SECRET} told the court. Judge Anna Kovacs said the hearing would go on.\n',
    "open.txt": 'GENEVA, March 5, 2026 (Newsline) -- "The hearing goes on," Judge Anna Kovacs said.\n',
}
RECORDS = [
    {"id": "1", "text": f"VIENNA, March 6, 2026 (Newsline) -- {SECRET} said the river was low.", "date": "2026-03-06"},
    {
        "id": "2",
        "text": "VIENNA, March 7, 2026 (Newsline) -- Judge Anna Kovacs said it was over.",
        "date": "2026-03-07",
    },
]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Stories and a data folder in which they are published once."""
    stories = tmp_path_factory.mktemp("stories")
    for name, text in STORIES.items():
        (stories / name).write_text(text, encoding="utf-8")
    (stories / "wire.jsonl").write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    data_dir = tmp_path_factory.mktemp("forget")
    done = wirehouse("run", "--direct", "--data-dir", data_dir, stories)
    assert done.returncode == 0, done.stderr
    return stories, data_dir


@pytest.fixture
def settings(loaded: tuple[Path, Path], tmp_path: Path) -> Settings:
    """A copy of it with a second release and a backup."""
    shutil.copytree(loaded[1], tmp_path / "data", symlinks=True)
    settings = Settings(data_dir=tmp_path / "data")
    publish_anew(settings, SECOND)
    settings.backups_dir.mkdir()
    shutil.copy(settings.raw_file, settings.backups_dir / "raw-20260101T000000-version-2.duckdb")
    return settings


def holding(settings: Settings, words: str) -> set[str]:
    """The files of the data folder with `words` among their bytes."""
    files = [path for path in settings.root.rglob("*") if path.is_file()]
    return {path.name for path in files if words.encode() in path.read_bytes()}


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with open_readonly(path) as connection:
        return connection.execute(sql).fetchall()


def entity(settings: Settings) -> str:
    rows = ask(settings.published_file, f"select entity_id from entities where name = '{SECRET}'")
    return str(rows[0][0])


def test_an_entity_is_forgotten_to_the_last_byte_and_does_not_come_back(
    settings: Settings, loaded: tuple[Path, Path]
) -> None:
    earlier = releases.kept(settings.releases_dir)[0].path.name
    backup = "raw-20260101T000000-version-2.duckdb"
    aside = settings.root / "raw.duckdb.damaged"
    shutil.copy(settings.raw_file, aside)
    files = {"wirehouse.duckdb", "raw.duckdb", "build.duckdb", earlier, backup, aside.name}
    assert holding(settings, "Vorbrugg") >= files
    done = wirehouse("forget", "--entity", entity(settings), "--data-dir", settings.root)
    assert done.returncode == 0, done.stderr
    assert "forgotten: 2 documents" in done.stdout
    assert "releases/" in done.stdout
    assert "backups/" in done.stdout
    assert "the next run builds all tables anew" in wirehouse("status", "--data-dir", settings.root).stdout
    assert holding(settings, "Vorbrugg") == set()
    assert holding(settings, "heron") == set()
    assert ask(settings.published_file, "select source_uri from documents order by 1") == [
        ("open.txt",),
        ("wire.jsonl",),
    ]
    assert ask(settings.published_file, "select name, mention_count from entities where name like '%Kovacs'") == [
        ("Anna Kovacs", 2)
    ]
    assert verify(settings).damaged == []

    again = wirehouse("run", "--direct", "--data-dir", settings.root, loaded[0])
    assert again.returncode == 0, again.stderr
    assert "3 files (3 unchanged), 0 new documents" in again.stderr
    assert holding(settings, "Vorbrugg") == set()
    assert ask(settings.published_file, "select count(*) from documents") == [(2,)]
    assert verify(settings).damaged == []


def test_what_was_forgotten_stays_so_where_the_raw_tables_are_lost(
    settings: Settings, loaded: tuple[Path, Path], tmp_path: Path
) -> None:
    forget(settings, entities=[entity(settings)])
    settings.raw_file.write_bytes(settings.raw_file.read_bytes()[:100_000])
    alone = wirehouse("run", "--direct", "--full", "--data-dir", settings.root)
    assert alone.returncode == 1
    assert "raw.duckdb is damaged" in alone.stderr
    assert "`wirehouse run --full SOURCE` loads it anew" in alone.stderr
    stories = tmp_path / "stories"
    shutil.copytree(loaded[0], stories)
    (stories / "open.txt").unlink()
    done = wirehouse("run", "--direct", "--full", "--data-dir", settings.root, stories)
    assert done.returncode == 0, done.stderr
    assert "warning: documents shrank from 2 to 1 rows" in done.stderr
    assert ask(settings.published_file, "select source_uri from documents") == [("wire.jsonl",)]
    assert holding(settings, "heron") == set()
    assert (settings.root / "raw.duckdb.damaged").exists()
    assert verify(settings).damaged == []


def test_a_document_is_forgotten_wherever_it_stands(
    settings: Settings, loaded: tuple[Path, Path], tmp_path: Path
) -> None:
    rows = ask(settings.published_file, "select document_id from documents where source_uri = 'secret.txt'")
    report = forget(settings, documents=[str(rows[0][0])])
    assert report.document_ids == [rows[0][0]]
    assert report.removed[settings.raw_file]["documents"] == 1
    assert report.removed[settings.raw_file]["files"] == 1
    assert report.removed[settings.published_file]["statements"] > 0
    assert holding(settings, "heron") == set()
    assert "wirehouse.duckdb" in holding(settings, "Vorbrugg"), "another text names her"
    assert verify(settings).damaged == []
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "copy.txt").write_text(STORIES["secret.txt"], encoding="utf-8")
    assert wirehouse("ingest", "--data-dir", settings.root, tmp_path / "again").returncode == 0
    assert holding(settings, "heron") == set()
    assert holding(settings, "copy.txt") == set(), "where it stands is not noted either"


def test_a_source_with_records_is_forgotten_whole(settings: Settings, loaded: tuple[Path, Path]) -> None:
    report = forget(settings, sources=[f"{loaded[0]}/wire.jsonl"])
    assert len(report.document_ids) == 2
    assert holding(settings, "river was low") == set()
    assert ask(settings.published_file, "select source_uri from document_sources order by 1") == [
        ("open.txt",),
        ("secret.txt",),
    ]
    assert verify(settings).damaged == []


def forget_cut_off(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget, and die when the raw tables know of it and no release does."""

    def die(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(forgotten, "rewrite_release", die)
    with pytest.raises(KeyboardInterrupt):
        forget(settings, entities=[entity(settings)])
    monkeypatch.undo()


def test_a_forgetting_that_was_cut_off_is_finished_by_the_next_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_cut_off(settings, monkeypatch)
    assert "wirehouse.duckdb" in holding(settings, "heron")
    assert "waiting      a forgetting that was cut off" in wirehouse("status", "--data-dir", settings.root).stdout
    done = wirehouse("extract", "--data-dir", settings.root)
    assert done.returncode == 0
    assert "finished forgetting what was asked to be forgotten:" in done.stderr
    assert holding(settings, "heron") == set()
    assert "a forgetting that was" not in wirehouse("status", "--data-dir", settings.root).stdout
    assert finish_forgetting(settings) == {}
    assert verify(settings).damaged == []


def test_a_release_that_was_about_to_be_replaced_is_not_called_damaged(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    named = entity(settings)
    monkeypatch.setattr(releases, "put_in_front", die)
    with pytest.raises(KeyboardInterrupt):
        forget(settings, entities=[named])
    monkeypatch.undo()
    assert verify(settings).damaged == []
    with pytest.raises(UsageError, match=f"no entity {named} in any release"):
        forget(settings, entities=[named])
    assert holding(settings, "heron") == set()
    assert verify(settings).damaged == []


def test_after_a_forgetting_that_was_cut_off_no_rollback_brings_the_text_back(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_cut_off(settings, monkeypatch)
    rollback(settings, None)
    assert holding(settings, "heron") == set()
    assert verify(settings).damaged == []


def test_what_a_dead_run_left_and_what_logs_quote_is_forgotten_too(settings: Settings) -> None:
    unfinished = settings.releases_dir / "20260103T000000-cccccc.duckdb.new"
    spilled = settings.root / "raw.duckdb.tmp"
    spilled.mkdir()
    quoting = [settings.log_dir / "runner.log", settings.log_dir / "runs" / "20260101T000000-aaaaaa.log"]
    for file in (unfinished, spilled / "storage.block", *quoting):
        file.parent.mkdir(exist_ok=True)
        file.write_text("the heron")
    forget(settings, entities=[entity(settings)])
    assert holding(settings, "heron") == set()


def test_what_was_rejected_of_a_forgotten_source_is_forgotten_too(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    (tmp_path / "in").mkdir()
    lines = tmp_path / "in" / "lines.jsonl"
    (tmp_path / "in" / "open.txt").write_text(STORIES["open.txt"], encoding="utf-8")
    lines.write_text('{"id": "1", "text": "The river was low."}\n{"id": "2", "text": "half a heron', encoding="utf-8")
    run([str(tmp_path / "in")], settings)
    whole = '{"id": "1", "text": "The river was low."}\n{"id": "2", "text": "Half a heron."}\n{"id": "3", "te'
    lines.write_text(whole, encoding="utf-8")
    run([str(tmp_path / "in")], settings)
    assert ask(settings.published_file, "select is_current from rejections order by first_seen_at") == [
        (False,),
        (True,),
    ]
    forget(settings, sources=[str(lines)])
    assert holding(settings, "half a heron") == set()
    run([str(tmp_path / "in")], settings)
    assert ask(settings.published_file, "from rejections") == []
    assert verify(settings).damaged == []


def test_a_source_that_was_rejected_whole_is_forgotten_and_not_read_again(settings: Settings, tmp_path: Path) -> None:
    stories = tmp_path / "stories"
    stories.mkdir()
    broken = stories / "broken.jsonl"
    broken.write_text('{"id": "1", "text": "half a heron', encoding="utf-8")
    for copy in ("copy.jsonl", "late.jsonl"):
        shutil.copy(broken, stories / copy)
    run([str(broken), str(stories / "copy.jsonl")], settings)
    assert len(ask(settings.published_file, "from rejections")) == 2
    done = wirehouse("forget", "--source", broken, "--data-dir", settings.root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("forgotten: 1 rejection\n")
    assert holding(settings, "half a heron") == set()
    assert run([str(stories)], settings).rejected == 0
    assert ask(settings.published_file, "from rejections") == []
    assert verify(settings).damaged == []


def test_other_records_and_empty_files_that_were_rejected_stay(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "in" / name).write_bytes(b"")
    lines = tmp_path / "in" / "w.jsonl"
    lines.write_text("".join(f'{{"id": "{n}", "date": "never", "text": "Half a heron."}}\n' for n in (1, 2)), "utf-8")
    run([str(tmp_path / "in")], settings)
    (tmp_path / "in" / "a.txt").write_text("A whole heron flew away.", encoding="utf-8")
    lines.write_text("".join(f'{{"id": "{n}", "text": "Bird {n} flew away."}}\n' for n in (1, 2)), encoding="utf-8")
    run([str(tmp_path / "in")], settings)
    ((first,),) = ask(settings.published_file, "select document_id from documents where text = 'Bird 1 flew away.'")
    forget(settings, documents=[str(first)], sources=["a.txt"])
    left = [("b.txt", "", True), ("w.jsonl", "2", False)]
    asked = "select source_uri, record_key, is_current from rejections order by all"
    assert ask(settings.published_file, asked) == left
    assert not run([str(tmp_path / "in")], settings).published, "what was forgotten is all that differs"
    assert ask(settings.published_file, asked) == left
    assert verify(settings).damaged == []


def test_what_could_not_be_read_is_told_again_when_it_comes_again(settings: Settings, tmp_path: Path) -> None:
    other = tmp_path / "other.xyz"
    other.write_text("heron", encoding="utf-8")
    run([str(other)], settings)
    forget(settings, sources=[str(other)])
    assert run([str(other)], settings).ingest.rejections_new == 1  # type: ignore[union-attr]
    assert ask(settings.published_file, "select reason_code from rejections") == [("unknown_format",)]


UNION = {
    "1.txt": "MOMBASA, March 4, 2026 (Newsline) -- The Rift Zebrafish Union (RZU) said on Monday it would wait.\n",
    "2.txt": "MOMBASA, March 5, 2026 (Newsline) -- The RZU said on Tuesday that it would wait.\n",
}


def test_what_a_forgotten_text_called_an_entity_is_forgotten(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    for name in ("2.txt", "1.txt"):
        (tmp_path / name).write_text(UNION[name], encoding="utf-8")
        run([str(tmp_path / name)], settings)
    asked = "select new_name from entity_changes"
    assert ask(settings.published_file, asked) == [("Rift Zebrafish Union",)]
    (tmp_path / "3.txt").write_text(
        "OSLO, March 6, 2026 (Newsline) -- Ida Berg said she would wait.\n", encoding="utf-8"
    )
    run([str(tmp_path / "3.txt")], settings)
    forget(settings, sources=[str(tmp_path / "1.txt")])
    assert holding(settings, "ebrafish") == holding(settings, "zebrafish") == set()
    named = "select name, aliases, entity_key from entities join document_entities using (entity_id, name)"
    assert ask(settings.published_file, f"{named} where name = 'RZU'") == [("RZU", [], "rzu")]
    run([str(tmp_path / "2.txt")], settings, full=True)
    assert holding(settings, "ebrafish") == holding(settings, "zebrafish") == set()
    assert verify(settings).damaged == []


def test_the_copy_of_a_forgotten_text_stands_for_their_story(seeds_data_dir: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=shutil.copytree(seeds_data_dir, tmp_path / "data", symlinks=True))
    of_the_story = "where story_id = (select story_id from documents where source_uri = '{}')"
    rows = ask(
        settings.published_file,
        "select document_id, source_uri from documents "
        f"{of_the_story.format('reprints/low-water-shortened.txt')} order by is_canonical desc",
    )
    assert len(rows) == 2
    forget(settings, documents=[str(rows[0][0])])
    left = f"from documents join statements using (document_id) where source_uri = '{rows[1][1]}'"
    assert ask(settings.published_file, f"select distinct is_canonical, is_reprint {left}") == [(True, False)]
    counted = "select sum(statement_count), sum(mention_count) from entities"
    rewritten = ask(settings.published_file, counted)
    run(["seeds"], settings)
    assert ask(settings.published_file, counted) == rewritten
    assert verify(settings).damaged == []


def test_a_kept_release_that_is_damaged_is_deleted(settings: Settings) -> None:
    (file,) = settings.releases_dir.glob("*.duckdb")
    file.unlink()
    file.write_bytes(b"scribble" * 4096)
    forget(settings, entities=[entity(settings)])
    assert not file.exists()
    assert verify(settings).damaged == []


def test_an_earlier_release_without_the_text_can_be_gone_back_to(settings: Settings) -> None:
    forget(settings, entities=[entity(settings)])
    assert releases.read_file(settings.published_file).run_id == SECOND  # type: ignore[union-attr]
    rollback(settings, None)
    assert ask(settings.published_file, "select count(*) from documents") == [(2,)]
    described = "select count(*) from duckdb_columns() where schema_name = 'main' and not internal and comment is null"
    assert ask(settings.published_file, described) == [(0,)]
    assert len(ask(settings.published_file, "from quotes")) > 0


def test_forgotten_after_a_rollback_the_release_in_front_is_still_the_kept_one(settings: Settings) -> None:
    rollback(settings, None)
    published = releases.read_file(settings.published_file)
    assert published
    kept = settings.releases_dir / f"{published.run_id}.duckdb"
    forget(settings, entities=[entity(settings)])
    assert kept.samefile(settings.published_file)
    assert verify(settings).damaged == []


def test_a_state_file_made_anew_knows_what_was_forgotten(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    forget(settings, entities=[entity(settings)])
    known = state.forgotten(settings.state_file)
    settings.state_file.write_bytes(b"scribble" * 4096)
    with caplog.at_level("WARNING", "wirehouse"):
        recover(settings)
    assert "is damaged (file is not a database); it is set aside as state.sqlite.damaged" in caplog.text
    assert len(known) == 3
    assert sorted(state.forgotten(settings.state_file)) == sorted(known)


def test_hashes_that_are_lost_with_both_files_are_told(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    forget(settings, entities=[entity(settings)])
    for file in (settings.raw_file, settings.state_file):
        file.write_bytes(b"scribble" * 4096)
    with caplog.at_level("WARNING", "wirehouse"):
        set_damaged_aside(settings)
    assert "what was forgotten is no longer known, as state.sqlite was damaged, too: forget it again" in caplog.text


def test_only_hashes_are_remembered(settings: Settings) -> None:
    rows = ask(settings.published_file, "select document_id from documents where source_uri = 'secret.txt'")
    forget(settings, documents=[str(rows[0][0])])
    with pytest.raises(UsageError, match="is forgotten already"):
        forget(settings, documents=[str(rows[0][0])])
    with open_raw(settings) as raw:
        kept = raw.execute("select content_hash, is_gone from raw.forgotten order by length(content_hash)").fetchall()
    assert [(len(content_hash), is_gone) for content_hash, is_gone in kept] == [(20, True), (64, True)]


@pytest.mark.parametrize("named", [{"documents": ["none"]}, {"sources": ["none.txt"]}, {"entities": ["none"]}, {}])
def test_what_is_not_known_cannot_be_forgotten(settings: Settings, named: dict[str, list[str]]) -> None:
    before = settings.published_file.stat().st_ino
    with pytest.raises(UsageError):
        forget(settings, **named)
    assert settings.published_file.stat().st_ino == before


def test_duckdb_alone_would_leave_the_bytes(tmp_path: Path) -> None:
    file = tmp_path / "some.duckdb"
    with duckdb.connect(file) as connection:
        connection.execute("create table texts as select 'a heron ' || range as text from range(2000)")
        connection.execute("insert into texts values ('only once: Vorbrugg')")
        connection.execute("checkpoint")
        connection.execute("delete from texts where text like '%Vorbrugg'")
        connection.execute("checkpoint")
    assert b"Vorbrugg" in file.read_bytes()
