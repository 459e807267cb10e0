"""HTML: the main text of a page by trafilatura, without navigation, related links and banners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import regex

from flows.ingest.encoding import Decoded, decode
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected
from flows.ingest.readers.text import whole

_WHITE = regex.compile(r"\s+")
_LINK_CHARS = range(10, 301)
"""Shorter ones may be any word of the text; longer ones are stories in a link that was not closed."""
_MAX_LINKS = 1000
_MIN_OWN_SHARE = 0.3
_MIN_SHOWN_SHARE = 0.5
"""Of the text in a page's JSON-LD: one that shows less is built, or opened, by its scripts."""


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The one record of a page: paragraphs with a blank line between them, the title as metadata."""
    from flows.ingest.markup import declared_charset

    data = whole(stream, options)
    if isinstance(data, Rejected):
        yield data
    elif not data.strip():
        yield Rejected("file_empty", "the file is empty")
    else:
        decoded = decode(data, options.charset or declared_charset(data), options.default_charset)
        yield decoded if isinstance(decoded, Rejected) else read_page(decoded, options.address)


def read_page(page: Decoded, address: str = "") -> Record | Rejected:
    """The record of a page that is decoded; rejected (`no_main_text`) where it is navigation alone.

    Its `address` is where it was found, if that is known.
    """
    from flows.ingest.clutter import drop_notices, tidy, without_notices
    from flows.ingest.markup import parse_html
    from flows.ingest.page_metadata import article_body, heading, page_metadata

    tree = parse_html(page.text)
    if tree is None:
        return Rejected("no_main_text", "the page is empty", sample=page.text[:2000])
    metadata, declared = page_metadata(tree, page.text, address), article_body(tree)
    titles = {metadata["title"], heading(tree)}
    links = {text for link in tree.xpath("//a[@href]") if len(text := _spaced(link)) in _LINK_CHARS}
    drop_notices(tree)
    tidy(tree)
    text = _main_text(_without_scripts(tree) if declared else tree, titles)
    if not text:  # Where all was taken for clutter, the page as it is may still have a text.
        tree = parse_html(page.text)
        drop_notices(tree)
        text = _main_text(_without_scripts(tree) if declared else tree, titles)
    shown = "" if _is_of_links(text, links) else "\n\n".join(without_notices(text.split("\n\n")))
    text = shown if len(shown) >= _MIN_SHOWN_SHARE * len(declared) else declared
    if not text:
        return Rejected("no_main_text", "the page has no main text", sample=page.text[:2000])
    return Record(text, encoding=page.encoding, is_repaired=page.is_repaired, **metadata)


def _is_of_links(text: str, links: set[str]) -> bool:
    """Whether the text is little more than the words of links, as that of a front page is."""
    rest = _WHITE.sub(" ", text)
    for link in sorted(links, key=lambda link: (-len(link), link))[:_MAX_LINKS]:
        rest = rest.replace(link, "")
    return len(rest) < _MIN_OWN_SHARE * len(text)


def _main_text(tree: Any, titles: set[str | None]) -> str:
    """The main text by trafilatura, without the heading that is the title; '' where there is none."""
    from trafilatura import bare_extraction

    from flows.ingest.markup import block_text, local_name

    found: Any = bare_extraction(tree, include_comments=False, with_metadata=False)
    if found is None:
        return ""
    return block_text(found.body, lambda element: local_name(element) == "head" and _spaced(element) in titles)


def _without_scripts(tree: Any) -> Any:
    """The page without JSON-LD, of which trafilatura takes what it can for shown text, as one paragraph."""
    for script in list(tree.iter("script")):
        script.drop_tree()
    return tree


def _spaced(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


READER = Reader(
    "html",
    (".html", ".htm", ".xhtml", ".shtml", ".php", ".asp", ".aspx", ".jsp"),  # the last ones as sites are saved whole
    ("text/html", "application/xhtml+xml"),
    read,
    version=5,
)
