"""The XML formats of news agencies: NITF, NewsML 1 and NewsML-G2, from trees to records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows.ingest.markup import Element, block_text, html_text, local_name
from flows.ingest.readers import Record, Rejected
from flows.wirecopy import parse_date, read_header

_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_BODY = frozenset(("head", "body.head", "body.end", "media", "nitf-table", "figure", "figcaption"))
_NOT_TO_BE_USED = frozenset(("canceled", "cancelled", "killed", "withdrawn", "withheld"))
"""What the three formats call the state of a story that its agency has taken back."""


def read_nitf(root: Element) -> Iterator[Record | Rejected]:
    """The record of an NITF document; its dateline, which stands apart there, is the first paragraph."""
    key = _attribute(root, "doc-id", "id-string") or ""
    withdrawn = _withdrawn(_attribute(root, "docdata", "management-status"), "the story", key)
    if withdrawn:
        yield withdrawn
        return
    body = _first(root, "body.content")
    text = "" if body is None else block_text(body, lambda element: local_name(element) in _NOT_BODY)
    dateline = _dateline(root)
    if not text:
        yield Rejected("empty_text", "the NITF document has no body")
        return
    yield Record(
        _under(_text(root, "hedline/hl2"), _below(dateline, text)),
        key,
        title=_text(root, "hl1") or _text(root, "hedline") or _text(root, "title"),
        byline=_byline(_text(root, "byline/person") or _own_text(root, "byline") or _text(root, "byline")),
        publisher=_text(root, "distributor")
        or _attribute(root, "pubdata", "name")
        or _attribute(root, "doc.copyright", "holder"),
        published=_date(
            (
                _attribute(root, "date.issue", "norm"),
                _attribute(root, "story.date", "norm"),
                _attribute(root, "pubdata", "date.publication"),
            )
        ),
        language=root.get(_XML_LANGUAGE),
        format="nitf",
    )


def read_newsml_1(root: Element) -> Iterator[Record | Rejected]:
    """A record for each `NewsItem`, of the longest text that it carries."""
    for number, item in enumerate(root.iter("{*}NewsItem"), 1):
        key = _text(item, "newsitemid") or str(number)
        withdrawn = _withdrawn(_attribute(item, "newsmanagement/status", "FormalName"), f"news item {number}", key)
        if withdrawn:
            yield withdrawn
            continue
        texts = [_content(content) for content in item.iter("{*}DataContent")]
        text = max(texts, key=len, default="")
        if not text:
            yield Rejected("empty_text", f"news item {number} has no text", key)
            continue
        dateline = _dateline(item)
        yield Record(
            _under(_text(item, "subheadline") or _text(item, "hedline/hl2"), _below(dateline, text)),
            key,
            title=_text(item, "headline") or _text(item, "hl1"),
            byline=_byline(_text(item, "byline")),
            publisher=_attribute(item, "provider/party", "FormalName") or _text(item, "providerid"),
            published=_date((_text(item, "firstcreated"), _text(item, "dateid"), _text(item, "thisrevisioncreated"))),
            language=_attribute(item, "language", "FormalName"),
            format="newsml_1",
        )


def read_newsml_g2(root: Element) -> Iterator[Record | Rejected]:
    """A record for each `newsItem`, alone or in a message; `guid` is its key."""
    items = [root] if local_name(root) == "newsitem" else list(root.iter("{*}newsItem"))
    if not items:
        yield Rejected("file_empty", "the message holds no news item")
    for number, item in enumerate(items, 1):
        key = item.get("guid") or str(number)
        status = _first(item, "pubstatus")
        code = "" if status is None else status.get("qcode") or status.get("uri")
        withdrawn = _withdrawn(code, f"news item {number}", key)
        if withdrawn:
            yield withdrawn
            continue
        contents = [element for element in item.iter() if local_name(element) in ("inlinexml", "inlinedata")]
        text = max(map(_content, contents), key=len, default="")
        if not text:
            yield Rejected("empty_text", f"news item {number} has no text in it", key)
            continue
        dateline = _dateline(item)
        provider = _first(item, "provider")
        yield Record(
            _below(dateline, text),
            key,
            title=_text(item, "headline"),
            byline=_byline(_text(item, "by") or _text(item, "creator/name")),
            publisher=None
            if provider is None
            else _text(provider, "name") or provider.get("literal") or _code(provider),
            published=_date(
                (_text(item, "contentcreated"), _text(item, "firstcreated"), _text(item, "versioncreated"))
            ),
            language=_attribute(item, "language", "tag") or item.get(_XML_LANGUAGE),
            format="newsml_g2",
        )


def _withdrawn(status: str | None, what: str, key: str) -> Rejected | None:
    """The rejection of what its agency says is not to be used: `stat:canceled`, `Canceled`, or an address of that."""
    state = (status or "").replace("/", ":").rpartition(":")[2].strip().lower()
    return Rejected("withdrawn", f"{what} is {state}", key) if state in _NOT_TO_BE_USED else None


def _content(element: Element) -> str:
    """The text of what carries it: NITF, XHTML, or text that may hold escaped HTML."""
    inner = _first(element, "body.content")
    if inner is None:
        inner = _first(element, "body")
    if inner is not None:
        return block_text(inner, lambda part: local_name(part) in _NOT_BODY)
    if len(element):
        return block_text(element)
    text = element.text or ""
    return html_text(text) if "<p" in text.lower() or "<br" in text.lower() else text.strip()


def _first(root: Element, path: str) -> Element | None:
    """The first element of that name (in lower case, without namespace); `a/b` asks for the parent too."""
    *parents, name = path.split("/")
    for element in root.iter("{*}*"):
        if local_name(element) == name:
            parent = element.getparent()
            if not parents or (parent is not None and local_name(parent) == parents[-1]):
                return element
    return None


def _text(root: Element, path: str) -> str | None:
    element = _first(root, path)
    return None if element is None else " ".join("".join(element.itertext()).split()) or None


def _dateline(root: Element) -> str | None:
    """Place and day as a dateline has them: with a comma between elements that stand side by side."""
    element = _first(root, "dateline")
    text = ""
    for piece in () if element is None else filter(str.strip, element.itertext()):
        stands_beside = text.rstrip()[-1:].isalnum() and piece.lstrip()[:1].isalnum()
        text = f"{text.rstrip()}, {piece}" if stands_beside else text + piece
    return " ".join(text.split()) or None


def _below(dateline: str | None, text: str) -> str:
    """The text below its dateline; on its line after a dash where that is a place alone, else taken for a headline."""
    if not dateline or text.startswith(dateline):
        return text
    below, before = f"{dateline}\n\n{text}", f"{dateline} — {text}"
    if dateline[-1] in "-–—" or read_header(below).dateline_place or not read_header(before).dateline_place:
        return below
    return before


def _under(subheadline: str | None, text: str) -> str:
    """The text under the line that stands between headline and dateline."""
    return f"{subheadline}\n\n{text}" if subheadline else text


def _own_text(root: Element, path: str) -> str | None:
    """What an element says before the first one in it, such as a name before its title."""
    element = _first(root, path)
    return None if element is None else " ".join((element.text or "").split()) or None


def _code(element: Element) -> str | None:
    """`AFP` of `qcode="nprov:AFP"`."""
    return (element.get("qcode") or "").rpartition(":")[2] or None


def _attribute(root: Element, path: str, name: str) -> str | None:
    element = _first(root, path)
    return None if element is None else element.get(name)


def _byline(text: str | None) -> str | None:
    return text[3:] if text and text[:3].lower() == "by " else text


def _date(values: Iterable[str | None]) -> str | None:
    """The first date that can be read; `20260311T182000+0100` is written as ISO 8601 has it."""
    for value in values:
        day = parse_date(value[:8] if value and value[:8].isdigit() else value or "")
        if day:
            return day.isoformat() if value and value[:8].isdigit() else value
    return None
