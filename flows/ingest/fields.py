"""Records with named fields, from whatever format: fields are found by their usual names or as `--map` says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import regex

from flows.ingest.encoding import repair
from flows.ingest.readers import ReadOptions, Record, Rejected

USUAL_NAMES = {
    "text": (
        "text", "body", "content", "article", "full_text", "fulltext", "article_text", "article_body", "articlebody",
        "body_text", "bodytext", "content_text", "contents", "article_content", "story", "story_text", "maintext",
        "main_text", "raw_text", "lead_paragraph",
        "inhalt", "volltext", "artikeltext", "texte", "contenu", "corps", "texto", "contenido", "cuerpo",
    ),
    "title": (
        "title", "headline", "heading", "subject", "article_title", "article_headline", "web_title", "webtitle",
        "titel", "überschrift", "ueberschrift", "schlagzeile", "titre", "título", "titulo", "titular",
    ),
    "byline": (
        "byline", "author", "authors", "creator", "writer",
        "autor", "autorin", "autoren", "verfasser", "auteur", "auteurs", "autora", "autores",
    ),
    "publisher": (
        "publisher", "source", "agency", "publication", "newspaper", "outlet", "provider", "source_name", "site",
        "quelle", "zeitung", "herausgeber", "éditeur", "editeur", "fuente", "periódico", "periodico",
    ),
    "published_date": (
        "published_date", "published", "date", "pub_date", "pubdate", "publication_date", "publish_date",
        "date_published", "datepublished", "published_at", "publishedat", "webpublicationdate", "article_date",
        "date_time", "timestamp", "datetime",
        "datum", "veröffentlicht", "veroeffentlicht", "erscheinungsdatum", "veröffentlichungsdatum", "date_publication",
        "date_de_publication", "fecha", "fecha_publicación", "fecha_publicacion", "fecha_de_publicación",
        "fecha_de_publicacion",
    ),
    "language": ("language", "lang", "language_code", "sprache", "langue", "idioma"),
    "id": ("id", "_id", "article_id", "doc_id", "document_id", "guid", "uuid", "url", "link", "uri"),
    "canonical_url": ("canonical_url", "web_url", "weburl"),
}  # fmt: skip
"""For each field of ours the names it goes by, in order of preference; compared in lower case, `-` and blank as `_`.

They are English ones, then German, French and Spanish."""

_MAX_NAMES_CHARS = 300
_MAX_NAME_CHARS = 40
_VALUE_KEYS = ("name", "main", "original", "rendered", "$date", "$oid")
"""What an object says in a field: a source or author its name, a headline its main line; `rendered` is WordPress's way
to write JSON, the others are MongoDB's."""
_LAYOUT = regex.compile(
    r"<(?P<name>/?(?:p|div|h[1-6]|[uo]l|li|blockquote|table|t[rd]|section|article|figure)|br|/?a)(?=[\s/>])[^<>]*>",
    regex.I,
)
_LINE_END = regex.compile(r"\n\s*")
_BLANK_LINE = regex.compile(r"\n\s*\n")
_EMPHASIS = regex.compile(r"</(?:i|b|em|strong|span|a|cite)>", regex.I)
_ENTITY = regex.compile(r"&(?:#\d+|#x[\da-f]+|[a-z]+\d*);", regex.I)
_MIN_TAGS = 2
"""Of layout, from which on a text is taken for HTML; without an end tag, so many of the same kind."""
HTML_NAMES = ("content_html", "body_html", "html")
"""Fields with the text as HTML, by which it is known where no other field holds it; JSON Feed has the first."""


def read_object(
    fields: Mapping[str, Any], place: str, number: int, field_map: Mapping[str, str], sample: str
) -> Record | Rejected:
    """The record that named fields make. `place` names it in a reason ("line 3"); its key is its id, else `number`."""
    values: dict[str, str | None] = {}
    fields = _at_hand(fields)
    found = _find_fields(fields, field_map)
    given = _plain(found["id"], "id") if isinstance(found.get("id"), dict) else found.get("id")
    key = str(given) if isinstance(given, str | int) and given != "" else str(number)
    for name, value in found.items():
        plain = _plain(value, name)
        if plain is None and value is not None and name not in ("id", "canonical_url"):
            kind = type(value).__name__
            return Rejected("wrong_type", f"{place}: {name} is a {kind}, not a text", key, sample)
        values[name] = plain
    plain_text = values.get("text")
    text = plain_text if plain_text is None else _text_of(plain_text)
    if text is None and "text" not in field_map:
        text = _from_html(fields)
    if text is None and has_text(fields, field_map):
        return Rejected("empty_text", f"{place}: the text is empty", key, sample)
    if text is None:
        return Rejected(
            "missing_text", f"{place} has no field for the text ({_tried(field_map, _names(fields))})", key, sample
        )
    text, is_repaired = repair(text)
    title, byline, address = (values.get(name) for name in ("title", "byline", "canonical_url"))
    return Record(
        text=text,
        key=key,
        title=repair(_line_of(title))[0] if title else title,
        byline=_line_of(byline) if byline else byline,
        publisher=values.get("publisher"),
        published=values.get("published_date"),
        language=values.get("language"),
        is_repaired=is_repaired,
        canonical_url=address if address and address.startswith(("http://", "https://")) else None,
    )


