"""Contracts: rows that keep them, and what each broken one is called."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from flows.extract import annotations
from warehouse import contracts
from warehouse.ids import content_id, document_id

TEXT = "GENEVA – Wang “said” so. 😀 Yes, Wang said."
TEXTS = pl.DataFrame({"document_id": ["d" * 20], "document_text": [TEXT]})
NOW = datetime(2026, 3, 4, tzinfo=UTC)

MENTION: dict[str, Any] = {
    "mention_id": "1" * 20,
    "document_id": "d" * 20,
    "sentence_index": 1,
    "local_entity_id": "e" * 20,
    "entity_type": "person",
    "mention_type": "name",
    "reason": "surname",
    "text": "Wang",
    "start_char": 32,
    "end_char": 36,
}
STATEMENT: dict[str, Any] = {
    **dict.fromkeys(contracts.SCHEMAS["statements"]),
    "statement_id": "5" * 20,
    "document_id": "d" * 20,
    "statement_index": 0,
    "statement_type": "indirect",
    "text": "so … Yes",
    "content_spans": [{"start_char": 21, "end_char": 23}, {"start_char": 27, "end_char": 30}],
    "start_char": 21,
    "end_char": 30,
    "speaker_text": "Wang",
    "speaker_start_char": 9,
    "speaker_end_char": 13,
    "speaker_resolution": "name",
    "cue_text": "said",
    "cue_lemma": "say",
    "cue_class": "say",
    "cue_start_char": 15,
    "cue_end_char": 19,
    "rule": "subject_cue",
    "confidence": 0.9,
}
DOCUMENT: dict[str, Any] = {
    "document_id": "d" * 20,
    "text": TEXT,
    "char_count": 42,
    "word_count": 9,
    "body_start_char": 9,
    "ingested_at": NOW,
    "run_id": "run",
}
SOURCE: dict[str, Any] = {
    **dict.fromkeys(contracts.SCHEMAS["document_sources"]),
    "document_id": "d" * 20,
    "source_root": "/stories",
    "source_uri": "a.txt",
    "record_key": "",
    "source_format": "text",
    "file_sha256": "a" * 64,
    "read_options": "text/1",
    "is_repaired": False,
    "published_date": date(2026, 3, 3),
    "first_seen_at": NOW,
    "last_seen_at": NOW,
    "run_id": "run",
}


def broken(table: str, row: dict[str, Any], **changes: Any) -> list[str]:
    """The rules that a row breaks with these changes."""
    checked = contracts.check(table, contracts.frame(table, [{**row, **changes}]), TEXTS)
    return checked.failures["rule"].to_list()


def test_good_rows_keep_their_contracts() -> None:
    assert broken("mentions", MENTION) == []
    assert broken("statements", STATEMENT) == []
    assert broken("documents", DOCUMENT) == []
    assert broken("document_sources", SOURCE) == []


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"text": "Wong"}, ["text_not_at_its_span"]),
        ({"start_char": 31}, ["text_not_at_its_span"]),
        ({"start_char": 36, "end_char": 36, "text": ""}, ["text_not_at_its_span"]),
        ({"start_char": 38, "end_char": 99, "text": "aid."}, ["text_not_at_its_span"]),
        ({"start_char": -10}, ["start_char: greater_than_or_equal_to(0)", "text_not_at_its_span"]),
        ({"entity_type": "animal"}, ["entity_type: not in the list"]),
        ({"mention_id": "XYZ"}, ["mention_id: malformed"]),
        ({"local_entity_id": None}, ["local_entity_id: not_nullable"]),
        ({"document_id": "c" * 20}, ["text_not_at_its_span"]),
    ],
)
def test_broken_mentions(changes: dict[str, Any], rules: list[str]) -> None:
    assert broken("mentions", MENTION, **changes) == rules


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"text": "so Yes"}, ["text_not_at_its_spans"]),
        ({"end_char": 36}, ["span_is_not_that_of_the_content"]),
        ({"speaker_text": "Wong"}, ["speaker_text_not_at_its_span"]),
        ({"speaker_text": None}, ["speaker_text_not_at_its_span"]),
        ({"speaker_start_char": None, "speaker_end_char": None}, ["speaker_text_not_at_its_span"]),
        ({"cue_end_char": 20}, ["cue_text_not_at_its_span"]),
        ({"cue_class": "sing"}, ["cue_class: not in the list"]),
        ({"date_code": "weekday:8"}, ["date_code: malformed"]),
        ({"confidence": 1.5}, ["confidence: in_range(0, 1)"]),
        ({"list_position": 1}, ["place_in_a_list_without_a_list"]),
        ({"parent_statement_id": "5" * 20}, ["own_parent"]),
    ],
)
def test_broken_statements(changes: dict[str, Any], rules: list[str]) -> None:
    assert broken("statements", STATEMENT, **changes) == rules


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"text": "  ", "char_count": 2, "body_start_char": 0}, ["empty_text"]),
        ({"char_count": 40}, ["char_count_is_not_the_text's"]),
        ({"body_start_char": 43}, ["body_starts_outside_the_text"]),
    ],
)
def test_broken_documents(changes: dict[str, Any], rules: list[str]) -> None:
    assert broken("documents", DOCUMENT, **changes) == rules


def test_implausible_dates() -> None:
    rows = [{**SOURCE, "published_date": day} for day in (date(1799, 12, 31), date(1800, 1, 1), date(2026, 4, 5), None)]
    rule = contracts.plausible_date("published_date", date(1800, 1, 1), date(2026, 4, 4))
    checked = contracts.check("document_sources", contracts.frame("document_sources", rows), extra=[rule])
    assert checked.failures.select("row", "rule").rows() == [(0, "date_implausible"), (2, "date_implausible")]
    assert checked.valid["published_date"].to_list() == [date(1800, 1, 1), None]


def test_only_the_bad_rows_are_left_out_and_each_is_named() -> None:
    rows = [MENTION, {**MENTION, "mention_id": "2" * 20, "text": "Wong", "entity_type": "animal"}, MENTION]
    checked = contracts.check("mentions", contracts.frame("mentions", rows), TEXTS)
    assert checked.valid["mention_id"].to_list() == ["1" * 20, "1" * 20]
    assert checked.violations == [
        "mentions 22222222222222222222: entity_type: not in the list animal",
        "mentions 22222222222222222222: text_not_at_its_span",
    ]


def test_a_frame_without_its_columns_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="has not the columns"):
        contracts.check("mentions", contracts.frame("mentions", [MENTION]).drop("reason"), TEXTS)


def test_extraction_and_warehouse_name_the_same_kinds() -> None:
    assert contracts.ENTITY_TYPES == annotations.ENTITY_TYPES
    assert contracts.MENTION_TYPES == annotations.MENTION_TYPES
    assert contracts.STATEMENT_TYPES == annotations.STATEMENT_TYPES
    assert contracts.SPEAKER_RESOLUTIONS == annotations.SPEAKER_RESOLUTIONS
    assert contracts.CUE_CLASSES == annotations.CUE_CLASSES


def test_ids_come_from_content_alone() -> None:
    # printf 'document\037abc' | sha256sum | cut -c1-20
    assert document_id("abc") == "620a4b31ac54ab998560"
    assert content_id("a", "bc") != content_id("ab", "c")
    with pytest.raises(UnicodeEncodeError):
        document_id("\ud800")
