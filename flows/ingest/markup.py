"""HTML and XML as trees and as plain text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import regex
from lxml import etree, html

from flows.ingest.readers import Rejected

Element = Any
"""An lxml element; its stubs do not tell elements of HTML and XML apart."""

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tr ul body.content block hl1 hl2 head "
    "item list quote row ab h list-item table-row".split()
)
_LEFT_OUT = frozenset("script style noscript template title svg iframe object button select textarea del".split())
_NOT_READ = ("template", "del", "s", "strike")
"""Elements of HTML with text that is no longer, or not yet, part of the page; `s` is a blank in ODT."""
_BULLET = "- "
_MARKS = {
    name: (mark,)
    for mark, names in (
        ("\u2028", ("br", "lb", "cr", "line-break")),
        (" | ", ("td", "th", "tc", "cell", "table-cell")),
        (_BULLET, ("li", "item", "list-item", "numpr")),
        (" ", ("tab", "s")),
        ("-", ("nobreakhyphen",)),
    )
    for name in names
}
"""What stands for an element where it begins: names of HTML, of trafilatura's trees, of DOCX and ODT."""
_WHITE = regex.compile(r"[ \t\r\n\f]+")
_META_CHARSET = regex.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w.:-]{1,40})""", regex.I
)
_CHARSET_BYTES = 4096
_ENTITY = regex.compile(rb"<\x00?!\x00?E\x00?N\x00?T\x00?I\x00?T\x00?Y")
_MARKUP = regex.compile(r"</?[a-zA-Z][^<>]*>|&#?\w+;")
_NOT_IN_XML = regex.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def declared_charset(data: bytes) -> str | None:
    """The encoding that a page names in a `meta` element near its start, or in an XML declaration."""
    match = _META_CHARSET.search(data[:_CHARSET_BYTES])
    return match[1].decode("ascii") if match else None


def parse_html(text: str) -> Element | None:
    """A page or a piece of one as a tree, without what is struck out, and with the quotation marks that it has shown.

    None where there is nothing in it.
    """
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(_NOT_IN_XML.sub("", text).encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    etree.strip_elements(tree, *_NOT_READ, with_tail=False)
    for quotation in tree.iter("q"):
        _put_in_marks(quotation)
    etree.strip_tags(tree, "q")
    return tree


def parse_xml(data: bytes) -> Element | Rejected:
    """An XML document as a tree. Nothing outside is loaded; one that defines entities is rejected."""
    unsafe = refuse_entities(data)
    if unsafe:
        return unsafe
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        return Rejected("file_damaged", f"this is no complete XML ({error})", sample=_sample(data))


def refuse_entities(data: bytes) -> Rejected | None:
    """The rejection (`unsafe_xml`) of XML that defines entities, with which small files can grow without end."""
    return (
        Rejected("unsafe_xml", "the XML defines entities of its own", sample=_sample(data))
        if _ENTITY.search(data)
        else None
    )


def local_name(element: Element) -> str:
    """The name of an element without its namespace, in lower case; '' for comments and the like."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def html_text(markup: str) -> str:
    """The text of a piece of HTML, a paragraph a block; plain text stays as it is."""
    if not _MARKUP.search(markup):
        return markup.strip()
    tree = parse_html(markup)
    return "" if tree is None else block_text(tree)


def block_text(root: Element, left_out: Callable[[Element], bool] = lambda _: False) -> str:
    """The text below an element: blocks as paragraphs with a blank line between them, cells of a row with ` | `.

    White space is one blank, line breaks stay; list items begin with `- `.
    """
    blocks: list[str] = []
    current: list[str] = []

    def end_block() -> None:
        lines = [_WHITE.sub(" ", line).strip() for line in "".join(current).split("\u2028")]
        text = "\n".join(line for line in lines if line).strip(" |")
        if text and text != _BULLET.strip():
            blocks.append(text)
        current.clear()

    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = local_name(element)
        if event == "start":
            if name in _BLOCKS and "".join(current) != _BULLET:
                end_block()
            current += _MARKS.get(name, ())
            if name and name not in _LEFT_OUT and not left_out(element):
                current.append(element.text or "")
            elif name:
                _empty(element)
        else:
            if name in _BLOCKS and "".join(current) != _BULLET:
                end_block()
            if element is not root:
                current.append(element.tail or "")
    end_block()
    return "\n\n".join(blocks)


def _put_in_marks(quotation: Element) -> None:
    """Write a `q` element as words in quotation marks, which browsers show around it."""
    opening, closing = ("“", "”") if next(quotation.iterancestors("q"), None) is None else ("‘", "’")
    quotation.text = opening + (quotation.text or "").lstrip()
    if len(quotation):
        quotation[-1].tail = (quotation[-1].tail or "").rstrip() + closing
    else:
        quotation.text = quotation.text.rstrip() + closing


def _empty(element: Element) -> None:
    """Leave out all below an element, but not what comes after it."""
    for child in list(element):
        element.remove(child)
    element.text = None


def _sample(data: bytes) -> str:
    return data[:2000].decode("utf-8", errors="replace")
