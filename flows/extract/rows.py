"""Annotations of one document as rows of the raw tables: ids, texts and keys instead of indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flows.extract.annotations import Annotations, LocalEntity, Mention, Role, Sentence, Span, Statement
from warehouse.ids import content_id

Row = dict[str, Any]
TABLES = ("sentences", "local_entities", "mentions", "roles", "statements")
"""The raw tables that extraction fills, without their schema."""

PIECE_SEPARATOR = " … "


def rows_of(document_id: str, text: str, found: Annotations) -> dict[str, list[Row]]:
    """The rows of each raw table (see `TABLES`) for one document.

    Ids depend on what a row says, not on which rule or version found it, so that a new extractor
    keeps the ids of what it finds again.
    """
    entity_ids = [content_id("entity", document_id, e.entity_type, e.key, str(_rank(found, i)))
                  for i, e in enumerate(found.entities)]  # fmt: skip
    statement_ids = _statement_ids(document_id, found.statements)
    rows: dict[str, Iterator[Row]] = {
        "sentences": (_sentence(document_id, text, i, s) for i, s in enumerate(found.sentences)),
        "local_entities": (
            _entity(document_id, entity_ids[i], i, e, [a.short for a in found.acronyms if a.entity == i])
            for i, e in enumerate(found.entities)
        ),
        "mentions": (_mention(document_id, text, m, found, entity_ids) for m in found.mentions),
        "roles": (_role(document_id, r, entity_ids) for r in found.roles),
        "statements": (
            _statement(document_id, text, i, s, statement_ids, entity_ids) for i, s in enumerate(found.statements)
        ),
    }
    return {table: list(_unique(table_rows)) for table, table_rows in rows.items()}


def _rank(found: Annotations, index: int) -> int:
    """How many earlier entities of the document have the same type and key (namesakes kept apart)."""
    entity = found.entities[index]
    return sum(e.entity_type == entity.entity_type and e.key == entity.key for e in found.entities[:index])


def _unique(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows whose id was not seen before; the id is a row's first column."""
    seen: set[str] = set()
    for row in rows:
        row_id = next(iter(row.values()))
        if row_id not in seen:
            seen.add(row_id)
            yield row


def _statement_ids(document_id: str, statements: list[Statement]) -> list[str]:
    def spans(*parts: Span | None) -> str:
        return ",".join(f"{p.start}-{p.end}" for p in parts if p)

    return [
        content_id("statement", document_id, spans(*s.contents), spans(s.speaker), spans(s.cue)) for s in statements
    ]


def _sentence(document_id: str, text: str, index: int, sentence: Sentence) -> Row:
    start, end = sentence.span.start, sentence.span.end
    return {
        "sentence_id": content_id("sentence", document_id, f"{start}-{end}"),
        "document_id": document_id,
        "sentence_index": index,
        "paragraph_index": sentence.paragraph,
        "text": text[start:end],
        "start_char": start,
        "end_char": end,
    }


def _entity(document_id: str, entity_id: str, index: int, entity: LocalEntity, acronyms: list[str]) -> Row:
    return {
        "local_entity_id": entity_id,
        "document_id": document_id,
        "entity_index": index,
        "entity_type": entity.entity_type,
        "name": entity.name,
        "entity_key": entity.key,
        "aliases": list(entity.aliases),
        "acronyms": acronyms,
        "country_code": entity.country_code,
        "gender": entity.gender,
        "is_full": entity.is_full,
    }


def _mention(document_id: str, text: str, mention: Mention, found: Annotations, entity_ids: list[str]) -> Row:
    start, end = mention.span.start, mention.span.end
    return {
        "mention_id": content_id("mention", document_id, f"{start}-{end}"),
        "document_id": document_id,
        "sentence_index": mention.sentence,
        "local_entity_id": entity_ids[mention.entity],
        "entity_type": found.entities[mention.entity].entity_type,
        "mention_type": mention.mention_type,
        "reason": mention.reason,
        "text": text[start:end],
        "start_char": start,
        "end_char": end,
    }


def _role(document_id: str, role: Role, entity_ids: list[str]) -> Row:
    entity_id = entity_ids[role.entity]
    return {
        "role_id": content_id("role", document_id, entity_id, f"{role.span.start}-{role.span.end}"),
        "document_id": document_id,
        "local_entity_id": entity_id,
        "title": role.title,
        "organization_local_entity_id": None if role.organization is None else entity_ids[role.organization],
        "country_code": role.country_code,
        "role_status": role.status,
        "start_char": role.span.start,
        "end_char": role.span.end,
    }


def _statement(
    document_id: str, text: str, index: int, statement: Statement, statement_ids: list[str], entity_ids: list[str]
) -> Row:
    def entity_id(entity: int | None) -> str | None:
        return None if entity is None else entity_ids[entity]

    def words(span: Span | None) -> str | None:
        return span.of(text) if span else None

    speaker, cue, date = statement.speaker, statement.cue, statement.date
    list_id = None
    if statement.list_index is not None:
        list_id = content_id("list", document_id, str(statement.list_index))
    return {
        "statement_id": statement_ids[index],
        "document_id": document_id,
        "statement_index": index,
        "parent_statement_id": None if statement.parent is None else statement_ids[statement.parent],
        "statement_type": statement.statement_type,
        "text": PIECE_SEPARATOR.join(piece.of(text) for piece in statement.contents),
        "content_spans": [{"start_char": piece.start, "end_char": piece.end} for piece in statement.contents],
        "start_char": statement.span.start,
        "end_char": statement.span.end,
        "speaker_local_entity_id": entity_id(statement.speaker_entity),
        "speaker_text": words(speaker),
        "speaker_start_char": speaker.start if speaker else None,
        "speaker_end_char": speaker.end if speaker else None,
        "speaker_resolution": statement.speaker_resolution,
        "cue_text": words(cue),
        "cue_lemma": statement.cue_lemma,
        "cue_class": statement.cue_class,
        "cue_start_char": cue.start if cue else None,
        "cue_end_char": cue.end if cue else None,
        "addressee_local_entity_id": entity_id(statement.addressee_entity),
        "addressee_text": words(statement.addressee),
        "date_text": words(date.span) if date else None,
        "date_code": date.code if date else None,
        "place_local_entity_id": entity_id(statement.place_entity),
        "list_id": list_id,
        "list_position": statement.list_position,
        "rule": statement.rule,
        "confidence": statement.confidence,
    }
