"""The head of wire copy: header lines, headline, byline and dateline, and where the body begins.

Wire stories and press releases share these conventions, though no two sources write them alike.
What is not clearly one of them belongs to the body: an ordinary sentence is never a headline.
Positions are Unicode code points into the text, 0-based, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from email.utils import parsedate_to_datetime

import regex

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
    "publish date": "published", "published on": "published", "published at": "published", "date published": "published",
    "release date": "published", "posted": "published", "issued": "published", "datetime": "published",
    "title": "title", "headline": "title", "subject": "title",
    "byline": "byline", "author": "byline", "authors": "byline", "by": "byline", "writer": "byline",
    "publisher": "publisher", "source": "publisher", "agency": "publisher", "provider": "publisher",
    "site": "publisher", "outlet": "publisher", "newspaper": "publisher",
    "location": "", "updated": "", "last updated": "", "category": "", "section": "", "keywords": "", "tags": "",
    "url": "", "link": "", "language": "", "contact": "", "contacts": "", "media contact": "", "press contact": "",
    "embargo": "", "embargoed until": "", "slug": "", "edition": "", "copyright": "", "id": "", "no": "", "ref": "",
    "reference": "", "phone": "", "tel": "", "email": "", "e-mail": "",
}  # fmt: skip
"""Names of header fields and what they fill; '' is read over."""

_MAX_HEADLINE_CHARS = 250
_MAX_HEADLINE_WORDS = 35
_MAX_SUBHEADS = 4
_MAX_DAYS_AFTER_PUBLICATION = 3
_SMALL_WORDS = frozenset("al and aux d da das de del della der des di do dos du e el en et im la las le les los"
                         " of on sur the upon van von".split())  # fmt: skip
_UPPER_WORDS = frozenset("DC EU NATO NY UAE UK UN US USA".split())

_UPPER_WORD = r"\p{Lu}[\p{Lu}\p{M}.'’-]*"
_WORD = r"\p{Lu}[\p{L}\p{M}.'’-]*"
_JOIN = r"(?:\ (?:al|and|da|de|del|des|di|do|du|la|of|sur|the|upon))?\ "
_CAPS_PLACE = rf"{_UPPER_WORD}(?:\ {_UPPER_WORD})*+(?<!\.\.)"
_ANY_PLACE = rf"{_WORD}(?:{_JOIN}{_WORD}){{0,4}}"
_REGION = rf"(?:,\ (?!{CALENDAR_DAY}){_ANY_PLACE}){{0,2}}"
_AGENCY = r"\((?P<agency>[^()\n]{2,60})\)|/(?P<agency>[^/\n]{2,40})/"
_DASH = r"\ ?(?:--+|[—–―−⸺])\ *|\ [-_]\ +|(?<=[)/])-\ *"
_DAY = rf"(?i:{CALENDAR_DAY})"

_DATELINE = regex.compile(
    rf"""(?:
      (?P<place>(?:{_CAPS_PLACE})(?:/{_CAPS_PLACE})*{_REGION})(?:,?\ {_DAY})?(?:,?\ *(?:{_AGENCY}))?(?P<end>{_DASH})
    | (?P<place>(?:{_ANY_PLACE})(?:/{_ANY_PLACE})*{_REGION}),?\ {_DAY}(?:,?\ *(?:{_AGENCY}))?(?P<end>{_DASH}|\ ?:\ |(?=\n))
    | (?P<place>(?:{_ANY_PLACE})(?:/{_ANY_PLACE})*{_REGION}),\ {_DAY}\.\ /(?P<agency>[^/\n]{{2,40}})/\.?(?P<end>\ +)
    | (?P<place>(?:{_ANY_PLACE})(?:/{_ANY_PLACE})*{_REGION})\ *-*(?:{_AGENCY})(?P<known>)(?P<end>{_DASH}|\ ?:\ |(?=\n))
    | {_DAY}\ (?:{_AGENCY})(?P<end>{_DASH})
    | (?:{_AGENCY})(?P<known>)(?P<end>{_DASH})
    )""",
    regex.VERBOSE,
)

_BLANK = regex.compile(r"\s*")
_LINE = regex.compile(r"[^\r\n]*")
_FIELD = regex.compile(
    rf"(?:\*\*)?(?P<name>{'|'.join(sorted(map(regex.escape, _FIELDS), key=len, reverse=True))})(?:\*\*)?\s?:(?:\*\*)?[ \t]*",
    regex.IGNORECASE,
)
_DATE_PREFIX = regex.compile(r"date[ \t]*:?[ \t]+(?=\d{4}-\d\d-\d\d(?!\d))", regex.IGNORECASE)
_DAY_MATCH = regex.compile(CALENDAR_DAY, regex.IGNORECASE)
_CLOCK = regex.compile(
    r"(?:[T ,]*(?:at )?\d{1,2}[:.]\d\d(?:[:.]\d\d(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?)?(?: ?(?:Z|UTC|GMT|[A-Z]{2,4}|[+-]\d\d:?\d\d))?[ \t.]*",
    regex.IGNORECASE,
)
_NOTICE = regex.compile(
    r"[\W_]*(?:for immediate (?:release|use)|(?:news|press|media) release|press statement|embargoed?\b.*|(?:breaking|urgent)"
    r"|strictly embargoed.*|not for publication.*|abstract\.?)[\W_]*",
    regex.IGNORECASE,
)
_BYLINE = regex.compile(rf"(?i:by)[ \t]+(?P<names>{_WORD}(?:[ ,|/&]+(?:and |of |for |in |{_WORD}|staff |writer))*[^.!?\n]{{0,40}}?)[ \t]*$",
                        regex.MULTILINE)  # fmt: skip
_HEADING = regex.compile(r"#{1,3}[ \t]+(?P<title>[^\r\n]*?)[ \t]*#*[ \t]*$", regex.MULTILINE)
_UNDERLINE = regex.compile(r"\r?\n(?:=+|-{3,})[ \t]*(?=[\r\n]|$)")
_FRONT_MATTER = regex.compile(r"---[ \t]*\r?\n(?P<fields>(?:[^\r\n]*\r?\n)*?)---[ \t]*(?:\r?\n|$)")
_FRONT_FIELD = regex.compile(r"^(?P<name>[A-Za-z_ -]+):[ \t]*(?P<quote>[\"']?)(?P<value>[^\r\n]*?)(?P=quote)[ \t]*$", regex.MULTILINE)


@dataclass(frozen=True, slots=True)
class Header:
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
