"""Where stories come from: standard input, file:// addresses, web servers that say what changed, S3 storage."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import io
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import boto3
import pytest
from moto.server import ThreadedMotoServer

from flows.ingest.discover import check_sources
from flows.run import run
from flows.schedule import plan
from flows.settings import Settings
from tests.conftest import wirehouse
from tests.integration.test_ingest import LATER, STORY, load, rejections, rows
from warehouse.errors import UsageError


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", url_retry_seconds=0)


def sources(settings: Settings) -> list[str]:
    return [uri for (uri,) in rows(settings, "select source_uri from raw.document_sources order by all")]


def pipe(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))


def test_what_comes_through_a_pipe_supersedes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    pipe(monkeypatch, STORY.encode())
    load(settings, "-")
    packed = settings.model_copy(update={"stdin_format": "jsonl.gz"})
    pipe(monkeypatch, gzip.compress(json.dumps({"text": "They met.", "id": "a"}).encode()))
    load(packed, "-")
    assert rows(settings, "select source_root, record_key, source_format from raw.document_sources order by all") == [
        ("", "", "text"),
        ("", "a", "jsonl"),
    ]
    assert all(uri.startswith("stdin:") for uri in sources(settings))
    assert len(set(sources(settings))) == 2
    pipe(monkeypatch, STORY.encode())
    assert load(settings, "-", now=LATER).files_unchanged == 1


def test_a_pipe_on_the_command_line(tmp_path: Path) -> None:
    options = ("--format", ".csv", "--id-field", "nr", "--data-dir", tmp_path)
    done = wirehouse("ingest", "-", *options, input="text,nr\nThey met.,7\n")
    assert done.returncode == 0, done.stderr
    assert rows(Settings(data_dir=tmp_path), "select record_key from raw.document_sources") == [("7",)]


def test_a_pipe_of_no_known_format_and_one_on_a_schedule(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", stdin_format="xyz")
    with pytest.raises(UsageError, match=r"no reader for a file that ends in \.xyz"):
        load(settings, "-")
    with pytest.raises(UsageError, match="a schedule has no standard input"):
        plan(["-"], settings, every="1h")


def test_file_addresses_are_paths(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "två stories"
    folder.mkdir()
    (folder / "talks.txt").write_text(STORY, encoding="utf-8")
    load(settings, folder.as_uri())
    assert load(settings, folder, now=LATER).files_unchanged == 1
    assert rows(settings, "select source_root, source_uri from raw.document_sources") == [
        (folder.as_posix(), "talks.txt")
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("file://elsewhere/stories", "is on another machine"),
        ("ftp://elsewhere/stories", r"nothing reads ftp:// addresses .* use file://, http://, https://, s3://, gs://"),
        ("gs://bucket/stories", r"pip install 'wirehouse\[gs\]'"),
        ("http://[::1/stories", r"http://\[::1/stories is no address"),
    ],
)
def test_addresses_that_nothing_reads(source: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(UsageError, match=message):
        check_sources([source])


class Newsroom(http.server.BaseHTTPRequestHandler):
    """Answers with what `pages` holds by path, and 304 where the request names the validator that stands there.

    `/trickle` begins an answer whose head never ends, until the other side is gone; `/private` wants a password.
    """

    pages: dict[str, tuple[bytes, dict[str, str]]]
    answered: list[tuple[str, int]]
    redirects: dict[str, str]

    def do_GET(self) -> None:
        if self.path == "/trickle":
            self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Wait: ")
            with suppress(OSError):
                while True:
                    self.wfile.write(b"a")
                    time.sleep(0.05)
            return
        if self.path == "/private" and self.headers["Authorization"] != "Basic bWU6Z2VoZWlt":
            self.send_error(401)
            return
        if self.path in self.redirects:
            self.send_response(302)
            self.send_header("Location", self.redirects[self.path])
            self.end_headers()
            return
        body, headers = self.pages[self.path]
        asked = [self.headers[name] for name in ("If-None-Match", "If-Modified-Since") if self.headers[name]]
        status = 304 if asked and set(asked) <= set(headers.values()) else 200
        self.answered.append((self.path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status == 200:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status == 200:
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def newsroom() -> Iterator[str]:
    Newsroom.pages, Newsroom.answered, Newsroom.redirects = {}, [], {}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Newsroom)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


TEXT = {"Content-Type": "text/plain; charset=iso-8859-1"}
MONDAY = {"Last-Modified": "Mon, 02 Mar 2026 08:00:00 GMT"}


def test_an_unchanged_address_costs_one_short_answer(settings: Settings, newsroom: str) -> None:
    Newsroom.pages = {
        "/tagged": ("Genève, tagged.".encode("latin-1"), TEXT | {"ETag": '"1"'}),
        "/dated": (b"They met on Monday.", TEXT | MONDAY),
        "/plain": (b"They met again.", TEXT),
    }
    urls = [newsroom + path for path in Newsroom.pages]
    load(settings, *urls)
    Newsroom.answered.clear()
    report = load(settings, *urls, now=LATER)
    assert (report.files_seen, report.files_unchanged, report.documents_new) == (3, 3, 0)
    assert Newsroom.answered == [("/tagged", 304), ("/dated", 304), ("/plain", 200)]
    for table in ("files", "document_sources"):
        assert rows(settings, f"select distinct last_seen_at from raw.{table}") == [(LATER,)]


def test_a_changed_address_is_loaded_anew(settings: Settings, newsroom: str) -> None:
    Newsroom.pages = {"/talks": (STORY.encode(), TEXT | {"ETag": '"1"'})}
    load(settings, f"{newsroom}/talks")
    Newsroom.pages = {"/talks": (STORY.replace("Monday", "Friday").encode(), TEXT | {"ETag": '"2"'})}
    assert load(settings, f"{newsroom}/talks", now=LATER).documents_new == 1
    Newsroom.pages = {"/talks": (STORY.replace("Monday", "Friday").encode(), TEXT | {"ETag": '"3"'})}
    assert load(settings, f"{newsroom}/talks", now=LATER).files_unchanged == 1
    load(settings, f"{newsroom}/talks", now=LATER)
    assert [status for _, status in Newsroom.answered] == [200, 200, 200, 304]


def test_an_address_is_asked_for_in_full_where_it_would_be_read_in_another_way(
    settings: Settings, newsroom: str
) -> None:
    json_lines = {"Content-Type": "application/x-ndjson", "ETag": '"1"'}
    Newsroom.pages = {"/export": (b'{"text": "A teaser of it.", "story": "The story itself."}', json_lines)}
    load(settings, f"{newsroom}/export")
    assert load(settings, f"{newsroom}/export", text="story").documents_new == 1
    assert [status for _, status in Newsroom.answered] == [200, 200]


def test_an_answer_that_is_too_large_or_comes_too_slowly(settings: Settings, newsroom: str) -> None:
    Newsroom.pages = {"/long.txt": (b"word " * 300_000, TEXT)}
    load(settings.model_copy(update={"max_file_bytes": 1000}), f"{newsroom}/long.txt")
    assert rejections(settings) == [(f"{newsroom}/long.txt", "", "file_too_large")]
    load(settings.model_copy(update={"url_total_seconds": 1e-9}), f"{newsroom}/long.txt")
    assert rejections(settings)[1:] == [(f"{newsroom}/long.txt", "", "url_unreachable")]


def test_a_server_that_trickles_is_cut_off(settings: Settings, newsroom: str) -> None:
    load(settings.model_copy(update={"url_total_seconds": 0.5}), f"{newsroom}/trickle")
    assert rows(settings, "select reason_code, reason from raw.rejections") == [
        (
            "url_unreachable",
            "it was not complete after 0.5 seconds: check the address, or try again later",
        )
    ]


@pytest.mark.parametrize("target", ["http://xn--/a.txt", f"http://{'a' * 300}.example/", "file:///etc/passwd"])
def test_where_a_server_leads_to_no_address(settings: Settings, newsroom: str, target: str) -> None:
    Newsroom.pages = {"/good.txt": (b"They met on Monday.", TEXT)}
    Newsroom.redirects = {"/moved.txt": target}
    load(settings, f"{newsroom}/moved.txt", f"{newsroom}/good.txt")
    assert sources(settings) == [f"{newsroom}/good.txt"]
    assert rejections(settings) == [(f"{newsroom}/moved.txt", "", "url_unreachable")]


def test_user_and_password_of_an_address_are_used_and_not_kept(settings: Settings, newsroom: str) -> None:
    Newsroom.pages = {"/private": (b"They met on Monday.", TEXT)}
    run([newsroom.replace("http://", "http://me:geheim@") + "/private"], settings, stages=("ingest",))
    assert sources(settings) == [f"{newsroom}/private"]
    assert not [file for file in settings.root.rglob("*") if file.is_file() and b"geheim" in file.read_bytes()]


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    """An empty bucket `wires` on a local S3 server, to which the environment leads."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            patch.setenv(name, value)
        client = boto3.client("s3")
        client.create_bucket(Bucket="wires")
        yield client
    server.stop()


