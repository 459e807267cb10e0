"""A mail as a document: its own words, without quoted replies and signature, and what hangs on it."""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import PureWindowsPath

import regex
from lxml import etree

from flows.ingest.contained import is_exhausted, plain_name, read_contained, refuse_path
from flows.ingest.encoding import Decoded, decode
from flows.ingest.markup import Element, block_text, local_name, parse_html
from flows.ingest.readers import ReadOptions, Record, Rejected, reader_for
from flows.wirecopy import parse_date

_CLOSING = (
    r"(?:(?:with )?(?:best|kind|kindest|warm|warmest) (?:regards|wishes)|(?:best|regards|sincerely)(?=,)"
    r"|(?:yours|sincerely) (?:sincerely|faithfully|truly|yours)"
    r"|(?:mit )?(?:freundliche|beste|viele)n? Grü(?:ß|ss)en?"
    r"|(?:bien )?cordialement|(?:un )?(?:cordial )?saludos?|(?:cordiali|distinti) saluti|met vriendelijke groet(?:en)?)"
)
_SIGNATURE = regex.compile(
    r"^(?:-- \r?$"
    rf"|(?:--|(?i:{_CLOSING}),?[ \t]*)\r?$(?:\r?\n[^\r\n]{{0,60}}(?<![.!?\"”])){{0,10}}\s*\Z"
    r"|(?:Sent|Gesendet|Envoyé|Enviado) (?:from|von|de(?:puis)?|desde) (?:my|mein\w*|mon|mi|meu)\b.{0,40}\r?$)",
    regex.MULTILINE,
)
"""`-- ` always begins one, `--` and words that close a letter only before a few short lines that are no sentences."""
_SIGNATURE_LINE = "-- "
_SENT_TO = (
    r"(?:Sent|To|Subject|Gesendet|An|Betreff|Envoyé|À|Objet|Enviado|Para|Asunto|Assunto|Inviato|A|Oggetto|Verzonden"
    r"|Aan|Onderwerp)\xa0? ?:"
)
_HEADER_LINE = rf"(?:{_SENT_TO}|(?:Cc|Date|Datum|Fecha|Data)\xa0? ?:).*"
_OF_A_MAIL = regex.compile(r"@|\b\d{1,2}[:h]\d{2}\b")
"""An address or a clock time, which the head of a mail has and prose that looks like one has not."""
_FORWARDED_MARK = regex.compile(
    r"(?:-{2,} ?(?:Forwarded message|Weitergeleitete Nachricht|Message transféré|Mensaje reenviado"
    r"|Messaggio inoltrato|Doorgestuurd bericht) ?-{2,}"
    r"|(?:Begin forwarded message|Anfang der weitergeleiteten Nachricht)\xa0? ?:)"
)
_FORWARDED = regex.compile(
    rf"^{_FORWARDED_MARK.pattern}[ \t]*\r?\n(?:[ \t]*\r?\n|(?:From|Von|De|Da|Van)\xa0? ?:.*\n|{_HEADER_LINE}\n)*",
    regex.MULTILINE,
)
"""What stands before a mail that is passed on: its own words count."""
_QUOTED_BELOW = regex.compile(
    r"^(?P<mark>-{2,}) ?(?:Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original) ?-{2,}"
    rf"|^(?:_{{20,}}\r?\n)?(?:From|Von|De|Da)\xa0? ?:.*(?:\n{_HEADER_LINE})*?\n{_SENT_TO}.*(?:\n{_HEADER_LINE})*"
    r"|^(?:On|Am|Le|El|Il|Op|Em)\b[^\n]{5,200}(?:\n(?!>)[^\n]{1,120})?"
    r"(?:\bwrote|\b(?:schrieb|a écrit|escribió|ha scritto|schreef|escreveu)\b[^\n]{0,60})[ \t]*:[ \t]*\r?\n"
    r"(?![ \t\r\n]*>)",
    regex.MULTILINE,
)
_QUOTE = regex.compile(
    r"(?:^(?:On|Am|Le|El|Il|Op|Em)\b[^\n]{5,200}(?:\n(?!>)[^\n]{1,120})?:[ \t]*\r?\n(?:[ \t]*\r?\n)?)?"
    r"(?:^>.*(?:\r?\n|\Z))+",
    regex.MULTILINE,
)
_PICTURE = regex.compile(r"\[cid:[^\]\s]*\]")
"""What Outlook writes where a picture stands."""
_NO_DOCUMENTS = (
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/ics",
    "text/calendar",
)
_QUOTING_CLASSES = (
    "gmail_quote",
    "gmail_signature",
    "gmail_attr",
    "moz-cite-prefix",
    "moz-signature",
    "yahoo_quoted",
    "OutlookMessageHeader",
)
_MARK_CHARS = 200
_MIN_SHARE = 1 / 3
"""Of the fullest alternative: a plain one with less says little more than where to read the other."""
_QUOTING_IDS = ("divRplyFwdMsg", "appendonsend", "Signature", "mail-editor-reference-message-container")


