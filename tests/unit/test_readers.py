"""Readers: given these bytes, these records and rejections."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import brotli
import docx
import duckdb
import odfdo
import polars
import pyarrow
import pytest
from backports import zstd
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from flows.ingest import language
from flows.ingest.encoding import Decoded, decode
from flows.ingest.readers import ReadOptions, Record, Rejected, Unpacked, reader_for, readers
from flows.ingest.validate import printable
from flows.wirecopy import read_header

MAX_CHARS = 1000


def read(
    name: str, data: bytes, charset: str | None = None, default: str | None = None, **field_map: str
) -> list[Record | Rejected]:
    reader = reader_for(name)
    assert reader is not None
    options = ReadOptions(field_map, max_record_chars=MAX_CHARS, charset=charset, default_charset=default, name=name)
    return list(reader.read(io.BytesIO(data), options))


def refused(name: str, data: bytes, **field_map: str) -> tuple[str, str, str]:
    """Code, key and detail of the one rejection of a file."""
    (rejected,) = read(name, data, **field_map)
    assert isinstance(rejected, Rejected)
    return rejected.code, rejected.key, rejected.detail


def test_formats_by_the_end_of_the_name_or_media_type() -> None:
    assert {reader.name for reader in readers()} >= {"html", "jsonl", "markdown", "pdf", "text", "zip"}
    assert reader_for("story.TXT") is reader_for("story.text")
    assert reader_for("story.ndjson") is reader_for("story.jsonl")
    assert reader_for("story.aspx") is reader_for("story.html")
    assert reader_for("story") is None
    by_media_type = reader_for("stories", "application/x-ndjson")
    assert by_media_type is not None
    assert by_media_type.name == "jsonl"


def test_text_is_kept_verbatim_but_for_its_byte_order_mark() -> None:
    assert read("a.txt", b"\xef\xbb\xbf  One.\r\n\r\nTwo.\x00 \n") == [
        Record("  One.\r\n\r\nTwo.\x00 \n", encoding="utf-8")
    ]


def test_markdown_is_its_raw_source() -> None:
    assert read("a.md", b"---\ntitle: X\n---\n# *One*\n") == [Record("---\ntitle: X\n---\n# *One*\n", encoding="utf-8")]


POLISH = "Rząd ogłosił, że zażąda wyjaśnień od ambasadora. Minister mówił, że sprawa jest poważna."
FRENCH = "Le ministre a déclaré que l’été fut long à Genève, « sans délai » et sans débat public."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("“We will not,” the minister said — again. Nobody asked him why.", "cp1252"),
        (FRENCH, "cp1252"),
        ("Mayor Jürgen Groß of Köln said that Åsa Ström and he would meet at the café on Tuesday.", "cp1252"),
        ("Mayor Bjørn Ås of Tromsø said on Tuesday that the ferry to Ærø would go, and Søren Krogh agreed.", "cp1252"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859_2"),
        ("Bakan çarşamba günü görüşmelerin süreceğini söyledi. Büyükelçi de çağrıldığını açıkladı.", "cp1254"),
        ("Ministras trečiadienį pareiškė, kad derybos bus tęsiamos, o pasiuntinys grįš į Vilnių.", "cp1257"),
        ("Министр заявил в среду, что переговоры будут продолжены.", "cp1251"),
        ("Министр заявил в среду, что переговоры будут продолжены.", "koi8_r"),
        ("Ο υπουργός δήλωσε την Τετάρτη ότι οι συνομιλίες θα συνεχιστούν.", "cp1253"),
        ("השר אמר ביום רביעי כי השיחות יימשכו בז'נבה.", "cp1255"),
        ("قال الوزير يوم الأربعاء إن المحادثات ستستمر.", "cp1256"),
        ("外交部发言人星期三在日内瓦表示，会谈将继续进行。双方没有公布时间。", "gb18030"),
        ("外交部發言人週三在日內瓦表示，會談將繼續進行。雙方沒有公布時間。", "big5"),
        ("外務大臣は水曜日、ジュネーブでの協議を続けると述べた。", "cp932"),
        ("外務大臣は水曜日、ジュネーブでの協議を続けると述べた。", "euc_jp"),
        ("외교부 장관은 수요일 회담이 계속될 것이라고 말했다.", "cp949"),
        ("The talks will go on, the minister said.", "utf-16-le"),
    ],
)
def test_encodings_are_told_from_the_letters(text: str, encoding: str) -> None:
    assert read("a.txt", text.encode(encoding)) == [Record(text, encoding=encoding)]


def test_byte_order_marks_and_declared_encodings_win() -> None:
    assert read("a.txt", b"\xff\xfeN\x00o\x00.\x00") == [Record("No.", encoding="utf-16")]
    assert read("a.txt", b"caf\xe9\r\n", charset="ISO-8859-1") == [Record("café\r\n", encoding="cp1252")]
    assert read("a.txt", b"caf\xc3\xa9", charset="no-such-code") == [Record("café", encoding="utf-8")]
    assert read("a.txt", b"caf\xc3\xa9", charset="ascii") == [Record("café", encoding="utf-8")]


def test_the_usual_encoding_is_for_what_does_not_say_it() -> None:
    koi8 = "Министр заявил."
    page = f"<html><head><meta charset=koi8-r></head><body><p>{koi8} {koi8} {koi8}</p></body></html>"
    assert read("a.html", page.encode("koi8_r"), default="cp1252") == [
        Record(f"{koi8} {koi8} {koi8}", encoding="koi8-r", language=None)
    ]
    assert read("a.txt", "Málaga".encode(), default="cp1250") == [Record("Málaga", encoding="utf-8")]
    assert read("a.txt", "Łódź".encode("cp1250"), default="cp1250") == [Record("Łódź", encoding="cp1250")]
    assert read("a.txt", "会談".encode("iso2022_jp"), default="iso2022_jp") == [Record("会談", encoding="iso2022_jp")]
    assert read("a.csv", "text\nŁódź\n".encode("cp1250"), default="cp1250") == [Record("Łódź", "1", encoding="cp1250")]
    assert read("a.json", '{"text": "Łódź"}'.encode("cp1250"), default="cp1250") == [Record("Łódź", "1")]
    assert read("a.jsonl", '{"text": "Łódź"}'.encode("cp1250"), default="cp1250") == [Record("Łódź", "1")]
    assert read("a.zip", zip_file(("a.txt", "Łódź".encode("cp1250"))), default="cp1250") == [
        Record("Łódź", "a.txt", encoding="cp1250", format="text")
    ]
    assert read("a.txt", b"No.", default="cp1250") == [Record("No.", encoding="utf-8")]
    assert read("a.txt", b"No.", default="zlib") == [Record("No.", encoding="utf-8")]


@pytest.mark.parametrize("before", ["", "A "])
@pytest.mark.parametrize("encoding", ["gb18030", "cp932", "cp949"])
def test_no_letter_is_cut_where_a_long_file_is_sampled(encoding: str, before: str) -> None:
    sentence = {
        "gb18030": "外交部发言人星期三在日内瓦表示，会谈将继续进行。双方没有公布时间。\n",
        "cp932": "外務大臣は水曜日、ジュネーブでの協議を続けると述べた。\n",
        "cp949": "외교부 장관은 수요일 회담이 계속될 것이라고 말했다.\n",
    }[encoding]
    text = before + sentence * 2500
    assert decode(text.encode(encoding)) == Decoded(text, encoding)


@pytest.mark.parametrize("name", ["Aleksandar Vučić", "Antonín Dvořák", "Karel Čapek"])
def test_slavic_names_in_english_are_not_read_in_a_western_encoding(name: str) -> None:
    text = f"President {name} said on Tuesday that the talks would go on, and that nobody had left."
    assert refused("a.txt", text.encode("cp1250"))[0] == "invalid_utf8"


def test_letters_of_another_encoding_are_not_taken_for_marks() -> None:
    assert (
        refused("a.txt", "Mr. Łukasz Żak of Łódź said that he would not go.".encode("iso8859_2"))[0] == "invalid_utf8"
    )


def test_wrongly_decoded_letters_are_put_right_and_flagged() -> None:
    mojibake = "The mayor of MÃ¼nchen said â€œno.â€\x9d\r\nSÃO PAULO agreed.\r\n"
    assert read("a.txt", mojibake.encode()) == [
        Record("The mayor of München said “no.”\r\nSÃO PAULO agreed.\r\n", encoding="utf-8", is_repaired=True)
    ]


@pytest.mark.parametrize(
    ("data", "code", "detail"),
    [
        (b"", "file_empty", "the file is empty"),
        (b" \n\t\r\n", "file_empty", "the file holds nothing but blanks"),
        (b"caf\xe9 au lait", "invalid_utf8", "byte 3 (0xe9) is not UTF-8"),
        (b"\xef\xbb\xbfcaf\xe9", "invalid_utf8", "byte 6 (0xe9) is not UTF-8"),
        (b"cut \xe2\x80", "invalid_utf8", "byte 4 (0xe2) is not UTF-8"),
        (FRENCH.encode("cp1252") + " à".encode(), "invalid_utf8", "byte 15 (0xe9) is not UTF-8"),
        (bytes(range(128, 256)), "invalid_utf8", "byte 0 (0x80) is not UTF-8"),
        (b"x" * 4005, "text_too_long", "the text has more than 1,000 characters"),
    ],
)
def test_text_files_that_cannot_be_loaded(data: bytes, code: str, detail: str) -> None:
    assert refused("a.txt", data) == (code, "", detail)


PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="{charset}"><title>River pact – Danube Daily</title>
<link rel="canonical" href="https://danube.example/2026/pact"><meta name="author" content="Web Desk">
<meta property="og:site_name" content="Danube Daily">
<script type="application/ld+json">{{"@graph": [{{"@type": "WebSite", "name": "danube"}}, {{"@type": "NewsArticle",
 "headline": "Ministers agree on river pact", "datePublished": "2026-03-11T18:20:00+01:00",
 "author": [{{"name": "Anna Hahn"}}, {{"name": "Al Dow"}}], "publisher": {{"name": "Danube Daily Press"}}}}]}}</script>
</head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/w">World</a></li></ul></nav>
<div class="cookie-consent"><p>We use cookies to improve your experience. Accept all cookies?</p></div>
<main><article><h1>Ministers agree on river pact</h1>
<p>BUDAPEST, March 11 (Danube Daily) &mdash; Water ministers of five states agreed on
a pact to keep the river open in dry summers.</p>
<p>&ldquo;We have <b>waited</b> ten years,&rdquo; said <a href="/p">Katalin Szabó</a>, the Hungarian minister.</p>
<h2>What comes next</h2><ul><li>Firstly, gauges will be shared.</li><li>Secondly, locks stay open.</li></ul>
<script>track("us");</script></article>
<aside class="related"><h3>Related stories</h3><ul><li><a href="/a">Low water halts barges</a></li></ul></aside></main>
<footer><p>Copyright 2026 Danube Daily. All rights reserved.</p></footer></body></html>"""
PAGE_TEXT = (
    "BUDAPEST, March 11 (Danube Daily) — Water ministers of five states agreed on a pact to keep the river open in dry "
    "summers.\n\n“We have waited ten years,” said Katalin Szabó, the Hungarian minister.\n\nWhat comes next\n\n"
    "- Firstly, gauges will be shared.\n\n- Secondly, locks stay open."
)


@pytest.mark.parametrize(("charset", "encoding"), [("utf-8", "utf-8"), ("ISO-8859-1", "cp1252")])
def test_the_main_text_of_a_page_and_what_its_json_ld_says(charset: str, encoding: str) -> None:
    assert read("pact.html", PAGE.format(charset=charset).encode(encoding)) == [
        Record(
            PAGE_TEXT,
            title="Ministers agree on river pact",
            byline="Anna Hahn, Al Dow",
            publisher="Danube Daily Press",
            published="2026-03-11T18:20:00+01:00",
            language="en-GB",
            encoding=encoding,
            canonical_url="https://danube.example/2026/pact",
        )
    ]


def test_a_page_without_json_ld_has_its_meta_elements() -> None:
    page = (
        b'<html><head><title>Dock talks &amp; more</title><meta property="article:published_time" content="soon">'
        b'<meta name="date" content="2026-03-18"><meta name="Author" content="Al Dow"></head>'
        b"<body><p>The dock workers will not go back to work this week, their union said on Wednesday.</p></body>"
    )
    assert read("a.htm", page) == [
        Record(
            "The dock workers will not go back to work this week, their union said on Wednesday.",
            title="Dock talks & more",
            byline="Al Dow",
            published="2026-03-18",
            encoding="utf-8",
        )
    ]


LEAD = "The dock workers will not go back to work this week, their union said on Wednesday."
REPLY = "“We have waited ten years,” said Katalin Szabó, the minister."


def page_record(body: str, head: str = "", start: str = "") -> Record:
    html = f"<!doctype html>{start}<html><head>{head}</head><body>{body}</body></html>"
    (record,) = read("a.html", html.encode())
    assert isinstance(record, Record)
    return record


