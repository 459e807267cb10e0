"""ODT: paragraphs, lists and tables of the body; headers, footnotes, comments and deleted text are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_BODY = "content.xml"
_META = "meta.xml"
_MANIFEST = "META-INF/manifest.xml"
_LEFT_OUT = frozenset(
    "note annotation tracked-changes sequence-decls variable-decls forms scripts font-face-decls automatic-styles "
    "table-of-content".split()
)


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The one record of a document, a paragraph a block; list items begin with `- `."""
    from flows.ingest.markup import block_text, local_name
    from flows.ingest.office import join_cells, metadata, parts

    manifest = parts(stream, (_MANIFEST,), options)
    if isinstance(manifest, dict) and next(manifest[_MANIFEST].iter("{*}encryption-data"), None) is not None:
        yield Rejected("encrypted", "the document asks for a password")
        return
    stream.seek(0)
    trees = parts(stream, (_BODY, _META), options)
    if isinstance(trees, Rejected):
        yield trees
        return
    join_cells(trees[_BODY])
    text = block_text(trees[_BODY], lambda element: local_name(element) in _LEFT_OUT)
    about = metadata(trees, _META)
    if not text:
        yield Rejected("file_empty", "the document has no text")
        return
    byline = about.get("initial-creator") or about.get("creator")
    yield Record(text, title=about.get("title"), byline=byline, language=about.get("language"))


READER = Reader("odt", (".odt", ".ott"), ("application/vnd.oasis.opendocument.text",), read, version=3)
