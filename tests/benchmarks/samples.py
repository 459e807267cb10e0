"""A valid file of every format that is read, of as many stories as are wanted, made with libraries other than the
readers' where there are some."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import mailbox
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from email.message import EmailMessage
from html import escape
from pathlib import Path
from typing import NamedTuple

import docx
import duckdb
import odfdo
import polars
from backports import zstd
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from tests.benchmarks import corpus


class Story(NamedTuple):
    """What a file holds of one story."""

    number: int
    title: str
    author: str
    published: str
    paragraphs: list[str]

    @property
    def text(self) -> str:
        """The paragraphs with a blank line between them."""
        return "\n\n".join(self.paragraphs)

    @property
    def html(self) -> str:
        """The paragraphs as elements."""
        return "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in self.paragraphs)


def stories(count: int) -> list[Story]:
    """The first `count` stories of the generated corpus."""
    found = []
    for number in range(count):
        text, published = corpus.document(number)
        paragraphs = text.strip().split("\n\n")
        found.append(Story(number, f"Report {number} of the day", "Anna Hahn", published, paragraphs))
    return found


def markdown(story: Story) -> bytes:
    return f"---\ntitle: {story.title}\ndate: {story.published}\n---\n# {story.title}\n\n{story.text}\n".encode()


def page(story: Story) -> bytes:
    about = {
        "@type": "NewsArticle",
        "headline": story.title,
        "datePublished": story.published,
        "author": {"name": story.author},
    }
    links = "".join(f'<li><a href="/{number}">Section {number}</a></li>' for number in range(12))
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{story.title} - Newsline</title>
<script type="application/ld+json">{json.dumps(about)}</script></head><body><nav><ul>{links}</ul></nav>
<div class="cookie-banner"><p>We use cookies to make this site better.</p></div>
<main><article><h1>{story.title}</h1>{story.html}</article><aside><h2>Related</h2><ul>{links}</ul></aside></main>
<footer><p>Copyright 2026 Newsline. All rights reserved.</p></footer></body></html>""".encode()


def saved_page(story: Story) -> bytes:
    message = EmailMessage()
    message["Snapshot-Content-Location"] = f"https://newsline.example/{story.number}"
    message.set_content(page(story).decode(), subtype="html")
    message.add_related(b"jpg", maintype="image", subtype="jpeg")
    return message.as_bytes()


def web_archive(several: Sequence[Story]) -> bytes:
    entries = []
    for story in several:
        body = page(story)
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://newsline.example/{story.number}\r\n"
            f"WARC-Date: 2026-03-11T18:20:00Z\r\nWARC-Record-ID: <urn:uuid:{story.number}>\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
        )
        entries.append(head.encode() + block + b"\r\n\r\n")
    return b"".join(entries)


def rss(several: Sequence[Story]) -> bytes:
    items = "".join(
        f"<item><title>{story.title}</title><guid>{story.number}</guid><pubDate>{story.published}</pubDate>"
        f"<content:encoded>{escape(story.html)}</content:encoded></item>"
        for story in several
    )
    space = "http://purl.org/rss/1.0/modules/content/"
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="{space}"><channel>'
        f"<title>Newsline</title>{items}</channel></rss>"
    ).encode()