@pytest.mark.parametrize(
    "body",
    [
        f"<table><tr><td><table><tr><td><a href=/>Home</a></table><td>{LEAD}<br>&nbsp;<br>{REPLY}<br><br>",
        f"<table><tr><td><a href=/>Home</a><br><a href=/a>About</a></td><td>{LEAD}<br><br>{REPLY}</td></tr></table>",
        f"<table><tr><td>{LEAD}<br><br>{REPLY}</td></tr><tr><td><a name=end></a></td></tr></table>",
        f"<div>{LEAD}<br><br>\n{REPLY}</div>",
        f"<div><div>{LEAD}</div><div>{REPLY}</div></div>",
        f"<font size=2>{LEAD}<p>{REPLY}</font>",
        f'<h1>Strike</h1><article><p class="teaser">{LEAD}</p><p>{REPLY}</p></article>',
        f'<div role="dialog"><p>We and our 842 partners use cookies.</p></div><p>{LEAD}</p><p>{REPLY}</p>',
        f"<div><p>We use cookies to improve this site.</p></div><div><p>{LEAD}</p><p>{REPLY}</p></div>",
        f'<p>{LEAD}</p><p>Read more: <a href="/2">Storm closes harbour</a></p><p>{REPLY}</p>',
        f'<p>{LEAD}</p><p>{REPLY}</p><div class="c"><h4><a href="/2">Storm</a></h4><p>Ships wait.</p></div>',
        f'<p>{LEAD}</p><div style="display: none">For machines.</div><p>{REPLY}</p><p>© 2026 Danube Daily</p>',
        f"<p>{LEAD}</p><p>{REPLY}</p><p>Sign up for our newsletter, in your inbox every day.</p>",
        f'<div class="cookies-set related"><h2>Strike</h2><p>{LEAD}</p><p>{REPLY}</p></div>',
    ],
)
def test_what_stands_beside_the_text_of_a_page(body: str) -> None:
    text = page_record(body).text.removeprefix("Strike\n\n")
    assert text == f"{LEAD}\n\n{REPLY}"


ABOUT = '{"@type": "NewsArticle", "headline": "Strike &amp; talks", "author": {"@id": "#a"}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"@graph": [', '}, {"@id": "#a", "@type": "Person", "name": "Al Dow"}]}'),
        ("<!--\n[", '}, {"@id": "#a", "name": "Al Dow"}]\n-->'),
        ('//<![CDATA[\n{"mainEntity": ', ', "description": "two\nlines",}, "@id": "#a", "name": "Al Dow"}//]]>'),
    ],
    ids=["a graph", "a comment", "a character section"],
)
def test_json_ld_as_pages_have_it(before: str, after: str) -> None:
    script = f'<script type="application/ld+json; charset=utf-8">{before}{ABOUT}{after}</script>'
    record = page_record(f"<p>{LEAD}</p>", f"<title>Strike | Daily</title>{script}")
    assert (record.title, record.byline) == ("Strike & talks", "Al Dow")


def test_json_ld_that_is_nested_without_end() -> None:
    author = "[" * 700 + "]" * 700
    about = f'{{"@type": "NewsArticle", "headline": "Strike", "author": {author}}}'
    record = page_record(f"<p>{LEAD}</p>", f'<script type="application/ld+json">{about}</script>')
    assert (record.title, record.byline) == ("Strike", None)


def test_metadata_that_a_page_shows_its_readers() -> None:
    record = page_record(
        f'<h1>Strike goes on</h1><p class="byline">By Al Dow</p><p class="date">11 March 2026</p><p>{LEAD}</p>',
        '<title>Strike goes on - Danube Daily</title><meta name="article:author" content="https://social.example/dd">',
        "<!-- saved from url=(0028)https://danube.example/strike -->",
    )
    assert (record.title, record.byline, record.published) == ("Strike goes on", "Al Dow", "11 March 2026")
    assert record.canonical_url == "https://danube.example/strike"


@pytest.mark.parametrize(
    ("head", "address"),
    [
        (
            '<link rel=canonical href="/1"><meta property="og:url" content="https://a.example/x?y">',
            "https://a.example/1",
        ),
        ('<link rel=canonical href="/1"><meta property="og:url" content="/x">', None),
        ('<link rel=canonical href="//a.example/1">', "https://a.example/1"),
        ('<base href="https://b.example/news/"><link rel=canonical href="1">', "https://b.example/news/1"),
        (
            '<link rel=canonical href="#top"><meta property="og:url" content="https://a.example/x">',
            "https://a.example/x",
        ),
        ('<base href="https://b.example/"><link rel=canonical href="#top">', None),
        (
            '<link rel=canonical href="https://[/1"><meta property="og:url" content="https://a.example/x">',
            "https://a.example/x",
        ),
    ],
)
def test_a_canonical_link_that_is_relative(head: str, address: str | None) -> None:
    assert page_record(f"<p>{LEAD}</p>", head).canonical_url == address


def test_a_relative_link_in_a_page_whose_address_is_known() -> None:
    page = f'<html><head><link rel="canonical" href="/1"></head><body><p>{LEAD}</p></body></html>'
    message = EmailMessage()
    message["Snapshot-Content-Location"] = "https://a.example/x?y"
    message.set_content(page, subtype="html")
    answer = http_answer("200 OK", "text/html", page.encode())
    reader = reader_for("a.html")
    assert reader is not None
    for found in (
        list(reader.read(io.BytesIO(page.encode()), ReadOptions(address="https://a.example/x?y"))),
        read("a.mhtml", message.as_bytes()),
        read("a.warc", warc_entry("response", "https://a.example/x?y", answer)),
    ):
        (record,) = found
        assert isinstance(record, Record)
        assert record.canonical_url == "https://a.example/1"


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("", "https://a.example/news/1"),
        ('<base href="/old/">', "https://a.example/old/1"),
        ('<base href="https://b.example/">', "https://b.example/1"),
    ],
)
def test_a_relative_link_is_read_as_browsers_do(base: str, address: str) -> None:
    other = '<meta property="og:url" content="https://c.example/x">'
    page = f'<html><head>{base}{other}<link rel="canonical" href="1"></head><body><p>{LEAD}</p></body></html>'
    reader = reader_for("a.html")
    assert reader is not None
    (record,) = reader.read(io.BytesIO(page.encode()), ReadOptions(address="https://a.example/news/x"))
    assert isinstance(record, Record)
    assert record.canonical_url == address


def test_what_a_page_has_struck_out_or_not_shown_yet() -> None:
    before, after = LEAD.split(" their ")
    body = f"<p>{before} <del>a</del><s>b</s><strike>c</strike> their {after}</p><template><p>{REPLY}</p></template>"
    assert page_record(body + "<p>No one asked why they had done it.</p>").text == (
        f"{LEAD}\n\nNo one asked why they had done it."
    )


def test_quotations_that_browsers_put_in_marks() -> None:
    body = f"<p>{LEAD}</p><p><q>We <b>will</b> not, as he said, <q>go on</q></q>, she said. <q> No. </q></p>"
    text = f"{LEAD}\n\n“We will not, as he said, ‘go on’”, she said. “No.”"
    assert page_record(body).text == text
    assert read("a.eml", mail(body, "html").as_bytes()) == [mail_record(text)]


def test_a_front_page_is_no_text() -> None:
    teaser = '<div><h3><a href="/{0}">Ministers agree on pact number {0} for the river</a></h3></div>'
    page = f"<h1>The Courier</h1>{''.join(map(teaser.format, range(20)))}<p>All rights reserved.</p>"
    assert refused("a.html", page.encode())[0] == "no_main_text"


DETAIL = "The owners of the port would not comment on the strike, which began when a contractor withdrew last spring."
ENTRIES = [("Talks begin", LEAD), ("Talks end", REPLY), ("What is next", DETAIL)]
ENTRIES_TEXT = "\n\n".join(f"{heading}\n\n{text}" for heading, text in ENTRIES)
TEASER = '<article class="card"><h3><a href="/2">Storm closes harbour</a></h3><p>Ships wait for the wind.</p></article>'
REMARKS = "".join(f"<article><h4>Reader {n}</h4><p>I do not believe a word of it.</p></article>" for n in range(4))


@pytest.mark.parametrize(
    "page",
    [
        "<main><h1>Strike</h1><div>{articles}</div></main>",
        "<main><h1>Strike</h1><div>{articles}</div><section>{teasers}</section></main>",
        "<main><h1>Strike</h1><ol>{items}</ol></main>",
        "<nav><a href=/>Home</a></nav><h1>Strike</h1>{articles}<div><p>Also on this site: the weather.</p></div>",
        "<main><h1>Strike</h1>{sections}</main>",
        "<article><h1>Strike</h1>{sections}</article>",
        "<main><h1>Strike</h1>{contents}</main>",
        "<main><h1>Strike</h1>{articles}<section id=comments>{remarks}</section></main>",
    ],
)
def test_entries_of_a_live_blog(page: str) -> None:
    kinds = {
        "articles": '<article><time>09:10</time><h2><a href="/live#1">{0}</a></h2><p>{1}</p></article>',
        "items": "<li><article><h2>{0}</h2><p>{1}</p></article></li>",
        "sections": '<section class="post"><h2>{0}</h2><p>{1}</p></section>',
        "contents": '<article><h2>{0}</h2><div class="entry-content"><p>{1}</p></div></article>',
    }
    rows = {name: "".join(kind.format(*entry) for entry in ENTRIES) for name, kind in kinds.items()}
    assert page_record(page.format(**rows, teasers=TEASER * 3, remarks=REMARKS)).text == ENTRIES_TEXT


@pytest.mark.parametrize(
    "beside",
    [
        TEASER * 3,
        f"<section class=comments>{REMARKS}</section>",
        f"<section><h2>Your say</h2>{REMARKS}</section>",
        f"<article><h1>Storm</h1><p>{LEAD}</p></article>",
    ],
)
def test_articles_beside_a_story_are_no_entries_of_it(beside: str) -> None:
    texts = [
        LEAD,
        REPLY,
        DETAIL,
        "The council votes in October on a new contract, and expects all sides to keep to it.",
    ]
    story = f"<article><h1>Strike</h1><p>{'</p><p>'.join(texts)}</p></article>"
    assert page_record(f"<main>{story}{beside}</main>").text == "\n\n".join(texts)


def test_a_table_of_data_keeps_its_links() -> None:
    rows = '<tr><th>Port</th><th>Ships</th></tr><tr><td><a href="/graz">Graz</a></td><td>30</td></tr>'
    text = page_record(f"<article><p>{LEAD}</p><table>{rows}</table><p>{REPLY}</p></article>").text
    assert text == f"{LEAD}\n\nPort | Ships\n\nGraz | 30\n\n{REPLY}"


@pytest.mark.parametrize(
    "body",
    [
        "<div id=root></div><noscript><h1>JavaScript</h1>You need to enable JavaScript to run this app.</noscript>",
        '<div id="cookie-consent"><p>We use cookies to improve this site. You can reject them at any time.</p></div>',
        "<p>This website uses cookies to show you relevant advertisements, as its policy on privacy says.</p>",
        '<div class="cookie-banner"><p>Wir verwenden Cookies und zeigen Anzeigen, die zu Ihnen passen.</p></div>',
    ],
)
def test_a_notice_alone_is_no_text(body: str) -> None:
    assert refused("a.html", f"<html><body>{body}</body></html>".encode())[0] == "no_main_text"


def test_pictures_for_readers_without_javascript_do_no_harm() -> None:
    picture = "<noscript><img src=a.jpg></noscript>"
    body = f"<article><p>{LEAD}</p><figure>{picture}</figure><p>{REPLY}{picture} Nobody asked why.</p></article>"
    assert page_record(body).text == f"{LEAD}\n\n{REPLY} Nobody asked why."


@pytest.mark.parametrize("body", ["{0}\\n\\n{1}", "{0}\\n{1}\\n", "<p>{0}</p><p>{1}</p>", "&lt;p&gt;{0}&lt;p&gt;{1}"])
@pytest.mark.parametrize("shown", ["<noscript>Use JavaScript.</noscript>", f"<p>{LEAD[:40]} …</p><p>Log in</p>"])
def test_a_page_that_shows_less_than_its_json_ld_says(body: str, shown: str) -> None:
    about = f'{{"@type": "NewsArticle", "articleBody": "{body.format(LEAD, REPLY)}"}}'
    script = f'<script type="application/ld+json">{about}</script>'
    assert page_record(f"<div id=root></div>{shown}", script).text == f"{LEAD}\n\n{REPLY}"


def test_a_page_that_shows_its_text_is_read_as_it_shows_it() -> None:
    script = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{LEAD} Share!"}}</script>'
    assert page_record(f"<p>{LEAD}</p><p>{REPLY}</p>", script).text == f"{LEAD}\n\n{REPLY}"


def test_an_author_and_labels_between_paragraphs() -> None:
    after = f"“No,” the minister said. “{'We will not pay for this strike. ' * 9}” He left without another word."
    page = (
        f'<article><h1>Strike goes on</h1><span class="author">Al Dow</span><p>{LEAD}</p><p>Advertisement</p>'
        f"<p>{after}</p><a>Share</a></article>"
    )
    (record,) = read("a.html", page.encode())
    assert isinstance(record, Record)
    assert record.byline == "Al Dow"
    assert record.text == f"{LEAD}\n\n{after}"


def test_pages_that_cannot_be_loaded() -> None:
    assert refused("a.html", b"")[0] == "file_empty"
    assert refused("a.html", b"<html><body><nav></nav></body></html>")[0] == "no_main_text"
    assert refused("a.html", b"<div>" * 30)[0] == "no_main_text"


RSS = """<?xml version="1.0" encoding="ISO-8859-1"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Newsline</title><link>https://newsline.example</link><language>en-gb</language>
<item><title>Talks &amp;amp; more</title><link>https://newsline.example/1</link><guid>nl-1</guid>
<dc:creator>Anna Hahn</dc:creator><pubDate>Wed, 11 Mar 2026 23:30:00 -0500</pubDate><description>A teaser.</description>
<content:encoded><![CDATA[<p>The talks will resume in Genève, she said.</p>
<p>&#8220;Not before <b>June</b>.&#8221;<br>So he said.</p>]]></content:encoded></item>
<item><title>Only a title</title><link>https://newsline.example/2</link></item>
<item><description>They left &lt;b&gt;early&lt;/b&gt;.</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Donaubote</title>
<entry><id>urn:1</id><title type="html">Pegel &lt;i&gt;sinkt&lt;/i&gt;</title><updated>2026-06-11T08:00:00Z</updated>
<author><name>Eva Lang</name></author><author><name>Al Dow</name></author><link href="https://bote.example/1"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Der Pegel sinkt.</p></div></content>
</entry></feed>"""