def read_rows(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], options: ReadOptions
) -> Iterator[Record | Rejected]:
    """A record or rejection for each row of a table, numbered from 1; one rejection where no column holds the text."""
    if not has_text(columns, options.field_map):
        tried = _tried(options.field_map, columns)
        yield Rejected("missing_text", f"the table has no column for the text ({tried})", sample=", ".join(columns))
        return
    for number, row in enumerate(rows, 1):
        fields = dict(zip(columns, row, strict=False))
        yield read_object(fields, f"row {number}", number, options.field_map, str(row)[:2000])


def has_text(columns: Iterable[str], field_map: Mapping[str, str]) -> bool:
    """Whether one of the columns is that of the text."""
    if "text" in field_map:
        return field_map["text"] in columns or field_map["text"].partition(".")[0] in columns
    return any(_normal(column) in (*USUAL_NAMES["text"], *HTML_NAMES) for column in columns)


def wanted(columns: Sequence[str], field_map: Mapping[str, str]) -> list[str]:
    """The columns that can hold a field of ours."""
    usual = {name for ours, names in USUAL_NAMES.items() if ours not in field_map for name in names}
    usual |= set() if "text" in field_map else set(HTML_NAMES)
    usual |= {"abstract"} if "lead_paragraph" in columns else set()
    mapped = {name for value in field_map.values() for name in (value, value.partition(".")[0])}
    return [column for column in columns if column in mapped or _normal(column) in usual]


def _at_hand(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields with those that two newspapers put elsewhere.

    The Guardian's API has an object `fields` in each result, that of the New York Times an abstract where the first
    paragraph is lacking.
    """
    inner = fields.get("fields")
    if "webTitle" in fields and isinstance(inner, dict):
        return {**fields, **inner}
    if "abstract" in fields and fields.get("lead_paragraph", True) in ("", None):
        return {**fields, "lead_paragraph": fields["abstract"]}
    return fields


def _text_of(value: str) -> str:
    """A text without its markup, if it clearly is HTML.

    Where that has no element for paragraphs, blank lines are between them; without one for lines, all line ends are.
    """
    tags = [tag["name"].lower() for tag in _LAYOUT.finditer(value)] if "<" in value else []
    if not _is_html(value, tags):
        return value
    from flows.ingest.markup import html_text

    if "p" not in tags:
        value = (_BLANK_LINE if "br" in tags or "div" in tags else _LINE_END).sub("<p>", value)
    return html_text(value)


def _is_html(value: str, tags: Sequence[str]) -> bool:
    """Whether tags of layout mark up the text. One about HTML names some, too: `Use <p> and <br>`."""
    return len(tags) >= _MIN_TAGS and (
        any(tag.startswith("/") for tag in tags)
        or value.lstrip().startswith("<")
        or max(tags.count("br"), tags.count("p")) >= _MIN_TAGS
    )


def _line_of(value: str) -> str:
    """A title or byline without entities and marks of emphasis."""
    if "<" in value and _EMPHASIS.search(value):
        from flows.ingest.markup import html_text

        return html_text(value)
    return _ENTITY.sub(lambda entity: unescape(entity[0]), value) if "&" in value else value


def _from_html(fields: Mapping[str, Any]) -> str | None:
    from flows.ingest.markup import html_text

    by_name = {_normal(str(name)): value for name, value in fields.items()}
    source = next((by_name[name] for name in HTML_NAMES if isinstance(by_name.get(name), str)), None)
    return None if source is None else html_text(source)


def _tried(field_map: Mapping[str, str], names: Iterable[str]) -> str:
    shown = ", ".join(" ".join(name[:_MAX_NAME_CHARS].split()) for name in names)
    wanted = field_map.get("text") or "text, body, content and the like"
    return f"looked for {wanted}; there are {shown[:_MAX_NAMES_CHARS] or 'none'}"


def _names(fields: Mapping[str, Any]) -> Iterator[str]:
    """The names of fields as `--map` takes them, `a.b` for what lies in `a`."""
    for name, value in fields.items():
        yield from (f"{name}.{inner}" for inner in value) if isinstance(value, dict) and value else (str(name),)


def _normal(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def _find_fields(fields: Mapping[str, Any], field_map: Mapping[str, str]) -> dict[str, Any]:
    """Our field names with the values found; a mapped field is looked up by its exact name, `a.b` inside `a` too."""
    by_name = {_normal(str(name)): value for name, value in reversed(list(fields.items()))}
    found: dict[str, Any] = {}
    for ours, names in USUAL_NAMES.items():
        if ours in field_map:
            found[ours] = _look_up(fields, field_map[ours])
        else:
            found[ours] = next((by_name[name] for name in names if by_name.get(name) is not None), None)
    return found


def _look_up(fields: Mapping[str, Any], name: str) -> Any:
    if name in fields:
        return fields[name]
    first, _, rest = name.partition(".")
    inner = fields.get(first)
    return _look_up(inner, rest) if rest and isinstance(inner, dict) else None


def _plain(value: Any, name: str) -> str | None:
    """A value as text; None if it is not one. Several authors are joined, `{"name": ...}` is its name."""
    if isinstance(value, str):
        return value
    if name == "text" or isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return _plain(next((value[key] for key in _VALUE_KEYS if key in value), None), name)
    if isinstance(value, list):
        parts = [_plain(part, name) for part in value]
        return ", ".join(part for part in parts if part) if all(parts) else None
    return None