def parse(data: bytes) -> EmailMessage | Rejected:
    """A mail from its bytes; what is wrong with it is kept, but parts inside one another without end are refused."""
    try:
        return email.message_from_bytes(data, policy=email.policy.default)
    except RecursionError:
        return Rejected("archive_too_deep", "the parts of the mail lie in one another without end")


def read_mail(message: EmailMessage | Rejected, key: str, options: ReadOptions) -> Iterator[Record | Rejected]:
    """The record of a mail, and those of attachments that a reader knows; pictures and the like are passed over."""
    if isinstance(message, Rejected):
        yield replace(message, key=key)
        return
    parts = list(_parts(message))
    if len(parts) > options.max_mail_parts:
        yield Rejected("archive_too_large", f"the mail has more than {options.max_mail_parts:,} parts", key)
        return
    shown = _texts(message, options.default_charset)
    texts = [part for part in shown if isinstance(part, Decoded)]
    text = _own_words(texts)
    if text:
        date = header(message, "date")
        yield Record(
            text,
            key,
            title=header(message, "subject"),
            byline=parseaddr(header(message, "from") or "")[0] or None,
            published=date if date and parse_date(date) else None,
            language=header(message, "content-language"),
            encoding=texts[0].encoding,
        )
    unreadable = [replace(part, key=key) for part in shown if isinstance(part, Rejected)]
    attached = list(_attachments(parts, key, options))
    yield from (*unreadable, *attached)
    if not text and not unreadable and not any(isinstance(found, Record) for found in attached):
        yield Rejected("empty_text", "the mail has no words of its own", key)


def without_quotes(text: str) -> str:
    """A mail's text, and of mails passed on with it, each down to its signature or the mail that it answers."""
    return "\n\n".join(filter(None, map(_own_part, _FORWARDED.split(text))))


def _own_part(text: str) -> str:
    heads = _QUOTED_BELOW.finditer(text)
    text = _above(text, next((head for head in heads if head["mark"] or _OF_A_MAIL.search(head[0])), None))
    text = _above(text, _SIGNATURE.search(text))
    return _QUOTE.sub("", text).strip()


def _above(text: str, match: regex.Match[str] | None) -> str:
    """The text before a match, if there is any; else all of it."""
    return text[: match.start()] if match and text[: match.start()].strip() else text


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold something, not those of mails that hang on this one."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart":
            waiting += reversed(list(part.iter_parts()))  # type: ignore[arg-type]
        else:
            yield part


def _texts(part: EmailMessage, default: str | None) -> list[Decoded | Rejected]:
    """The texts that a mail shows, in order, or why one cannot be read; `default` is the encoding of what names none.

    Of alternatives it is the plain one, if it has the words of the others.
    """
    if part.get_content_maintype() == "multipart":
        inner = [(held.get_content_type() != "text/plain", _texts(held, default)) for held in part.iter_parts()]  # type: ignore[arg-type]
        if part.get_content_subtype() != "alternative":
            return [text for _, texts in inner for text in texts]
        by_rank = [(texts, len(_own_words(texts))) for _, texts in sorted(inner, key=lambda choice: choice[0])]
        fullest = max((length for _, length in by_rank), default=0)
        if not fullest:
            return [text for texts, _ in by_rank for text in texts if isinstance(text, Rejected)]
        return next(texts for texts, length in by_rank if length and length >= _MIN_SHARE * fullest)
    is_html = part.get_content_type() == "text/html"
    if part.get_filename() or not (is_html or part.get_content_type() == "text/plain"):
        return []
    payload = part.get_payload(decode=True)
    decoded = decode(payload if isinstance(payload, bytes) else b"", part.get_content_charset(), default)
    if isinstance(decoded, Rejected):
        return [replace(decoded, detail=f"a text of the mail: {decoded.detail}")]
    text = _html_words(decoded.text) if is_html else _PICTURE.sub("", _unflowed(decoded.text, part))
    return [replace(decoded, text=text)] if text.strip() else []


