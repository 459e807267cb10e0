"""Readers from another package, good ones and such as crash, hang, or eat memory: an installed package made here."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.ingest import readers as registry
from flows.ingest.readers import reader_for
from flows.settings import Settings
from tests.integration.test_ingest import LATER, STORY, load, rejections, rows
from warehouse.errors import WirehouseError

PACKAGE = '''
import os, signal, time
from datetime import date
from pathlib import Path

from flows.ingest.readers import Reader, Record, Rejected


class Own(Record):
    """A record with a method of its own."""


def read(stream, options):
    """A story for each block; what the first word of a block says is done."""
    for number, block in enumerate(stream.read().decode().split("\\n\\n"), 1):
        word = block.split()[0]
        if word == "CRASH":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif word == "EXIT":
            os._exit(7)
        elif word == "HANG":
            while True:
                pass
        elif word == "SLEEP":
            time.sleep(600)
        elif word == "EAT":
            hoard = bytearray(options.max_reader_bytes)
        elif word == "GROW":
            with Path(stream.name).open("a") as file:
                file.write("more")
        elif word == "CODE":
            yield Rejected("no_such_code", "it is bad")
        elif word == "WORD":
            yield block
        elif word == "DATE":
            yield Record(block, published=date(2026, 3, 4))
        elif word == "PRINT":
            print("on standard output")
        elif word == "OWN":
            yield Own(block, key="own")
            continue
        yield Record(block, key=str(number), title="Blocks")


READER = Reader("blocks", (".blk",), ("text/x-blocks",), read)
'''


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder into which the package `blocks` is installed; it is on sys.path."""
    site = tmp_path / "site"
    about = site / "wirehouse_blocks-1.0.dist-info"
    about.mkdir(parents=True)
    (site / "wirehouse_blocks.py").write_text(PACKAGE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: wirehouse-blocks\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[wirehouse.readers]\nblocks = wirehouse_blocks:READER\n")
    monkeypatch.syspath_prepend(str(site))
    registry.readers.cache_clear()
    yield site
    sys.modules.pop("wirehouse_blocks", None)
    registry.readers.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "stories"
    path.mkdir()
    return path


@pytest.fixture
def settings(tmp_path: Path, plug_in: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", max_record_seconds=1, max_reader_bytes=2**29)


def titles(settings: Settings) -> list[tuple[str, str]]:
    return rows(  # type: ignore[return-value]
        settings, "select source_uri, record_key from raw.document_sources order by all"
    )


def test_a_reader_of_another_package_reads_its_files(settings: Settings, folder: Path) -> None:
    (folder / "a.blk").write_text("One story.\n\nPRINT is no harm.")
    load(settings, folder)
    assert titles(settings) == [("a.blk", "1"), ("a.blk", "2")]
    assert rows(settings, "select distinct source_format, title from raw.document_sources") == [("blocks", "Blocks")]
    assert load(settings, folder, now=LATER).files_unchanged == 1


def test_a_reader_of_another_package_takes_the_place_of_ours(plug_in: Path) -> None:
    package = plug_in / "wirehouse_blocks.py"
    package.write_text(package.read_text().replace('(".blk",)', '(".txt",)'))
    registry.readers.cache_clear()
    reader = reader_for("story.txt")
    assert reader is not None
    assert reader.name == "blocks"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import no_such_library", "the reader blocks of the package wirehouse-blocks cannot be loaded"),
        ("READER = 5", "wirehouse_blocks:READER of the package wirehouse-blocks is no Reader"),
    ],
)
def test_a_package_that_is_broken_is_named(plug_in: Path, source: str, message: str) -> None:
    (plug_in / "wirehouse_blocks.py").write_text(source)
    registry.readers.cache_clear()
    with pytest.raises(WirehouseError, match=message):
        reader_for("story.txt")


