"""The contracts of the raw tables: what must be true of a row before it is loaded.

Each batch is checked as a polars frame by pandera. A row that breaks a contract is told apart from the
others, with the name of every rule it breaks; the rest of the batch is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandera.polars as pa
import polars as pl

from warehouse.ids import ID_LENGTH
from warehouse.reasons import REASONS

TIME = pl.Datetime("us", "UTC")
PIECE_SEPARATOR = " … "
"""What joins the pieces of a statement in its `text`."""
MAX_SAMPLE_CHARS = 500

ENTITY_TYPES = ("person", "organization", "place", "event")
MENTION_TYPES = ("name", "nominal", "pronoun")
STATEMENT_TYPES = ("direct", "indirect", "mixed")
SPEAKER_RESOLUTIONS = ("name", "partial_name", "nominal", "pronoun", "carried_over", "none")
ROLE_STATUSES = ("current", "former", "acting", "designate")
CUE_CLASSES = (
    "say", "claim", "deny", "promise", "demand", "propose", "ask", "agree",
    "criticise", "praise", "think", "intend", "announce",
)  # fmt: skip

DATE_CODE = (
    r"^(date:\d{4}-\d\d-\d\d|month_day:\d\d-\d\d|(next_)?weekday:[1-7]|(days|months|years):-?\d+"
    r"|month:\d{4}-\d\d|year:\d{4})$"
)


def rule(name: str, holds: pl.Expr) -> pa.Check:
    """A rule over whole rows: `holds` is true where a row keeps it; null counts as kept."""
    return pa.Check(lambda data: data.lazyframe.select(holds.fill_null(True)), name=name)


def plausible_date(column: str, earliest: date, latest: date) -> pa.Check:
    """The rule `date_implausible`: a date lies from `earliest` to `latest`."""
    return rule("date_implausible", pl.col(column).is_between(earliest, latest))


def _text(pattern: str | None = None, *, one_of: Sequence[str] = (), optional: bool = False) -> pa.Column:
    checks = []
    if pattern:
        checks.append(pa.Check.str_matches(pattern, error="malformed"))
    if one_of:
        checks.append(pa.Check.isin(one_of, error="not in the list"))
    return pa.Column(pl.String, checks, nullable=optional)


def _integer(*, optional: bool = False) -> pa.Column:
    return pa.Column(pl.Int32, pa.Check.ge(0), nullable=optional)


def _id(*, optional: bool = False) -> pa.Column:
    return _text(rf"^[0-9a-f]{{{ID_LENGTH}}}$", optional=optional)


def _sha256(*, optional: bool = False) -> pa.Column:
    return _text(r"^[0-9a-f]{64}$", optional=optional)


def _country(*, optional: bool = True) -> pa.Column:
    return _text(r"^[A-Z]{2}$", optional=optional)


def _filled(column: str) -> pl.Expr:
    """Neither empty nor blank."""
    return pl.col(column).str.contains(r"\S")


def _shows(text: str, start: str, end: str) -> pa.Check:
    """The span lies inside its text and shows what the row says; both are missing or neither is."""
    shown = pl.col(f"shown_{text}")
    length = pl.col(end) - pl.col(start)
    inside = (pl.col(start) >= 0) & (length > 0) & (shown.str.len_chars() == length)
    return rule(
        f"{text}_not_at_its_span",
        pl.when(pl.col(start).is_null())
        .then(pl.col(text).is_null())
        .otherwise(inside.fill_null(False) & shown.eq_missing(pl.col(text))),
    )


_SPAN = ("start_char", "end_char")
SHOWN = {
    "sentences": [("text", *_SPAN)],
    "mentions": [("text", *_SPAN)],
    "roles": [("title", *_SPAN)],
    "statements": [
        ("speaker_text", "speaker_start_char", "speaker_end_char"),
        ("cue_text", "cue_start_char", "cue_end_char"),
    ],
}
"""The columns of each table that show a stretch of the document, with the columns of its span."""

_COLUMNS: dict[str, dict[str, pa.Column]] = {
    "files": {
        "source_root": _text(),
        "source_uri": _text(),
        "file_sha256": _sha256(),
        "read_options": _text(),
        "byte_size": pa.Column(pl.Int64, pa.Check.ge(0)),
        "etag": _text(optional=True),
        "last_modified": _text(optional=True),
        "content_type": _text(optional=True),
        "first_seen_at": pa.Column(TIME),
        "last_seen_at": pa.Column(TIME),
    },
    "documents": {
        "document_id": _id(),
        "text": _text(),
        "char_count": _integer(),
        "word_count": _integer(),
        "body_start_char": _integer(),
        "ingested_at": pa.Column(TIME),
        "run_id": _text(),
    },
    "document_sources": {
        "document_id": _id(),
        "source_root": _text(),
        "source_uri": _text(),
        "record_key": _text(),
        "source_format": _text(r"^[a-z0-9_]+$"),
        "file_sha256": _sha256(),
        "read_options": _text(),
        "title": _text(optional=True),
        "byline": _text(optional=True),
        "publisher": _text(optional=True),
        "language": _text(r"^[a-z]{2,3}$", optional=True),
        "dateline_place": _text(optional=True),
        "dateline_date": pa.Column(pl.Date, nullable=True),
        "published_date": pa.Column(pl.Date, nullable=True),
        "encoding": _text(optional=True),
        "is_repaired": pa.Column(pl.Boolean),
        "canonical_url": _text(optional=True),
        "page_starts": pa.Column(pl.List(pl.Int32), nullable=True),
        "first_seen_at": pa.Column(TIME),
        "last_seen_at": pa.Column(TIME),
        "run_id": _text(),
    },
    "rejections": {
        "rejection_id": _id(),
        "source_root": _text(),
        "source_uri": _text(),
        "record_key": _text(),
        "file_sha256": _sha256(optional=True),
        "reason_code": _text(one_of=tuple(REASONS)),
        "reason": _text(),
        "sample": _text(),
        "first_seen_at": pa.Column(TIME),
        "last_seen_at": pa.Column(TIME),
        "run_id": _text(),
    },
    "sketches": {
        "document_id": _id(),
        "sketch_version": _text(),
        "shingle_count": _integer(),
        "shingles": pa.Column(pl.List(pl.UInt32)),
        "facts": pa.Column(pl.List(pl.UInt32)),
    },
    "sentences": {
        "sentence_id": _id(),
        "document_id": _id(),
        "sentence_index": _integer(),
        "paragraph_index": _integer(),
        "text": _text(),
        "start_char": _integer(),
        "end_char": _integer(),
    },
    "local_entities": {
        "local_entity_id": _id(),
        "document_id": _id(),
        "entity_index": _integer(),
        "entity_type": _text(one_of=ENTITY_TYPES),
        "name": _text(),
        "entity_key": _text(),
        "aliases": pa.Column(pl.List(pl.String)),
        "acronyms": pa.Column(pl.List(pl.String)),
        "country_code": _country(),
        "gender": _text(one_of=("f", "m"), optional=True),
        "is_full": pa.Column(pl.Boolean),
    },
    "mentions": {
        "mention_id": _id(),
        "document_id": _id(),
        "sentence_index": _integer(),
        "local_entity_id": _id(),
        "entity_type": _text(one_of=ENTITY_TYPES),
        "mention_type": _text(one_of=MENTION_TYPES),
        "reason": _text(),
        "text": _text(),
        "start_char": _integer(),
        "end_char": _integer(),
    },
    "roles": {
        "role_id": _id(),
        "document_id": _id(),
        "local_entity_id": _id(),
        "title": _text(),
        "organization_local_entity_id": _id(optional=True),
        "country_code": _country(),
        "role_status": _text(one_of=ROLE_STATUSES),
        "start_char": _integer(),
        "end_char": _integer(),
    },
    "statements": {
        "statement_id": _id(),
        "document_id": _id(),
        "statement_index": _integer(),
        "parent_statement_id": _id(optional=True),
        "statement_type": _text(one_of=STATEMENT_TYPES),
        "text": _text(),
        "content_spans": pa.Column(pl.List(pl.Struct({"start_char": pl.Int32, "end_char": pl.Int32}))),
        "start_char": _integer(),
        "end_char": _integer(),
        "speaker_local_entity_id": _id(optional=True),
        "speaker_text": _text(optional=True),
        "speaker_start_char": _integer(optional=True),
        "speaker_end_char": _integer(optional=True),
        "speaker_resolution": _text(one_of=SPEAKER_RESOLUTIONS),
        "cue_text": _text(optional=True),
        "cue_lemma": _text(optional=True),
        "cue_class": _text(one_of=CUE_CLASSES, optional=True),
        "cue_start_char": _integer(optional=True),
        "cue_end_char": _integer(optional=True),
        "addressee_local_entity_id": _id(optional=True),
        "addressee_text": _text(optional=True),
        "date_text": _text(optional=True),
        "date_code": _text(DATE_CODE, optional=True),
        "place_local_entity_id": _id(optional=True),
        "list_id": _id(optional=True),
        "list_position": pa.Column(pl.Int32, pa.Check.ge(1), nullable=True),
        "rule": _text(),
        "confidence": pa.Column(pl.Float64, pa.Check.in_range(0, 1)),
    },
    "corrections": {
        "source_file": _text(),
        "line_number": pa.Column(pl.Int32, pa.Check.ge(2)),
        "action": _text(),
        "entity_id": _id(optional=True),
        "document_id": _id(optional=True),
        "start_char": _integer(optional=True),
        "end_char": _integer(optional=True),
        "text": _text(optional=True),
        "value": _text(optional=True),
        "note": _text(optional=True),
    },
}

_RULES: dict[str, list[pa.Check]] = {
    "documents": [
        rule("empty_text", _filled("text")),
        rule("char_count_is_not_the_text's", pl.col("char_count") == pl.col("text").str.len_chars()),
        rule("body_starts_outside_the_text", pl.col("body_start_char") <= pl.col("char_count")),
    ],
    "rejections": [
        rule("sample_too_long", pl.col("sample").str.len_chars() <= MAX_SAMPLE_CHARS),
        rule("reason_not_given", _filled("reason")),
    ],
    "local_entities": [rule("name_not_given", _filled("name") & _filled("entity_key"))],
    "statements": [
        rule("text_not_at_its_spans", pl.col("shown_text").eq_missing(pl.col("text")) & _filled("text")),
        rule(
            "span_is_not_that_of_the_content",
            (pl.col("start_char") == pl.col("content_spans").list.first().struct["start_char"])
            & (pl.col("end_char") == pl.col("content_spans").list.last().struct["end_char"]),
        ),
        rule("place_in_a_list_without_a_list", pl.col("list_id").is_null() == pl.col("list_position").is_null()),
        rule("own_parent", pl.col("parent_statement_id") != pl.col("statement_id")),
    ],
}

CONTRACTS = {
    table: pa.DataFrameSchema(
        columns, checks=[*_RULES.get(table, []), *(_shows(*place) for place in SHOWN.get(table, []))]
    )
    for table, columns in _COLUMNS.items()
}
"""The contract of each raw table, by its name without schema."""

SCHEMAS = {table: {name: column.dtype.type for name, column in columns.items()} for table, columns in _COLUMNS.items()}


@dataclass(frozen=True, slots=True)
class Checked:
    """A frame after its check.

    `failures` has a row for each broken rule: `row` (index in the frame), `rule`, `value`.
    """

    valid: pl.DataFrame
    failures: pl.DataFrame
    violations: list[str]
    """The failures, a line each: table, id of the row, rule, value."""


def frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as a frame with the columns and types of the raw table.

    Raises:
        polars.exceptions.PolarsError: a value has another type than its column.
    """
    return pl.DataFrame(list(rows), schema=SCHEMAS[table])


