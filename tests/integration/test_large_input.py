"""What takes minutes: a line of 200 MB, a folder of 100,000 files. `make soak` runs them."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from flows.settings import Settings
from tests.integration.test_ingest import STORY, load, rejections, rows

pytestmark = pytest.mark.soak


def test_a_line_of_200_mb(tmp_path: Path) -> None:
    folder = tmp_path / "stories"
    folder.mkdir()
    line = b"word " * 40_000_000
    (folder / "line.txt").write_bytes(line)
    (folder / "line.jsonl").write_bytes(b'{"text": "' + line + b'"}\n{"text": "They met."}\n')
    (folder / "line.csv").write_bytes(b"text\n" + line + b"\n")
    load(Settings(data_dir=tmp_path / "data"), folder)
    assert {code for _, _, code in rejections(Settings(data_dir=tmp_path / "data"))} == {"text_too_long"}
    more = Settings(data_dir=tmp_path / "more", max_record_chars=300_000_000, max_reader_bytes=8 * 2**30)
    load(more, folder / "line.txt")
    assert rows(more, "select char_count from raw.documents") == [(len(line),)]


def test_a_folder_of_100_000_files_takes_ten_times_what_10_000_take(tmp_path: Path) -> None:
    taken, memory = {}, {}
    for count in (10_000, 100_000):
        folder = tmp_path / str(count)
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:06}.txt").write_text(f"{STORY} {number}", encoding="utf-8")
        began = time.process_time()
        report = load(Settings(data_dir=tmp_path / f"data-{count}"), folder)
        taken[count] = time.process_time() - began
        memory[count] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert report.documents_new == count
    assert taken[100_000] < 15 * taken[10_000]
    assert memory[100_000] < 2 * memory[10_000]
