"""The ingest stage on real files: what is loaded, what is rejected and why, and what a second run does."""

from __future__ import annotations

import http.server
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.ingest.discover import check_sources
from flows.ingest.stage import IngestReport, ingest
from flows.settings import Settings
from warehouse import raw
from warehouse.connection import open_raw, open_readonly
from warehouse.errors import BusyError, UsageError, WirehouseError

FIRST = datetime(2026, 3, 4, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 5, 12, tzinfo=UTC)
STORY = "date 2026-03-04 GENEVA, March 3 (Newsline) -- The talks will resume on Monday, the mediator said.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "stories"
    path.mkdir()
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", url_retry_seconds=0)


def load(settings: Settings, *sources: Path | str, now: datetime = FIRST, **field_map: str) -> IngestReport:
    return ingest([str(source) for source in sources], settings, field_map=field_map, run_id="run", now=now)


def rows(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with open_raw(settings) as connection:
        return connection.execute(sql).fetchall()


def rejections(settings: Settings) -> list[tuple[Any, ...]]:
    return rows(settings, "select source_uri, record_key, reason_code from raw.rejections order by all")


def test_a_story_with_all_that_its_head_tells(settings: Settings, folder: Path) -> None:
    (folder / "talks.txt").write_text(STORY, encoding="utf-8")
    report = load(settings, folder)
    assert (report.files_seen, report.documents_new, report.sources_new, report.rejections) == (1, 1, 1, 0)
    assert rows(settings, "select text, char_count, word_count, body_start_char, ingested_at from raw.documents") == [
        (STORY, 98, 16, 46, FIRST)
    ]
    assert rows(
        settings,
        "select source_root, source_uri, record_key, source_format, title, publisher, language, dateline_place, "
        "dateline_date, published_date from raw.document_sources",
    ) == [
        (
            folder.as_posix(),
            "talks.txt",
            "",
            "text",
            None,
            "Newsline",
            "en",
            "Geneva",
            date(2026, 3, 3),
            date(2026, 3, 4),
        )
    ]


def test_encodings_are_declared_or_detected_and_recorded(folder: Path, tmp_path: Path) -> None:
    french = "Le ministre a déclaré que l’été fut long à Genève, « sans délai » et sans débat public."
    (folder / "long.txt").write_bytes(french.encode("cp1252"))
    (folder / "short.txt").write_bytes("déjà".encode("mac_roman"))
    (folder / "mojibake.txt").write_text("He left MÃ¼nchen.", encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data")
    load(settings, folder)
    assert rejections(settings) == [("short.txt", "", "invalid_utf8")]
    load(Settings(data_dir=tmp_path / "data", text_encoding="mac-roman"), folder / "short.txt")
    assert rows(
        settings,
        "select text, encoding, is_repaired from raw.document_sources join raw.documents using (document_id)"
        " order by source_uri",
    ) == [
        (french, "cp1252", False),
        ("He left München.", "utf-8", True),
        ("déjà", "mac-roman", False),
    ]


def test_what_a_record_declares_wins_over_its_text(settings: Settings, folder: Path) -> None:
    record = {
        "id": "a1", "title": "Talks", "author": "Jane Roe", "source": "Daily", "lang": "fr", "date": "2026-03-04",
        "text": STORY,
    }  # fmt: skip
    (folder / "export.jsonl").write_text(json.dumps(record), encoding="utf-8")
    load(settings, folder)
    assert rows(settings, "select record_key, title, byline, publisher, language from raw.document_sources") == [
        ("a1", "Talks", "Jane Roe", "Daily", "fr")
    ]


def test_every_kind_of_rejection_while_the_rest_is_loaded(folder: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", max_record_chars=1000, max_file_bytes=5000)
    (tmp_path / "elsewhere.txt").write_text(STORY, encoding="utf-8")
    (folder / "good.txt").write_text(STORY, encoding="utf-8")
    (folder / ".hidden.txt").write_text("Nobody reads this.", encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "blank.txt").write_bytes(b" \n \n")
    (folder / "latin1.txt").write_bytes("Le caf\xe9 \xe9tait ferm\xe9.".encode("latin-1"))
    (folder / "long.txt").write_bytes(b"word " * 900)
    (folder / "huge.txt").write_bytes(b"word " * 1001)
    (folder / "future.txt").write_text("date 2099-03-04\n\nThe talks will resume on Monday.", encoding="utf-8")
    (folder / "table.xyz").write_bytes(b"1;2;3")
    (folder / "outside.txt").symlink_to(tmp_path / "elsewhere.txt")
    (folder / "dangling.txt").symlink_to(folder / "nowhere.txt")
    os.mkfifo(folder / "pipe.txt")
    lines = [
        '{"text": "Fine, it is loaded all the same."}',
        '{"text": "cut sho',
        '["no object"]',
        '{"title": "no text"}',
        '{"text": 5, "title": "a number"}',
        '{"text": "  "}',
        '{"text": "half a pair: \\ud83d"}',
        '{"text": "Old.", "date": "1203-01-01"}',
        '{"text": "Which?", "date": "04/05/2020"}',
        '{"text": "' + "word " * 201 + '"}',
        '{"text": "' + "[" * 7000 + '"}',
    ]
    (folder / "lines.jsonl").write_text("\n".join(lines[:10]) + "\n", encoding="utf-8")
    report = load(settings, folder)
    assert rejections(settings) == [
        ("blank.txt", "", "file_empty"),
        ("dangling.txt", "", "file_missing"),
        ("empty.txt", "", "file_empty"),
        ("future.txt", "", "date_implausible"),
        ("huge.txt", "", "file_too_large"),
        ("latin1.txt", "", "invalid_utf8"),
        ("lines.jsonl", "10", "text_too_long"),
        ("lines.jsonl", "2", "invalid_json"),
        ("lines.jsonl", "3", "not_an_object"),
        ("lines.jsonl", "4", "missing_text"),
        ("lines.jsonl", "5", "wrong_type"),
        ("lines.jsonl", "6", "empty_text"),
        ("lines.jsonl", "7", "invalid_unicode"),
        ("lines.jsonl", "8", "date_implausible"),
        ("lines.jsonl", "9", "date_unreadable"),
        ("long.txt", "", "text_too_long"),
        ("outside.txt", "", "link_outside"),
        ("pipe.txt", "", "not_a_file"),
        ("table.xyz", "", "unknown_format"),
    ]
    assert rows(settings, "select source_uri from raw.document_sources order by all") == [
        ("good.txt",),
        ("lines.jsonl",),
    ]
    assert (report.rejections, report.rejections_new) == (19, 19)
    assert report.rejections_by_code["file_empty"] == 2
    assert rows(settings, "select reason, sample from raw.rejections where record_key = '2'") == [
        (
            "line 2 is no complete JSON (breaks off: Unterminated string starting at): repair the line",
            '{"text": "cut sho',
        )
    ]


def test_a_file_that_the_system_will_not_open(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "secret.txt").write_text(STORY, encoding="utf-8")

    def refuse(path: str) -> Any:
        raise PermissionError(13, "Permission denied", path)

    with monkeypatch.context() as patch:
        patch.setattr("flows.ingest.stage.open_regular", refuse)
        load(settings, folder)
    assert rows(settings, "select source_uri, reason_code, reason from raw.rejections") == [
        ("secret.txt", "file_unreadable", "the file cannot be read (Permission denied): check its permissions")
    ]
    assert load(settings, folder, now=LATER).documents_new == 1


def test_a_link_that_leads_to_itself(settings: Settings, folder: Path) -> None:
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    load(settings, folder)
    assert rows(settings, "select source_uri, reason_code, reason from raw.rejections") == [
        (
            "loop.txt",
            "file_missing",
            "the link leads back to itself, and there is no file: put it back and run again",
        )
    ]


def test_what_a_database_keeps_beside_its_file_is_passed_over(settings: Settings, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "a.db")) as connection:
        connection.executescript("create table a (text); insert into a values ('They met.');")
    for name in ("a.db-wal", "a.db-shm", "b.db-wal"):
        (folder / name).write_bytes(b"")
    assert load(settings, folder).documents_new == 1
    assert rejections(settings) == [("b.db-wal", "", "unknown_format")]
    load(settings, str(folder / "*.db*"), now=LATER)
    load(settings, folder / "a.db-wal", now=LATER)
    assert rejections(settings) == [("a.db-wal", "", "unknown_format"), ("b.db-wal", "", "unknown_format")]


def test_nul_bytes_and_names_that_are_not_utf8_do_no_harm(settings: Settings, folder: Path) -> None:
    (folder / "nul.txt").write_bytes(b"The mediator said \x00 nothing.")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text(STORY, encoding="utf-8")
    load(settings, folder)
    assert rows(settings, "select source_uri from raw.document_sources order by all") == [
        ("caf\\xe9.txt",),
        ("nul.txt",),
    ]
    assert rows(settings, "select char_count, length(text) from raw.documents where char_count < 40") == [(28, 28)]


def test_the_same_text_at_two_places_is_one_document(settings: Settings, folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a" / "talks.txt").write_text(STORY, encoding="utf-8")
    (folder / "reprint.jsonl").write_text(json.dumps({"text": STORY}), encoding="utf-8")
    report = load(settings, folder)
    assert (report.documents_new, report.sources_new) == (1, 2)
    assert rows(settings, "select source_uri, record_key from raw.document_sources order by all") == [
        ("a/talks.txt", ""),
        ("reprint.jsonl", "1"),
    ]


def test_a_second_run_only_notes_that_it_saw_the_files(settings: Settings, folder: Path) -> None:
    (folder / "talks.txt").write_text(STORY, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    load(settings, folder)
    report = load(settings, folder, now=LATER)
    assert (report.files_seen, report.files_unchanged, report.documents_new, report.sources_new) == (2, 2, 0, 0)
    assert (report.rejections, report.rejections_new, dict(report.rejections_by_code)) == (1, 0, {"file_empty": 1})
    for table in ("files", "document_sources", "rejections"):
        assert rows(settings, f"select distinct first_seen_at, last_seen_at from raw.{table}") == [(FIRST, LATER)]


def test_a_rejection_holds_until_its_place_is_read_without_it(settings: Settings, folder: Path) -> None:
    def current() -> list[str]:
        return [
            key
            for (key,) in rows(
                settings,
                "select reason_code from raw.rejections semi join raw.current_rejections "
                "using (rejection_id) order by all",
            )
        ]

    (folder / "empty.txt").write_bytes(b"")
    (folder / "wire.jsonl").write_text(json.dumps({"corpus": STORY}), encoding="utf-8")
    days = [datetime(2026, 3, day, tzinfo=UTC) for day in range(4, 11)]
    load(settings, folder, now=days[0])
    assert current() == ["file_empty", "missing_text"]
    (folder / "empty.txt").write_text(STORY.replace("Monday", "Tuesday"), encoding="utf-8")
    assert load(settings, folder, now=days[1]).rejections == 1
    assert current() == ["missing_text"]
    assert load(settings, folder, now=days[2], text="corpus").rejections == 0
    assert current() == []
    assert load(settings, folder, now=days[3], text="corpus").rejections == 0, "the file is unchanged"
    assert current() == []
    (folder / "empty.txt").write_bytes(b"")
    assert load(settings, folder, now=days[4], text="corpus").rejections == 1
    assert current() == ["file_empty"]
    assert load(settings, folder, now=days[5]).rejections == 2
    assert current() == ["file_empty", "missing_text"]
    assert len(rejections(settings)) == 2
    small = settings.model_copy(update={"max_file_bytes": 10})
    assert load(small, folder, now=days[6], text="corpus").rejections == 2
    assert current() == ["file_empty", "file_too_large"]


def test_rejections_of_one_file_that_are_alike_all_stay(folder: Path, tmp_path: Path) -> None:
    lines = ['{"id": "a", "summary": "One."}', '{"id": "a", "summary": "Two."}', '{"id": "a", "text": " "}'] * 2
    (folder / "wire.jsonl").write_text("\n".join(lines), encoding="utf-8")
    sql = "select rejection_id, reason_code from raw.rejections order by all"
    found = []
    for size in (2, 500):
        settings = Settings(data_dir=tmp_path / f"data{size}", ingest_batch_documents=size)
        assert load(settings, folder).rejections_new == 6
        found.append(rows(settings, sql))
        again = load(settings, folder, now=LATER)
        assert (again.files_unchanged, again.rejections, again.rejections_new) == (1, 6, 0)
        (folder / "wire.jsonl").touch()
        other = load(settings, folder, now=LATER, byline="who")
        assert (other.rejections, other.rejections_new) == (6, 0)
    assert found[0] == found[1]
    assert sorted(code for _, code in found[0]) == ["empty_text"] * 2 + ["missing_text"] * 4


def test_a_changed_file_is_loaded_anew_and_its_former_text_stays(settings: Settings, folder: Path) -> None:
    (folder / "talks.txt").write_text(STORY, encoding="utf-8")
    load(settings, folder)
    (folder / "talks.txt").write_text(STORY.replace("Monday", "Friday"), encoding="utf-8")
    report = load(settings, folder, now=LATER)
    assert (report.files_unchanged, report.documents_new, report.sources_new) == (0, 1, 1)
    assert rows(settings, "select source_uri, last_seen_at from raw.document_sources order by all") == [
        ("talks.txt", FIRST),
        ("talks.txt", LATER),
    ]


def test_another_map_reads_a_known_file_again(settings: Settings, folder: Path) -> None:
    (folder / "export.jsonl").write_text('{"text": "A teaser of it.", "story": "The story itself."}', encoding="utf-8")
    (folder / "talks.txt").write_text(STORY, encoding="utf-8")
    load(settings, folder)
    assert load(settings, folder, text="story").files_unchanged == 1
    assert load(settings, folder, text="story").files_unchanged == 2
    assert load(settings, folder).files_unchanged == 1
    assert rows(
        settings,
        "select text from raw.documents join raw.document_sources using (document_id) join raw.files "
        "using (source_root, source_uri, file_sha256, read_options) order by text",
    ) == [("A teaser of it.",), (STORY,)]


def test_files_globs_and_folders_give_the_same_names(folder: Path, tmp_path: Path, monkeypatch: Any) -> None:
    (folder / "a").mkdir()
    for name in ("one.txt", "a/two.txt", "a/three.md"):
        (folder / name).write_text(f"{STORY} {name}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    expected = {
        "whole": (["stories"], ["a/three.md", "a/two.txt", "one.txt"]),
        "file": (["stories/one.txt", "stories/../stories/one.txt"], ["one.txt"]),
        "glob": (["stories/*.txt"], ["one.txt"]),
        "deep": (["stories/**/*.txt"], ["a/two.txt", "one.txt"]),
        "all": (["stories/**"], ["a/three.md", "a/two.txt", "one.txt"]),
    }
    for name, (sources, uris) in expected.items():
        settings = Settings(data_dir=tmp_path / name)
        load(settings, *sources)
        assert rows(settings, "select source_root, source_uri from raw.document_sources order by all") == [
            (folder.as_posix(), uri) for uri in uris
        ]


def test_a_source_that_is_not_there_is_named_before_anything_is_loaded(settings: Settings, folder: Path) -> None:
    (folder / "talks.txt").write_text(STORY, encoding="utf-8")
    with pytest.raises(UsageError, match=r"no file or folder at .*nowhere"):
        load(settings, folder, folder / "nowhere")
    with pytest.raises(UsageError, match=r"no file or folder at .*\*\.html"):
        load(settings, folder, f"{folder}/*.html")
    with pytest.raises(UsageError, match="no field 'body'"):
        load(settings, folder, body="text")
    with pytest.raises(UsageError, match="no SOURCE"):
        check_sources([])
    assert not settings.raw_file.exists()


def test_small_batches_give_the_same_rows(folder: Path, tmp_path: Path) -> None:
    lines = [{"text": f"{STORY} {i % 7}", "id": i} for i in range(1, 31)] + [{"id": 31}]
    (folder / "many.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    (folder / "talks.txt").write_text(STORY, encoding="utf-8")
    tables = []
    for size in (1, 4, 500):
        settings = Settings(data_dir=tmp_path / str(size), ingest_batch_documents=size)
        report = load(settings, folder)
        assert (report.documents_new, report.sources_new, report.rejections) == (8, 31, 1)
        tables.append(
            [rows(settings, f"from raw.{table} order by all") for table in ("documents", "document_sources", "files")]
        )
    assert tables[0] == tables[1] == tables[2]


def test_a_run_that_dies_inside_a_file_leaves_whole_batches_and_the_next_finishes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [json.dumps({"text": f"{STORY} {i}", "id": i}) for i in range(1, 10)]
    (folder / "many.jsonl").write_text("\n".join(lines), encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data", ingest_batch_documents=4)
    loads = iter([raw.load_ingested])

    def load_once(*arguments: Any) -> raw.Loaded:
        return next(loads)(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(raw, "load_ingested", load_once)
        with pytest.raises(StopIteration):
            load(settings, folder)
    assert rows(settings, "select count(*), (select count(*) from raw.files) from raw.documents") == [(4, 0)]
    report = load(settings, folder, now=LATER)
    assert (report.documents_new, report.sources_new) == (5, 5)
    assert rows(settings, "select count(*), (select count(*) from raw.files) from raw.document_sources") == [(9, 1)]


class Newsroom(http.server.BaseHTTPRequestHandler):
    """Answers by path; `/flaky.txt` fails twice first."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/flaky.txt" and self.asked.count(self.path) < 3:
            self.send_error(503)
        elif self.path in ("/talks.txt", "/flaky.txt", "/latest"):
            body = f"{STORY}{self.path}".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        elif self.path == "/moved.txt":
            self.send_response(302)
            self.send_header("Location", "/talks.txt")
            self.end_headers()
        else:
            self.send_error(500 if self.path == "/broken.txt" else 404)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def newsroom() -> Iterator[str]:
    Newsroom.asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Newsroom)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_urls_are_read_and_tried_again_where_that_can_help(settings: Settings, newsroom: str) -> None:
    urls = [
        f"{newsroom}/{name}" for name in ("talks.txt", "flaky.txt", "latest", "moved.txt", "gone.txt", "broken.txt")
    ]
    load(settings, *urls)
    assert rows(settings, "select source_root, source_uri from raw.document_sources order by all") == [
        ("", f"{newsroom}/flaky.txt"),
        ("", f"{newsroom}/latest"),
        ("", f"{newsroom}/moved.txt"),
        ("", f"{newsroom}/talks.txt"),
    ]
    assert rejections(settings) == [
        (f"{newsroom}/broken.txt", "", "url_unreachable"),
        (f"{newsroom}/gone.txt", "", "url_unreachable"),
    ]
    asked = {path: Newsroom.asked.count(path) for path in ("/flaky.txt", "/gone.txt", "/broken.txt")}
    assert asked == {"/flaky.txt": 3, "/gone.txt": 1, "/broken.txt": 4}


def test_a_server_that_is_not_there_is_a_rejection(settings: Settings) -> None:
    load(settings, "http://127.0.0.1:9/talks.txt")
    assert rejections(settings) == [("http://127.0.0.1:9/talks.txt", "", "url_unreachable")]


def test_the_raw_file_is_written_for_old_clients_and_knows_its_schema(settings: Settings) -> None:
    with open_raw(settings) as connection:
        assert connection.execute("select version from schema_version").fetchall()[:2] == [(1,), (2,)]
        assert connection.execute(
            "select tags from duckdb_databases() where database_name = 'warehouse'"
        ).fetchall() == [({"storage_version": "v1.0.0+"},)]


def test_a_newer_or_damaged_raw_file_is_refused_in_one_line(settings: Settings) -> None:
    with open_raw(settings) as connection:
        connection.execute("insert into schema_version values (99, null)")
    with (
        pytest.raises(WirehouseError, match=r"schema version 99, this Wirehouse knows \d+: install a newer") as newer,
        open_raw(settings),
    ):
        pass
    settings.raw_file.write_bytes(b"not a database" * 1000)
    with pytest.raises(WirehouseError, match=r"raw\.duckdb is damaged") as damaged, open_raw(settings):
        pass
    assert "\n" not in str(newer.value) + str(damaged.value)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('/etc/hostname')",
        "copy (select 1) to '/tmp/wirehouse-must-not-exist.csv'",
        "attach '/tmp/wirehouse-must-not-exist.duckdb'",
        "create table t (a integer)",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "export database '/tmp/wirehouse-must-not-exist'",
    ],
)
def test_readers_of_a_published_file_can_do_no_harm(settings: Settings, sql: str) -> None:
    with open_raw(settings):
        pass
    with open_readonly(settings.raw_file) as connection, pytest.raises(duckdb.Error):
        connection.execute(sql).fetchall()


def test_two_writers_cannot_open_the_raw_file(settings: Settings) -> None:
    code = (
        "import sys; from flows.settings import Settings; from warehouse.connection import open_raw\n"
        "with open_raw(Settings(data_dir=sys.argv[1])): print('open', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, settings.data_dir], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    with pytest.raises(BusyError, match="open in another process"), open_raw(settings):
        pass
    process.communicate("")
