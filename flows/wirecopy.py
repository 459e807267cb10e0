"""The head of wire copy: header lines, headline, byline and dateline, and where the body begins.

Wire stories and press releases share these conventions, though no two sources write them alike.
What is not clearly one of them belongs to the body: an ordinary sentence is never a headline.
Positions are Unicode code points into the text, 0-based, end exclusive.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

import regex
from msgspec import Struct
from msgspec.structs import replace

from flows.extract.annotations import Span
from flows.extract.dates import CALENDAR_DAY, Day, calendar_day

AGENCIES = {
    name.casefold(): agency
    for agency, names in {
        "AAP": "AAP, Australian Associated Press",
        "AFP": "AFP, Agence France-Presse, Agence France Presse",
        "ANI": "ANI",
        "ANSA": "ANSA",
        "AP": "AP, Associated Press, The Associated Press",
        "Al Jazeera": "Al Jazeera",
        "Anadolu Agency": "AA, Anadolu, Anadolu Agency",
        "Antara": "Antara",
        "BBC": "BBC, BBC News",
        "Bernama": "Bernama",
        "Bloomberg": "Bloomberg, Bloomberg News",
        "Business Wire": "Business Wire",
        "CNN": "CNN",
        "CNS": "CNS, China News Service",
        "CP": "CP, The Canadian Press, Canadian Press",
        "EFE": "EFE",
        "GlobeNewswire": "GlobeNewswire, Globe Newswire",
        "IANS": "IANS",
        "IPS": "IPS, Inter Press Service",
        "IRNA": "IRNA",
        "Interfax": "Interfax",
        "JTA": "JTA",
        "KCNA": "KCNA",
        "Kyodo": "Kyodo, Kyodo News",
        "MENA": "MENA",
        "NPR": "NPR",
        "PA": "PA, PA Media, Press Association",
        "PAP": "PAP",
        "PR Newswire": "PRNewswire, PR Newswire",
        "PTI": "PTI, Press Trust of India",
        "RIA Novosti": "RIA, RIA Novosti",
        "Reuters": "Reuters, Thomson Reuters",
        "SANA": "SANA",
        "TASS": "TASS, Itar-Tass",
        "UN News": "UN News",
        "UPI": "UPI, United Press International",
        "Ukrinform": "Ukrinform",
        "VOA": "VOA, VOA News, Voice of America",
        "Xinhua": "Xinhua, Xinhua News Agency, Xinhuanet",
        "Yonhap": "Yonhap, Yonhap News Agency",
        "dpa": "dpa, Deutsche Presse-Agentur",
    }.items()
    for name in names.split(", ")
}
"""The short name of an agency, by each of its names in lower case. Compiled for this project from common knowledge."""

_FIELDS = {
    "date": "published", "published": "published", "publication date": "published", "pub date": "published",
    "publish date": "published", "published on": "published", "published at": "published",
    "date published": "published", "release date": "published", "for release": "published", "posted": "published",
    "issued": "published", "datetime": "published",
    "title": "title", "headline": "title", "subject": "title",
    "byline": "byline", "author": "byline", "authors": "byline", "by": "byline", "writer": "byline",
    "publisher": "publisher", "source": "publisher", "agency": "publisher", "provider": "publisher",
    "site": "publisher", "outlet": "publisher", "newspaper": "publisher",
    "location": "", "updated": "", "last updated": "", "category": "", "section": "", "keywords": "", "tags": "",
    "url": "", "link": "", "language": "", "contact": "", "contacts": "", "media contact": "", "press contact": "",
    "embargo": "", "embargoed until": "", "slug": "", "edition": "", "copyright": "", "id": "",
    "reference": "", "phone": "", "tel": "", "email": "", "e-mail": "",
}  # fmt: skip
"""Names of header fields and what they fill; '' is read over."""

_MAX_LINE_CHARS = 400
"""Longer lines are no header lines, and no dateline is longer."""
_MAX_BYLINE_WORDS = 12
_MAX_HEADLINE_CHARS = 250
_MAX_HEADLINE_WORDS = 35
_MAX_SUBHEADS = 4
_MAX_DAYS_AFTER_PUBLICATION = 3
_SMALL_WORDS = frozenset({
    "al", "and", "au", "aux", "d", "da", "das", "de", "del", "della", "der", "des", "di", "do", "dos", "du", "e", "el",
    "en", "et", "im", "la", "las", "le", "les", "los", "of", "on", "sur", "the", "upon", "van", "von",
})  # fmt: skip
_UPPER_WORDS = frozenset({"DC", "EU", "NATO", "NY", "UAE", "UK", "UN", "US", "USA"})
_NO_PLACES = frozenset({
    "A", "ADVISORY", "AN", "ANALYSIS", "AS", "AT", "BREAKING", "BY", "COMMENTARY", "CORRECTION", "EXCLUSIVE", "FACTBOX",
    "FOR", "FROM", "IN", "IT", "LIVE", "ON", "OPINION", "PREVIEW", "RECAP", "REPORT", "REVIEW", "SINCE", "THE", "THIS",
    "TIMELINE", "UNTIL", "UPDATE", "URGENT", "VIDEO", "WATCH",
})  # fmt: skip
"""First words of what looks like the place of a dateline and is none."""

_WORD = r"\p{Lu}(?:[\p{L}\p{M}.'’]|-(?=\p{L}))*"
_PLACE_NAME = rf"{_WORD}(?:\ (?:(?:al|and|da|de|del|des|di|do|du|la|of|sur|the|upon)\ )?{_WORD}){{0,4}}"
_PLACE = rf"{_PLACE_NAME}(?:\ ?/\ ?{_PLACE_NAME})*(?:,\ (?!(?i:{CALENDAR_DAY})){_PLACE_NAME}){{0,2}}"
_EMPHASIS = r"(?:\*{1,3}|_{1,3})?"
"""Markdown's marks around a dateline or its place."""
_DATELINE = regex.compile(
    rf"""{_EMPHASIS}(?:(?P<place>(?!(?i:{CALENDAR_DAY})){_PLACE})(?=[\s,(/—–―:*_-]){_EMPHASIS})?
    (?:\((?P<agency>\p{{L}}[^()\n]{{1,50}})\)(?=,?\ (?i:{CALENDAR_DAY})))?
    (?:(?:^|,?\ |(?<=,))(?P<day>(?i:{CALENDAR_DAY}))|,\ \d{{1,2}}\.?\ \p{{L}}+\.?(?:\ \d{{4}})?)??
    (?:[,.]?\ *(?:--)?(?:\((?P<agency>\p{{L}}[^()\n]{{1,50}})\)|/(?P<agency>\p{{L}}[^/\n]{{1,40}})/))?
    {_EMPHASIS}(?P<end>\ ?(?:--+|[—–―−⸺])\ *|\ [-_]\ +|(?<=[)/])(?:-\ *|\.\ +)|(?<=[)\d])\ ?:\ +|(?=\r?\n))
    (?:(?<=[\s—–―−⸺-])(?:\*\*|__)\ +)?""",
    regex.VERBOSE,
)