def check(table: str, rows: pl.DataFrame, texts: pl.DataFrame | None = None, extra: Sequence[pa.Check] = ()) -> Checked:
    """Check rows against the contract of their table.

    Args:
        table: its name without schema.
        rows: a frame with the columns of the table.
        texts: the documents that spans point into (`document_id`, `document_text`); tables in `SHOWN` need it.
        extra: rules for this call, such as `plausible_date`.
    """
    contract = CONTRACTS[table]
    if extra:
        contract = pa.DataFrameSchema(contract.columns, checks=[*contract.checks, *extra])
    try:
        contract.validate(rows if texts is None else _with_shown(table, rows, texts), lazy=True)
    except pa.errors.SchemaErrors as error:
        return _split(table, rows, error.failure_cases)
    return Checked(rows, _NO_FAILURES, [])


_NO_FAILURES = pl.DataFrame(schema={"row": pl.Int64, "rule": pl.String, "value": pl.String})


def _split(table: str, rows: pl.DataFrame, cases: pl.DataFrame) -> Checked:
    if cases["index"].null_count():
        raise ValueError(f"the frame for {table} has not the columns of its table: {cases['check'].to_list()}")
    failures = cases.select(
        row=pl.col("index").cast(pl.Int64),
        rule=pl.when(pl.col("column").is_null()).then("check").otherwise(pl.format("{}: {}", "column", "check")),
        value=pl.when(pl.col("column").is_null())
        .then(pl.lit(""))
        .otherwise(pl.col("failure_case").cast(pl.String).str.head(200)),
    ).sort("row", "rule")
    bad = failures["row"].unique()
    row_ids = rows.to_series(0)
    violations = [
        f"{table} {row_ids[row]}: {rule_name} {value}".rstrip() for row, rule_name, value in failures.iter_rows()
    ]
    kept = rows.with_row_index("row").filter(~pl.col("row").is_in(bad.to_list())).drop("row")
    return Checked(kept, failures, violations)


def _with_shown(table: str, rows: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """The rows, and beside each column of a stretch what the document shows at its span.

    Python slices strings in constant time, which polars' slices, from the start of the text, do not.
    """
    text_of = dict(texts.iter_rows())
    documents = [text_of.get(document_id, "") for document_id in rows["document_id"]]
    for column, start, end in SHOWN.get(table, []):
        shown = [
            None if first is None else text[first:last]
            for text, first, last in zip(documents, rows[start], rows[end], strict=True)
        ]
        rows = rows.with_columns(pl.Series(f"shown_{column}", shown, pl.String))
    if table == "statements":
        pieces = [
            PIECE_SEPARATOR.join(text[span["start_char"] : span["end_char"]] for span in spans)
            for text, spans in zip(documents, rows["content_spans"].to_list(), strict=True)
        ]
        rows = rows.with_columns(pl.Series("shown_text", pieces, pl.String))
    return rows