def test_entries_of_an_rss_feed() -> None:
    latin1 = "iso-8859-1"
    assert read("a.rss", RSS.encode(latin1)) == [
        Record(
            "The talks will resume in Genève, she said.\n\n“Not before June.”\nSo he said.",
            "nl-1",
            title="Talks & more",
            byline="Anna Hahn",
            publisher="Newsline",
            published="Wed, 11 Mar 2026 23:30:00 -0500",
            language="en-gb",
            encoding=latin1,
            canonical_url="https://newsline.example/1",
        ),
        Rejected("empty_text", "entry 2 has no text of its own", "https://newsline.example/2", "Only a title"),
        Record("They left early.", "3", publisher="Newsline", language="en-gb", encoding=latin1),
    ]


def test_entries_of_an_atom_feed() -> None:
    assert read("a.atom", ATOM.encode()) == [
        Record(
            "Der Pegel sinkt.",
            "urn:1",
            title="Pegel sinkt",
            byline="Eva Lang, Al Dow",
            publisher="Donaubote",
            published="2026-06-11T08:00:00Z",
            language="de",
            encoding="utf-8",
            canonical_url="https://bote.example/1",
        )
    ]


def test_the_author_of_an_atom_feed_is_that_of_entries_without_one() -> None:
    feed = ATOM.replace("<author><name>Eva Lang</name></author><author><name>Al Dow</name></author>", "")
    for where in ("", "<source><author><name>Al Dow</name></author></source>"):
        page = feed.replace("<entry>", f"<author><name>Eva Lang</name></author><entry>{where}")
        (record,) = read("a.atom", page.encode())
        assert isinstance(record, Record)
        assert record.byline == ("Al Dow" if where else "Eva Lang")
    rss = RSS.replace("<language>", "<managingEditor>eva@x.example (Eva Lang)</managingEditor><language>")
    assert [entry.byline for entry in read("a.rss", rss.encode("latin-1")) if isinstance(entry, Record)] == [
        "Anna Hahn",
        None,
    ]


@pytest.mark.parametrize(
    "footer",
    [
        '<p>The post <a href="x">Talks</a> appeared first on <a href="y">Newsline</a>.</p>',
        "<p>Der Beitrag Talks erschien zuerst auf Newsline.</p>",
    ],
)
def test_what_wordpress_writes_below_an_entry_is_no_text(footer: str) -> None:
    item = f"<item><description><![CDATA[<p>The post will appear first on Monday.</p>{footer}]]></description></item>"
    (record,) = read("a.rss", f'<rss version="2.0"><channel>{item}</channel></rss>'.encode())
    assert isinstance(record, Record)
    assert record.text == "The post will appear first on Monday."


def test_a_guid_that_is_no_address() -> None:
    feed = '<rss version="2.0"><channel><item><guid>1</guid><description>They met.</description></item></channel></rss>'
    assert read("a.rss", feed.encode()) == [Record("They met.", "1", encoding="utf-8")]


def test_a_feed_with_a_gap_is_read_as_far_as_it_can_be() -> None:
    damaged = RSS.replace("Talks &amp;amp; more</title>", "Talks</content:encoded></item><item><title>Talks</title>")
    first, *others = read("a.rss", damaged.encode("latin-1"))
    assert isinstance(first, Rejected)
    assert (first.code, first.key) == ("empty_text", "1")
    assert [type(entry) for entry in others] == [Record, Rejected, Record]


