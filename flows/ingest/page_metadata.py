"""What a web page says of itself: JSON-LD first, then `meta` elements, then what it shows its readers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin

import regex

from flows.ingest.markup import Element, html_text
from flows.wirecopy import parse_date

_WRAPPING = regex.compile(r"^\s*(?://\s*)?(?:<!\[CDATA\[|<!--)|(?://\s*)?(?:\]\]>|-->)\s*;?\s*$")
_TRAILING_COMMA = regex.compile(r",(?=\s*[}\]])")
_ADDRESS = regex.compile(r"(?:https?:)?//|www\.|@")
_WHOLE = regex.compile(r"https?://[^/\s]")
_SEPARATOR = r"\s+[|\-–—·•»:]+\s+"
_BY = regex.compile(r"^(?:by|von|par|por|di)\s+(?=\p{Lu})", regex.I)
_SAVED_FROM = regex.compile(r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url: )(https?://\S+)")
_SAVED_CHARS = 2000
_BLOCK = regex.compile(r"<(?:p|br|div|li|h[1-6])\b", regex.I)
_MAX_BYLINE_WORDS = 12
_MAX_DATE_CHARS = 60
_MAX_LEVELS = 20
"""How deep in JSON-LD a name or an article is looked for."""


def page_metadata(tree: Element, source: str = "", address: str = "") -> dict[str, Any]:
    """The metadata fields of `Record` by name, None for what the page does not say.

    A date that cannot be read counts as none, and so does an address where the name of an author should be.

    Args:
        tree: the page.
        source: the page as it is written; browsers note at its start where they saved it from.
        address: where it was found, if that is known.
    """
    article = _article(tree)
    meta = _meta(tree)
    publisher = _first(
        _name(article.get("publisher")), meta("og:site_name", "dc.publisher", "application-name", "source")
    )
    return {
        "title": _first(_name(article.get("headline")), meta("og:title", "dc.title", "twitter:title", "headline"))
        or _heading(tree, publisher),
        "byline": _byline(article, meta, tree),
        "publisher": publisher,
        "published": next(filter(_is_date, _dates(article, meta, tree)), None),
        "language": _first(
            _name(article.get("inLanguage")),
            tree.xpath("string(/html/@lang)"),
            meta("og:locale", "content-language", "dc.language"),
        ),
        "canonical_url": _canonical(
            tree.xpath("string(//link[@rel='canonical']/@href)"),
            tree.xpath("string(//base/@href)"),
            _whole(meta("og:url"), _name(article.get("url"))),
            _whole(address, *_SAVED_FROM.findall(source[:_SAVED_CHARS])),
        ),
    }


def article_body(tree: Element) -> str:
    """The text of the article in the page's JSON-LD, a paragraph a line or block of HTML; '' where there is none."""
    body = _name(_article(tree).get("articleBody")) or ""
    return "\n\n".join(filter(None, map(html_text, [body] if _BLOCK.search(body) else body.splitlines())))


def heading(tree: Element) -> str:
    """The first heading of the page, which is its title as readers see it."""
    return next(filter(None, map(_text, tree.iter("h1"))), "")


def _heading(tree: Element, publisher: str | None) -> str | None:
    """The page's title, without the name of the site before or after it."""
    marked = next(filter(None, map(_text, tree.xpath("//*[@itemprop='headline'][not(self::meta)]"))), "")
    shown = marked or heading(tree)
    title = next(filter(None, map(_text, tree.xpath("//head/title | //title"))), "")
    if not title or (shown and shown.casefold() in title.casefold()):
        return shown or None
    if publisher:
        site = regex.escape(publisher)
        return regex.sub(rf"{_SEPARATOR}{site}$|^{site}{_SEPARATOR}", "", title, flags=regex.I)
    before, _, after = title.rpartition(" | ")
    return before if len(before) > len(after) else title


def _byline(article: dict[str, Any], meta: Callable[..., str | None], tree: Element) -> str | None:
    """The authors: as declared, else as an element that is marked as the byline shows them."""
    declared = (
        _name(article.get("author")) or _name(article.get("creator")),
        *map(meta, ("author", "byl", "article:author", "dc.creator", "parsely-author", "sailthru.author")),
    )
    for value in declared:
        if value and not _ADDRESS.search(value):
            return _without_by(value)
    marks = (
        "//*[@itemprop='author']//*[@itemprop='name'] | //*[@itemprop='author'][not(.//*[@itemprop='name'])]",
        "//a[contains(concat(' ', @rel, ' '), ' author ')]",
        "//*[contains(@class, 'author-name') or contains(@class, 'byline-name') or "
        "contains(concat(@class, ' '), 'byline__name ')]",
        "//*[contains(concat(' ', @class, ' '), ' byline ')]",
        "//h1/following::*[contains(concat(' ', @class, ' '), ' author ')]",
    )
    for mark in marks:
        names = [
            name for element in tree.xpath(mark) if (name := _without_by(element.get("content") or _text(element)))
        ]
        if names and all(len(name.split()) <= _MAX_BYLINE_WORDS and not _ADDRESS.search(name) for name in names[:1]):
            return ", ".join(dict.fromkeys(names[: 3 if "itemprop" in mark else 1]))
    return None


