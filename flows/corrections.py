"""What analysts put right: corrections/*.csv in the data folder, read, checked and loaded before each build.

A line corrects one thing; it needs the columns that `NEEDS` names for its action and may leave the others empty.
Entities are named by `entity_id`, places in a text by document, code points and the words that stand there.
dbt applies the lines (int_corrected_*) and says in the table `corrections` what each of them matched.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandera.polars as pa
import polars as pl

from flows.settings import Settings
from warehouse.contracts import ENTITY_TYPES, SCHEMAS, rule
from warehouse.errors import WirehouseError
from warehouse.ids import ID_LENGTH

COLUMNS = ("action", "entity_id", "document_id", "start_char", "end_char", "text", "value", "note")
_PLACE = ("document_id", "start_char", "end_char", "text")
NEEDS = {
    "merge": ("entity_id", "value"),
    "split": ("entity_id", "document_id"),
    "rename": ("entity_id", "value"),
    "retype": ("entity_id", "value"),
    "not_an_entity": ("entity_id",),
    "mention": _PLACE,
    "speaker": (*_PLACE, "value"),
    "wrong": _PLACE,
}
"""Action to the columns that it needs."""

_KEY = ("action", "entity_id", "document_id", "start_char", "end_char")
_VERBATIM = ("text", "note")
_ID = rf"^[0-9a-f]{{{ID_LENGTH}}}$"


class CorrectionError(WirehouseError):
    """A line of a file of corrections cannot be followed; says which, why, and what to write instead."""


def read_corrections(settings: Settings) -> pl.DataFrame:
    """The lines of all files of corrections, as rows of `raw.corrections`, by file name and line.

    Raises:
        CorrectionError: with the first line that is wrong.
    """
    read = [line for path in settings.correction_files() for line in _lines(path)]
    text_columns = dict.fromkeys(("source_file", *COLUMNS), pl.String)
    lines = pl.DataFrame(read, schema={**text_columns, "line_number": pl.Int32})
    _check(lines)
    _check_twice(lines)
    _check_circles(lines)
    return lines.with_columns(pl.col("start_char", "end_char").cast(pl.Int32)).select(list(SCHEMAS["corrections"]))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file as dictionaries; empty cells are None."""
    line_number = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip() for name in next(reader, [])]
            unknown = [name for name in header if name not in COLUMNS]
            if unknown or "action" not in header or len(set(header)) < len(header):
                what = f"unknown column {unknown[0]!r}" if unknown else "no column 'action', or a column twice"
                raise _error(path.name, 1, what, f"the first line is {','.join(COLUMNS)}, or some of these")
            line_number = reader.line_num + 1
            for cells in reader:
                if any(cells) and len(cells) != len(header):
                    what = f"{len(cells)} cells where the first line has {len(header)}"
                    raise _error(path.name, line_number, what, "put cells with commas in quotation marks")
                if any(cells):
                    row = {n: (c if n in _VERBATIM else c.strip()) or None for n, c in zip(header, cells, strict=True)}
                    yield {"source_file": path.name, **dict.fromkeys(COLUMNS), **row, "line_number": line_number}
                line_number = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise _error(path.name, line_number, "the file is not UTF-8", "save it as CSV in UTF-8") from error
    except csv.Error as error:
        raise _error(path.name, line_number, str(error), "close the quotation marks and double those inside") from error


def _error(file: str, line: int, what: str, way_out: str) -> CorrectionError:
    return CorrectionError(f"corrections/{file} line {line}: {what}; {way_out}")


def _check(lines: pl.DataFrame) -> None:
    """Raise for the first line that breaks a rule."""
    try:
        _contract().validate(lines, lazy=True)
    except pa.errors.SchemaErrors as error:
        first = error.failure_cases.sort("index", "check", maintain_order=True).row(0, named=True)
        line = lines.row(first["index"], named=True)
        what, _, way_out = str(first["check"]).partition("; ")
        raise _error(line["source_file"], line["line_number"], what, way_out) from None


def _contract() -> pa.DataFrameSchema:
    """What must be true of a line. The name of a rule is what is wrong and the way out."""
    action, value = pl.col("action"), pl.col("value")
    known = action.is_in(list(NEEDS))
    is_number = pl.all_horizontal(pl.col(c).is_null() | pl.col(c).str.contains(r"^\d{1,9}$") for c in _PLACE[1:3])
    span = pl.col("start_char").cast(pl.Int32, strict=False) < pl.col("end_char").cast(pl.Int32, strict=False)
    names_entity = action.is_in(["merge", "mention", "speaker"]) & value.is_not_null()
    is_retype = action == "retype"
    rules = [
        rule(f"unknown action; write one of {', '.join(NEEDS)}", known.fill_null(False)),
        *(
            rule(f"{name} needs {column}; fill in the cell", (action != name) | pl.col(column).is_not_null())
            for name, columns in NEEDS.items()
            for column in columns
        ),
        rule("entity_id is no id; copy it from the table entities", pl.col("entity_id").str.contains(_ID)),
        rule("document_id is no id; copy it from the table documents", pl.col("document_id").str.contains(_ID)),
        rule("value is no id; copy the entity_id from the table entities", ~names_entity | value.str.contains(_ID)),
        rule(f"value is no type; write one of {', '.join(ENTITY_TYPES)}", ~is_retype | value.is_in(ENTITY_TYPES)),
        rule("start_char and end_char are no span; copy them from the tables", is_number & span.fill_null(True)),
    ]
    columns = {name: pa.Column(pl.String, nullable=True) for name in ("source_file", *COLUMNS)}
    return pa.DataFrameSchema({**columns, "line_number": pa.Column(pl.Int32)}, checks=rules)


def _check_twice(lines: pl.DataFrame) -> None:
    """Raise for the first line that corrects what another line corrects in the same way."""
    first: dict[tuple[Any, ...], str] = {}
    for line in lines.iter_rows(named=True):
        place = f"{line['source_file']} line {line['line_number']}"
        other = first.setdefault(tuple(line[column] for column in _KEY), place)
        if other != place:
            raise _error(line["source_file"], line["line_number"], f"{other} corrects the same", "keep one of the two")


def _check_circles(lines: pl.DataFrame) -> None:
    """Raise for the first merge that leads back to its own entity."""
    merges = lines.filter(pl.col("action") == "merge")
    into = dict(merges.select("entity_id", "value").iter_rows())
    for line in merges.iter_rows(named=True):
        target, passed = line["value"], {line["entity_id"]}
        while target in into and target not in passed:
            passed.add(target)
            target = into[target]
        if target in passed:
            raise _error(line["source_file"], line["line_number"], "merges lead in a circle", "take out one of them")
