"""Rows expected of a document, written by hand in tests/expected/*.yaml, compared with a published file.

A file names its `source` (the path below the folder that was ingested; for a record of a container file its
`title` too) and lists what must be there. What it does not name is not asserted.

`document`      columns of `documents`; places and bylines are compared without regard to case.
`statements`    each with `content`: one piece of text or several, as they stand in the document. `A … B` is
                everything from A to B. Punctuation and quotation marks at the edges of a piece do not count,
                nor does the word or mark that opens an enumerated point. Contents begin with "that", "to" or
                "whether" where these words open the clause. A piece may be found as several statements in a row
                (a quotation over paragraphs), and further pieces as statements of their own, but all by the same
                speaker; with `one_statement: true` the pieces must be those of a single statement.
                `speaker`, `addressee`: name of the entity (a list: one of them; null: none);
                `speaker_text`, `cue`, `addressee_text`, `date_text`: words that the text found must hold; `resolution`,
                `lemma`, `class`, `type`, `date`, `list_position`: the columns. `parent`: words with which
                the content of the reporting statement begins; without it the statement must be outermost.
`entities`      by `name` or as a country by code alone; `aliases` are those that must be among its aliases.
`absent`        entities that no mention of the document may belong to.
`roles`         rows of `person_roles`; `title` is the end of the title found, without regard to case.
`outside`       text that stands in no statement's content.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

FOLDER = Path(__file__).resolve().parent / "expected"
EDGE = " \t\r\n\"'`“”„‘’‚«»‹›,.;:!?-–—―…()[]*_>"
ORDINAL = re.compile(r"(?:(?:first|second|third|fourth|fifth|final|last)(?:ly)?,|\d+\.|\([a-z]\)|\*)\s+", re.IGNORECASE)

Row = dict[str, Any]
Span = tuple[int, int]


def load(name: str) -> Row:
    """The expectations in tests/expected/NAME.yaml."""
    return dict(yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


def rows(connection: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> list[Row]:
    """The rows of a query, each as a dictionary by column name."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def find_document(connection: duckdb.DuckDBPyConnection, expected: Row) -> Row:
    """The one document that `expected` is about."""
    found = rows(
        connection,
        "select d.* from documents d where document_id in"
        " (select document_id from document_sources where source_uri = $1 and ($2 is null or title = $2))",
        expected["source"],
        expected.get("title"),
    )
    assert len(found) == 1, f"{len(found)} documents from {expected['source']}"
    return found[0]


def document_problems(document: Row, expected: Row) -> list[str]:
    """Where the columns of `documents` differ from `expected["document"]`."""
    problems = []
    for column, wanted in expected["document"].items():
        got = document[column]
        if column == "dateline_place" and got is not None:
            got = got.partition(",")[0]
        if folded(got) != folded(wanted):
            problems.append(f"{column}: {got!r}, expected {wanted!r}")
    return problems


def statement_problems(connection: duckdb.DuckDBPyConnection, document: Row, expected: Row) -> list[str]:
    """Where the statements of the document differ from `expected["statements"]` and `expected["outside"]`."""
    text = document["text"]
    found = rows(
        connection,
        "select s.*, a.name as addressee_name from statements s"
        " left join entities a on a.entity_id = s.addressee_entity_id"
        " where s.document_id = $1 order by statement_index",
        document["document_id"],
    )
    by_id = {row["statement_id"]: row for row in found}
    problems = []
    for wanted in expected.get("statements", []):
        contents = wanted["content"] if isinstance(wanted["content"], list) else [wanted["content"]]
        pieces = [locate(text, content) for content in contents]
        statements, reason = carriers(text, found, pieces, wanted)
        if reason:
            problems.append(f"«{contents[0][:60]}»: {reason}")
            continue
        differences = differing(text, statements, by_id, wanted)
        problems += [f"«{contents[0][:60]}»: {difference}" for difference in differences]
    for words in expected.get("outside", []):
        start, end = locate(text, words)
        for row in found:
            if any(s["start_char"] < end and start < s["end_char"] for s in row["content_spans"]):
                problems.append(f"«{words}» stands in the statement «{row['text'][:80]}» (rule {row['rule']})")
    return problems


