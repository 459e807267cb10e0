"""JSON: a document, a list of documents, or an object that holds such a list; read as a stream by ijson."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from flows.ingest.fields import has_text, read_object
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """A record or rejection for each object of the list, numbered from 1; what stands before damage is kept."""
    import ijson

    start = len(codecs.BOM_UTF8) if stream.read(3) == codecs.BOM_UTF8 else 0
    number = 0
    try:
        stream.seek(start)
        prefix = _list_of_documents(stream, options.field_map)
        stream.seek(start)
        for number, value in enumerate(ijson.items(stream, prefix, use_float=True, multiple_values=True), 1):
            yield _read_value(value, number, options.field_map)
        if not number:
            yield Rejected("file_empty", "the file holds no object")
    except (ijson.JSONError, UnicodeDecodeError) as error:
        if "empty" in str(error) or not stream.tell() - start:
            yield Rejected("file_empty", "the file is empty")
        else:
            detail = f"after {number} objects this is no complete JSON ({str(error).splitlines()[0].strip()})"
            yield Rejected("invalid_json", detail, f"after {number}")


def _read_value(value: Any, number: int, field_map: Mapping[str, str]) -> Record | Rejected:
    sample = str(value)[:2000]
    if not isinstance(value, dict):
        return Rejected("not_an_object", f"element {number} is no object", str(number), sample)
    return read_object(value, f"object {number}", number, field_map, sample)


def _list_of_documents(stream: BinaryIO, field_map: Mapping[str, str]) -> str:
    """Where the documents are, as ijson writes it: `item` in a list, '' for the object itself, `a.item` inside it.

    An object is a document if it has a field for the text, else its first list of objects is taken.
    """
    import ijson

    first_list = ""
    names: list[str] = []
    for prefix, event, value in ijson.parse(stream, multiple_values=True):
        if not prefix and event == "start_array":
            return "item"
        if not prefix and event == "map_key":
            names.append(value)
        elif not prefix and event == "end_map":
            break
        elif event == "start_map" and not first_list and prefix.endswith(".item") and prefix.count(".item") == 1:
            first_list = prefix
    return "" if has_text(names, field_map) else first_list


READER = Reader("json", (".json",), ("application/json", "application/feed+json"), read, takes_fields=True)