def _unflowed(text: str, part: EmailMessage) -> str:
    """A text of `format=flowed` (RFC 3676) with a paragraph on a line, quoted ones behind `> `; any other as it is."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    deletes_blank = str(part.get_param("delsp", "")).lower() == "yes"
    paragraphs: list[tuple[int, list[str]]] = []
    goes_on = False
    for line in regex.split(r"\r?\n", text):
        words = line.lstrip(">")
        depth = len(line) - len(words)
        words = words.removeprefix(" ")
        if not (goes_on and words.strip() and words != _SIGNATURE_LINE and paragraphs[-1][0] == depth):
            paragraphs.append((depth, []))
        goes_on = words.endswith(" ") and words != _SIGNATURE_LINE
        paragraphs[-1][1].append(words[:-1] if goes_on and deletes_blank else words)
    return "\n".join(_marked(depth, "".join(parts)) for depth, parts in paragraphs)


def _marked(depth: int, words: str) -> str:
    """A line behind the marks of its quotation, or behind a blank where its own words look like one."""
    marks = ">" * depth + (" " if depth or words.startswith(">") else "")
    return marks + (words if words == _SIGNATURE_LINE else words.rstrip(" "))


def _own_words(texts: Sequence[Decoded | Rejected]) -> str:
    shown = (text.text.strip("\r\n") for text in texts if isinstance(text, Decoded))
    return without_quotes("\n\n".join(shown))


def _html_words(page: str) -> str:
    tree = parse_html(page)
    return "" if tree is None else block_text(tree, _is_quoted)


def _is_quoted(element: Element) -> bool:
    classes = (element.get("class") or "").split()
    is_marked = any(name in classes for name in _QUOTING_CLASSES) or element.get("id") in _QUOTING_IDS
    is_marked = is_marked or (local_name(element) == "blockquote" and element.get("type") == "cite")
    return is_marked and not _is_forwarded(element)


def _is_forwarded(element: Element) -> bool:
    """Whether it holds a mail that is passed on. Its head is left out, where that is an element of its own."""
    if "gmail_attr" in (element.get("class") or ""):
        return False
    before = (_begin(sibling) for sibling in element.itersiblings(etree.Element, preceding=True))
    return any(map(_FORWARDED_MARK.match, (_begin(element), next(filter(None, before), ""))))


def _begin(element: Element) -> str:
    return "".join(element.itertext()).lstrip()[:_MARK_CHARS]


def _attachments(parts: list[EmailMessage], key: str, options: ReadOptions) -> Iterator[Record | Rejected]:
    for part in parts:
        is_mail = part.get_content_type() == "message/rfc822"
        name = _attached_name(part)
        payload = _attached_mail(part) if is_mail else part.get_payload(decode=True)
        if not name or (reader_for(name) is None and not _may_hold_text(part)):
            continue
        place = f"{key}/{name}" if key else name
        refused = refuse_path(name)
        if refused:
            yield replace(refused, key=place)
            continue
        if not isinstance(payload, bytes):
            yield Rejected("file_damaged", "the attachment cannot be unpacked", place)
            continue
        options.unpacked.entries += 1
        options.unpacked.bytes += len(payload)
        if is_exhausted(options):
            yield Rejected("archive_too_large", "the mails hold more than is allowed", place)
            return
        for found in read_contained(name, io.BytesIO(payload), options):
            yield replace(found, key=f"{key}/{found.key}" if key else found.key)


def _attached_name(part: EmailMessage) -> str:
    """The name of an attachment, without the folder that old mail programs wrote before it (`C:\\docs\\x.txt`)."""
    name = plain_name(part.get_filename() or "").replace("\n", " ")
    name = PureWindowsPath(name).name if PureWindowsPath(name).drive else name
    is_named_mail = part.get_content_type() != "message/rfc822" or name.endswith(".eml")
    return name if is_named_mail else f"{name or 'mail'}.eml"


def _may_hold_text(part: EmailMessage) -> bool:
    """Whether an attachment that no reader knows is told as such, unlike pictures, signatures and appointments."""
    return part.get_content_maintype() in ("application", "text") and part.get_content_type() not in _NO_DOCUMENTS


def _attached_mail(part: EmailMessage) -> bytes | None:
    held = part.get_payload()
    try:
        return held[0].as_bytes() if isinstance(held, list) and held else None  # type: ignore[union-attr]
    except (UnicodeError, LookupError, ValueError, AttributeError, TypeError, IndexError):  # its headers are damaged
        return None


def header(message: EmailMessage, name: str) -> str | None:
    """A header as text; None where it is missing or cannot be read at all."""
    try:
        value = str(message.get(name) or "").strip()
    except Exception:  # email's parser fails in many ways over odd headers
        return None
    return " ".join(value.encode("utf-8", "replace").decode().split()) or None