def carriers(text: str, found: list[Row], pieces: list[Span], wanted: Row) -> tuple[list[Row], str]:
    """The statements that hold the pieces, and why there are none."""
    nested = "parent" in wanted
    candidates = [row for row in found if (row["parent_statement_id"] is not None) == nested]
    if wanted.get("one_statement") or len(pieces) == 1:
        whole = [row for row in candidates if joined(text, spans(row)) == joined(text, pieces)]
        if whole:
            return whole[:1], ""
        if wanted.get("one_statement"):
            return [], missing(text, found, pieces, nested)
    statements: list[Row] = []
    for piece in pieces:
        tiles = [(row, span) for row in candidates for span in spans(row) if within(text, span, piece)]
        if joined(text, [span for _, span in tiles]) != joined(text, [piece]):
            return [], missing(text, found, [piece], nested)
        statements += [row for row, _ in tiles if row not in statements]
    return statements, ""


def missing(text: str, found: list[Row], pieces: list[Span], nested: bool) -> str:
    """What stands where the statement was expected."""
    start, end = pieces[0][0], pieces[-1][1]
    near = [
        f"{'nested ' if row['parent_statement_id'] else ''}«{row['text']}» ({row['rule']})"
        for row in found
        if any(s < end and start < e for s, e in spans(row))
    ]
    return f"no such {'nested' if nested else 'outermost'} statement; there is " + ("; ".join(near) or "nothing there")


def differing(text: str, statements: list[Row], by_id: dict[str, Row], wanted: Row) -> list[str]:
    """Where the first statement differs from what is wanted, and the others from its speaker."""
    first, problems = statements[0], []
    for row in statements if "speaker" in wanted else []:
        resolved = row["speaker_name"] if row["speaker_entity_id"] else None
        if not one_of(resolved, wanted["speaker"]):
            problems.append(f"speaker {resolved!r} ({row['speaker_text']!r}), expected {wanted['speaker']!r}")
    if "addressee" in wanted and not one_of(first["addressee_name"], wanted["addressee"]):
        problems.append(f"addressee {first['addressee_name']!r}, expected {wanted['addressee']!r}")
    for key, column in {"speaker_text": "speaker_text", "cue": "cue_text", "addressee_text": "addressee_text"}.items():
        if key in wanted and folded(wanted[key]) not in folded(first[column] or ""):
            problems.append(f"{column} {first[column]!r}, expected {wanted[key]!r}")
    if "date_text" in wanted and folded(wanted["date_text"]) not in folded(first["date_text"] or ""):
        problems.append(f"date_text {first['date_text']!r}, expected {wanted['date_text']!r}")
    for key, column in {
        "resolution": "speaker_resolution",
        "lemma": "cue_lemma",
        "class": "cue_class",
        "type": "statement_type",
        "date": "statement_date",
        "list_position": "list_position",
    }.items():
        if key in wanted and first[column] != wanted[key]:
            problems.append(f"{column} {first[column]!r}, expected {wanted[key]!r}")
    if "parent" in wanted:
        parent = by_id[first["parent_statement_id"]]
        start, _ = locate(text, wanted["parent"])
        if trimmed(text, spans(parent)[0])[0] != trimmed(text, (start, len(text)))[0]:
            problems.append(f"reported by «{parent['text'][:60]}», expected «{wanted['parent']}»")
    return problems


