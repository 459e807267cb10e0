"""JSON: a document, a list of documents, or an object that holds such a list; read as a stream by ijson."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from flows.ingest.encoding import as_utf8
from flows.ingest.fields import has_text, read_object
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_MAX_DEPTH = 200
"""ijson names each value by all that it lies in: without a limit, a small file could fill the memory."""


class _TooDeepError(Exception):
    """Lists or objects in one another, beyond `_MAX_DEPTH`."""


def _shallow(stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    """The events of ijson, as long as they are not nested too deep."""
    import ijson

    depth = 0
    for event, value in ijson.basic_parse(stream, use_float=True, multiple_values=True):
        depth += event.startswith("start_") - event.startswith("end_")
        if depth > _MAX_DEPTH:
            raise _TooDeepError
        yield event, value


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """A record or rejection for each object of the list, numbered from 1; what stands before damage is kept."""
    import ijson

    stream = as_utf8(stream, options.default_charset)
    start = len(codecs.BOM_UTF8) if stream.read(3) == codecs.BOM_UTF8 else 0
    number = 0
    try:
        stream.seek(start)
        prefix = _list_of_documents(stream, options.field_map)
        stream.seek(start)
        for number, value in enumerate(ijson.items(ijson.parse(_shallow(stream)), prefix), 1):
            yield _read_value(value, number, options.field_map)
        if not number:
            yield Rejected("file_empty", "the file holds no object")
    except _TooDeepError:
        yield Rejected(
            "invalid_json", f"after {number} objects it is nested deeper than {_MAX_DEPTH}", f"after {number}"
        )
    except (ijson.JSONError, UnicodeDecodeError) as error:
        if "empty" in str(error) or not stream.tell() - start:
            yield Rejected("file_empty", "the file is empty")
        else:
            detail = f"after {number} objects this is no complete JSON ({_fault(error)})"
            yield Rejected("invalid_json", detail, f"after {number}")


def _fault(error: Exception) -> str:
    """The first line of what the parser says, which it may give as bytes."""
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
    return text.strip().partition("\n")[0].strip()


def _read_value(value: Any, number: int, field_map: Mapping[str, str]) -> Record | Rejected:
    sample = str(value)[:2000]
    if not isinstance(value, dict):
        return Rejected("not_an_object", f"element {number} is no object", str(number), sample)
    return read_object(value, f"object {number}", number, field_map, sample)


def _list_of_documents(stream: BinaryIO, field_map: Mapping[str, str]) -> str:
    """Where the documents are, as ijson writes it: `item` in a list, '' for the object itself, `a.item` inside it.

    An object is a document if it has a field for the text, else the first list of such objects is taken, else the first
    list of objects.
    """
    import ijson

    lists: dict[str, set[str]] = {}
    names: list[str] = []
    above: list[str] = []
    for prefix, event, value in ijson.parse(_shallow(stream)):
        if not above and event == "start_array":
            return "item"
        is_listed = above.count("start_array") == 1
        if is_listed and event == "start_map" and above[-1] == "start_array":
            lists.setdefault(prefix, set())
        elif is_listed and event == "map_key" and above[-2] == "start_array":
            lists[prefix].add(value)
        elif above == ["start_map"] and event == "map_key":
            names.append(value)
        elif above == ["start_map"] and event.startswith("start_") and "text" not in field_map:
            names.pop()  # a list or an object is no text
        if event.startswith("start_"):
            above.append(event)
        elif event.startswith("end_"):
            above.pop()
            if not above:
                break
    with_text = (prefix for prefix, keys in lists.items() if has_text(keys, field_map))
    return "" if has_text(names, field_map) else next(with_text, next(iter(lists), ""))


READER = Reader("json", (".json",), ("application/json", "application/feed+json"), read, version=4, takes_fields=True)