def test_readers_that_crash_hang_or_eat_memory_take_down_only_their_files(settings: Settings, folder: Path) -> None:
    bad = {
        "crash": "CRASH", "exit": "EXIT", "hang": "One.\n\nHANG", "sleep": "SLEEP", "eat": "EAT", "code": "CODE",
        "word": "WORD", "date": "DATE",
    }  # fmt: skip
    for name, content in bad.items():
        (folder / f"{name}.blk").write_text(content)
    for number in range(60):
        (folder / f"good{number:02}.txt").write_text(f"{STORY} {number}", encoding="utf-8")
        (folder / f"{number:02}good.blk").write_text(f"Block {number}.")
    report = load(settings, folder)
    assert rejections(settings) == [
        ("code.blk", "", "reader_fault"),
        ("crash.blk", "", "reader_crashed"),
        ("date.blk", "", "reader_fault"),
        ("eat.blk", "", "reader_memory"),
        ("exit.blk", "", "reader_crashed"),
        ("hang.blk", "", "reader_timeout"),
        ("sleep.blk", "", "reader_timeout"),
        ("word.blk", "", "reader_fault"),
    ]
    assert (report.files_seen, report.documents_new) == (128, 120)
    reasons = dict(rows(settings, "select source_uri, reason from raw.rejections"))
    assert reasons["crash.blk"].startswith("the blocks reader ended with SIGSEGV: ")
    assert reasons["exit.blk"].startswith("the blocks reader ended with status 7: ")
    # On a machine that gives it hardly any time the clock is first.
    assert re.match("the blocks reader gave nothing (in 1|for 4) seconds", reasons["hang.blk"])
    assert reasons["sleep.blk"].startswith("the blocks reader gave nothing for 4 seconds: ")
    assert reasons["code.blk"].startswith("the blocks reader failed (there is no reason 'no_such_code')")
    assert reasons["date.blk"].startswith("the blocks reader failed (its published is a date, not a text): ")
    assert reasons["word.blk"].startswith("the blocks reader failed (it yielded a str)")


def test_a_record_of_a_class_of_its_own(settings: Settings, folder: Path) -> None:
    (folder / "a.blk").write_text("OWN story.")
    load(settings, folder)
    assert titles(settings) == [("a.blk", "own")]


def test_a_fault_of_a_reader_harms_no_other_file_of_an_archive(settings: Settings, folder: Path) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for name, text in (("a.blk", "WORD"), ("b.blk", "OWN story."), ("c.blk", "One.")):
            archive.writestr(name, text)
    load(settings, folder)
    assert rejections(settings) == [("a.zip", "a.blk", "reader_fault")]
    assert titles(settings) == [("a.zip", "b.blk/own"), ("a.zip", "c.blk/1")]


def test_only_what_may_have_passed_is_tried_again(settings: Settings, folder: Path) -> None:
    for name, content in (("crash", "CRASH"), ("eat", "EAT")):
        (folder / f"{name}.blk").write_text(content)
    load(settings, folder)
    assert load(settings, folder, now=LATER).files_unchanged == 1
    more = settings.model_copy(update={"max_record_seconds": 3})
    assert load(more, folder, now=LATER).files_unchanged == 0


def test_records_before_a_crash_are_kept(settings: Settings, folder: Path) -> None:
    (folder / "a.blk").write_text("x" * 300_000 + "\n\nCRASH")
    load(settings, folder)
    assert titles(settings) == [("a.blk", "1")]
    assert rejections(settings) == [("a.blk", "after 1", "reader_crashed")]


def test_a_file_that_changes_while_it_is_read_is_read_again_next_time(settings: Settings, folder: Path) -> None:
    (folder / "a.blk").write_text("GROW")
    load(settings, folder)
    assert rejections(settings) == [("a.blk", "", "file_changed")]
    (folder / "a.blk").write_text("Grown up.")
    assert load(settings, folder, now=LATER).files_unchanged == 0
    assert load(settings, folder, now=LATER).files_unchanged == 1


def test_a_file_that_takes_too_long_as_a_whole(settings: Settings, folder: Path) -> None:
    (folder / "a.blk").write_text("\n\n".join(f"Story {number}." for number in range(1000)))
    load(settings.model_copy(update={"max_file_seconds": 1e-9}), folder)
    assert titles(settings) == [("a.blk", "1")]
    assert rejections(settings) == [("a.blk", "", "reader_timeout")]
