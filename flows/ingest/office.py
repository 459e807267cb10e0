"""Office documents that are zip archives of XML: their parts, within limits, as trees."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from typing import BinaryIO

from flows.ingest.contained import unpack
from flows.ingest.markup import Element, local_name, parse_xml
from flows.ingest.readers import ReadOptions, Rejected

_OLE = b"\xd0\xcf\x11\xe0"
"""What files of old Office programs begin with, and new ones that are encrypted."""
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError)


def parts(stream: BinaryIO, names: tuple[str, ...], options: ReadOptions) -> dict[str, Element] | Rejected:
    """The trees of the named parts that are there; the first named must be, else the file is rejected."""
    if stream.read(len(_OLE)) == _OLE:
        return Rejected("encrypted", "the document is encrypted, or of an old Office program")
    try:
        with zipfile.ZipFile(stream) as archive:
            there = [name for name in names if name in archive.namelist()]
            if names[0] not in there:
                return Rejected("file_damaged", f"the document has no part {names[0]}")
            trees: dict[str, Element] = {}
            for name in there:
                tree = _part(archive, name, options)
                if isinstance(tree, Rejected):
                    return tree
                trees[name] = tree
            return trees
    except (*_DAMAGE, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        return Rejected("file_damaged", f"this is no complete document ({error})")


def join_cells(tree: Element) -> None:
    """Have the cells of a row stand on one line where each holds one paragraph."""
    for cell in tree.iter("{*}tc", "{*}table-cell"):
        paragraphs = [child for child in cell if local_name(child) == "p"]
        if len(paragraphs) == 1:
            paragraphs[0].tag = "words"


def metadata(trees: dict[str, Element], name: str) -> dict[str, str]:
    """The elements of a part with metadata by their local names; the first of each that has text."""
    found: dict[str, str] = {}
    for element in trees[name].iter("{*}*") if name in trees else ():
        if element.text and element.text.strip():
            found.setdefault(element.tag.rpartition("}")[2], element.text.strip())
    return found


def _part(archive: zipfile.ZipFile, name: str, options: ReadOptions) -> Element | Rejected:
    info = archive.getinfo(name)
    with archive.open(info) as packed:
        body = unpack(packed, info.compress_size, options)
    if isinstance(body, Rejected):
        return body
    with body:
        tree = parse_xml(body.read())
    return Rejected(tree.code, f"{name}: {tree.detail}") if isinstance(tree, Rejected) else tree
