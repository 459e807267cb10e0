"""Text in, annotations out: the one entrance to extraction."""

from __future__ import annotations

import atexit
import gc
import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from threading import Lock

from msgspec.structs import replace

from flows.extract.annotations import Annotations
from flows.extract.coreference import refer_back
from flows.extract.entities import cluster
from flows.extract.names import NameMention, find_names, with_tags_of_names
from flows.extract.roles import find_roles, with_seats
from flows.extract.segmentation import segment
from flows.extract.speech.quotes import Quote, find_quotes
from flows.extract.speech.statements import find_statements
from flows.extract.tagger import tag
from flows.wirecopy import read_header

GARBAGE_THRESHOLD = 20_000
"""So many more objects made than freed, those of some ten texts, before the garbage collector looks for cycles."""
_LOCK = Lock()
_CODE_AND_DATA = (".py", ".tsv", ".txt", ".npz")


def annotate(text: str) -> Annotations:
    """Everything that extraction finds in one document's text.

    Pure and deterministic: it knows no other document, no source and no clock. Takes any string,
    in time linear in its length. Spans are code points into `text`. One thread at a time is let in, as
    what is known of words is kept.
    """
    with _LOCK:
        return _annotate(text)


def _annotate(text: str) -> Annotations:
    header = read_header(text)
    segmentation = segment(text, header.body_start)
    tags = tag(segmentation)
    names = find_names(segmentation, tags, header.dateline_place_span)
    tags = with_tags_of_names(segmentation, tags, names)
    quotes = [quote for quote in find_quotes(segmentation) if not stands_in_name(quote, names)]
    named = cluster(segmentation, names)
    roles = find_roles(segmentation, tags, named.entities, named.mentions)
    referred = refer_back(segmentation, tags, named.entities, named.mentions, roles, quotes)
    entities = [
        replace(entity, gender=referred.genders[i]) if i in referred.genders else entity
        for i, entity in enumerate(named.entities)
    ]
    roles += find_roles(segmentation, tags, entities, named.mentions + referred.mentions, "pronoun")
    mentions = sorted(named.mentions + referred.mentions, key=lambda mention: mention.span.start)
    return Annotations(
        body_start=header.body_start,
        sentences=segmentation.sentences,
        entities=entities,
        mentions=mentions,
        acronyms=named.acronyms,
        roles=with_seats(text, roles, entities, referred.mentions),
        statements=find_statements(
            segmentation, tags, entities, mentions, quotes, fields_end=header.fields_end, headline=header.title_span
        ),
    )


def stands_in_name(quote: Quote, names: Sequence[NameMention]) -> bool:
    """Whether a quotation stands inside a name: 'James "Whitey" Bulger'."""
    at = bisect_right(names, quote.start, key=lambda name: name.span.start) - 1
    return at >= 0 and quote.end < names[at].span.end


def load() -> None:
    """Read what the annotations need, and spare the garbage collector from looking through it time and again.

    For a process that annotates many texts: all that lives is frozen, and the collector's threshold is raised.
    """
    annotate("LIMA, May 5 (Newsline) -- The dispute is over, Foreign Minister Ana Lindgren told reporters on Monday.")
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)
    atexit.register(gc.unfreeze)  # else DuckDB's module tells of what is left


def _extractor_version() -> str:
    """A hash of what decides the annotations: this package's code, lexicons and models, and the reader of headers.

    Worked out, so that nobody can forget to raise it; a changed comment costs a new extraction.
    """
    digest = hashlib.sha256(files("flows").joinpath("wirecopy.py").read_bytes().replace(b"\r\n", b"\n"))
    for path, data in sorted(_contents(files("flows.extract"), "")):
        digest.update(path.encode())
        digest.update(data)
    return digest.hexdigest()[:12]


def _contents(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            found += _contents(entry, name)
        elif entry.name.endswith(_CODE_AND_DATA):
            found.append((name, hashlib.sha256(entry.read_bytes()).digest()))
    return found


EXTRACTOR_VERSION = _extractor_version()
"""Which extraction a row comes from; changes with any file that extraction reads."""