_BLANK = regex.compile(r"\s*")
_LINE = regex.compile(r"[^\r\n]*")
_FIELD_NAME = "|".join(sorted(_FIELDS, key=len, reverse=True))
_FIELD = regex.compile(
    rf"(?:\*\*)?(?P<name>{_FIELD_NAME})(?:\*\*)?\s?:(?:\*\*)?[ \t]*",
    regex.IGNORECASE,
)
_DATE = regex.compile(CALENDAR_DAY, regex.IGNORECASE)
_DATE_LINE = regex.compile(
    rf"(?:(?:date|published|posted|issued|released)(?:\ on)?[ \t]*+(?::[ \t]++|(?<=[ \t])))?(?P<date>{CALENDAR_DAY})",
    regex.IGNORECASE,
)
_CLOCK = regex.compile(
    r"(?:[T ,|]*(?:at )?\d{1,2}[:.]\d\d(?:[:.]\d\d(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?)?"
    r"(?: ?\(?(?:Z|UTC|GMT|[ECMP][SD]?T|CET|CEST|BST|IST)\b\)?)?(?: ?[+-]\d\d:?\d\d)?[ \t.]*",
    regex.IGNORECASE,
)
_NOTICE = regex.compile(
    r"[\W_]*(?:for immediate (?:release|use)|(?:news|press|media) (?:release|statement)|(?:strictly )?embargoed\b.*|"
    r"breaking|urgent|not for publication.*|abstract)[\W_]*",
    regex.IGNORECASE,
)
_CONTACT = regex.compile(r"(?:.*\S@\S+\.\S|(?:https?://|www\.)\S+\s*$|[+\d][\d\s()./|-]{6,}$)")
_BYLINE = regex.compile(rf"[Bb][Yy][ \t]+(?P<names>{_WORD}(?:[ ,|/&]+(?:and|of|for|in|{_WORD}))*)[ \t]*")
_HEADING = regex.compile(r"#{1,3}[ \t]+(?P<title>[^\r\n]*?)[ \t#]*$")
_UNDERLINE = regex.compile(r"[ \t]*\r?\n(?:=+|-{3,})[ \t]*(?=[\r\n]|$)")
_FRONT_MATTER = regex.compile(r"---[ \t]*\r?\n(?P<fields>(?:[^\r\n]*\r?\n)*?)---[ \t]*(?:\r?\n|$)")
_MAIL_FIELD = (
    rf"(?P<name>{_FIELD_NAME}|[A-Z][A-Z-]{{0,40}}+):[ \t]*+"
    r"(?P<value>[^\r\n]*+(?:\r?\n[ \t]++(?=\S)[^\r\n]*+){0,50}+)(?:\r?\n|\Z)"
)
_MAIL_HEAD = regex.compile(
    rf"\s*+(?=(?:From|To|Cc|Bcc|Reply-To|Sender|Sent|Date|Subject):)(?:{_MAIL_FIELD})++(?=[ \t]*+(?:\r?\n|\Z))",
    regex.IGNORECASE,
)
_MAIL_FIELDS = {**_FIELDS, "sent": "published"}
_MAX_FOLDED_LINES = 3
"""Of a mail's subject."""
_FRONT_FIELD = regex.compile(
    r"^(?P<name>[A-Za-z_ -]{1,40}):[ \t]*(?P<quote>[\"']?)(?P<value>[^\r\n]{0,400}?)(?P=quote)[ \t]*$", regex.MULTILINE
)
_LETTERS = regex.compile(r"(\p{L})((?:\p{L}|(?<=\p{L}\p{L})['’])*)")
_SPEAKER_TURN = regex.compile(r"(?:[\p{Lu}.\s'’-]{2,40}|Q|A|Question|Answer):\s")
_INITIALS = "\"'“‘«¿¡$€£"
_FINAL_QUOTES = "\"'”’»)"


