"""Hostile and damaged input: what would harm is refused with its reason, all else is loaded, and the run goes on."""

from __future__ import annotations

import errno
import io
import logging
import os
import socket
import struct
import zipfile
from dataclasses import fields
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from pathlib import Path
from typing import Any

import pytest

from flows.ingest.readers import ReadOptions
from flows.ingest.worker import open_regular
from flows.settings import Settings
from tests.integration.test_ingest import STORY, load, rejections, rows

SECRET = "root:x:0:0"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "stories"
    path.mkdir()
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def zipped(*entries: tuple[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return data.getvalue()


def overlapping_zip() -> bytes:
    """Twenty entries of a zip's list that all point to the same packed bytes."""
    whole = zipped(("0.txt", b"0" * 2**20))
    end = whole.rindex(b"PK\x05\x06")
    (start,) = struct.unpack_from("<I", whole, end + 16)
    entries = whole[start:end] * 20
    sizes = struct.pack("<HHII", 20, 20, len(entries), start)
    return whole[:start] + entries + whole[end : end + 8] + sizes + b"\x00\x00"


def pdf(*objects: str, trailer: str = "/Root 1 0 R") -> bytes:
    """A PDF of objects numbered from 1."""
    data, offsets = b"%PDF-1.7\n", []
    for number, source in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{source}\nendobj\n".encode()
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{at:010} 00000 n \n" for at in offsets)
    end = f"trailer\n<< /Size {len(objects) + 1} {trailer} >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + (table + end).encode()


def stream(content: str, more: str = "") -> str:
    return f"<< /Length {len(content)} {more} >>\nstream\n{content}\nendstream"


FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
LINE = "BT /F 12 Tf 50 700 Td (The talks will resume on Monday, she said.) Tj ET"
PDFS = {
    "page-tree-loops.pdf": pdf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R] /Count 9 >>"),
    "page-is-its-own-parent.pdf": pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 2 /Parent 2 0 R >>",
        "<< /Type /Page /Parent 3 0 R /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        stream(LINE),
        FONT,
    ),
    "form-draws-itself.pdf": pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources 6 0 R >>",
        stream(f"{LINE} /X Do"),
        FONT,
        "<< /Font << /F 5 0 R >> /XObject << /X 7 0 R >> >>",
        stream("/X Do /X Do", "/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources 6 0 R"),
    ),
    "xref-leads-back.pdf": pdf(
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>", trailer="/Root 1 0 R /Prev 9"
    ),
    "script.pdf": pdf(
        "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (while\\(true\\){}) >> >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        stream(LINE),
        FONT,
    ),
    "million-pages.pdf": pdf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 1000000000 >>"),
}


def test_pdfs_that_loop_or_run_scripts(settings: Settings, folder: Path) -> None:
    for name, data in PDFS.items():
        (folder / name).write_bytes(data)
    report = load(settings.model_copy(update={"max_record_seconds": 3}), folder)
    codes = {uri: code for uri, _, code in rejections(settings)}
    loaded = rows(settings, "select source_uri, text from raw.document_sources join raw.documents using (document_id)")
    texts = dict(loaded)
    assert texts["script.pdf"] == "The talks will resume on Monday, she said."
    assert codes["form-draws-itself.pdf"] == "reader_timeout"
    assert codes.keys() | texts.keys() == PDFS.keys()
    assert set(codes.values()) <= {"file_damaged", "no_text_layer", "reader_timeout"}
    assert report.files_seen == len(PDFS)


LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
XML = {
    "laughs.xml": f'<!DOCTYPE nitf [<!ENTITY l0 "ha">{LAUGHS}]><nitf><body><body.content>&l9;</body.content></body>'
    "</nitf>",
    "outside.xml": '<!DOCTYPE nitf [<!ENTITY f SYSTEM "file:///etc/passwd">]><nitf><body><body.content><p>Here: &f;</p>'
    "</body.content></body></nitf>",
    "parameter.rss": '<!DOCTYPE rss [<!ENTITY % d SYSTEM "file:///etc/passwd">%d;]><rss version="2.0"><channel><item>'
    "<description>They met.</description></item></channel></rss>",
}


def test_entities_of_xml_are_not_expanded(settings: Settings, folder: Path) -> None:
    for name, source in XML.items():
        (folder / name).write_text(source)
        (folder / f"wide-{name}").write_bytes(source.encode("utf-16"))
    (folder / "body.docx").write_bytes(zipped(("word/document.xml", XML["laughs.xml"].encode())))
    (folder / "body.odt").write_bytes(zipped(("content.xml", XML["outside.xml"].encode())))
    load(settings, folder)
    names = sorted([*XML, *(f"wide-{name}" for name in XML), "body.docx", "body.odt"])
    assert rejections(settings) == [(name, "", "unsafe_xml") for name in names]


