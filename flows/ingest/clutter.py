"""What stands on a web page beside its text, told by how it is marked or worded, and layouts made plain.

Runs before trafilatura finds the main text, which goes by the shape of a page: where the story is short, or laid out
without paragraphs, shape alone misleads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import regex
from lxml import etree

from flows.ingest.markup import Element, local_name

_BANNER = regex.compile(
    r"cookie|consent|onetrust|didomi|gdpr|\bcc-(?:window|banner)|qc-cmp|truste|usercentrics|sp_message|cmplz|cky-",
    regex.I,
)
_ASIDE = regex.compile(
    r"newsletter|sign-?up|pull-?quote|\brelated|\brecirc|recommended|most-(?:read|popular)|read-(?:more|also|next)"
    r"|\bshare(?:\b|_|daddy)|\bsocial(?:\b|_)|comments?-(?:area|list|section)|disqus|\badvert|\bad-(?:slot|unit|container)"
    r"|\b(?:tags?|links)-(?:list|block|links)|breadcrumb|richlink|rich-link|sign-?in-?gate|author-bio|skip-link",
    regex.I,
)
_INLINE = frozenset("a abbr b big br cite code em font i img mark q s small span strong sub sup time u wbr".split())
_COMMENTS = "ancestor-or-self::*[contains(@class, 'comment') or contains(@id, 'comment')]"
_OF_THE_STORY = "self::h1 | .//h1 | .//main | .//article[not(ancestor::*[contains(@class, 'comment')])]"
_WHOLE = ("html", "head", "body", "main", "article")
_BOXES = ("div", "li", "section", "aside", "figure")
_PLAIN = frozenset(("table", "tbody", "thead", "tr", "td", "th", "center"))
_FRAME = regex.compile(
    r"(?:^|\s)(?:post|entry|story|text|article)(?:$|\s)"
    r"|(?:entry|post|page|text|article|art|story)[-_]{0,2}(?:content|text|body|entry)|body-text",
    regex.I,
)
"""Classes by which trafilatura knows the element that holds the whole text, and takes the first of them alone."""
_POINTER = regex.compile(
    r"\W*(?:(?:read|see|watch|listen|more|also|next|related|story|stories|article|here|on|this|continue|reading|"
    r"click|recommended|in|pictures|video|live)\W*){1,6}",
    regex.I,
)
_COOKIES = regex.compile(
    r"(?:(?:we|this (?:web)?site|our (?:web)?sites?|the (?:web)?site)\b(?: and \w+(?: \d+)? \w+)?"
    r" (?:uses?|stores?|sets?|needs?|asks?|would like to|may|collects?)\b"
    r"|by (?:continuing|using|clicking|visiting)\b).{0,200}\bcookies?\b.*"
    r"|you can (?:accept|choose|change|withdraw|manage).{0,150}"
    r"(?:cookies?|allow|consent|settings|preferences|at any time).*",
    regex.I | regex.S,
)
_LETTERS = regex.compile(
    r"sign up (?:to|for)\b.{0,400}\b(?:newsletters?|inbox|digest|briefing|privacy notice)\b.{0,400}", regex.I | regex.S
)
_INVITATION = regex.compile(
    r"(?:sign up|subscribe|become a (?:member|subscriber)|already a (?:member|subscriber)|to continue reading|"
    r"this article is (?:only )?for subscribers|follow us on|download our app|support our journalism)\b.{0,300}"
    r"|(?:©|\(c\)|copyright)\s?\W*(?:\d{4}|\p{Lu}).{0,200}"
    r"|our standards: .{0,100}|advertisement|share this(?: \w+)?:?",
    regex.I | regex.S,
)
_LABEL = regex.compile(
    r"(?:share|advertise?ment|advertising|sponsored(?: content)?"
    r"|(?:story|article) continues below(?: advertisement)?)\W*",
    regex.I,
)
_ABOUT_COOKIES = regex.compile(r"\bcookies?\b|\bconsent|\bpartners\b", regex.I)
_BANNER_CHARS = 600
_MAX_SHARE = 0.5
"""Of the text of a page: what is more than this is not clutter, whatever its class is called."""
_SMALL_PARTS = 12
_MAX_HIDDEN_CHARS = 200
"""More may be part of a text that opens when it is clicked on."""
_MAX_TEASER_CHARS = 400
_BARE_CHARS = 40
_SENTENCE_END = regex.compile(r"[.!?:…][\"'”’»)\]]*$")
_MAX_POINTER_CHARS = 300
_LONG_CELL_CHARS = 400
_EMPTY_LINE = ".//br[following-sibling::node()[self::* or normalize-space()][1][self::br]]"


def tidy(tree: Element) -> None:
    """Take out of a page what is marked as no part of its text; write layouts of tables and line breaks as blocks."""
    total = len(_text(tree))
    clutter = [element for element in tree.iter(etree.Element) if _is_clutter(element, total)]
    _plain_entries(tree)
    teasers = [element for element in tree.iter(*_BOXES) if _is_teaser(element)]
    for element in clutter + (teasers if sum(len(_text(teaser)) for teaser in teasers) <= _MAX_SHARE * total else []):
        if element.getparent() is not None:
            element.drop_tree()
    _plain_layout_tables(tree)
    _paragraphs_of_breaks(tree)
    _paragraphs_of_divisions(tree)
    _paragraphs_of_bare_text(tree)
    _plain_lead(tree)


def drop_notices(tree: Element) -> None:
    """Take out what is no text even where it is all there is: short banners, and what is said without JavaScript."""
    for element in list(tree.iter(etree.Element)):
        is_notice = local_name(element) == "noscript" or _is_cookie_banner(element)
        if is_notice and element.getparent() is not None and len(_text(element)) <= _BANNER_CHARS:
            element.drop_tree()


def without_notices(paragraphs: Sequence[str]) -> list[str]:
    """The paragraphs but banners before the text, notices and invitations after it, offers and labels anywhere."""
    kept = [paragraph for paragraph in paragraphs if not (_LETTERS.fullmatch(paragraph) or _LABEL.fullmatch(paragraph))]
    while kept and (len(kept) > 1 or len(kept[0]) <= _BANNER_CHARS) and _COOKIES.fullmatch(kept[0]):
        del kept[0]
    while len(kept) > 1 and (_COOKIES.fullmatch(kept[-1]) or _INVITATION.fullmatch(kept[-1])):
        del kept[-1]
    return kept


def _is_clutter(element: Element, total: int) -> bool:
    if local_name(element) in _WHOLE:
        return False
    is_banner = _is_banner(element)
    style = (element.get("style") or "").replace(" ", "").lower()
    is_hidden = "hidden" in element.attrib or "display:none" in style
    is_hidden = is_hidden and len(_text(element)) <= _MAX_HIDDEN_CHARS
    if not (is_banner or is_hidden or _ASIDE.search(_names(element)) or _is_pointer(element)):
        return False
    if element.xpath(_OF_THE_STORY):
        return False
    return len(_text(element)) <= _MAX_SHARE * total or _is_cookie_banner(element)


def _is_cookie_banner(element: Element) -> bool:
    if local_name(element) in _WHOLE or not _is_banner(element) or element.xpath(_OF_THE_STORY):
        return False
    return _ABOUT_COOKIES.search(_text(element), 0, _BANNER_CHARS) is not None


def _is_banner(element: Element) -> bool:
    return element.get("role") in ("dialog", "alertdialog") or bool(_BANNER.search(_names(element)))


def _names(element: Element) -> str:
    return " ".join(filter(None, (element.get("class"), element.get("id"), element.get("data-component"))))


def _plain_entries(tree: Element) -> None:
    """Write the entries of a live blog, and the articles beside them, as divisions without a name.

    Of several articles, or boxes of class `post`, trafilatura takes the first for the whole text.
    """
    entries = _entries(tree)
    around = set(entries).union(*(entry.iterancestors() for entry in entries))
    beside = [article for article in tree.iter("article") if article not in around]
    headings = entries[0].xpath("preceding::h1") if entries else []
    if not headings or any(each.find(".//h1") is not None or _chars([each]) > _chars(entries) for each in beside):
        return
    if not any(local_name(each) in ("main", "article") for each in entries[0].iterancestors()):
        _frame(headings[-1], around)
    for element in (*entries, *beside, *(each for entry in entries for each in entry.iterancestors("li", "ol", "ul"))):
        element.tag = "div"
    for part in (part for entry in entries for part in entry.iter("div", "section")):
        for name in ("class", "id", "itemprop", "role"):
            if name in ("itemprop", "role") or _FRAME.search(part.get(name) or ""):
                part.attrib.pop(name, None)


def _entries(tree: Element) -> list[Element]:
    """The longest row of entries that stand side by side, each alone in its box, and have the same name and class."""
    rows: dict[tuple[Element, str, str | None], list[Element]] = {}
    for element in filter(_is_entry, tree.iter("article", "section", "div")):
        box = element
        while box.getparent() is not None and len(box.getparent()) == 1:
            box = box.getparent()
        rows.setdefault((box.getparent(), local_name(element), element.get("class")), []).append(element)
    return max((row for row in rows.values() if len(row) > 1), key=_chars, default=[])


def _frame(heading: Element, around: set[Element]) -> None:
    """Put what stands between the heading and the end of the last entry, `around` which are these, into an article."""
    before = [heading, *heading.iterancestors()]
    parent = next(element for element in before if element in around)
    places = [place for place, child in enumerate(parent) if child in around]
    start = parent.index(before[before.index(parent) - 1]) + 1
    article = parent.makeelement("article")
    article.extend(parent[start : places[-1] + 1])
    parent.insert(start, article)


def _is_entry(element: Element) -> bool:
    """Whether it may be an entry of a live blog: paragraphs of its own, under no heading that leads to another page."""
    names = [name for name in (element.get("class"), element.get("id"), element.get("itemprop")) if name]
    if local_name(element) == "div" and not any(map(_FRAME.search, names)):
        return False
    if element.find(".//h1") is not None or element.xpath(_COMMENTS):
        return False
    if any(_leads_away(heading) for heading in element.iter("h2", "h3", "h4", "h5")):
        return False
    linked = sum(len(_text(link)) for link in element.iter("a"))
    has_sentences = any(_SENTENCE_END.search(_text(paragraph)) for paragraph in element.iter("p"))
    return has_sentences and linked < _MAX_SHARE * len(_text(element))


def _is_teaser(element: Element) -> bool:
    """Whether it is a short box under a heading that leads to another page."""
    if not _is_small(element):
        return False
    headings = [part for part in element.iter("h2", "h3", "h4", "h5") if _text(part)]
    return len(headings) == 1 and _leads_away(headings[0]) and len(_text(element)) <= _MAX_TEASER_CHARS


def _leads_away(heading: Element) -> bool:
    """Whether a heading is a link to another page."""
    link = next(heading.iter("a"), next(heading.iterancestors("a"), None))
    return link is not None and "#" not in (link.get("href") or "") and _text(heading) in _text(link)


def _is_small(element: Element) -> bool:
    return len(list(islice(element.iter(), _SMALL_PARTS))) < _SMALL_PARTS


def _is_pointer(element: Element) -> bool:
    """Whether it is a line such as `Read more: Storm closes the harbour`, of which the rest is a link."""
    if local_name(element) not in ("p", "div", "li", "h2", "h3", "h4") or not _is_small(element):
        return False
    links = list(element.iter("a"))
    text = _text(element)
    if len(links) != 1 or not text or len(text) > _MAX_POINTER_CHARS:
        return False
    linked = _text(links[0])
    rest = text.replace(linked, "", 1).strip()
    return bool(linked and rest and _POINTER.fullmatch(rest))


def _plain_layout_tables(tree: Element) -> None:
    """Write tables that hold tables, or a cell with paragraphs or a whole story, as divisions; drop cells of links."""
    for table in list(tree.iter("table")):
        cells = [cell for cell in table.iter("td") if next(cell.iterancestors("table"), None) is table]
        is_long = any(len(_text(cell)) > _LONG_CELL_CHARS or cell.xpath(_EMPTY_LINE) for cell in cells)
        if is_long or table.find(".//table") is not None:
            for cell in filter(_is_of_links, cells):
                cell.drop_tree()
            for element in table.iter():
                if local_name(element) in _PLAIN and next(element.iterancestors("table"), table) is table:
                    element.tag = "div"


def _is_of_links(cell: Element) -> bool:
    """Whether a cell holds nothing but a few links, as that of a navigation does."""
    text = _text(cell)
    links = "".join(_text(link) for link in cell.xpath(".//a[@href]"))
    return 0 < len(text) <= _LONG_CELL_CHARS and links.replace(" ", "") == text.replace(" ", "")


def _paragraphs_of_breaks(tree: Element) -> None:
    """Write text between empty lines (`<br><br>`) as paragraphs."""
    for first in list(tree.iter("br")):
        following = first.getnext()
        parent = first.getparent()
        if parent is None or (first.tail or "").strip() or following is None or local_name(following) != "br":
            continue
        if local_name(parent) in ("p", "span", "font", "b", "strong", "em", "i", "body", "div"):
            _split(parent)


def _split(parent: Element) -> None:
    """Put what stands between two line breaks and the next two into a paragraph of its own."""
    paragraphs: list[Element] = []
    current = etree.Element("p")
    current.text, parent.text = parent.text, None
    for child in list(parent):
        is_break = local_name(child) == "br"
        is_second = is_break and len(current) and current[-1].tag == "br" and not (current[-1].tail or "").strip()
        if local_name(child) not in _INLINE:
            paragraphs += [current, child]
            current = etree.Element("p")
            current.text, child.tail = child.tail, None
        elif is_second:
            current.remove(current[-1])
            paragraphs.append(current)
            current = etree.Element("p")
            current.text = child.tail
            parent.remove(child)
        else:
            current.append(child)
    paragraphs.append(current)
    for child in list(parent):
        parent.remove(child)
    parent.tag = "div" if local_name(parent) in ("p", "span", "font", "b", "strong", "em", "i") else parent.tag
    parent.extend(each for each in paragraphs if len(each) or (each.text or "").strip() or each.tag != "p")


def _paragraphs_of_divisions(tree: Element) -> None:
    """Write divisions that hold nothing but sentences as paragraphs."""
    for division in tree.iter("div"):
        text = _text(division)
        if text and all(local_name(child) in _INLINE for child in division.iterdescendants(tag=etree.Element)):
            linked = sum(len(_text(link)) for link in division.iter("a"))
            if _SENTENCE_END.search(text) and linked < _MAX_SHARE * len(text):
                division.tag = "p"


def _paragraphs_of_bare_text(tree: Element) -> None:
    """Write text that stands beside paragraphs, in none of its own, as paragraphs."""
    for parent in dict.fromkeys(paragraph.getparent() for paragraph in tree.iter("p")):
        if local_name(parent) in ("div", "font", "section", "article", "main", "body"):
            bare = [parent.text or "", *(child.tail or "" for child in parent)]
            if any(len(words.strip()) >= _BARE_CHARS for words in bare):
                _split(parent)


def _plain_lead(tree: Element) -> None:
    """Have the lead below a heading stand like the text: trafilatura leaves out what is called a teaser."""
    for lead in tree.xpath("//h1/following::p[contains(@class, 'teaser')][not(.//a)]")[:1]:
        if _SENTENCE_END.search(_text(lead)):
            del lead.attrib["class"]


def _chars(elements: Iterable[Element]) -> int:
    return sum(len(_text(element)) for element in elements)


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext(etree.Element)).split())