class Header(Struct, frozen=True):
    """What stands above the body. `body_start` and the spans are code points into the text.

    The day of the dateline has no year where the text gives none; see `dateline_date`.
    """

    title: str | None = None
    title_span: Span | None = None
    byline: str | None = None
    publisher: str | None = None
    """The agency by its short name, or the source as the text writes it."""
    dateline_place: str | None = None
    """In ordinary capitals: "Beijing", "Flint, Mich.", "Geneva/Brussels"."""
    dateline_place_span: Span | None = None
    dateline_day: Day | None = None
    published_date: date | None = None
    language: str | None = None
    body_start: int = 0
    fields_end: int = 0
    """Up to here stand names and values, such as front matter, and perhaps the headline; not prose."""


def read_header(text: str) -> Header:
    """Read what stands above the body of `text`: at once its metadata and the place where the body begins."""
    header, position = _read_front_matter(text)
    header, position = (header, position) if position else _read_mail_head(text)
    while True:
        position = _skip_blank(text, position)
        dateline = _read_dateline(text, position, header)
        if dateline:
            return dateline
        for read in _RULES:
            step = read(text, position, header)
            if step:
                header, position = step
                break
        else:
            return replace(header, body_start=position)


def dateline_date(header: Header, published_date: date | None) -> date | None:
    """The day of the dateline; None without a day, or without a year and a published date.

    A missing year is that of the latest such day up to the publication, or three days after it, since time zones
    and release times differ.
    """
    day = header.dateline_day
    if day is None:
        return None
    if day.year:
        return date(day.year, day.month, day.day)
    if published_date is None:
        return None
    latest = published_date + timedelta(days=_MAX_DAYS_AFTER_PUBLICATION)
    for year in range(latest.year, latest.year - 9, -1):
        try:
            candidate = date(year, day.month, day.day)
        except ValueError:
            continue
        if candidate <= latest:
            return candidate
    return None


def parse_date(value: str) -> date | None:
    """The day that a metadata value names, as it stands there (no change of time zone); None if it cannot be told.

    Read are ISO 8601, RFC 5322, "17 September 2020", "Sept. 17, 2020", "2020/09/17", "20200917", seconds or
    milliseconds since 1970, and day and month by number where only one reading is possible.
    """
    value = value.strip()
    match = _DATE.match(value)
    day = calendar_day(match) if match else None
    if day and day.year:
        return date(day.year, day.month, day.day)
    for parse in (_from_iso, _from_slashes, _from_epoch, _from_mail_date):
        try:
            return parse(value)
        except (ValueError, OverflowError):
            continue
    return None