def test_objects_in_s3_storage(settings: Settings, bucket: Any) -> None:
    for key in ("2026/one.txt", "2026/b/two.txt", "2026/.hidden/three.txt", "2026/photo.jpg", "2025/old.txt"):
        bucket.put_object(Bucket="wires", Key=key, Body=f"{STORY} {key}".encode())
    load(settings, "s3://wires/2026")
    assert sources(settings) == ["s3://wires/2026/b/two.txt", "s3://wires/2026/one.txt"]
    assert rejections(settings) == [("s3://wires/2026/photo.jpg", "", "unknown_format")]
    load(settings, "s3://wires/20*/*.txt")
    assert sources(settings) == ["s3://wires/2025/old.txt", "s3://wires/2026/b/two.txt", "s3://wires/2026/one.txt"]


def test_an_unchanged_object_is_not_fetched(settings: Settings, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put_object(Bucket="wires", Key="3/one.txt", Body=STORY.encode())
    load(settings, "s3://wires/3/one.txt")
    with monkeypatch.context() as patch:
        patch.setattr("flows.ingest.stage.fetch_stored", None)
        assert load(settings, "s3://wires/3", now=LATER).files_unchanged == 1
    bucket.put_object(Bucket="wires", Key="3/one.txt", Body=STORY.replace("Monday", "Friday").encode())
    assert load(settings, "s3://wires/3", now=LATER).documents_new == 1


def test_storage_that_holds_nothing_there_or_cannot_be_reached(
    settings: Settings, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(settings, "s3://wires/nowhere/", "s3://no-such-bucket/stories")
    assert rejections(settings) == [
        ("s3://no-such-bucket/stories", "", "file_missing"),
        ("s3://wires/nowhere/", "", "file_missing"),
    ]
    bucket.put_object(Bucket="wires", Key="4/long.txt", Body=b"word " * 1000)
    load(settings.model_copy(update={"max_file_bytes": 1000}), "s3://wires/4")
    assert rejections(settings)[1] == ("s3://wires/4/long.txt", "", "file_too_large")


class GoogleStorage(http.server.BaseHTTPRequestHandler):
    """The bucket `wires` by the few calls of the JSON API that reading needs: list, look at and download objects."""

    objects: dict[str, bytes]
    downloads: list[str]

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        asked = parse_qs(address.query)
        path, _, name = address.path.partition("/o/")
        name = unquote(name)
        if not path.removesuffix("/o").endswith("/b/wires") or (name and name not in self.objects):
            self.answer(404, json.dumps({"error": {"code": 404, "message": "Not Found"}}).encode())
        elif name and asked.get("alt") == ["media"]:
            self.downloads.append(name)
            self.answer(200, self.objects[name])
        elif name:
            self.answer(200, json.dumps(self.about(name)).encode())
        else:
            names = [name for name in self.objects if name.startswith(asked.get("prefix", [""])[0])]
            if asked.get("delimiter", [""])[0]:
                names = []
            self.answer(200, json.dumps({"kind": "storage#objects", "items": list(map(self.about, names))}).encode())

    def about(self, name: str) -> dict[str, str]:
        content = self.objects[name]
        link = f"http://{self.headers['Host']}/download/storage/v1/b/wires/o/{quote(name, safe='')}?alt=media"
        return {
            "kind": "storage#object", "bucket": "wires", "name": name, "size": str(len(content)), "mediaLink": link,
            "etag": hashlib.md5(content).hexdigest(), "generation": "1", "updated": "2026-03-11T18:20:00.000Z",
        }  # fmt: skip

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """What the bucket `wires` of a local server holds, to which the environment leads gcsfs."""
    GoogleStorage.objects, GoogleStorage.downloads = {}, []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), GoogleStorage)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("FSSPEC_GS_TOKEN", "anon")
    yield GoogleStorage.objects
    server.shutdown()
    server.server_close()
    thread.join()