BOMB = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY file SYSTEM "file:///etc/passwd">]>
<rss version="2.0"><channel><item><description>He &b; &file; laughed.</description></item></channel></rss>"""


def test_files_that_are_no_feeds() -> None:
    assert refused("a.rss", b"")[0] == "file_empty"
    assert refused("a.rss", b"/etc/passwd")[0] == "file_damaged"
    assert refused("a.rss", b"http://127.0.0.1:9/feed")[0] == "file_damaged"
    assert refused("a.rss", b'<rss version="2.0"><channel></channel></rss>')[0] == "file_empty"


def test_a_feed_that_defines_entities_is_refused() -> None:
    for encoding in ("utf-8", "utf-16"):
        assert refused("a.rss", BOMB.encode(encoding))[0] == "unsafe_xml"


def test_json_lines_by_their_usual_field_names() -> None:
    data = (
        b'{"headline": "Talks", "Body": "They met.", "pub-date": "2020-09-17", "source": {"name": "Newsline"},'
        b' "authors": ["Jane Roe", "Al Dow"], "lang": "en", "url": "https://news.example/1"}\n'
        b"\n"
        b'{"text": "They left.", "timestamp": 1600300800, "title": null}'
    )
    assert read("a.jsonl", data) == [
        Record("They met.", "https://news.example/1", "Talks", "Jane Roe, Al Dow", "Newsline", "2020-09-17", "en"),
        Record("They left.", "3", published="1600300800"),
    ]


def test_json_fields_as_mapped() -> None:
    data = b'{"text": "A teaser.", "article": {"full": "The story."}, "when": "2020-09-17", "date": "2001-01-01"}'
    assert read("a.jsonl", data, text="article.full", published_date="when") == [
        Record("The story.", "1", published="2020-09-17")
    ]


@pytest.mark.parametrize(
    ("line", "code", "detail"),
    [
        (
            b'{"text": "They m',
            "invalid_json",
            "line 1 is no complete JSON (breaks off: Unterminated string starting at)",
        ),
        (
            b'{"text": "They m\r\n',
            "invalid_json",
            "line 1 is no complete JSON (breaks off: Unterminated string starting at)",
        ),
        (b"{'text': 1}", "invalid_json", None),
        (b"[" * 20_000, "text_too_long", "line 1 is longer than any text may be"),
        (b'["They met."]', "not_an_object", "line 1 holds no object"),
        (b'{"summary": "They met."}', "missing_text", None),
        (b'{"text": ["They met."]}', "wrong_type", "line 1: text is a list, not a text"),
        (b'{"text": "They met.", "date": true}', "wrong_type", "line 1: published_date is a bool, not a text"),
        (b'{"text": "caf\xe9"}', "invalid_utf8", "line 1, byte 13 (0xe9) is not UTF-8"),
        (b"\n \n", "file_empty", "the file holds no line"),
    ],
)
def test_json_lines_that_cannot_be_loaded(line: bytes, code: str, detail: str | None) -> None:
    found = refused("a.jsonl", line)
    assert found[0] == code
    assert detail is None or found[2] == detail


def test_a_bad_line_does_not_harm_its_neighbours() -> None:
    found = read("a.jsonl", b'{"text": "One."}\n{"text": "Tw\n' + b" " * 700 + b"x\n" + b'{"text": "Four."}\n')
    assert [(type(entry), entry.key) for entry in found] == [
        (Record, "1"),
        (Rejected, "2"),
        (Rejected, "3"),
        (Record, "4"),
    ]


TALKS = Record("They met.", "a1", "Talks", "Jane Roe", "Newsline", "2026-03-04", "en")


def test_rows_of_delimited_tables() -> None:
    csv = "id,Headline,Text,author,source,date,lang\r\na1,Talks,They met.,Jane Roe,Newsline,2026-03-04,en\r\n"
    assert read("a.csv", csv.encode()) == [replace(TALKS, encoding="utf-8")]
    assert read("a.csv", csv.replace(",", ";").encode("utf-16")) == [replace(TALKS, encoding="utf-16")]
    assert read("a.csv", b"sep=;\r\n" + csv.replace(",", ";").encode()) == [replace(TALKS, encoding="utf-8")]
    assert read("a.tsv", csv.replace(",", "\t").encode()) == [replace(TALKS, encoding="utf-8")]


def test_cells_with_line_breaks_and_quotation_marks() -> None:
    data = b'\xef\xbb\xbftext\n"One,\ntwo."\n\n"He said ""no"", again."\n'
    assert read("a.csv", data) == [
        Record("One,\ntwo.", "1", encoding="utf-8"),
        Record('He said "no", again.', "2", encoding="utf-8"),
    ]


def test_headings_with_line_breaks() -> None:
    assert read("a.csv", b'id,"text\nfull",title\r\n7,They met.,Talks\r\n', text="text\nfull") == [
        Record("They met.", "7", "Talks", encoding="utf-8")
    ]


def test_what_is_left_of_a_torn_row_is_no_document() -> None:
    found = read("a.csv", b'text,title\n"One "quoted" word,\nthe second line\nand a third.",Talks\nTwo.,More\n')
    assert [found.key for found in found if isinstance(found, Rejected)] == ["line 2", "line 3", "line 4"]
    assert [found for found in found if isinstance(found, Record)] == [Record("Two.", "1", "More", encoding="utf-8")]


def test_rows_that_cannot_be_told_apart() -> None:
    found = read("a.csv", b'text,date\nOne.,,,\nTwo.,\n"Three.\nfour')
    assert found == [
        Rejected(
            "malformed_row",
            "the row that ends in line 2: it has 4 cells under 2 headings",
            "line 2",
            "['One.', '', '', '']",
        ),
        Record("Two.", "1", encoding="utf-8"),
        Rejected("malformed_row", "the row that ends in line 5: unexpected end of data", "line 5"),
    ]


def test_delimited_tables_that_cannot_be_loaded() -> None:
    assert refused("a.csv", b"")[0] == "file_empty"
    assert refused("a.csv", b"a,b\n1,2\n")[0] == "missing_text"
    assert refused("a.csv", b"text\n\x81\x8d\x8f\x90\xff")[0] == "invalid_utf8"
    assert refused("a.csv", b"text\n" + b"x" * 1001)[0] == "text_too_long"
    assert read("a.csv", b"body,note\nOne.,Two.\n", text="note") == [Record("Two.", "1", encoding="utf-8")]


def test_a_table_in_another_encoding() -> None:
    data = f'text\n"{POLISH}"\n'.encode("cp1250")
    assert read("a.csv", data) == [Record(POLISH, "1", encoding="cp1250")]
    assert read("a.csv", data, charset="utf-8") == [Record(POLISH, "1", encoding="cp1250")]
    assert read("a.csv", "text\nThe café closed.\n".encode("utf-16-be")) == [
        Record("The café closed.", "1", encoding="utf-16-be")
    ]


def test_wrongly_decoded_letters_of_fields_are_put_right_and_flagged() -> None:
    assert read("a.jsonl", '{"title": "MÃ¼nchen", "text": "He left MÃ¼nchen."}'.encode()) == [
        Record("He left München.", "1", "München", is_repaired=True)
    ]


def test_ids_that_are_nought_and_none() -> None:
    assert [found.key for found in read("a.jsonl", b'{"id": 0, "text": "One."}\n{"id": "", "text": "Two."}')] == [
        "0",
        "2",
    ]


@pytest.mark.parametrize(
    "data",
    [
        '{"version": "1.1", "authors": [{"name": "Newsline"}], "items": [{"id": "a", "content_text": "They met."}]}',
        '{"content": [{"id": "a", "body": "They met."}], "totalPages": 1}',
        '{"rss": {"channel": {"item": [{"guid": "a", "content": "They met."}]}}}',
        '{"tags": [{"text": "peace"}], "id": "a", "text": "They met."}',
        '{"docs": [{"_id": "a", "text": "They met.", "keywords": [{"text": "peace"}]}]}',
    ],
    ids=["JSON Feed", "a page of a list", "RSS as JSON", "a document with a list", "a list with lists"],
)
def test_of_the_lists_in_json_the_one_with_texts_is_taken(data: str) -> None:
    assert read("a.json", data.encode()) == [Record("They met.", "a")]


def test_headlines_and_names_as_objects() -> None:
    line = '{"headline": {"main": "Talks"}, "byline": {"original": "By Jane Roe"}, "text": "They met."}'
    assert read("a.jsonl", line.encode()) == [Record("They met.", "1", "Talks", "By Jane Roe")]


@pytest.mark.parametrize(
    "data",
    [
        '{"id": "a1", "headline": "Talks", "body": "They met.", "authors": [{"name": "Jane Roe"}], "source":'
        ' "Newsline", "date": "2026-03-04", "language": "en"}',
        '[{"id": "a1", "title": "Talks", "text": "They met.", "byline": "Jane Roe", "source": {"name": "Newsline"},'
        ' "published": "2026-03-04", "lang": "en"}]',
        '{"status": "ok", "terms": ["a"], "response": {"docs": [{"id": "a1", "title": "Talks", "text": "They met.",'
        ' "byline": "Jane Roe", "source": "Newsline", "published": "2026-03-04", "lang": "en"}]}}',
    ],
    ids=["one document", "a list", "a list inside an object"],
)
def test_documents_in_json(data: str) -> None:
    assert read("a.json", data.encode()) == [TALKS]
    assert read("a.json", b"\xef\xbb\xbf" + data.encode()) == [TALKS]


def test_json_in_wide_letters_and_as_a_feed_or_database_writes_it() -> None:
    feed = '{"version": "1.1", "items": [{"id": "a1", "content_html": "<p>They met.</p><p>They <b>left</b>.</p>"}]}'
    assert read("a.json", feed.encode("utf-16")) == [Record("They met.\n\nThey left.", "a1")]
    line = '{"_id": {"$oid": "5f"}, "contents": "They met.", "date": {"$date": "2026-03-11T10:00:00Z"}}'
    assert read("a.jsonl", line.encode("utf-16")) == [Record("They met.", "5f", published="2026-03-11T10:00:00Z")]


def test_plain_text_with_signs_of_html() -> None:
    line = '{"items": [{"id": "a1", "content_html": "The rate is below a <b then 3. R&D fell."}]}'
    assert read("a.json", line.encode()) == [Record("The rate is below a <b then 3. R&D fell.", "a1")]


def test_html_about_html() -> None:
    line = '{"content_html": "<p>Write &lt;p&gt; and &lt;br&gt; tags.</p><p>They show.</p>"}'
    assert read("a.jsonl", line.encode()) == [Record("Write <p> and <br> tags.\n\nThey show.", "1")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>They met.</p>\n<p>R&amp;D <b>fell</b>.</p>", "They met.\n\nR&D fell."),
        ("They met.<br/><br/>They left.<br>", "They met.\nThey left."),
        ("<p>They<!-- all --> met.</p><?x y?>In<!-- --> Graz.<br>", "They met.\n\nIn Graz."),
        ('<div class="x">They met.</div><script>track()</script>', "They met."),
        (
            'They met <a href="/1">in Graz</a>.\n\nThey <em>left</em>.\nAgain.',
            "They met in Graz.\n\nThey left.\n\nAgain.",
        ),
        ("A <b>bold</b> word, x < 3 & y > 2.", "A <b>bold</b> word, x < 3 & y > 2."),
        ("Write <br> for a new line.", "Write <br> for a new line."),
        (
            "Use <p> and <br> tags in HTML. The <div> is a box.",
            "Use <p> and <br> tags in HTML. The <div> is a box.",
        ),
        ("They met.<P>They left.<P>They slept.", "They met.\n\nThey left.\n\nThey slept."),
        (
            "Para one.\n\nPara two <br> x.\n\nPara three <br /> y.",
            "Para one.\n\nPara two\nx.\n\nPara three\ny.",
        ),
        ("<div>Para one.\r\n\r\nPara\r\ntwo.</div>", "Para one.\n\nPara two."),
        ("AT&amp;T rose.", "AT&amp;T rose."),
    ],
)
def test_html_in_fields(text: str, expected: str, tmp_path: Path) -> None:
    fields = {"title": "R&amp;D <i>now</i>", "text": text}
    record = Record(expected, "1", "R&D now")
    table = io.BytesIO()
    polars.DataFrame({name: [value] for name, value in fields.items()}).write_parquet(table)
    row = ", ".join(f"'{value}'" for value in fields.values())
    database = sqlite_file(tmp_path / "a", f"create table a (title, text); insert into a values ({row});")
    quoted = ",".join('"' + value.replace('"', '""') + '"' for value in fields.values())
    assert read("a.json", json.dumps(fields).encode()) == [record]
    assert read("a.jsonl", json.dumps(fields).encode()) == [record]
    assert read("a.parquet", table.getvalue()) == [record]
    assert read("a.sqlite", database) == [record]
    assert read("a.csv", f"title,text\n{quoted}\n".encode()) == [replace(record, encoding="utf-8")]


def test_titles_with_signs_of_html() -> None:
    assert read("a.jsonl", b'{"title": "AT&T <up>, Q&A;", "text": "They met."}') == [
        Record("They met.", "1", "AT&T <up>, Q&A;")
    ]


@pytest.mark.parametrize(
    "header",
    [
        "Titel;Text;Autor;Quelle;Datum;Sprache;ID",
        "Überschrift;Inhalt;Autor;Quelle;Veröffentlicht;Sprache;ID",
        "titre;texte;auteur;source;date;langue;id",
        "título;texto;autor;fuente;fecha;idioma;id",
    ],
)
def test_columns_in_other_languages(header: str) -> None:
    data = f"{header}\nTalks;They met.;Jane Roe;Newsline;2026-03-04;en;a1\n"
    assert read("a.csv", data.encode()) == [replace(TALKS, encoding="utf-8")]


def test_answers_of_the_guardian() -> None:
    result = {
        "id": "world/2026/mar/04/talks", "type": "article", "webTitle": "Talks – live", "apiUrl": "https://api.example/1",
        "webUrl": "https://guardian.example/world/2026/mar/04/talks", "webPublicationDate": "2026-03-04T10:00:00Z",
        "fields": {"headline": "Talks", "byline": "Jane Roe", "body": "<p>They met.</p><p>They left.</p>",
                   "bodyText": "They met. They left."},
    }  # fmt: skip
    plain = {**result, "fields": {"bodyText": "They met."}}
    answer = {"response": {"status": "ok", "total": 1, "results": [result, plain]}}
    url, day = "https://guardian.example/world/2026/mar/04/talks", "2026-03-04T10:00:00Z"
    assert read("a.json", json.dumps(answer).encode()) == [
        Record("They met.\n\nThey left.", str(result["id"]), "Talks", "Jane Roe", published=day, canonical_url=url),
        Record("They met.", str(result["id"]), "Talks – live", published=day, canonical_url=url),
    ]


def test_answers_of_the_new_york_times() -> None:
    story = {
        "_id": "nyt://article/1", "web_url": "https://nyt.example/1", "abstract": "Talks begin.", "snippet": "Talks.",
        "lead_paragraph": "They met.", "source": "The New York Times", "pub_date": "2026-03-04T10:00:00+0000",
        "headline": {"main": "Talks", "kicker": None}, "byline": {"original": "By Jane Roe", "person": []},
        "keywords": [{"name": "subject", "value": "Peace"}], "multimedia": [], "document_type": "article",
    }  # fmt: skip
    short = {**story, "_id": "nyt://article/2", "lead_paragraph": ""}
    answer = {"status": "OK", "response": {"docs": [story, short], "meta": {"hits": 2}}}
    record = Record(
        "They met.", "nyt://article/1", "Talks", "By Jane Roe", "The New York Times", "2026-03-04T10:00:00+0000",
        canonical_url="https://nyt.example/1",
    )  # fmt: skip
    assert read("a.json", json.dumps(answer).encode()) == [
        record,
        replace(record, text="Talks begin.", key="nyt://article/2"),
    ]


def test_an_abstract_in_the_place_of_a_first_paragraph(tmp_path: Path) -> None:
    fields = {"abstract": ["Talks begin.", "A pact."], "lead_paragraph": ["", "They met."]}
    table = io.BytesIO()
    polars.DataFrame(fields).write_parquet(table)
    sql = (
        "create table a (abstract varchar, lead_paragraph varchar);"
        "insert into a values ('Talks begin.', ''), ('A pact.', 'They met.');"
    )
    for name, data in (
        ("a.parquet", table.getvalue()),
        ("a.sqlite", sqlite_file(tmp_path / "a", sql)),
        ("a.duckdb", duckdb_file(tmp_path / "b", sql)),
    ):
        assert read(name, data) == [Record("Talks begin.", "1"), Record("They met.", "2")]


def test_objects_one_after_the_other_in_json() -> None:
    assert read("a.json", b'{"text": "One."}\n{"text": "Two."}') == [Record("One.", "1"), Record("Two.", "2")]


def test_json_that_cannot_be_loaded() -> None:
    assert refused("a.json", b"")[0] == "file_empty"
    assert refused("a.json", b"[]")[0] == "file_empty"
    assert refused("a.json", b'{"summary": "They met."}')[0] == "missing_text"
    assert refused("a.json", b'["They met."]')[:2] == ("not_an_object", "1")
    assert refused("a.json", b"They met.")[0] == "invalid_json"
    assert [(type(found), found.key) for found in read("a.json", b'[{"text": "One."}, {"text": "Tw')] == [
        (Record, "1"),
        (Rejected, "after 1"),
    ]


def test_rows_of_parquet() -> None:
    rows = {
        "id": ["a1", "a2"], "headline": ["Talks", None], "text": ["They met.", None], "author": ["Jane Roe", None],
        "source": ["Newsline", None], "date": [date(2026, 3, 4), None], "lang": ["en", None], "vector": [[0.5], None],
    }  # fmt: skip
    data = io.BytesIO()
    polars.DataFrame(rows).write_parquet(data)
    found = read("a.parquet", data.getvalue())
    assert found[0] == TALKS
    assert [(entry.code, entry.key) for entry in found[1:] if isinstance(entry, Rejected)] == [("empty_text", "a2")]
    assert refused("a.parquet", data.getvalue()[:-20])[0] == "file_damaged"
    assert refused("a.parquet", b"")[0] == "file_damaged"


SCHEMA = (
    "create table stories (id varchar, title varchar, body varchar, author varchar, source varchar, date varchar,"
    " lang varchar);"
    "insert into stories values ('a1', 'Talks', 'They met.', 'Jane Roe', 'Newsline', '2026-03-04', 'en');"
    "create table readers (name varchar);"
)


def sqlite_file(path: Path, sql: str) -> bytes:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)
    return path.read_bytes()


def duckdb_file(path: Path, sql: str) -> bytes:
    with duckdb.connect(path) as connection:
        connection.execute(sql)
    return path.read_bytes()


@pytest.mark.parametrize(("name", "made"), [("a.sqlite", sqlite_file), ("a.duckdb", duckdb_file)])
def test_tables_of_databases(name: str, made: Callable[[Path, str], bytes], tmp_path: Path) -> None:
    data = made(tmp_path / "one", SCHEMA)
    assert read(name, data) == [TALKS]
    assert read(name, data, table="stories") == [TALKS]
    assert refused(name, data, table="letters") == (
        "table_unclear",
        "",
        "there is no table 'letters'; there are: readers, stories",
    )
    assert refused(name, data, table="readers")[0] == "missing_text"
    several = made(
        tmp_path / "two",
        SCHEMA + 'create table "more ""news" (text varchar); insert into "more ""news" values (\'Two.\');',
    )
    assert refused(name, several)[0] == "table_unclear"
    assert read(name, several, table='more "news') == [Record("Two.", "1")]
    assert refused(name, b"no database" * 1000)[0] == "file_damaged"


@pytest.mark.parametrize("kind", ["fts4(title, body)", "fts5(title, body)", "fts5(title, body, content='stories')"])
def test_an_index_for_full_text_search_is_no_second_copy(kind: str, tmp_path: Path) -> None:
    index = (
        f"create virtual table stories_fts using {kind};"
        "insert into stories_fts (rowid, title, body) values (1, 'Talks', 'They met.');"
    )
    data = sqlite_file(tmp_path / "a", SCHEMA + index)
    assert read("a.sqlite", data) == [TALKS]
    assert read("a.sqlite", data, table="stories_fts") == [Record("They met.", "1", "Talks")]


def test_an_index_for_full_text_search_that_has_the_only_texts(tmp_path: Path) -> None:
    sql = "create virtual table stories using fts5(title, text); insert into stories values ('Talks', 'They met.');"
    assert read("a.sqlite", sqlite_file(tmp_path / "a", sql)) == [Record("They met.", "1", "Talks")]


@pytest.mark.parametrize(
    ("name", "error"), [("parquet", pyarrow.lib.ArrowMemoryError), ("duckdb", duckdb.OutOfMemoryException)]
)
def test_too_little_memory_is_no_damage(
    name: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise error("malloc failed")

    parquet = io.BytesIO()
    polars.DataFrame({"text": ["They met."]}).write_parquet(parquet)
    data = parquet.getvalue() if name == "parquet" else duckdb_file(tmp_path / "one", SCHEMA)
    monkeypatch.setattr(f"flows.ingest.readers.{name}._rows", fail)
    with pytest.raises(MemoryError):
        read(f"a.{name}", data)


def test_a_sqlite_file_with_rows_in_a_log_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    reader = reader_for(path.name)
    assert reader is not None
    with closing(sqlite3.connect(path)) as writer:
        writer.executescript("pragma journal_mode = wal;" + SCHEMA)
        with path.open("rb") as stream:
            (rejected,) = reader.read(stream, ReadOptions())
    assert isinstance(rejected, Rejected)
    assert (rejected.code, rejected.detail) == (
        "file_changed",
        "rows still lie in a.db-wal, close the program that writes it",
    )
    with path.open("rb") as stream:
        assert list(reader.read(stream, ReadOptions())) == [TALKS]


def test_a_view_in_a_duckdb_file_reaches_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    data = duckdb_file(
        tmp_path / "a", f"create view news as select content as text from read_text('{tmp_path}/secret.txt')"
    )
    assert refused("a.duckdb", data, table="news")[0] == "file_damaged"


def test_a_record_with_an_empty_text_names_that() -> None:
    assert refused("a.csv", b"title,text\nTalks,\n") == ("empty_text", "1", "row 1: the text is empty")
    assert refused("a.jsonl", b'{"body": null}', text="body")[0] == "empty_text"


def pdf_file(*pages: Sequence[tuple[float, int, str]], heading_lines: int = 0, **metadata: str) -> bytes:
    """A PDF with lines of 10-point type, the first ones of 20: for each page left and bottom in points, and text."""
    data = io.BytesIO()
    canvas = Canvas(
        data, pagesize=(600, 800), **({"encrypt": metadata.pop("password")} if "password" in metadata else {})
    )
    canvas.setTitle(metadata.get("title", ""))
    canvas.setAuthor(metadata.get("author", ""))
    for page in pages:
        for number, (left, bottom, text) in enumerate(page):
            canvas.setFont("Helvetica", 20 if number < heading_lines else 10)
            canvas.drawString(left, bottom, text)
        canvas.showPage()
    canvas.save()
    return data.getvalue()


def test_paragraphs_of_a_pdf_without_running_heads_hyphens_and_page_numbers() -> None:
    data = pdf_file(
        [
            (50, 770, "Ministry of Rivers, Bulletin 7"),
            (50, 700, "Ministers agree on river pact"),
            (50, 660, "BUDAPEST, March 11, 2026 (Newsline) - Water ministers of five states agreed on a well-"),
            (50, 648, "known pact to keep the river open, after ten years of talks between the govern-"),
            (50, 636, "ments. Nobody objected to this well-known plan."),
            (50, 610, "“We have waited ten years,” said Katalin Szabó, the Hungarian"),
            (290, 30, "1"),
        ],
        [
            (50, 770, "Ministry of Rivers, Bulletin 7"),
            (50, 700, "minister, in the left column here."),
            (50, 688, "It is good."),
            (320, 700, "The right column is read after it."),
            (290, 30, "Page 2 of 3"),
        ],
        [],
        title="River pact",
        author="Anna Hahn",
    )
    first = (
        "Ministers agree on river pact\n\n"
        "BUDAPEST, March 11, 2026 (Newsline) - Water ministers of five states agreed on a "
        "well-known pact to keep the river open, after ten years of talks between the governments. Nobody objected to "
        "this well-known plan.\n\n“We have waited ten years,” said Katalin Szabó, the Hungarian "
    )
    second = "minister, in the left column here. It is good.\n\nThe right column is read after it."
    assert read("a.pdf", data) == [
        Record(
            first + second,
            title="River pact",
            byline="Anna Hahn",
            page_starts=(0, len(first), len(first + second)),
        )
    ]


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("She met the vice-", "president.", "She met the vice-president."),
        ("It is a long-", "term plan.", "It is a long-term plan."),
        ("He is the Obama-", "backed one.", "He is the Obama-backed one."),
        ("They are up-to-", "date.", "They are up-to-date."),
        ("They took an e-", "bike.", "They took an e-bike."),
        ("The Franco-", "German pact.", "The Franco-German pact."),
        ("It was Covid-", "19 again.", "It was Covid-19 again."),
        ("A man of the mid-", "1990s.", "A man of the mid-1990s."),
        ("Both short-", "and long-term.", "Both short- and long-term."),
        ("He hurt his hus-", "band.", "He hurt his husband."),
        ("The govern-", "ments met.", "The governments met."),
        ("They agreed with-", "out delay.", "They agreed without delay."),
        ("It was plan-", "ned again.", "It was planned again."),
        ("She lives in New-", "castle.", "She lives in Newcastle."),
        ("THE GOVERN-", "MENT MET.", "THE GOVERNMENT MET."),
        ("They sell smart-", "phones.", "They sell smartphones."),
        ("It was live-", "streamed.", "It was livestreamed."),
        ("They found ransom-", "ware.", "They found ransomware."),
        ("They like deep-", "fakes.", "They like deepfakes."),
        ("She is on Face-", "book.", "She is on Facebook."),
        ("It is an online-", "only plan.", "It is an online-only plan."),
        ("She lives in Düssel-", "dorf.", "She lives in Düsseldorf."),
        ("Er kam nicht so-", "fort nach Hause, sagte die Ministerin.", None),
    ],
)
def test_hyphens_at_the_end_of_a_line(first: str, second: str, text: str | None) -> None:
    (record,) = read("a.pdf", pdf_file([(50, 700, first), (50, 688, second)]))
    assert isinstance(record, Record)
    assert record.text == (text or "Er kam nicht sofort nach Hause, sagte die Ministerin.")


def test_headings_and_lists_of_a_pdf() -> None:
    data = pdf_file(
        [
            (50, 700, "Ministers agree on a"),
            (50, 676, "pact for the river"),
            (50, 658, "Five states agreed on a pact to keep the river open in dry summers and"),
            (50, 646, "to share gauges:"),
            (60, 634, "• Water first, said Katalin Szabó of the"),
            (68, 622, "ministry"),
            (60, 610, "• Gauges"),
            (50, 598, "Nobody objected."),
        ],
        heading_lines=2,
    )
    (record,) = read("a.pdf", data)
    assert isinstance(record, Record)
    assert record.text.split("\n\n") == [
        "Ministers agree on a pact for the river",
        "Five states agreed on a pact to keep the river open in dry summers and to share gauges:",
        "• Water first, said Katalin Szabó of the ministry",
        "• Gauges",
        "Nobody objected.",
    ]


def test_columns_that_a_pdf_draws_line_by_line() -> None:
    left = [
        "The ministers of five states",
        "agreed on a pact to keep the",
        "river open in dry summers and",
        "on shared gauges.",
    ]
    right = [
        "Nobody objected to the plan,",
        "which had been discussed for",
        "ten years in Budapest and in",
        "Bratislava.",
    ]
    both = zip(range(700, 640, -12), left, right, strict=False)
    data = pdf_file([(50, 740, "Ministers agree"), *((x, y, t) for y, a, b in both for x, t in ((50, a), (210, b)))])
    (record,) = read("a.pdf", data)
    assert isinstance(record, Record)
    assert record.text == f"Ministers agree\n\n{' '.join(left)}\n\n{' '.join(right)}"


def test_a_pdf_that_places_each_letter_by_itself() -> None:
    line, at, letters = "We will not go, said Al Dow.", 50.0, []
    for letter in line:
        letters.append((at, 700, letter))
        at += stringWidth(letter, "Helvetica", 10)
    (record,) = read("a.pdf", pdf_file([entry for entry in letters if entry[2] != " "]))
    assert isinstance(record, Record)
    assert record.text == line


def test_pdfs_that_cannot_be_loaded() -> None:
    assert refused("a.pdf", b"")[0] == "file_empty"
    assert refused("a.pdf", b"%PDF-1.7 and no more")[0] == "file_damaged"
    assert refused("a.pdf", pdf_file([])) == ("no_text_layer", "", "the 1 pages of the PDF hold pictures, and no text")
    assert refused("a.pdf", pdf_file([(290, 30, "7")]))[0] == "no_text_layer"
    assert refused("a.pdf", pdf_file([(50, 700, "Secret.")], password="open"))[0] == "encrypted"


def zip_file(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return data.getvalue()


def tar_file(*entries: tuple[str | tarfile.TarInfo, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content in entries:
            entry = tarfile.TarInfo(name) if isinstance(name, str) else name
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return data.getvalue()


STORIES: tuple[tuple[str, bytes], ...] = (
    ("2026/one.txt", b"One."),
    ("2026/list.jsonl", b'{"text": "Two.", "id": "a"}\nno json\n'),
    (".hidden.txt", b"Nobody reads this."),
    ("__MACOSX/2026/._one.txt", b"Nor this."),
    ("photo.jpg", b"jpg"),
)
FOUND = {
    "2026/one.txt": Record("One.", "2026/one.txt", encoding="utf-8", format="text"),
    "2026/list.jsonl/a": Record("Two.", "2026/list.jsonl/a", format="jsonl"),
    "2026/list.jsonl/2": "invalid_json",
    "photo.jpg": "unknown_format",
}


def by_key(found: list[Record | Rejected]) -> dict[str, Record | str]:
    """What was read by its key: records, and the codes of rejections."""
    return {entry.key: entry.code if isinstance(entry, Rejected) else entry for entry in found}


def test_files_in_archives_are_read_by_their_own_readers() -> None:
    assert by_key(read("a.zip", zip_file(*STORIES))) == FOUND
    assert by_key(read("a.tar", tar_file(*STORIES))) == FOUND


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [
        (".gz", gzip.compress),
        (".bz2", bz2.compress),
        (".xz", lzma.compress),
        (".zst", zstd.compress),
    ],
)
def test_packed_files_have_the_keys_of_the_file_itself(suffix: str, pack: Callable[[bytes], bytes]) -> None:
    assert read(f"a.txt{suffix}", pack(b"One.")) == [Record("One.", encoding="utf-8", format="text")]
    assert by_key(read(f"a.tar{suffix}", pack(tar_file(*STORIES)))) == FOUND
    (inside,) = read("a.zip", zip_file((f"a.txt{suffix}", pack(b"One."))))
    assert inside == Record("One.", f"a.txt{suffix}", encoding="utf-8", format="text")
    assert read(f"a.jsonl{suffix}", pack(b'{"text": "Two."}')) == [Record("Two.", "1", format="jsonl")]
    assert refused(f"a.txt{suffix}", pack(b"One.")[:-6])[0] == "file_damaged"
    assert refused(f"a.txt{suffix}", b"")[0] in ("file_damaged", "file_empty")
    if suffix != ".gz":
        assert refused(f"a.txt{suffix}", b"no archive")[0] == "file_damaged"


def test_a_gz_file_that_was_unpacked_on_its_way() -> None:
    assert read("a.txt.gz", b"One.") == [Record("One.", encoding="utf-8", format="text")]
    assert read("a.json.gz", b'{"text": "Two."}') == [Record("Two.", "1", format="json")]


def test_archives_lie_in_one_another_up_to_a_limit() -> None:
    inner = zip_file(("one.txt", b"One."))
    three_deep = zip_file(("b.zip", zip_file(("c.zip", inner))))
    assert by_key(read("a.zip", three_deep)) == {
        "b.zip/c.zip/one.txt": Record("One.", "b.zip/c.zip/one.txt", encoding="utf-8", format="text")
    }
    assert by_key(read("a.zip", zip_file(("0.zip", zip_file(("z.zip", three_deep)))))) == {
        "0.zip/z.zip/b.zip/c.zip": "archive_too_deep"
    }


def test_paths_and_links_that_lead_out_of_an_archive() -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    paths = ("../up.txt", "/etc/absolute.txt", "a/../../up.txt", "C:\\windows.txt")
    entries = [(name, b"No.") for name in paths]
    assert by_key(read("a.zip", zip_file(*entries, (link, b"/etc/passwd")))) == dict.fromkeys(
        (*paths, "link.txt"), "unsafe_path"
    )
    tar_link = tarfile.TarInfo("link.txt")
    tar_link.type, tar_link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    pipe = tarfile.TarInfo("pipe.txt")
    pipe.type = tarfile.FIFOTYPE
    assert by_key(read("a.tar", tar_file(*entries, (tar_link, b""), (pipe, b"")))) == dict.fromkeys(
        (*paths, "link.txt", "pipe.txt"), "unsafe_path"
    )


def test_bombs_are_not_unpacked() -> None:
    zeros = b"0" * (12 * 2**20)
    assert by_key(read("a.zip", zip_file(("zeros.txt", zeros)))) == {"zeros.txt": "archive_too_large"}
    assert refused("zeros.txt.gz", gzip.compress(zeros))[::2] == (
        "archive_too_large",
        "the file grows more than 200 times",
    )
    options = ReadOptions(name="a.zip", max_unpacked_bytes=1000, max_archive_entries=3)
    many = zip_file(*((f"{number}.txt", b"x" * 400) for number in range(3)))
    reader = reader_for("a.zip")
    assert reader is not None
    assert [type(found) for found in reader.read(io.BytesIO(many), options)] == [Record, Record, Rejected]
    too_many = zip_file(*((f"{number}.txt", b"x") for number in range(4)))
    (rejected,) = reader.read(io.BytesIO(too_many), replace(options, unpacked=Unpacked()))
    assert isinstance(rejected, Rejected)
    assert (rejected.code, rejected.detail) == ("archive_too_large", "the archive holds 4 files")


def test_damaged_and_encrypted_archives() -> None:
    good = zip_file(("one.txt", b"One, and so on."))
    assert refused("a.zip", good[:-10])[0] == "file_damaged"
    assert refused("a.zip", b"")[0] == "file_damaged"
    assert refused("a.tar", b"x" * 1024)[0] == "file_damaged"
    flagged = bytearray(good)
    flagged[6] |= 1
    flagged[good.index(b"PK\x01\x02") + 8] |= 1
    assert by_key(read("a.zip", bytes(flagged))) == {"one.txt": "encrypted"}


def test_a_damaged_file_in_a_zip_archive_harms_no_other() -> None:
    damaged = zipfile.ZipInfo("word/document.xml")
    damaged.compress_type = zipfile.ZIP_LZMA
    data = zip_file((damaged, b"They met. " * 50), ("two.txt", b"Two."))
    start = 30 + len(damaged.filename) + 9  # after the settings of LZMA
    data = data[:start] + b"\xff" * 12 + data[start + 12 :]
    two = Record("Two.", "two.txt", encoding="utf-8", format="text")
    assert by_key(read("a.zip", data)) == {"word/document.xml": "file_damaged", "two.txt": two}
    assert refused("a.docx", data)[0] == "file_damaged"


@pytest.mark.parametrize(
    ("damage", "last"),
    [
        (lambda data: data[:1024] + b"x" * 512 + data[1536:], "after 1"),
        (lambda data: data[:1024] + b"two.txt", "after 1"),
        (lambda data: data[:1536], "after 2"),
        (lambda data: data[:2048], None),
        (lambda data: data, None),
    ],
    ids=["a damaged head", "a head cut off", "a file cut off", "no blocks of zeros", "whole"],
)
def test_a_tar_archive_that_ends_before_its_end(damage: Callable[[bytes], bytes], last: str | None) -> None:
    found = by_key(read("a.tar", damage(tar_file(("one.txt", b"One."), ("two.txt", b"Two.")))))
    whole = {"one.txt", "two.txt"} if last is None else {"one.txt"}
    assert {key for key, entry in found.items() if isinstance(entry, Record)} == whole
    assert last is None or found[last] == "file_damaged"


OFFICE_TEXT = (
    "Ministers agree\n\nBUDAPEST, March 11 (Newsline) — The ministers agreed.\nA new line. Tab.\n\n"
    "- Gauges will be shared.\n\n- Locks stay open.\n\nVienna | 2.1 m"
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCX_BODY = f"""<w:document xmlns:w="{WORD}"><w:body>
<w:p><w:pPr><w:pStyle w:val="Title"/><w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr>
<w:r><w:t>Ministers agree</w:t></w:r></w:p>
<w:sdt><w:sdtContent><w:p><w:r><w:t xml:space="preserve">BUDAPEST, March 11 (Newsline) — The </w:t></w:r>
<w:ins w:id="1"><w:r><w:rPr><w:b/></w:rPr><w:t>ministers</w:t></w:r></w:ins>
<w:del w:id="2"><w:r><w:delText>secretaries</w:delText></w:r></w:del><w:r>
<w:t xml:space="preserve"> agreed.</w:t><w:br/>
<w:t>A new line.</w:t><w:tab/><w:t>Tab.</w:t></w:r></w:p></w:sdtContent></w:sdt>
<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/></w:numPr></w:pPr><w:r><w:t>Gauges will be shared.</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:instrText>PAGE</w:instrText><w:t>Locks stay open.</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Vienna</w:t></w:r></w:p></w:tc>
<w:tc><w:p><w:r><w:t>2.1 m</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
<w:p/><w:sectPr/></w:body></w:document>""".replace("\n", "")
DOCX_CORE = """<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>River pact</dc:title><dc:creator>Anna Hahn</dc:creator>
<dc:language>en-GB</dc:language></cp:coreProperties>"""


def test_a_word_document() -> None:
    data = zip_file(("word/document.xml", DOCX_BODY.encode()), ("docProps/core.xml", DOCX_CORE.encode()))
    assert read("a.docx", data) == [Record(OFFICE_TEXT, title="River pact", byline="Anna Hahn", language="en-GB")]


@pytest.mark.parametrize(
    ("mark", "text"),
    [("", "They."), (' w:val="1"', "They."), *((f' w:val="{value}"', "They met.") for value in ("0", "false", "off"))],
)
def test_hidden_words_of_a_word_document(mark: str, text: str) -> None:
    run = f"<w:r><w:rPr><w:vanish{mark}/></w:rPr><w:t> met</w:t></w:r>"
    body = f"<w:p><w:r><w:t>They</w:t></w:r>{run}<w:r><w:t>.</w:t></w:r></w:p>"
    document = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    assert read("a.docx", zip_file(("word/document.xml", document.encode()))) == [Record(text)]


def test_a_word_document_by_another_library() -> None:
    document = docx.Document()
    document.core_properties.title = "River pact"
    document.core_properties.author = ""
    document.sections[0].header.paragraphs[0].text = "Bulletin 7"
    document.add_heading("Ministers agree", 0)
    document.add_paragraph("They ").add_run("agreed").bold = True
    data = io.BytesIO()
    document.save(data)
    assert read("a.docx", data.getvalue()) == [Record("Ministers agree\n\nThey agreed", title="River pact")]


def test_an_open_document() -> None:
    document = odfdo.Document("text")
    document.meta.title, document.meta.creator, document.meta.language = "River pact", "Anna Hahn", "en-GB"
    document.body.clear()
    document.body.append(odfdo.Header(1, "Ministers agree"))
    paragraph = odfdo.Paragraph("BUDAPEST,  March 11 (Newsline) — The ministers agreed.\nA new line.\tTab.")
    paragraph.insert_note(after="agreed", note_id="n1", citation="1", body="A footnote.")
    document.body.append(paragraph)
    document.body.append(odfdo.List(["Gauges will be shared.", "Locks stay open."]))
    table = odfdo.Table("levels")
    table.set_value("A1", "Vienna")
    table.set_value("B1", "2.1 m")
    document.body.append(table)
    data = io.BytesIO()
    document.save(data)
    assert read("a.odt", data.getvalue()) == [
        Record(OFFICE_TEXT, title="River pact", byline="Anna Hahn", language="en-GB")
    ]


def test_office_documents_that_cannot_be_loaded() -> None:
    for name, body in (("a.docx", "word/document.xml"), ("a.odt", "content.xml")):
        assert refused(name, b"")[0] == "file_damaged"
        assert refused(name, zip_file(("other.xml", b"<a/>")))[0] == "file_damaged"
        assert refused(name, zip_file((body, b"<a><b>")))[0] == "file_damaged"
        assert refused(name, zip_file((body, b"<a/>")))[0] == "file_empty"
        assert refused(name, zip_file((body, BOMB.encode())))[0] == "unsafe_xml"
        assert refused(name, zip_file((body, b"<a>" + b" " * (12 * 2**20) + b"</a>")))[0] == "archive_too_large"
        assert refused(name, b"\xd0\xcf\x11\xe0 and so on")[0] == "encrypted"
    manifest = b'<manifest xmlns:m="urn:m"><m:file-entry><m:encryption-data/></m:file-entry></manifest>'
    assert refused("a.odt", zip_file(("META-INF/manifest.xml", manifest), ("content.xml", b"x")))[0] == "encrypted"


def test_rich_text() -> None:
    data = rb"""{\rtf1\ansi\ansicpg1250\deff0{\fonttbl{\f0 Times;}}{\info{\title Pakt \'b9}{\author Anna Hahn}}
{\header Bulletin 7}\pard\f0\fs24 Rz\'b9d og\'b3osi\'b3, \uc1\u380?e {\b dobrze}.\par
\ldblquote We will not,\rdblquote  he said \emdash  again.\par\par {\*\generator Word}Last line.\par}"""
    assert read("a.rtf", data) == [
        Record(
            "Rząd ogłosił, że dobrze.\n\n“We will not,” he said — again.\n\nLast line.",
            title="Pakt ą",
            byline="Anna Hahn",
            encoding="cp1250",
        )
    ]
    assert refused("a.rtf", b"They met.")[0] == "file_damaged"
    assert refused("a.rtf", b"{\\rtf1\\ansi }")[0] == "file_empty"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"\ansicpg1252\deff0{\fonttbl{\f0\fcharset204 A;}}\'cd\'e5\'f2.", "Нет."),
        (rb"\ansicpg1252{\fonttbl{\f1\fcharset238{\*\fname A;}A CE;}{\f2\fcharset0 A;}}\f1 \'f8{\f2 \'f8}\'f8", "řøř"),
        (rb"\ansicpg1251\deff0{\fonttbl{\f0\fcharset0 A;}}\'cd\'e5\'f2.", "Нет."),
        (rb"\ansicpg1252\deff1{\fonttbl{\f1\fcharset204 A;}{\f2\fcharset0 A;}}{\f2 \'e9\plain \'cd}", "éН"),
        (rb"\ansicpg1252{\fonttbl{\f1\fcharset128 A;}}\f1 \'83A\'83\'43\'95\'5c.", "アイ表."),
        (b"\\ansicpg1251 \xcd\xe5\xf2.", "Нет."),
        (rb"\mac \'8e\'7bx\'7d", "é{x}"),
        (rb"\ansicpg1252\uc2 \u1053\'3f\'3f \u-10179??\u-8704?? \uc0\u233 5", "Н 😀 é5"),
        (rb"\ansicpg1252 a{\pict\bin3 }}\xe9}b", "ab"),
    ],
)
def test_letters_of_rich_text(body: bytes, text: str) -> None:
    (record,) = read("a.rtf", b"{\\rtf1\\ansi" + body + b"}")
    assert isinstance(record, Record)
    assert record.text == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"They {\v hidden}met.", "They met."),
        (rb"They {\deleted gone}met.", "They met."),
        (rb"They \v hid{\b d}\'e9n\u233 ?\emdash \v0 met.", "They met."),
        (rb"{\v {\v0 They} hidden} met.", "They met."),
        (rb"They {\v0\vertalt met}.", "They met."),
    ],
)
def test_hidden_words_of_rich_text(body: bytes, text: str) -> None:
    assert read("a.rtf", b"{\\rtf1\\ansi " + body + b"}") == [Record(text, encoding="cp1252")]


def mail(text: str, subtype: str = "plain") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Pact — agreed"
    message["From"] = '"Anna Hahn" <anna@ministry.example>'
    message["Date"] = "Wed, 11 Mar 2026 18:20:00 +0100"
    message["Message-ID"] = "<1@ministry.example>"
    message.set_content(text, subtype=subtype)
    return message


def mail_record(text: str, key: str = "") -> Record:
    date, encoding = "Wed, 11 Mar 2026 18:20:00 +0100", "utf-8"
    return Record(text, key, title="Pact — agreed", byline="Anna Hahn", published=date, encoding=encoding)


@pytest.mark.parametrize(
    "rest",
    [
        "On Tue, Mar 10, 2026 at 9:00 AM Al Dow <al@x.example> wrote:\n> Did they agree?\n>\n> Al\n",
        "On Tue, Mar 10, 2026 at 9:00 AM Al Dow\n<al@x.example> wrote:\n\n> Did they agree?\n",
        "-----Original Message-----\nFrom: Al Dow\n\nDid they agree?\n",
        "From: Al Dow\nSent: Tuesday, March 10, 2026 9:00 AM\nTo: Anna\n\nDid they agree?\n",
        "________________________________\nDe : Al Dow <al@x.example>\nObjet : Pact\n\nDid they agree?\n",
        "Am 10.03.2026 um 09:00 schrieb Al Dow:\n\nDid they agree?\n",
        "On Tue, Mar 10, 2026 at 9:00 AM Al Dow wrote:\n\nDid they agree?\n",
        "Sent from my iPhone\n",
        "-- \nAnna Hahn\nPress office\n",
        "--\nAnna Hahn\nPress office\n",
        "Best regards,\nAnna Hahn\nPress office | Dock 4\nTel. +49 40 123\n",
        "Mit freundlichen Grüßen\n\nAnna Hahn\n\nFrom: Al Dow\nSent: Tue 9:00\nTo: Anna\n\nDid they agree?\n",
    ],
)
def test_a_mail_without_quoted_replies_and_signature(rest: str) -> None:
    message = mail(f"The ministers “agreed”.\n\nNo one objected.\n\n{rest}")
    assert read("a.eml", message.as_bytes()) == [mail_record("The ministers “agreed”.\n\nNo one objected.")]


@pytest.mark.parametrize(
    "text",
    [
        "The talks failed.\n\nOn Tuesday the prime minister wrote to the council:\n\nThe pact is void.",
        "The talks failed.\n\nOn Tuesday at 9:00 the prime minister wrote to the council:\n\nThe pact is void.",
        "On Monday they met.\n\nOn Tuesday the prime minister wrote:\nThe pact is void at 9:00.",
        "FOR IMMEDIATE RELEASE\nFrom: Ministry of Trade\nDate: 3 March 2026\n\nThe ministers agreed.",
        "FOR IMMEDIATE RELEASE\nFrom: Ministry of Trade\nTo: Editors\nDate: 3 March 2026\n\nCall 9:00 to 17:00.",
        "The ministers agreed.\n\n--\n\nThe talks on grain go on.\n\nNo one objected.",
        "The ministers agreed.\n--\nThe talks on grain go on, and they are to end before the summer, she said\nlater",
    ],
)
def test_words_of_a_mail_that_only_look_like_a_quoted_reply(text: str) -> None:
    assert read("a.eml", mail(f"“Stop press”\n\n{text}").as_bytes()) == [mail_record(f"“Stop press”\n\n{text}")]


@pytest.mark.parametrize(
    "head",
    [
        "---------- Forwarded message ---------\nFrom: Al Dow <al@x.example>\nDate: Tue, Mar 3, 2026 at 9:00 AM\n"
        "Subject: Pact\nTo: <anna@x.example>\n",
        "Begin forwarded message:\n\nFrom: Al Dow\nSubject: Pact\nDate: 3 March 2026 at 9:00\nTo: Anna\n",
    ],
    ids=["Gmail", "Apple Mail"],
)
def test_what_a_mail_passes_on_is_kept(head: str) -> None:
    text = f"See “below”.\n\n-- \nAnna Hahn\n\n{head}\nThe ministers agreed.\n\nBest regards,\nAl Dow\n"
    assert read("a.eml", mail(text).as_bytes()) == [mail_record("See “below”.\n\nThe ministers agreed.")]


@pytest.mark.parametrize(
    "page",
    [
        '<div>See “below”.</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------'
        "<br>From: Al Dow</div><p>The ministers agreed.</p></div>",
        '<div>See “below”.</div><div>Begin forwarded message:</div><br><blockquote type="cite"><div><b>From:</b> Al Dow'
        "</div><div><b>Subject:</b> Pact</div><p>The ministers agreed.</p></blockquote>",
    ],
    ids=["Gmail", "Apple Mail"],
)
def test_what_a_mail_in_html_passes_on_is_kept(page: str) -> None:
    assert read("a.eml", mail(page, "html").as_bytes()) == [mail_record("See “below”.\n\nThe ministers agreed.")]


def test_a_mail_in_html() -> None:
    page = (
        '<div><p>They “met”.</p><p>And left.</p><div class="gmail_quote"><p>He wrote:</p>'
        '<blockquote type="cite">Old news.</blockquote></div></div>'
    )
    assert read("a.eml", mail(page, "html").as_bytes()) == [mail_record("They “met”.\n\nAnd left.")]


def test_a_mail_with_pictures_between_its_texts() -> None:
    message = mail("The ministers “agreed”.")
    message.make_mixed()
    message.add_attachment(b"jpg", maintype="image", subtype="jpeg", disposition="inline", filename="photo.jpg")
    message.attach(mail("No one “objected”.\n\n-- \nAnna Hahn\n"))
    assert read("a.eml", message.as_bytes()) == [mail_record("The ministers “agreed”.\n\nNo one “objected”.")]


def test_a_mail_whose_plain_part_is_a_picture() -> None:
    story = "<p>The ministers “agreed”.</p>"
    alternatives = mail("[cid:logo@1]\n")
    alternatives.add_alternative(story, subtype="html")
    stub = mail("View it online.")
    stub.add_alternative(f"{story}<p>{'No one objected. ' * 9}</p>", subtype="html")
    (found,) = read("a.eml", stub.as_bytes())
    assert isinstance(found, Record)
    assert found.text.startswith("The ministers “agreed”.\n\nNo one objected.")
    one_by_one = mail("[cid:logo@1]\n")
    one_by_one.make_mixed()
    one_by_one.attach(mail(story, "html"))
    for message in (alternatives, one_by_one):
        assert read("a.eml", message.as_bytes()) == [mail_record("The ministers “agreed”.")]


def test_attachments_are_read_by_their_own_readers() -> None:
    message = mail("See “below”.")
    message.add_alternative("<p>Not this.</p>", subtype="html")
    message.add_attachment(b"The pact.", maintype="text", subtype="plain", filename="pact.txt")
    message.add_attachment(b"jpg", maintype="image", subtype="jpeg", filename="photo.jpg")
    message.add_attachment(b"They met.", maintype="text", subtype="plain", filename="C:\\docs\\talks.txt")
    assert read("a.eml", message.as_bytes()) == [
        mail_record("See “below”."),
        Record("The pact.", "pact.txt", encoding="utf-8", format="text"),
        Record("They met.", "talks.txt", encoding="utf-8", format="text"),
    ]


def test_attachments_that_cannot_be_read_are_told() -> None:
    message = mail("See “below”.")
    message.add_attachment(b"no", maintype="text", subtype="plain", filename="../up.txt")
    message.add_attachment(b"doc", maintype="application", subtype="msword", filename="statement.doc")
    message.add_attachment(b"sign", maintype="application", subtype="pgp-signature", filename="signature.asc")
    message.add_attachment(b"when", maintype="text", subtype="calendar", filename="invite.ics")
    assert by_key(read("a.eml", message.as_bytes())) == {
        "": mail_record("See “below”."),
        "../up.txt": "unsafe_path",
        "statement.doc": "unknown_format",
    }


FLOWED = "Content-Type: text/plain; charset=utf-8; format=flowed"


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        (
            FLOWED,
            "The ministers \nagreed on \na pact.\n\nNo one objected.\n",
            "The ministers agreed on a pact.\n\nNo one objected.",
        ),
        (f"{FLOWED}; delsp=yes", "The minis \nters  \nagreed.\n", "The ministers agreed."),
        (FLOWED, " From here \n  on.\n >a\n", "From here  on.\n >a"),
        (FLOWED, "They \nmet.\n-- \nAnna \nHahn\n", "They met."),
        (FLOWED, "They \n\n> met \n> again.\n>> Twice.\nleft.\n", "They\n\nleft."),
        (FLOWED, "They met \n> and \nleft.\n", "They met\nleft."),
        ("Content-Type: text/plain", "They \nmet.\n", "They \nmet."),
    ],
    ids=["soft ends", "DelSp", "stuffing", "a signature", "quotations", "a quotation in between", "not flowed"],
)
def test_a_mail_of_flowed_text(head: str, body: str, text: str) -> None:
    (record,) = read("a.eml", f"{head}\nSubject: Pact\n\n{body}".encode())
    assert isinstance(record, Record)
    assert record.text == text


def test_a_part_of_a_mail_in_no_known_encoding_is_told() -> None:
    message = mail("The ministers “agreed”.")
    message.make_mixed()
    message.attach(mail("No one objected."))
    data = message.as_bytes().replace(b"No one objected.", b"caf\xe9")
    found = read("a.eml", data)
    assert found[0] == mail_record("The ministers “agreed”.")
    assert [(entry.code, entry.detail) for entry in found[1:] if isinstance(entry, Rejected)] == [
        ("invalid_utf8", "a text of the mail: byte 3 (0xe9) is not UTF-8")
    ]
    (whole,) = read("a.eml", data, default="cp1252")
    assert isinstance(whole, Record)
    assert whole.text == "The ministers “agreed”.\n\ncafé"


def test_a_mail_that_hangs_on_another() -> None:
    outer = EmailMessage()
    outer.add_attachment(mail("The ministers “agreed”."))
    assert read("a.eml", outer.as_bytes()) == [
        replace(mail_record("The ministers “agreed”.", "mail.eml"), format="eml")
    ]


def test_mails_of_a_mailbox() -> None:
    first, second = mail("One “a”.\n\nFrom here on.\n").as_bytes(), mail("Two “b”.").as_bytes()
    begins = b"From a@x.example Wed Mar 11 18:20:00 2026\n"
    box = begins + first.replace(b"\nFrom here", b"\n>From here") + b"\nFrom b Thu Mar 12 9:00 2026 +0100\n" + second
    key = "1@ministry.example"
    assert read("a.mbox", box) == [mail_record("One “a”.\n\nFrom here on.", key), mail_record("Two “b”.", key)]


def test_lines_of_a_mailbox_that_were_told_from_the_head_of_a_mail() -> None:
    part = 'Content-Disposition: attachment; filename="a.txt"\n\nA\n>From here\n>>From there\n> From now'
    box = f'From a Wed Mar 11 18:20:00 2026\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n{part}\n--b--\n'
    assert read("a.mbox", box.encode()) == [
        Record("A\nFrom here\n>From there\n> From now", "1/a.txt", encoding="utf-8", format="text")
    ]


def test_a_paragraph_of_a_mailbox_that_begins_with_from() -> None:
    text = "They “met”.\n\nFrom the beginning, the plan was doomed.\n\nFrom Graz, 3 March 2026"
    box = b"From - Wed Mar 11 18:20:00 2026\r\n" + mail(text).as_bytes()
    assert read("a.mbox", box) == [mail_record(text, "1@ministry.example")]


@pytest.mark.parametrize("given", ["<", "<>", "<a@", "<a@["])
def test_a_mail_of_a_mailbox_with_an_odd_name(given: str) -> None:
    begins = b"From a Wed Mar 11 18:20:00 2026\n"
    odd, good = mail("One “a”.").as_bytes(), mail("Two “b”.").as_bytes()
    found = read("a.mbox", begins + odd.replace(b"<1@ministry.example>", given.encode()) + b"\n" + begins + good)
    assert [entry.text for entry in found if isinstance(entry, Record)] == ["One “a”.", "Two “b”."]


@pytest.mark.parametrize(
    "odd",
    [
        "Content-Disposition: attachment; filename*=unicode-escape''%5Cud800.txt",
        "Content-Type: text/plain; charset*=unicode-escape''%5Cud800",
    ],
)
def test_a_mail_that_cannot_be_read_harms_no_other_of_its_mailbox(odd: str) -> None:
    begins, key = b"From a Wed Mar 11 18:20:00 2026\n", "1@ministry.example"
    box = begins + odd.encode() + b"\n\nOne.\n\n" + begins + mail("Two “b”.").as_bytes()
    assert by_key(read("a.mbox", box)) == {"1": "file_damaged", key: mail_record("Two “b”.", key)}


def test_mails_that_cannot_be_loaded() -> None:
    assert refused("a.eml", b"")[0] == "file_empty"
    assert refused("a.mbox", b"\n")[0] == "file_empty"
    assert refused("a.eml", b"garbage \xff\x00 \n\nx")[0] == "invalid_utf8"
    assert refused("a.eml", b"Subject: Pact\n\n \n")[0] == "empty_text"
    many = mail("See below.")
    for number in range(201):
        many.add_attachment(b"x", maintype="text", subtype="plain", filename=f"{number}.txt")
    assert refused("a.eml", many.as_bytes())[0] == "archive_too_large"


def test_a_saved_web_page() -> None:
    message = EmailMessage()
    message["Snapshot-Content-Location"] = "https://danube.example/saved"
    message.set_content(PAGE.format(charset="utf-8").replace('<link rel="canonical"', "<link"), subtype="html")
    message.add_related(b"jpg", maintype="image", subtype="jpeg")
    (record,) = read("a.mhtml", message.as_bytes())
    assert isinstance(record, Record)
    assert (record.text, record.title) == (PAGE_TEXT, "Ministers agree on river pact")
    assert record.canonical_url == "https://danube.example/saved"
    assert refused("a.mhtml", mail("No page.").as_bytes())[0] == "file_damaged"


NITF = """<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE nitf SYSTEM "nitf-3-5.dtd"><nitf xml:lang="en"><head>
<title>pact</title><docdata><doc-id id-string="n1"/><date.issue norm="20260311T182000+0100"/></docdata></head><body>
<body.head><hedline><hl1>Ministers agree</hl1></hedline><byline>By <person>Anna Hahn</person><byttl>Staff</byttl>
</byline>
<distributor>Newsline</distributor><dateline><location>BUDAPEST</location>, <story.date>March 11</story.date> (Newsline)
</dateline></body.head><body.content><p>The ministers <em>agreed</em>.</p><media><media-caption>Pic</media-caption>
</media>
<hl2>Next</hl2><p>“No,” she said.</p></body.content><body.end/></body></nitf>"""
NEWSML_1 = """<NewsML><NewsItem><Identification><NewsIdentifier><ProviderId>newsline.example</ProviderId>
<DateId>20260311</DateId><NewsItemId>n1</NewsItemId></NewsIdentifier></Identification><NewsManagement>
<FirstCreated>20260311T182000+0100</FirstCreated></NewsManagement><NewsComponent><NewsLines>
<HeadLine>Ministers agree</HeadLine><ByLine>By Anna Hahn</ByLine><DateLine>BUDAPEST, March 11 (Newsline)</DateLine>
</NewsLines>
<AdministrativeMetadata><Provider><Party FormalName="Newsline"/></Provider></AdministrativeMetadata>
<DescriptiveMetadata>
<Language FormalName="en"/></DescriptiveMetadata><NewsComponent><ContentItem><DataContent>A teaser.</DataContent>
</ContentItem>
</NewsComponent><NewsComponent><ContentItem><DataContent><nitf><body><body.content><p>The ministers agreed.</p>
<hl2>Next</hl2>
<p>“No,” she said.</p></body.content></body></nitf></DataContent></ContentItem></NewsComponent></NewsComponent>
</NewsItem>
<NewsItem><NewsComponent><ContentItem Href="pic.jpg"/></NewsComponent></NewsItem></NewsML>"""
NEWSML_G2 = """<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet><newsItem guid="n1" xml:lang="en">
<itemMeta>
<provider literal="newsline"><name>Newsline</name></provider><versionCreated>2026-03-12T07:00:00+01:00</versionCreated>
</itemMeta><contentMeta><contentCreated>2026-03-11T18:20:00+01:00</contentCreated><by>By Anna Hahn</by>
<dateline>BUDAPEST, March 11 (Newsline)</dateline><language tag="en"/><headline>Ministers agree</headline></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head>
<title>x</title>
</head><body><p>The ministers agreed.</p><h2>Next</h2><p>“No,” she said.</p></body></html></inlineXML></contentSet>
</newsItem></itemSet></newsMessage>"""
WIRE_TEXT = "BUDAPEST, March 11 (Newsline)\n\nThe ministers agreed.\n\nNext\n\n“No,” she said."


@pytest.mark.parametrize(
    ("name", "format", "published"),
    [
        ("NITF", "nitf", "2026-03-11"),
        ("NEWSML_1", "newsml_1", "2026-03-11"),
        ("NEWSML_G2", "newsml_g2", "2026-03-11T18:20:00+01:00"),
    ],
)
def test_stories_in_the_formats_of_agencies(name: str, format: str, published: str) -> None:
    (record, *_) = read("a.xml", globals()[name].encode())
    expected = Record(WIRE_TEXT, "n1", "Ministers agree", "Anna Hahn", "Newsline", published, "en", format=format)
    assert record == replace(expected, encoding="utf-8")


def test_a_news_item_without_text_and_other_xml() -> None:
    assert by_key(read("a.xml", NEWSML_1.encode()))["2"] == "empty_text"
    assert refused("a.xml", b"<nitf><body/></nitf>")[0] == "empty_text"
    assert refused("a.xml", b"<invoice/>")[0] == "unknown_format"
    assert refused("a.xml", b"<nitf><body>")[0] == "file_damaged"
    assert refused("a.xml", BOMB.encode())[0] == "unsafe_xml"
    assert refused("a.xml", b" ")[0] == "file_empty"
    (feed, *_) = read("a.xml", ATOM.encode())
    assert isinstance(feed, Record)
    assert (feed.text, feed.format) == ("Der Pegel sinkt.", "feed")


@pytest.mark.parametrize(
    ("page", "before", "status", "key"),
    [
        (NEWSML_G2, "<versionCreated>", '<pubStatus qcode="stat:canceled"/>', "n1"),
        (NEWSML_G2, "<versionCreated>", '<pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/withheld"/>', "n1"),
        (NEWSML_1, "<FirstCreated>", '<Status FormalName="Canceled"/>', "n1"),
        (NITF.replace("<docdata>", '<docdata management-status="canceled">'), "", "", "n1"),
    ],
    ids=["NewsML-G2", "an address", "NewsML 1", "NITF"],
)
def test_a_story_that_its_agency_has_taken_back(page: str, before: str, status: str, key: str) -> None:
    assert by_key(read("a.xml", page.replace(before, status + before, 1).encode()))[key] == "withdrawn"
    usable = page.replace(before, before and '<pubStatus qcode="stat:usable"/>' + before, 1)
    assert isinstance(by_key(read("a.xml", usable.replace("canceled", "usable").encode()))[key], Record)


@pytest.mark.parametrize(
    ("dateline", "text"),
    [
        ("<location>VIENNA</location><story.date>March 5</story.date>", "VIENNA, March 5"),
        ("\n<location>VIENNA</location>, \n<story.date>March 5</story.date>", "VIENNA, March 5"),
        ("PARIS (<em>AFP</em>) -", "PARIS (AFP) -"),
    ],
)
def test_a_dateline_in_parts(dateline: str, text: str) -> None:
    body = f"<body.head><dateline>{dateline}</dateline></body.head><body.content><p>They met.</p></body.content>"
    (record,) = read("a.nitf", f"<nitf><body>{body}</body></nitf>".encode())
    assert isinstance(record, Record)
    assert record.text == f"{text}\n\nThey met."


def test_a_dateline_that_is_a_place_alone_stands_before_the_text() -> None:
    head = "<body.head><dateline><location>OSLO</location></dateline></body.head>"
    nitf = f"<nitf><body>{head}<body.content><p>They met.</p><p>They left.</p></body.content></body></nitf>"
    (record,) = read("a.nitf", nitf.encode())
    assert isinstance(record, Record)
    assert record.text == "OSLO — They met.\n\nThey left."
    assert read_header(record.text).dateline_place == "Oslo"


@pytest.mark.parametrize(
    "page",
    [
        NITF.replace("</hl1>", "</hl1><hl2>Low water halts <em>barges</em></hl2>"),
        NEWSML_1.replace("</HeadLine>", "</HeadLine><SubHeadLine>Low water halts barges</SubHeadLine>"),
    ],
    ids=["NITF", "NewsML 1"],
)
def test_a_line_below_the_headline(page: str) -> None:
    record = read("a.xml", page.encode())[0]
    assert isinstance(record, Record)
    assert (record.title, record.text) == ("Ministers agree", f"Low water halts barges\n\n{WIRE_TEXT}")
    header = read_header(record.text)
    assert header.dateline_place == "Budapest"
    assert record.text[header.body_start :].startswith("The ministers agreed.")


def test_flashes_of_reuters_21578() -> None:
    flash = '<REUTERS NEWID="9">\n<TEXT TYPE="BRIEF">&#2;\n******<TITLE>PACT</TITLE>{}\n&#3;</TEXT>\n</REUTERS>\n'
    assert refused("a.sgm", flash.format("Blah blah blah.").encode())[:2] == ("empty_text", "9")
    (record,) = read("a.sgm", flash.format("It rises.").encode())
    assert isinstance(record, Record)
    assert record.text == "It rises."


REUTERS = """<!DOCTYPE lewis SYSTEM "lewis.dtd">
<REUTERS TOPICS="YES" LEWISSPLIT="TRAIN" OLDID="5544" NEWID="1">
<DATE>26-FEB-1987 15:01:01.79</DATE>
<TOPICS><D>cocoa</D></TOPICS>
<TEXT>&#2;
<TITLE>TALKS ON A
PACT</TITLE>
<AUTHOR>    By Anna Hahn, Reuters</AUTHOR>
<DATELINE>    BUDAPEST, Feb 26 - </DATELINE><BODY>The ministers agreed, said
Smith &amp; Co &lt;SMC>.
    "No," she said.
 Reuter
&#3;</BODY></TEXT>
</REUTERS>
<REUTERS NEWID="2">
<DATE>26-FEB-1987 15:02:20.00</DATE>
<TEXT TYPE="BRIEF">&#2;
<TITLE>A HEADLINE ALONE</TITLE>
</TEXT>
</REUTERS>
<REUTERS NEWID="3">
<DATE>26-FEB-1987 15:03:27.51</DATE>
<TEXT TYPE="UNPROC">&#2;
Prices fell.
</TEXT>
</REUTERS>
"""


def test_stories_of_the_reuters_collection() -> None:
    assert read("reut2-000.sgm", REUTERS.encode("latin-1")) == [
        Record(
            'BUDAPEST, Feb 26 - The ministers agreed, said\nSmith & Co <SMC>.\n\n"No," she said.',
            "1",
            "TALKS ON A PACT",
            "Anna Hahn",
            "Reuters",
            "26 Feb 1987",
            "en",
            encoding="cp1252",
        ),
        Rejected("empty_text", "story 2 is a headline alone", "2", "A HEADLINE ALONE"),
        Record("Prices fell.", "3", None, None, "Reuters", "26 Feb 1987", "en", encoding="cp1252"),
    ]
    assert refused("a.sgm", b"<!DOCTYPE lewis>")[0] == "file_damaged"
    assert refused("a.sgm", b'<REUTERS NEWID="7">\n' + b"word\n" * 300 + b"</REUTERS>\n")[::2] == (
        "text_too_long",
        "story 1 has more than 1,000 characters",
    )


def test_stories_of_the_reuters_collection_that_break_off() -> None:
    story = '<REUTERS NEWID="{0}">\n<TEXT>Prices fell in {0}.\n{1}'
    data = story.format(7, "</TEXT>\n") + story.format(8, "</TEXT> </REUTERS>\n") + story.format(9, "")
    eight = Record("Prices fell in 8.", "8", publisher="Reuters", language="en", encoding="cp1252")
    assert by_key(read("a.sgm", data.encode())) == {"1": "file_damaged", "8": eight, "3": "file_damaged"}


def warc_entry(kind: str, address: str, block: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2026-03-11T18:20:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{len(block)}>\r\nContent-Type: application/http; msgtype={kind}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def http_answer(status: str, media_type: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media_type}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def test_pages_of_a_web_archive() -> None:
    page = PAGE.format(charset="utf-8").replace('<link rel="canonical"', "<link").encode("cp1252")
    packed = gzip.compress(page)
    base = "https://danube.example"
    entries = [
        warc_entry("request", f"{base}/1", b"GET /1 HTTP/1.1\r\n\r\n"),
        warc_entry("response", f"{base}/1", http_answer("200 OK", "text/html; charset=windows-1252", page)),
        warc_entry("response", f"{base}/2", http_answer("200 OK", "text/html", packed, "Content-Encoding: gzip")),
        warc_entry("response", f"{base}/gone", http_answer("404 Not Found", "text/html", b"<p>Gone.")),
        warc_entry("response", f"{base}/logo", http_answer("200 OK", "image/png", b"png")),
    ]
    options = {"charset": "cp1252"}
    for name, data in (("a.warc", b"".join(entries)), ("a.warc.gz", b"".join(map(gzip.compress, entries)))):
        reader = reader_for(name)
        assert reader is not None
        assert reader.name == "warc"
        found = by_key(list(reader.read(io.BytesIO(data), ReadOptions(**options))))
        first = found.pop(f"{base}/1")
        assert isinstance(first, Record)
        assert (first.text, first.encoding, first.canonical_url) == (PAGE_TEXT, "cp1252", f"{base}/1")
        assert (first.title, first.format) == ("Ministers agree on river pact", "html")
        second = found.pop(f"{base}/2")
        assert isinstance(second, Record)
        assert second.text == PAGE_TEXT
        assert found == {f"{base}/gone": "http_error", f"{base}/logo": "not_html"}


def test_a_web_archive_that_is_packed_as_a_whole_or_breaks_off() -> None:
    page = http_answer("200 OK", "text/html", brotli.compress(f"<p>{LEAD}".encode()), "Content-Encoding: br")
    bad = http_answer("200 OK", "text/html", b"\xff\xff no brotli", "Content-Encoding: br")
    entries = [warc_entry("response", "https://a.example", bad), warc_entry("response", "https://b.example", page)]
    packed = gzip.compress(b"".join(entries))
    found = by_key(read("a.warc.gz", packed))
    assert found.pop("https://a.example") == "file_damaged"
    (record,) = found.values()
    assert isinstance(record, Record)
    assert record.text == LEAD
    assert by_key(read("a.zip", zip_file(("a.warc.gz", packed))))["a.warc.gz/https://b.example"] != "file_damaged"
    assert by_key(read("a.warc.gz", packed[:-50])).popitem()[1] == "file_damaged"


@pytest.mark.parametrize("cut", [20, 200, 560], ids=["in the page", "in its head", "in the head of its entry"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "packed"])
def test_of_a_web_archive_that_breaks_off_what_is_whole_is_loaded(pack: Callable[[bytes], bytes], cut: int) -> None:
    page = http_answer("200 OK", "text/html", f"<p>{LEAD}</p>".encode(), "X-Filler: " + "x" * 200)
    first, last = (warc_entry("response", f"https://{name}.example", page) for name in "ab")
    packed = pack(last) if pack is bytes else zlib.compress(last, 0, wbits=31)
    found = by_key(read("a.warc", pack(first) + packed[:-cut]))
    assert found.pop("after 1") == "file_damaged"
    (record,) = found.values()
    assert isinstance(record, Record)
    assert record.text == LEAD


def test_a_page_that_cannot_be_read_harms_no_other_of_its_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_page(page: Decoded, address: str) -> Record:
        if "odd" in page.text:
            raise RecursionError("too deep")
        return Record(page.text)

    monkeypatch.setattr("flows.ingest.readers.warc.read_page", read_page)
    pages = [
        warc_entry("response", f"https://{text}.example", http_answer("200 OK", "text/html", text.encode()))
        for text in ("odd", "good")
    ]
    found = by_key(read("a.warc", b"".join(pages)))
    assert found.pop("https://odd.example") == "file_damaged"
    (record,) = found.values()
    assert isinstance(record, Record)
    assert record.text == "good"


def test_plain_texts_of_a_web_archive() -> None:
    entry = warc_entry("conversion", "https://a.example", LEAD.encode())
    entry = entry.replace(b"application/http; msgtype=conversion", b"text/plain")
    assert read("a.warc", entry) == [
        Record(LEAD, "https://a.example", encoding="utf-8", format="text", canonical_url="https://a.example")
    ]


def test_a_web_archive_that_grows() -> None:
    page = http_answer("200 OK", "text/html", f"<p>{LEAD}</p>".encode())
    zeros = http_answer("200 OK", "text/html", b"0" * (12 * 2**20))
    first, last = warc_entry("response", "https://a.example", page), warc_entry("response", "https://b.example", zeros)
    data = gzip.compress(first) + gzip.compress(last)
    found = by_key(read("a.warc.gz", data))
    assert found.keys() == {"https://a.example", "after 1"}
    assert found["after 1"] == "archive_too_large"
    reader = reader_for("a.warc.gz")
    assert reader is not None
    (rejected,) = reader.read(io.BytesIO(gzip.compress(first)), ReadOptions(max_unpacked_bytes=100))
    assert isinstance(rejected, Rejected)
    assert rejected.code == "archive_too_large"


def test_web_archives_that_cannot_be_loaded() -> None:
    assert refused("a.warc", b"")[0] == "file_empty"
    assert refused("a.warc", b"no archive\r\n" * 20)[0] == "file_damaged"


def test_a_reason_says_what_is_wrong_and_what_to_do() -> None:
    rejected = Rejected("missing_text", "line 3 has no field for the text")
    assert rejected.reason == "line 3 has no field for the text: name the field, as in --map text=body"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("English", "en"),
        ("deu", "de"),
        ("pt_BR", "pt"),
        ("?", None),
        ("", None),
        (None, None),
    ],
)
def test_declared_languages(value: str | None, code: str | None) -> None:
    assert language.declared(value) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The minister said on Wednesday that the talks would go on.", "en"),
        ("Le ministre a déclaré mercredi que les négociations continueraient.", "fr"),
        ("Die Ministerin sagte am Mittwoch, die Gespräche würden fortgesetzt.", "de"),
        ("El ministro dijo el miércoles que las conversaciones continuarán.", "es"),
        ("Министр заявил в среду, что переговоры будут продолжены.", "ru"),
        ("MINISTER SAYS TALKS WILL GO ON NEXT WEEK IN GENEVA", "en"),
        ("Barges may stop as Danube runs low", "en"),
        ("DIE MINISTERIN SAGTE, DIE GESPRÄCHE WÜRDEN FORTGESETZT", "de"),
        ("Donau führt so wenig Wasser wie nie", "de"),
        ("会谈将继续进行。", "zh"),
        ("外相は水曜日、会談を続けると述べた。", "ja"),
        ("“Wir sind müde”, said Karl Brandt, the mayor of Graz, on Monday, and he said it twice.", "en"),
        ("Der Bürgermeister sagte am Montag: “We are tired”. Danach ging er nach Hause.", "de"),
        # Too few words to tell: such texts are taken for English.
        ("12:30 -- 14:00", None),
        ("Merkel besucht Paris", None),
        ("The Prime Minister of Uzbekistan", None),
        ("BEIJING, Sept. 16 (Xinhua) -- Wang Yi met Kyrgyz FM.", None),
        ("Wang Yi, Sergei Lavrov, Ivan Petrov, Kassym-Jomart Tokayev, Sadyr Japarov", None),
        # A summary in another language before an English text.
        ("Die Ministerin sagte, die Gespräche würden fortgesetzt. " * 20 + "She said the talks go on. " * 100, "en"),
        ("Die Ministerin sagte, die Gespräche würden fortgesetzt. " * 60 + "She said the talks go on. " * 20, "de"),
    ],
)
def test_detected_languages(text: str, code: str | None) -> None:
    assert language.detect(text) == code


def test_documents_that_are_not_extracted_are_named_by_language() -> None:
    assert language.not_extracted({"zh": 1, "de": 1200, "fr": 1}) == (
        "1,202 documents in other languages were loaded but not extracted: German 1,200, French 1, Chinese 1"
    )
    assert language.not_extracted({"gsw": 1}) == ("1 document in another language was loaded but not extracted: gsw 1")


def test_samples_are_safe_to_print() -> None:
    assert printable("a\x1b[31mb\u202ec\nd\x00") == "a\\x1b[31mb\\u202ec\nd\\x00"
