"""`--on-failure`: whoever is to be told of a failed run is told once, whatever the listener does."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from flows import on_failure
from flows.run import run
from flows.settings import Settings
from flows.time_limit import TookTooLong
from tests.conftest import wirehouse
from warehouse import state
from warehouse.errors import UsageError, WirehouseError


@contextmanager
def listener(answer: Callable[[BaseHTTPRequestHandler], None], port: int = 0) -> Iterator[tuple[str, list[Any]]]:
    """A local web server: its URL, and the JSON of each POST that reached it."""
    received: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answering(status: int) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.end_headers()

    return answer


def fail(settings: Settings) -> state.RunRow:
    """A run of a schedule whose source is gone."""
    with pytest.raises(WirehouseError):
        run(["/nowhere"], settings, flow_run_id="a-flow-run")
    return state.list_runs(settings.state_file, 1)[0]


def test_a_url_gets_the_reason_and_the_place_of_the_log_once(tmp_path: Path) -> None:
    with listener(answering(204)) as (url, received):
        settings = Settings(data_dir=tmp_path, on_failure=url)
        failed = fail(settings)
        on_failure.tell(settings)
    assert len(received) == 1
    told = received[0]
    assert told["run_id"] == failed.run_id
    assert told["state"] == "failed"
    assert told["stage"] == "ingest"
    assert told["reason"] == "there is no file or folder at /nowhere: check the path, and quote a glob"
    assert told["text"].startswith(f"wirehouse run {failed.run_id} failed at stage ingest: there is no file")
    assert told["log"] == f"{tmp_path}/logs/runs/{failed.run_id}.log"
    assert "the run failed: there is no file or folder at /nowhere" in Path(told["log"]).read_text(encoding="utf-8")


def test_a_listener_that_answers_500_is_not_told_again(tmp_path: Path) -> None:
    with listener(answering(500)) as (url, received):
        settings = Settings(data_dir=tmp_path, on_failure=url)
        failed = fail(settings)
        on_failure.tell(settings)
    assert len(received) == 1
    assert "answered 500" in settings.run_log(failed.run_id).read_text(encoding="utf-8")


def test_a_slow_listener_holds_up_no_run_and_is_not_told_again(tmp_path: Path) -> None:
    ended = threading.Event()
    with listener(lambda _: bool(ended.wait(60)) and None) as (url, received):
        settings = Settings(data_dir=tmp_path, on_failure=url, on_failure_seconds=0.3)
        failed = fail(settings)
        on_failure.tell(settings)
        ended.set()
    assert len(received) == 1
    assert "did not answer" in settings.run_log(failed.run_id).read_text(encoding="utf-8")


def test_a_listener_that_is_down_is_told_when_it_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = Settings(data_dir=tmp_path, on_failure=f"http://127.0.0.1:{port}/hook")
    failed = fail(settings)
    assert failed.told_at is None
    assert on_failure.tell(settings) == {settings.on_failure}
    assert on_failure.tell(settings, resting={settings.on_failure or ""}) == set()
    assert "cannot be reached" in settings.run_log(failed.run_id).read_text(encoding="utf-8")
    with listener(answering(200), port) as (_, received):
        on_failure.tell(settings)
        on_failure.tell(settings)
    assert [told["run_id"] for told in received] == [failed.run_id]


def test_a_command_gets_the_same_in_its_environment_and_on_standard_input(tmp_path: Path) -> None:
    command = f"echo $WIREHOUSE_FAILED_RUN >> {tmp_path}/told; cat > {tmp_path}/json; exit 3"
    settings = Settings(data_dir=tmp_path, on_failure=command)
    failed = fail(settings)
    on_failure.tell(settings)
    assert (tmp_path / "told").read_text(encoding="utf-8") == f"{failed.run_id}\n"
    assert json.loads((tmp_path / "json").read_text(encoding="utf-8"))["reason"] == failed.message
    assert "exit code 3" in settings.run_log(failed.run_id).read_text(encoding="utf-8")


def test_a_run_that_was_killed_is_told_of_by_the_next(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    command = f"cat >> {tmp_path}/told"
    state.start_run(
        settings.state_file, "killed", "stories", "1.0", datetime(2026, 1, 1, tzinfo=UTC), on_failure=command
    )
    fail(settings)
    told = json.loads((tmp_path / "told").read_text(encoding="utf-8"))
    assert (told["run_id"], told["state"], told["reason"]) == ("killed", "crashed", "the process ended without a word")


def test_a_run_that_died_before_it_could_record_itself_is_recorded_and_told_of_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    died = state.RunRow(
        run_id="20260101T000000-abcdef", started_at="2026-01-01T00:00:00+00:00",
        finished_at="2026-01-01T00:00:01+00:00", state="crashed", stage=None, sources="stories", documents_new=None,
        documents_total=None, statements_total=None, rejections_new=None, extractor_version=None,
        wirehouse_version="1.0", process_id=0, message="killed", flow_run_id="f", on_failure=f"cat >> {tmp_path}/told",
    )  # fmt: skip
    for _ in range(2):
        state.note_failure(settings.state_file, died)
        on_failure.tell(settings)
    assert [run.run_id for run in state.list_runs(settings.state_file)] == ["20260101T000000-abcdef"]
    assert json.loads((tmp_path / "told").read_text(encoding="utf-8"))["reason"] == "killed"


def test_what_the_run_said_of_itself_stays(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    failed = fail(settings)
    state.note_failure(settings.state_file, failed)
    assert state.list_runs(settings.state_file) == [failed]


def test_nobody_is_told_of_a_run_that_somebody_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(name: str, stage: Callable[[], Any]) -> Any:
        raise KeyboardInterrupt

    settings = Settings(data_dir=tmp_path, on_failure=f"cat >> {tmp_path}/told")
    with pytest.raises(KeyboardInterrupt):
        run([str(tmp_path)], settings, step=stopped)
    assert not (tmp_path / "told").exists()


def test_a_stage_that_hangs_is_ended_and_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forever = threading.Event()
    monkeypatch.setattr("flows.run.extract", lambda *_, **__: forever.wait())
    settings = Settings(data_dir=tmp_path, stage_limit_seconds=0.3, on_failure=f"cat >> {tmp_path}/told")
    with pytest.raises(TookTooLong, match=r"stage extract took longer than 0.3 seconds"):
        run([], settings, stages=("extract",))
    told = json.loads((tmp_path / "told").read_text(encoding="utf-8"))
    assert told["reason"].startswith("stage extract took longer")
    monkeypatch.undo()
    assert run([], Settings(data_dir=tmp_path), stages=("extract",)).extract is not None


def test_the_command_line_takes_it_and_refuses_what_is_neither_command_nor_url(tmp_path: Path) -> None:
    for refused in (" ", "http://"):
        with pytest.raises(UsageError, match="--on-failure"):
            on_failure.check(refused)
    (tmp_path / "stories").mkdir()
    done = wirehouse(
        "run", "--direct", "--data-dir", tmp_path / "data", tmp_path / "stories",
        "--on-failure", f"cat > {tmp_path}/told", WIREHOUSE_STAGE_LIMIT_SECONDS="0.001",
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("wirehouse: stage ingest took longer than 0.001 seconds")
    assert json.loads((tmp_path / "told").read_text(encoding="utf-8"))["stage"] == "ingest"