def entity_problems(connection: duckdb.DuckDBPyConnection, document: Row, expected: Row) -> list[str]:
    """Where the entities mentioned in the document differ from `expected["entities"]` and `expected["absent"]`."""
    found = rows(
        connection,
        "select * from entities where entity_id in"
        " (select entity_id from entity_mentions where document_id = $1) order by entity_type, name",
        document["document_id"],
    )
    names = [f"{row['name']} ({row['entity_type']}, {row['country_code']})" for row in found]
    problems = []
    for wanted in expected.get("entities", []):
        if "name" not in wanted:
            same = [r for r in found if r["entity_type"] == "place" and r["country_code"] == wanted["country"]]
            if not same:
                problems.append(f"no country {wanted['country']} among {names}")
            continue
        same = [r for r in found if folded(r["name"]) == folded(wanted["name"]) and r["entity_type"] == wanted["type"]]
        if len(same) != 1:
            problems.append(f"{len(same)} times {wanted['name']} ({wanted['type']}) among {names}")
            continue
        if "country" in wanted and same[0]["country_code"] != wanted["country"]:
            problems.append(f"{wanted['name']}: {same[0]['country_code']}, expected {wanted['country']}")
        lacking = set(wanted.get("aliases", [])) - set(same[0]["aliases"])
        if lacking:
            problems.append(f"{wanted['name']}: aliases {same[0]['aliases']}, expected also {sorted(lacking)}")
    for unwanted in expected.get("absent", []):
        for row in found:
            if row["entity_type"] == unwanted["type"] and folded(row["name"]) == folded(unwanted["name"]):
                problems.append(f"{row['name']} is no {row['entity_type']} here")
    return problems


def role_problems(connection: duckdb.DuckDBPyConnection, document: Row, expected: Row) -> list[str]:
    """Which of `expected["roles"]` `person_roles` lacks for the document."""
    found = rows(
        connection,
        "select p.name as person, r.title, o.name as organization, r.country_code as country, r.as_of_date as as_of"
        " from person_roles r join entities p using (entity_id)"
        " left join entities o on o.entity_id = r.organization_entity_id"
        " where r.document_id = $1 order by r.start_char",
        document["document_id"],
    )
    problems = []
    for wanted in expected.get("roles", []):
        exact = {key: value for key, value in wanted.items() if key != "title"}
        held = [
            row
            for row in found
            if folded(row["title"]).endswith(folded(wanted["title"]))
            and all(folded(row[key]) == folded(value) for key, value in exact.items())
        ]
        if not held:
            near = [row for row in found if folded(row["person"]) == folded(wanted["person"])]
            problems.append(f"no role {wanted}; there is {near}")
    return problems


def locate(text: str, words: str) -> Span:
    """Where `words` stand in `text`; 'A … B' from the only A to the next B."""
    first, _, last = words.partition(" … ")
    start = text.find(first)
    assert start >= 0, f"not in the text: {first}"
    end = text.find(last, start) + len(last) if last else start + len(first)
    assert end > start, f"not in the text: {last}"
    return start, end


def spans(row: Row) -> list[Span]:
    """The content spans of a statement."""
    return [(span["start_char"], span["end_char"]) for span in row["content_spans"]]


def trimmed(text: str, span: Span) -> Span:
    """The span without punctuation and quotation marks at its edges or an ordinal that opens it."""
    start, end = span
    if ordinal := ORDINAL.match(text, start, end):
        start = ordinal.end()
    while start < end and text[start] in EDGE:
        start += 1
    while end > start and text[end - 1] in EDGE:
        end -= 1
    return start, end


def joined(text: str, pieces: list[Span]) -> list[Span]:
    """The trimmed spans in order, those joined that only punctuation, marks and white space part."""
    out: list[Span] = []
    for piece in sorted(pieces):
        start, end = trimmed(text, piece)
        if start >= end:
            continue
        if out and not text[out[-1][1] : start].strip(EDGE):
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def within(text: str, span: Span, piece: Span) -> bool:
    """Whether the trimmed span lies inside the trimmed piece."""
    (start, end), (low, high) = trimmed(text, span), trimmed(text, piece)
    return low <= start < end <= high


def one_of(got: str | None, wanted: str | list[str] | None) -> bool:
    """Whether a name is the wanted one, or one of the wanted."""
    return any(folded(got) == folded(name) for name in (wanted if isinstance(wanted, list) else [wanted]))


def folded(value: str | date | None) -> str | date | None:
    """Text without regard to case, white space and marks at its edges; anything else as it is."""
    return " ".join(value.split()).strip(EDGE).casefold() if isinstance(value, str) else value