def atom(several: Sequence[Story]) -> bytes:
    entries = "".join(
        f"<entry><id>urn:{story.number}</id><title>{story.title}</title><updated>{story.published}T08:00:00Z</updated>"
        f'<author><name>{story.author}</name></author><content type="html">{escape(story.html)}</content></entry>'
        for story in several
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Newsline</title>{entries}</feed>'.encode()


def nitf(story: Story) -> bytes:
    day = story.published.replace("-", "")
    return f"""<?xml version="1.0" encoding="utf-8"?><nitf><head><docdata><doc-id id-string="{story.number}"/>
<date.issue norm="{day}"/></docdata></head><body><body.head><hedline><hl1>{story.title}</hl1></hedline>
<byline>By {story.author}</byline></body.head><body.content>{story.html}</body.content></body></nitf>""".encode()


def newsml_1(several: Sequence[Story]) -> bytes:
    items = "".join(
        f"<NewsItem><Identification><NewsIdentifier><NewsItemId>{story.number}</NewsItemId></NewsIdentifier>"
        f"</Identification><NewsComponent><NewsLines><HeadLine>{story.title}</HeadLine></NewsLines><ContentItem>"
        f"<DataContent><nitf><body><body.content>{story.html}</body.content></body></nitf></DataContent></ContentItem>"
        "</NewsComponent></NewsItem>"
        for story in several
    )
    return f"<NewsML>{items}</NewsML>".encode()


def newsml_g2(several: Sequence[Story]) -> bytes:
    items = "".join(
        f'<newsItem guid="{story.number}"><contentMeta><headline>{story.title}</headline></contentMeta><contentSet>'
        f'<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><body>{story.html}</body></html></inlineXML>'
        "</contentSet></newsItem>"
        for story in several
    )
    return (
        f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{items}</itemSet></newsMessage>'
    ).encode()


def reuters(several: Sequence[Story]) -> bytes:
    made = "".join(
        f'<REUTERS NEWID="{story.number}">\n<DATE>26-FEB-1987 15:01:01.79</DATE>\n<TEXT>\n'
        f"<TITLE>{story.title}</TITLE>\n<DATELINE>    BUDAPEST, Feb 26 - </DATELINE>"
        f"<BODY>{escape(story.text)}\n Reuter\n</BODY></TEXT>\n</REUTERS>\n"
        for story in several
    )
    return f"<!DOCTYPE lewis SYSTEM 'lewis.dtd'>\n{made}".encode("cp1252", "xmlcharrefreplace")


def fields(story: Story) -> dict[str, str]:
    return {
        "id": str(story.number),
        "title": story.title,
        "text": story.text,
        "author": story.author,
        "date": story.published,
    }


def delimited(several: Sequence[Story], delimiter: str) -> bytes:
    table = io.StringIO()
    writer = csv.DictWriter(table, fields(several[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(map(fields, several))
    return table.getvalue().encode()


def json_list(several: Sequence[Story]) -> bytes:
    return json.dumps({"docs": list(map(fields, several))}).encode()


def json_lines(several: Sequence[Story]) -> bytes:
    return "".join(json.dumps(fields(story)) + "\n" for story in several).encode()


def parquet(several: Sequence[Story]) -> bytes:
    data = io.BytesIO()
    polars.DataFrame(list(map(fields, several))).write_parquet(data)
    return data.getvalue()


def sqlite(several: Sequence[Story]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("create table stories (id text, title text, text text, author text, date text)")
            rows = [tuple(fields(story).values()) for story in several]
            connection.executemany("insert into stories values (?, ?, ?, ?, ?)", rows)
            connection.commit()
        return path.read_bytes()


def duckdb_file(several: Sequence[Story]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.duckdb"
        with duckdb.connect(path) as connection:
            connection.register("rows", polars.DataFrame(list(map(fields, several))).to_arrow())
            connection.execute("create table stories as select * from rows")
        return path.read_bytes()


def pdf(several: Sequence[Story]) -> bytes:
    data = io.BytesIO()
    style = getSampleStyleSheet()["BodyText"]
    paragraphs = [Paragraph(escape(paragraph), style) for story in several for paragraph in story.paragraphs]
    SimpleDocTemplate(data, pagesize=A4, pageCompression=0, invariant=1, title=several[0].title).build(paragraphs)
    return data.getvalue()


def word(several: Sequence[Story]) -> bytes:
    document = docx.Document()
    document.add_heading(several[0].title, 0)
    for story in several:
        for paragraph in story.paragraphs:
            document.add_paragraph(paragraph)
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def open_document(several: Sequence[Story]) -> bytes:
    document = odfdo.Document("text")
    document.body.clear()
    document.body.append(odfdo.Header(1, several[0].title))
    for story in several:
        for paragraph in story.paragraphs:
            document.body.append(odfdo.Paragraph(paragraph))
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def rich_text(several: Sequence[Story]) -> bytes:
    def encoded(text: str) -> str:
        return "".join(char if char.isascii() else f"\\u{ord(char) & 0x7FFF}?" for char in text)

    paragraphs = [encoded(paragraph) for story in several for paragraph in story.paragraphs]
    body = "\\par\n".join(paragraphs)
    return f"{{\\rtf1\\ansi\\ansicpg1252{{\\info{{\\title {several[0].title}}}}}\n{body}\\par}}".encode()


def mail(story: Story) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"] = story.title, f"{story.author} <desk@newsline.example>"
    message["Date"], message["Message-ID"] = "Wed, 11 Mar 2026 18:20:00 +0100", f"<{story.number}@newsline.example>"
    message.set_content(f"{story.text}\n\n-- \n{story.author}\n")
    message.add_alternative(f"<div>{story.html}</div>", subtype="html")
    message.add_attachment(story.text.encode(), maintype="text", subtype="plain", filename="story.txt")
    return message


def mailbox_file(several: Sequence[Story]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mbox"
        box = mailbox.mbox(path)
        for story in several:
            box.add(mail(story))
        box.close()
        return path.read_bytes()


def zip_file(several: Sequence[Story]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for story in several:
            archive.writestr(f"{story.number}.txt", story.text)
    return data.getvalue()


def tar_file(several: Sequence[Story]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for story in several:
            content = story.text.encode()
            entry = tarfile.TarInfo(f"{story.number}.txt")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return data.getvalue()


ONE: dict[str, Callable[[Story], bytes]] = {
    "a.txt": lambda story: story.text.encode(),
    "latin.txt": lambda story: story.text.encode("cp1252", "replace"),
    "a.md": markdown,
    "a.html": page,
    "a.mhtml": saved_page,
    "nitf.xml": nitf,
    "a.eml": lambda story: mail(story).as_bytes(),
}
"""Formats that hold one story a file, by the name of a file."""

MANY: dict[str, Callable[[Sequence[Story]], bytes]] = {
    "a.warc": web_archive,
    "a.rss": rss,
    "a.atom": atom,
    "newsml-1.xml": newsml_1,
    "newsml-g2.xml": newsml_g2,
    "a.sgm": reuters,
    "a.csv": lambda several: delimited(several, ","),
    "a.tsv": lambda several: delimited(several, "\t"),
    "a.json": json_list,
    "a.jsonl": json_lines,
    "a.parquet": parquet,
    "a.sqlite": sqlite,
    "a.duckdb": duckdb_file,
    "a.pdf": pdf,
    "a.docx": word,
    "a.odt": open_document,
    "a.rtf": rich_text,
    "a.mbox": mailbox_file,
    "a.zip": zip_file,
    "a.tar": tar_file,
    "a.jsonl.gz": lambda several: gzip.compress(json_lines(several)),
    "a.jsonl.bz2": lambda several: bz2.compress(json_lines(several)),
    "a.jsonl.xz": lambda several: lzma.compress(json_lines(several)),
    "a.jsonl.zst": lambda several: zstd.compress(json_lines(several)),
    "a.warc.gz": lambda several: b"".join(gzip.compress(web_archive([story])) for story in several),
}
"""Formats that hold any number of stories a file."""


def sample(name: str, several: Sequence[Story]) -> bytes:
    """A file of the format with that name; of the first story alone where it holds one."""
    return ONE[name](several[0]) if name in ONE else MANY[name](several)
