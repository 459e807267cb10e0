"""RTF by striprtf: the text, a paragraph a block, with title and author of the document's own description.

Bytes are letters of the code page of their font, else of the document's; they are written as Unicode before striprtf
reads them, since it does not follow the default font, letters of two bytes, or bytes that are not escaped.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any, BinaryIO

import regex

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected
from flows.ingest.readers.text import whole

_START = b"{\\rtf"
_CODE_PAGE = regex.compile(r"\\ansicpg(\d{3,5})|\\(mac|pc|pca)\b")
_NAMED_PAGES = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_WESTERN = "cp1252"
"""Of fonts by the charset 0, which many files name that mean the code page of the document."""
_FONT = regex.compile(r"\\f(\d+)[^;{}]*?\\fcharset(\d+)")
_DEFAULT_FONT = regex.compile(r"\\deff(\d+)")
_INFO = regex.compile(r"\{\\info\b(?:[^{}]|(?P<group>\{(?:[^{}]|(?&group))*\}))*\}")
_FIELD = regex.compile(r"\{\\(title|author)\s((?:[^{}\\]|\\(?:'[0-9a-f]{2}|u-?\d+\s?\?*|\W))*)\}")
_TOKEN = regex.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})?[ ]?|\\'(?P<hex>[0-9a-fA-F]{2})|\\[^a-zA-Z]|(?P<brace>[{}])"
    r"|[\r\n]+|(?P<byte>[\x80-\xff])|(?P<plain>[^\\{}\r\n\x80-\xff]+)|\\",
    regex.S,
)
_HIDDEN = regex.compile(r"\\(?:v|deleted)(?![a-zA-Z])")
_SIGNS = frozenset("u tab line emdash endash bullet lquote rquote ldblquote rdblquote emspace enspace".split())
"""Words that stand for a sign of the text."""


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The one record of a document."""
    data = whole(stream, options)
    if isinstance(data, Rejected):
        yield data
        return
    if not data.lstrip().startswith(_START):
        yield Rejected("file_damaged" if data.strip() else "file_empty", "this is no RTF document")
        return
    source = data.decode("latin-1")
    encoding = _encoding(source)
    source = _without_hidden(_in_unicode(source, encoding))
    info = _INFO.search(source)
    fields = {name: _text(f"{{\\rtf1 {value}}}").strip() for name, value in _FIELD.findall(info[0] if info else "")}
    paragraphs = [" ".join(line.split()) for line in _text(source).splitlines()]
    body = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
    if body:
        yield Record(body, title=fields.get("title") or None, byline=fields.get("author") or None, encoding=encoding)
    else:
        yield Rejected("file_empty", "the document has no text")


def _text(source: str) -> str:
    """The text of a document; letters that RTF writes as two halves are put together."""
    from striprtf import striprtf

    rtf_to_text: Any = striprtf.rtf_to_text
    text: str = rtf_to_text(source, errors="replace")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _encoding(source: str) -> str:
    """The encoding of the document, as Python names it."""
    page = _CODE_PAGE.search(source)
    name = _WESTERN if page is None else _NAMED_PAGES.get(page[2]) or f"cp{page[1]}"
    return name if _is_known(name) else _WESTERN


def _font_encodings(source: str) -> dict[str, str]:
    """The encodings of the fonts that have one of their own, by number."""
    from striprtf.striprtf import charset_map

    named = {font: charset_map.get(int(charset), "") for font, charset in _FONT.findall(source)}
    return {font: encoding for font, encoding in named.items() if encoding and _is_known(encoding)}


def _is_known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


def _in_unicode(source: str, encoding: str) -> str:
    r"""The document with its bytes (`\'e9`, or bare) as Unicode (`\u233 ?`); what `\u` has readers skip stays."""
    encodings = _font_encodings(source)
    named = _DEFAULT_FONT.search(source)
    default = named[1] if named and encodings.get(named[1]) != _WESTERN else ""
    font, skip, to_skip = default, 1, 0
    outer: list[tuple[str, int]] = []
    parts: list[str] = []
    decoder, pending = _decoder(encodings.get(font, encoding)), False
    at = 0
    while token := _TOKEN.match(source, at):
        word, number, plain = token["word"] or token["brace"], int(token["number"] or -1), token["plain"]
        byte = chr(int(token["hex"], 16)) if token["hex"] else token["byte"]
        at = token.end()
        if plain and (to_skip or pending):
            plain, at = plain[0], token.start() + 1
        if to_skip and (byte or plain):
            to_skip -= 1
            parts.append(source[token.start() : at])
        elif byte or (plain and pending):
            parts.append(_escaped(decoder.decode((byte or plain).encode("latin-1")), skip))
            pending = bool(decoder.getstate()[0])
        else:
            if pending:
                parts.append(_escaped(decoder.decode(b"", final=True), skip))
                pending = False
            parts.append(token[0])
            if plain:
                continue
            to_skip = skip if word == "u" else 0
            before = font
            if word == "{":
                outer.append((font, skip))
            elif word == "}" and outer:
                font, skip = outer.pop()
            elif word == "f":
                font = token["number"] or ""
            elif word == "plain":
                font = default
            elif word == "uc" and number >= 0:
                skip = number
            elif word == "bin" and number > 0:
                parts.append(source[at : at + number])
                at += number
            if font != before:
                decoder = _decoder(encodings.get(font, encoding))
    return "".join(parts)


def _without_hidden(source: str) -> str:
    r"""The document without text that is hidden (`\v`) or deleted (`\deleted`), to the end of its group or `\v0`."""
    if not _HIDDEN.search(source):
        return source
    hidden: frozenset[str] = frozenset()
    outer: list[frozenset[str]] = []
    parts: list[str] = []
    at = 0
    while token := _TOKEN.match(source, at):
        word, at = token["word"] or token["brace"], token.end()
        if word == "bin":
            at += max(int(token["number"] or 0), 0)
        if not hidden or (word and word not in _SIGNS) or token[0] == "\\*":
            parts.append(source[token.start() : at])
        if word == "{":
            outer.append(hidden)
        elif word == "}" and outer:
            hidden = outer.pop()
        elif word == "plain":
            hidden = hidden - {"v"}
        elif word in ("v", "deleted"):
            hidden = hidden - {word} if token["number"] == "0" else hidden | {word}
    return "".join(parts)


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(encoding)("replace")


def _escaped(letters: str, skip: int) -> str:
    return "".join(f"\\u{ord(letter)} {'?' * skip}" for letter in letters)


READER = Reader("rtf", (".rtf",), ("application/rtf", "text/rtf"), read, version=4)