def _dates(article: dict[str, Any], meta: Callable[..., str | None], tree: Element) -> Iterator[str | None]:
    """Where the day of publication may stand, the surest place first."""
    yield _name(article.get("datePublished"))
    yield _name(article.get("dateCreated"))
    yield meta("article:published_time", "og:article:published_time", "datepublished", "dc.date.issued")
    yield meta(
        "dc.date", "dcterms.issued", "dcterms.date", "dcterms.created", "date", "pubdate", "publishdate",
        "publish-date", "publish_date", "publication_date", "parsely-pub-date", "sailthru.date", "pub_date",
    )  # fmt: skip
    yield from tree.xpath("//*[@itemprop='datePublished']/@content | //*[@itemprop='datePublished']/@datetime")
    yield from tree.xpath("//time[@pubdate]/@datetime | //article//time/@datetime")
    yield from tree.xpath("(//h1/following::time[@datetime])[1]/@datetime")
    shown = tree.xpath("//h1/following::*[contains(@class, 'date') or contains(@class, 'time') or self::time]")
    for element in shown[:5]:
        yield element.get("content")
        text = _text(element)
        yield text if len(text) <= _MAX_DATE_CHARS else None


def _is_date(value: str | None) -> bool:
    return bool(value) and parse_date(str(value)) is not None


def _canonical(link: str, base: str, declared: list[str], found: list[str]) -> str | None:
    """The address that a page links to as its own; else the first that it declares, or was found at.

    A relative link is read as browsers do, by the page's `base` or where it was found; if neither is known, by what it
    declares. One that is only a fragment says nothing.
    """
    link = "" if link.strip().startswith("#") else link.strip()
    try:
        address = urljoin(urljoin([*found, *declared, "https:"][0], base.strip()), link) if link else ""
    except ValueError:  # it is none
        address = ""
    return address if _WHOLE.match(address) else next(iter((*declared, *found)), None)


def _whole(*addresses: str | None) -> list[str]:
    return [address.strip() for address in addresses if address and _WHOLE.match(address.strip())]


def _without_by(value: str) -> str:
    return _BY.sub("", value.strip())


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _first(*values: str | None) -> str | None:
    """The first that is not blank."""
    return next((value.strip() for value in values if value and value.strip()), None)


def _meta(tree: Element) -> Callable[..., str | None]:
    """A look-up of `meta` elements by their names, of which the first that is there counts."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = element.get("content")
        if name and content and content.strip():
            found.setdefault(name.strip().lower(), content.strip())
    return lambda *names: next((found[name] for name in names if name in found), None)


def _article(tree: Element) -> dict[str, Any]:
    """The first article that the page's JSON-LD describes; authors and publishers that it only points to looked up."""
    nodes: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().lower().startswith("application/ld+json"):
            nodes += _nodes(_loaded(script.text or ""))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    article = next(filter(_is_article, nodes), {})
    return {name: _looked_up(value, by_id) for name, value in article.items()}


def _loaded(source: str) -> Any:
    """JSON as pages have it: in comments, with line breaks in strings and commas too many; None for what is none."""
    source = _WRAPPING.sub("", _WRAPPING.sub("", source))
    for text in (source, _TRAILING_COMMA.sub("", source)):
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(data: Any, levels: int = _MAX_LEVELS) -> Iterator[dict[str, Any]]:
    if isinstance(data, list) and levels:
        for part in data:
            yield from _nodes(part, levels - 1)
    elif isinstance(data, dict) and levels:
        yield data
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _nodes(data.get(name), levels - 1)


def _looked_up(value: Any, by_id: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, list):
        return [by_id.get(part["@id"], part) if _is_pointer(part) else part for part in value]
    return by_id.get(value["@id"], value) if _is_pointer(value) else value


def _is_pointer(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"@id"} and isinstance(value["@id"], str)


def _is_article(node: dict[str, Any]) -> bool:
    types = node.get("@type")
    names: Iterable[Any] = types if isinstance(types, list) else [types]
    return any(
        isinstance(name, str) and name.endswith(("Article", "Posting", "Report", "PressRelease")) for name in names
    )


def _name(value: Any, levels: int = _MAX_LEVELS) -> str | None:
    """A JSON-LD value as text: itself, its name, or the names of several; None for what is nested without end."""
    if not levels:
        return None
    if isinstance(value, dict):
        return _name(value.get("name") or value.get("@value"), levels - 1)
    if isinstance(value, list):
        return ", ".join(filter(None, (_name(part, levels - 1) for part in value))) or None
    return unescape(value) if isinstance(value, str) else None