def test_what_xml_and_pages_point_to_is_not_read(settings: Settings, folder: Path) -> None:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="file:///etc/passwd"/>'
    (folder / "include.xml").write_text(
        f"<nitf><body><body.content><p>They met in Geneva. {include}</p></body.content></body></nitf>"
    )
    (folder / "dtd.xml").write_text(
        '<!DOCTYPE nitf SYSTEM "file:///etc/passwd"><nitf><body><body.content><p>They left Geneva.</p></body.content>'
        "</body></nitf>"
    )
    declaration = '<?xml version="1.0" encoding="utf-7"?>'
    (folder / "seven.xml").write_bytes(declaration.encode() + XML["outside.xml"].encode("utf-7"))
    (folder / "frame.html").write_text(
        '<html><body><iframe src="file:///etc/passwd"></iframe><object data="file:///etc/passwd"></object>'
        "<p>The dock workers will not go back to work this week, their union said on Wednesday.</p></body></html>"
    )
    load(settings, folder)
    texts = [text for (text,) in rows(settings, "select text from raw.documents")]
    assert {"They met in Geneva.", "They left Geneva."} <= set(texts)
    assert not any(SECRET in text for text in texts)


def test_archives_that_grow(settings: Settings, folder: Path) -> None:
    zeros = b"0" * 2**20
    deep = zipped(("zeros.txt", zeros))
    for _ in range(4):
        deep = zipped(*((f"{number}.zip", deep) for number in range(4)))
    (folder / "deep.zip").write_bytes(deep)
    (folder / "overlapping.zip").write_bytes(overlapping_zip())
    (folder / "wide.zip").write_bytes(zipped(*((f"{number}.txt", zeros) for number in range(40))))
    (folder / "office.docx").write_bytes(zipped(("word/document.xml", b"<a>" + b" " * 12 * 2**20 + b"</a>")))
    limits = {"max_unpacked_bytes": 10 * 2**20, "max_archive_depth": 2}
    load(settings.model_copy(update=limits), folder)
    codes = {uri: code for uri, _, code in rejections(settings)}
    # Newer versions of Python see the overlap themselves.
    assert codes.pop("overlapping.zip") in ("archive_too_large", "file_damaged")
    assert codes == {
        "deep.zip": "archive_too_deep",
        "office.docx": "archive_too_large",
        "wide.zip": "archive_too_large",
    }


def test_mails_with_a_thousand_parts_and_levels(settings: Settings, folder: Path) -> None:
    many = EmailMessage()
    many.set_content("See below.")
    for number in range(1000):
        many.add_attachment(b"x", maintype="text", subtype="plain", filename=f"{number}.txt")
    (folder / "many.eml").write_bytes(many.as_bytes())
    deep = "Content-Type: text/plain\n\nIn the middle.\n"
    for number in range(1000):
        deep = f'Content-Type: multipart/mixed; boundary="b{number}"\n\n--b{number}\n{deep}\n--b{number}--\n'
    (folder / "deep.eml").write_text(f"Subject: Deep\n{deep}")
    letters = MIMEMultipart()
    letters.preamble = "\n".join(["On Monday he wrote:", "x" * 150] * 20_000)
    (folder / "long.eml").write_text("Subject: Long\n\n" + letters.preamble)
    load(settings.model_copy(update={"max_record_seconds": 60}), folder)
    codes = {uri: code for uri, _, code in rejections(settings)}
    assert codes.pop("many.eml") == "archive_too_large"
    assert codes.pop("deep.eml") == "archive_too_deep"
    assert not codes


NESTED = {
    "nested.html": "<div>" * 100_000 + "The dock workers will not go back this week, their union said on Wednesday.",
    "nested.json": "[" * 100_000,
    "nested.rtf": "{\\rtf1 {\\info " + "{" * 100_000,
    "nested.xml": "<nitf>" * 100_000,
    "nested.jsonl": '{"a":' * 100_000,
    "nested.md": ">" * 100_000 + " They met.",
    "quotes.csv": "text\n" + '"' * 99_999,
}


def test_what_is_nested_without_end(settings: Settings, folder: Path) -> None:
    for name, source in NESTED.items():
        (folder / name).write_text(source)
    load(settings.model_copy(update={"max_record_seconds": 60}), folder)
    loaded = {uri for (uri,) in rows(settings, "select source_uri from raw.document_sources")}
    codes = {uri: code for uri, _, code in rejections(settings)}
    assert codes.keys() | loaded == NESTED.keys()
    assert not any(code.startswith("reader_") for code in codes.values())


