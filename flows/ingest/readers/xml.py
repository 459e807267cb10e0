"""XML, told by its root element: NITF, NewsML 1, NewsML-G2, RSS and Atom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected
from flows.ingest.readers.feed import read_feed
from flows.ingest.readers.text import whole


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The records of a file; one with another root element is rejected (`unknown_format`)."""
    from flows.ingest.markup import local_name, parse_xml
    from flows.ingest.newswire import read_newsml_1, read_newsml_g2, read_nitf

    data = whole(stream, options)
    if isinstance(data, Rejected):
        yield data
        return
    if not data.strip():
        yield Rejected("file_empty", "the file is empty")
        return
    root = parse_xml(data)
    name = "" if isinstance(root, Rejected) else local_name(root)
    trees = {"nitf": read_nitf, "newsml": read_newsml_1, "newsitem": read_newsml_g2, "newsmessage": read_newsml_g2}
    if isinstance(root, Rejected):
        yield root
    elif name in trees:
        encoding = root.getroottree().docinfo.encoding
        for found in trees[name](root):
            yield replace(found, encoding=encoding.lower()) if isinstance(found, Record) and encoding else found
    elif name in ("rss", "feed", "rdf"):
        for found in read_feed(data, options):
            yield replace(found, format="feed") if isinstance(found, Record) else found
    else:
        yield Rejected("unknown_format", f"no reader for XML with the root element {name}")


READER = Reader(
    "xml",
    (".xml", ".nitf", ".newsml", ".rdf"),
    ("application/xml", "text/xml", "application/rdf+xml", "application/vnd.iptc.g2.newsitem+xml"),
    read,
    version=5,
)