def test_objects_in_google_storage(settings: Settings, objects: dict[str, bytes]) -> None:
    for name in ("2025/old.txt", "2026/.hidden/three.txt", "2026/b/two #2?.txt", "2026/one.txt", "2026/photo.jpg"):
        objects[name] = f"{STORY} {name}".encode()
    load(settings, "gs://wires/2026")
    assert sources(settings) == ["gs://wires/2026/b/two #2?.txt", "gs://wires/2026/one.txt"]
    assert rejections(settings) == [("gs://wires/2026/photo.jpg", "", "unknown_format")]
    load(settings, "gs://wires/20*/*.txt")
    assert sources(settings)[0] == "gs://wires/2025/old.txt"
    load(settings, "gs://wires/nowhere/", "gs://no-such-bucket/stories")
    assert rejections(settings)[:2] == [
        ("gs://no-such-bucket/stories", "", "file_missing"),
        ("gs://wires/2026/photo.jpg", "", "unknown_format"),
    ]


def test_an_unchanged_object_of_google_storage_is_not_fetched(settings: Settings, objects: dict[str, bytes]) -> None:
    objects["one.txt"] = STORY.encode()
    load(settings, "gs://wires/one.txt")
    assert load(settings, "gs://wires", now=LATER).files_unchanged == 1
    assert GoogleStorage.downloads == ["one.txt"]
    objects["one.txt"] = STORY.replace("Monday", "Friday").encode()
    assert load(settings, "gs://wires", now=LATER).documents_new == 1