ODD = "Nil \x00, \u202eright to left\u202c, \u2066isolate\u2069, zero\u200bwidth \ufeff mark, \ufffe none. He agreed."


def test_controls_and_half_characters_do_no_harm(
    settings: Settings, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "odd.txt").write_text(ODD, encoding="utf-8")
    (folder / "half.jsonl").write_text('{"text": "Half \\ud83d of it."}\n{"text": "They met.", "title": "\\udc00"}\n')
    (folder / "red\x1b[31m\u202e\n.txt").write_bytes(b"")
    with caplog.at_level(logging.INFO, "wirehouse"):
        load(settings, folder)
    assert rows(settings, "select text from raw.documents") == [(ODD,)]
    assert [(key, code) for _, key, code in rejections(settings)] == [
        ("1", "invalid_unicode"),
        ("2", "invalid_unicode"),
        ("", "file_empty"),
    ]
    assert "rejected red\\x1b[31m\\u202e\\n.txt (file_empty)" in caplog.text
    assert "\x1b" not in caplog.text


def test_what_is_no_file_is_not_waited_for(settings: Settings, folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    with pytest.raises(IsADirectoryError):
        open_regular(str(folder / "pipe.txt"))
    short = Path(os.path.relpath(folder))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(short / "s.txt"))
        load(settings, folder, "/dev/zero")
    assert rejections(settings) == [
        ("pipe.txt", "", "not_a_file"),
        ("s.txt", "", "not_a_file"),
        ("zero", "", "not_a_file"),
    ]


def test_links_are_followed_inside_the_folder_alone(settings: Settings, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "letter.txt").write_text("A private letter.")
    (folder / "a").mkdir()
    (folder / "a" / "talks.txt").write_text(STORY, encoding="utf-8")
    (folder / "b").symlink_to(tmp_path / "private")
    (folder / "c.txt").symlink_to(folder / "a" / "talks.txt")
    (folder / "a" / "up").symlink_to(folder)
    load(settings, folder)
    assert rows(settings, "select source_uri from raw.document_sources order by all") == [
        ("a/talks.txt",),
        ("c.txt",),
    ]
    assert rejections(settings) == [("b", "", "link_outside")]


def test_links_to_themselves_and_what_the_system_will_not_look_at(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.txt").symlink_to(folder / "b.txt")
    (folder / "b.txt").symlink_to(folder / "a.txt")
    (folder / "c.txt").write_text(STORY, encoding="utf-8")
    (folder / "locked.txt").write_text("Nobody may look.")
    look = os.stat

    def refuse(path: Any, **options: Any) -> os.stat_result:
        if str(path).endswith("locked.txt"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return look(path, **options)

    monkeypatch.setattr(os, "stat", refuse)
    load(settings, folder)
    monkeypatch.undo()
    assert rows(settings, "select source_uri from raw.document_sources") == [("c.txt",)]
    assert rejections(settings) == [
        ("a.txt", "", "file_missing"),
        ("b.txt", "", "file_missing"),
        ("locked.txt", "", "file_unreadable"),
    ]


def test_folders_a_thousand_levels_deep(settings: Settings, folder: Path) -> None:
    levels = [folder]
    for _ in range(1100):
        levels.append(levels[-1] / "d")
        levels[-1].mkdir()
    story = levels[-1] / "talks.txt"
    story.write_text(STORY, encoding="utf-8")
    try:
        load(settings, folder)
    finally:
        story.unlink()
        for level in reversed(levels):  # shutil.rmtree, and so pytest, does not get that deep
            level.rmdir()
    assert rows(settings, "select count(*) from raw.document_sources") == [(1,)]


def test_thousands_of_rejections_are_told_in_a_few_lines(
    settings: Settings, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(300):
        (folder / f"{number:03}.txt").write_bytes(b"")
    (folder / "photo.jpg").write_bytes(b"jpg")
    with caplog.at_level(logging.INFO, "wirehouse"):
        report = load(settings, folder)
    assert report.rejections_by_code == {"file_empty": 300, "unknown_format": 1}
    lines = [record.message for record in caplog.records]
    assert len(lines) == 7
    assert "more are rejected for file_empty; `wirehouse rejections` lists them all" in lines


def test_the_limits_of_readers_are_the_settings_of_the_same_names() -> None:
    settings = Settings()
    limits = {field.name: field.default for field in fields(ReadOptions) if field.name.startswith("max_")}
    assert len(limits) > 8
    assert {name: getattr(settings, name) for name in limits} == limits