def _from_iso(value: str) -> date:
    return datetime.fromisoformat(value).date()


def _from_mail_date(value: str) -> date:
    return parsedate_to_datetime(value).date()


def _from_slashes(value: str) -> date:
    """2020/09/17, 2020.09.17, 17/09/2020 or 09/17/2020; ValueError where day and month cannot be told apart.

    With full stops the day is first, as everywhere that writes them: 04.03.2026.
    """
    match = regex.fullmatch(r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?:[T ].*)?", value)
    if not match:
        raise ValueError(value)
    first, middle, last = int(match[1]), int(match[3]), int(match[4])
    if len(match[1]) == 4:
        return date(first, middle, last)
    is_day_first = first > 12 or first == middle or (match[2] == "." and middle <= 12)
    if len(match[4]) != 4 or not (is_day_first or middle > 12):
        raise ValueError(value)
    return date(last, middle, first) if is_day_first else date(last, first, middle)


def _from_epoch(value: str) -> date:
    if not regex.fullmatch(r"\d{9,10}(?:\.\d+)?|\d{12,13}", value):
        raise ValueError(value)
    seconds = float(value) / (1000 if len(value) >= 12 and "." not in value else 1)
    return date(1970, 1, 1) + timedelta(days=int(seconds // 86400))


_Step = tuple[Header, int] | None


def _skip_blank(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _line_end(text: str, position: int) -> int:
    match = _LINE.match(text, position)
    return match.end() if match else position


def _header_line_end(text: str, position: int) -> int:
    """The end of the line; `position` itself where there is no line, or one too long for a header."""
    end = _line_end(text, position)
    return end if end - position <= _MAX_LINE_CHARS else position


def _fill(header: Header, field: str, value: str, span: Span) -> Header:
    """The header with one more field; what was read first stays."""
    if not value or not field:
        return header
    if field == "published":
        return replace(header, published_date=header.published_date or parse_date(value))
    if field == "title":
        return header if header.title else replace(header, title=value, title_span=span)
    if field == "publisher":
        name, _, rest = value.partition("|")
        return replace(
            _fill(header, "published", rest.strip(), span),
            publisher=header.publisher or AGENCIES.get(name.strip().casefold(), name.strip()),
        )
    if field == "byline":
        return replace(header, byline=header.byline or regex.sub(r"^[Bb]y\s+|\.$", "", value))
    return replace(header, language=header.language or value[:2].lower())


def _read_front_matter(text: str) -> tuple[Header, int]:
    match = _FRONT_MATTER.match(text)
    header = Header()
    if not match:
        return header, 0
    for entry in _FRONT_FIELD.finditer(text, match.start("fields"), match.end("fields")):
        name = entry["name"].lower().replace("_", " ").replace("-", " ")
        field = "language" if name in ("language", "lang") else _FIELDS.get(name, "")
        header = _fill(header, field, entry["value"], Span(*entry.span("value")))
    return replace(header, fields_end=match.end()), match.end()


def _read_mail_head(text: str) -> tuple[Header, int]:
    """Subject and date of a mail that was saved as text: fields at its very top, and a blank line behind them.

    `From` has subject or date beside it, else the subject whom it was sent to, or when. Subject and date alone are no
    such head, but fields as other texts have them. What else stands between them is read over.
    """
    match = _MAIL_HEAD.match(text)
    names = [name.lower() for name in match.captures("name")] if match else []
    header = Header()
    if not match or not _are_of_a_mail(set(names)):
        return header, 0
    for name, value, (start, end) in zip(names, match.captures("value"), match.spans("value"), strict=True):
        if name == "subject" and (value.count("\n") > _MAX_FOLDED_LINES or len(value) > _MAX_LINE_CHARS):
            return Header(), 0
        header = _fill(header, _MAIL_FIELDS.get(name, ""), " ".join(value.split()), Span(start, end))
    return replace(header, fields_end=match.end()), match.end()


def _are_of_a_mail(names: set[str]) -> bool:
    if "from" in names:
        return bool(names & {"subject", "date", "sent"})
    return "subject" in names and bool(names & {"to", "sent"})


def _read_field(text: str, position: int, header: Header) -> _Step:
    """`Published: 17 September 2020` and the like; a dateline may follow a date on the same line."""
    match = _FIELD.match(text, position)
    if not match:
        return None
    end = _line_end(text, match.end())
    field = _FIELDS[match["name"].lower()]
    day = _DATE.match(text, match.end(), end)
    if field == "published" and day and _read_dateline(text, _skip_blank(text, day.end()), header):
        return replace(_fill(header, field, day[0], Span(*day.span())), fields_end=day.end()), day.end()
    value = text[match.end() : end].rstrip(" \t*")
    if len(value) > _MAX_LINE_CHARS:
        return None
    filled = _fill(header, field, value, Span(match.end(), match.end() + len(value)))
    return replace(filled, fields_end=end), end


def _read_date_line(text: str, position: int, header: Header) -> _Step:
    """`date 2020-09-17`, also before the rest of its line; or a line that is nothing but a date with its year."""
    match = _DATE_LINE.match(text, position)
    if not match or not match["y"]:
        return None
    clock = _CLOCK.match(text, match.end())
    end = clock.end() if clock else match.end()
    if end < _line_end(text, position) and match.start("date") == position:
        return None
    return _fill(header, "published", match["date"], Span(*match.span("date"))), end


def _read_notice(text: str, position: int, header: Header) -> _Step:
    end = _header_line_end(text, position)
    is_notice = _NOTICE.fullmatch(text, position, end) or _CONTACT.match(text[position:end])
    return (header, end) if end > position and is_notice else None


def _read_letterhead(text: str, position: int, header: Header) -> _Step:
    """The first line, where the next one says that this is a release: who publishes it."""
    end = _header_line_end(text, position)
    start = end + len("\r\n" if text.startswith("\r\n", end) else "\n")
    notice = _NOTICE.fullmatch(text, start, _header_line_end(text, start))
    if header != Header() or not notice or not text[position:end].strip():
        return None
    return replace(header, publisher=text[position:end].strip()), notice.end()


def _read_byline(text: str, position: int, header: Header) -> _Step:
    end = _header_line_end(text, position)
    match = _BYLINE.fullmatch(text, position, end)
    if not match or header.byline or len(match["names"].split()) > _MAX_BYLINE_WORDS:
        return None
    parts = [part.strip() for part in regex.split(r"[,|]", match["names"])]
    agencies = [AGENCIES[part.casefold()] for part in parts if part.casefold() in AGENCIES]
    names = [part for part in parts if part.casefold() not in AGENCIES]
    publisher = header.publisher or (agencies[0] if agencies else None)
    return replace(header, byline=names[0] if names else None, publisher=publisher), end


def _read_heading(text: str, position: int, header: Header) -> _Step:
    """A Markdown title, `# Title` or underlined.

    Where the title is known already, a heading is read over if it repeats it, or stands before more of the header;
    any other is the first of the body.
    """
    end = _header_line_end(text, position)
    if end == position:
        return None
    match = _HEADING.match(text, position, end)
    underline = _UNDERLINE.match(text, end)
    if match:
        title, start = match["title"], match.start("title")
    elif underline:
        title, start, end = text[position:end].rstrip(), position, underline.end()
    else:
        return None
    if header.title and header.title != title and not _header_follows(text, _skip_blank(text, end), header):
        return None
    span = Span(start, start + len(title))
    if header.title == title:
        return replace(header, title_span=span), end
    return _fill(header, "title", title, span), end


def _read_headline(text: str, position: int, header: Header) -> _Step:
    """A first line that stands alone and does not read like a sentence."""
    end = _header_line_end(text, position)
    line = text[position:end].rstrip()
    rest = _skip_blank(text, end)
    if header.title or not line or rest == len(text) or _SPEAKER_TURN.match(line):
        return None
    stands_alone = len(regex.findall(r"\r\n|\r|\n", text[end:rest])) > 1
    announced = bool(_header_follows(text, rest, header) or _skip_subheads(text, rest, header))
    if not (stands_alone or announced) or not _is_headline(line, announced):
        return None
    return replace(header, title=line, title_span=Span(position, position + len(line))), end


def _header_follows(text: str, position: int, header: Header) -> bool:
    rules = (_read_dateline, _read_byline, _read_date_line)
    return any(rule(text, position, header) for rule in rules)


def _is_headline(line: str, announced: bool) -> bool:
    """Whether a line on its own is a headline: short, and without a sentence's end or in a title's capitals.

    `announced`: a dateline, byline or date follows, so that an end like a sentence's does not count against it.
    """
    words = line.split()
    if not words or len(line) > _MAX_HEADLINE_CHARS or len(words) > _MAX_HEADLINE_WORDS:
        return False
    if not (line[0].isalnum() or line[0] in _INITIALS):
        return False
    final = line.rstrip(_FINAL_QUOTES)[-1:]
    if final in ".?!":
        return announced or _in_title_case(words)
    return final not in ",:;-–—" and any(c.isalpha() for c in line)


def _in_title_case(words: list[str]) -> bool:
    """Most longer words after the first begin with a capital: not so in a sentence, even one full of names."""
    longer = [word for word in (w.strip("\"'“”‘’(),.:;!?") for w in words[1:]) if len(word) > 3 and word[0].isalpha()]
    return len(longer) > 1 and sum(word[0].isupper() for word in longer) >= 0.8 * len(longer)


def _skip_subheads(text: str, position: int, header: Header) -> _Step:
    """Lines between headline and dateline or byline; without one after them, they belong to the body."""
    end = position
    for _ in range(_MAX_SUBHEADS):
        start = _skip_blank(text, end)
        if _header_follows(text, start, header):
            return header, start
        end = _header_line_end(text, start)
        if start == end or not _is_headline(text[start:end].rstrip(), announced=True):
            return None
    return None


def _read_dateline(text: str, position: int, header: Header) -> Header | None:
    """The finished header, if a dateline stands at `position`."""
    match = _DATELINE.match(text, position, position + _MAX_LINE_CHARS)
    if not match or not _is_dateline(text, match):
        return None
    agency = match["agency"]
    place = match["place"]
    return replace(
        header,
        publisher=header.publisher or (AGENCIES.get(agency.casefold(), agency) if agency else None),
        dateline_place=_in_ordinary_capitals(place) if place else None,
        dateline_place_span=Span(*match.span("place")) if place else None,
        dateline_day=calendar_day(match) if match["day"] else None,
        body_start=_skip_blank(text, match.end()),
    )


def _is_dateline(text: str, match: regex.Match[str]) -> bool:
    """A place in capitals is enough before a dash; one in ordinary letters needs a day or a known agency beside it."""
    place, agency, dash = match["place"], match["agency"], match["end"].strip(" :.")
    known = bool(agency) and agency.casefold() in AGENCIES
    if agency and not (agency[0].isupper() or known):
        return False
    if not place:
        return bool(agency and dash and (known or match["day"] or _is_agency_before(text, match)))
    first_word = place.split()[0].split("/")[0].strip(".,").upper()
    if first_word in _NO_PLACES or len(place) < 2:
        return False
    if known or (match["day"] and (agency or dash or match["end"])):
        return True
    if match["day"]:
        return not _is_running_text(text, match)
    return place.split(",")[0].isupper() and bool(dash) and _is_running_text(text, match)


def _is_agency_before(text: str, match: regex.Match[str]) -> bool:
    """Whether a name of several capitalised words stands alone before the dash, as in `(Steppe Daily) - A ministry`."""
    words = match["agency"].split()
    return len(words) > 1 and all(word[0].isupper() for word in words) and _is_running_text(text, match)


def _is_running_text(text: str, match: regex.Match[str]) -> bool:
    """Whether lower-case words follow on the line, as they do not in a headline in capitals."""
    return any(c.islower() for c in text[match.end() : _line_end(text, match.end())])


_RULES: tuple[Callable[[str, int, Header], _Step], ...] = (
    _read_field, _read_date_line, _read_notice, _read_letterhead, _read_byline, _read_heading, _read_headline,
    _skip_subheads,
)  # fmt: skip
"""What may stand above a dateline, tried in this order at the start of each line."""


@lru_cache(maxsize=10_000)
def _in_ordinary_capitals(place: str) -> str:
    """BEIJING as Beijing, RIO DE JANEIRO as Rio de Janeiro; what has small letters already stays."""
    words = regex.split(r"([\s/-]+)", place)
    return "".join(_word_in_ordinary_capitals(word, index == 0) for index, word in enumerate(words))


def _word_in_ordinary_capitals(word: str, is_first: bool) -> str:
    if not word.isupper() or word in _UPPER_WORDS or regex.fullmatch(r"(?:\p{Lu}\.)+,?", word):
        return word
    if not is_first and word.lower() in _SMALL_WORDS:
        return word.lower()
    return _LETTERS.sub(lambda part: part[1] + part[2].lower(), word)
