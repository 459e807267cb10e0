"""Heads of wire copy as they really look: what is read from them, and where the body begins."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.wirecopy import Header, dateline_date, parse_date, read_header

PUBLISHED = date(2020, 9, 17)


def body(text: str) -> str:
    return text[read_header(text).body_start :]


@pytest.mark.parametrize(
    ("line", "place", "day", "publisher"),
    [
        ("BEIJING, Sept. 16 (Xinhua) -- The ministers met.", "Beijing", date(2020, 9, 16), "Xinhua"),
        ("FLINT, Mich., Oct. 4 (UPI) — The ministers met.", "Flint, Mich.", date(2019, 10, 4), "UPI"),
        ("PARIS (AFP) - The ministers met.", "Paris", None, "AFP"),
        ("**MOMBASA, Kenya, March 5, 2020** — The ministers met.", "Mombasa, Kenya", date(2020, 3, 5), None),
        ("**MOMBASA** — The ministers met.", "Mombasa", None, None),
        ("**MOMBASA, March 5 —** The ministers met.", "Mombasa", date(2020, 3, 5), None),
        ("(Reuters) - The ministers met.", None, None, "Reuters"),
        ("Sept 16 (Reuters) - The ministers met.", None, date(2020, 9, 16), "Reuters"),
        ("WASHINGTON — The ministers met.", "Washington", None, None),
        ("DECATUR, Ill. — The ministers met.", "Decatur, Ill.", None, None),
        ("WASHINGTON, D.C., Sept. 4 (UPI) -- The ministers met.", "Washington, D.C.", date(2020, 9, 4), "UPI"),
        ("GENEVA/BRUSSELS, Sept 16 (Reuters) - The ministers met.", "Geneva/Brussels", date(2020, 9, 16), "Reuters"),
        ("RIO DE JANEIRO (AP) — The ministers met.", "Rio de Janeiro", None, "AP"),
        ("PORT-AU-PRINCE, Haiti (AP) — The ministers met.", "Port-au-Prince, Haiti", None, "AP"),
        ("ST. JOHN'S, Newfoundland (CP) — The ministers met.", "St. John's, Newfoundland", None, "CP"),
        ("N'DJAMENA (AFP) - The ministers met.", "N'Djamena", None, "AFP"),
        ("New York (AFP) – The ministers met.", "New York", None, "AFP"),
        ("Geneva, 3 March 2020 – The ministers met.", "Geneva", date(2020, 3, 3), None),
        ("New Delhi, Sep 16 (IANS): The ministers met.", "New Delhi", date(2020, 9, 16), "IANS"),
        ("MOSCOW, September 16. /TASS/. The ministers met.", "Moscow", date(2020, 9, 16), "TASS"),
        ("NEW YORK, Oct. 4, 2019 /PRNewswire/ -- The ministers met.", "New York", date(2019, 10, 4), "PR Newswire"),
        ("SAN FRANCISCO--(BUSINESS WIRE)--The ministers met.", "San Francisco", None, "Business Wire"),
        ("NAIROBI, Sept. 1 (Newsline Africa) -- The ministers met.", "Nairobi", date(2020, 9, 1), "Newsline Africa"),
        ("(Steppe Daily) Sept. 2, 2020 - The ministers met.", None, date(2020, 9, 2), "Steppe Daily"),
        ("(Steppe Daily) - The ministers met.", None, None, "Steppe Daily"),
        ("KYIV, Ukraine (The Associated Press) --- The ministers met.", "Kyiv, Ukraine", None, "AP"),
    ],
)
def test_datelines(line: str, place: str | None, day: date | None, publisher: str | None) -> None:
    header = read_header(line)
    assert (header.dateline_place, dateline_date(header, PUBLISHED), header.publisher) == (place, day, publisher)
    assert body(line) == "The ministers met."


def test_the_place_of_a_dateline_has_its_span() -> None:
    text = "date 2020-09-17 FLINT, Mich., Oct. 4 (UPI) — The mayor spoke."
    span = read_header(text).dateline_place_span
    assert span is not None
    assert (span.start, span.end, span.of(text)) == (16, 28, "FLINT, Mich.")


@pytest.mark.parametrize(
    "text",
    [
        "The council met on Monday.\n\nIt said nothing.",
        "Donald Moore — the mayor - was away.",
        "On September 16, 2020 — the day of the vote — it rained.",
        "The chancellor, Olaf, said — as he often had - that it rained.",
        "MR. SMITH: Who opened the gate?\n\nMS. JONES: I did.",
        "Q: Who opened the gate?\n\nA: I did.",
        "A first line that simply breaks\nbecause the text is wrapped by hand.",
        "Who opened the gate?\n\nNobody knows.",
        "One line without an end",
        "(Laughter) - The minister went on.",
    ],
)
def test_ordinary_sentences_are_neither_headline_nor_dateline(text: str) -> None:
    assert read_header(text) == Header()


def test_everything_in_the_first_line() -> None:
    text = " date 2020-09-17 BEIJING, Sept. 16 (Xinhua) -- The meeting went well, he said.\n\nMore."
    header = read_header(text)
    assert header.published_date == date(2020, 9, 17)
    assert header.dateline_place == "Beijing"
    assert dateline_date(header, header.published_date) == date(2020, 9, 16)
    assert header.publisher == "Xinhua"
    assert header.title is None
    assert body(text) == "The meeting went well, he said.\n\nMore."


def test_header_lines_headline_subhead_and_byline() -> None:
    text = (
        "FOR IMMEDIATE RELEASE\r\n"
        "Published: 17 September 2020, 10:30 GMT\r\n"
        "Contact: press@harbour.example | +47 5550 1234\r\n"
        "\r\n"
        "Harbour Opens Second Dock\r\n"
        "Ships may call from June\r\n"
        "By Jane Roe, Staff Writer\r\n"
        "\r\n"
        "LISBON (Reuters) - The harbour opened a second dock.\r\n"
    )
    header = read_header(text)
    assert header.title == "Harbour Opens Second Dock"
    assert header.title_span is not None
    assert header.title_span.of(text) == "Harbour Opens Second Dock"
    assert header.byline == "Jane Roe"
    assert header.published_date == date(2020, 9, 17)
    assert (header.dateline_place, header.publisher) == ("Lisbon", "Reuters")
    assert body(text) == "The harbour opened a second dock.\r\n"


def test_title_source_and_date_fields() -> None:
    text = "Title: Talks resume\nSource: Xinhua | 2020-09-17 10:20:33 | Editor: huaxia\n\nThe talks resumed."
    header = read_header(text)
    assert (header.title, header.publisher, header.published_date) == ("Talks resume", "Xinhua", date(2020, 9, 17))
    assert body(text) == "The talks resumed."


@pytest.mark.parametrize(
    "head",
    [
        "From: Press Office <press@ministry.example>\nTo: Editors\nSubject: Ministers agree\nDate: {}\n\n",
        "From: Press Office\r\nSent: {}\r\nSubject: Ministers\r\n agree\r\n\r\n",
        "\nDATE: {}\nSUBJECT: Ministers agree\nFROM: Press Office\n\nFOR IMMEDIATE RELEASE\n\n",
        "From: Press Office\nOrganization: Ministry\nDate: {}\nImportance: High\nSubject: Ministers agree\nURL: 1\n\n",
        f"From: Press Office\nTo: {'editor@daily.example; ' * 40}\nSent: {{}}\nSubject: Ministers agree\n\n",
        "From: Press Office\nTo: Anna Hahn,\n\tPeter Roe\nDate: {}\nTitle: Ministers agree\nByline: Jane Roe\n \n",
    ],
)
@pytest.mark.parametrize("day", ["Wed, 11 Mar 2026 18:20:00 +0100", "Wednesday, March 11, 2026 6:20 PM", "2026-03-11"])
def test_the_head_of_a_mail_that_was_saved_as_text(head: str, day: str) -> None:
    text = f"{head.format(day)}The ministers met, and no one objected to the pact."
    header = read_header(text)
    assert (header.title, header.published_date) == ("Ministers agree", date(2026, 3, 11))
    assert body(text) == "The ministers met, and no one objected to the pact."


def test_a_mail_head_may_stand_above_a_dateline_and_have_no_date_that_can_be_read() -> None:
    text = "From: Press Office\nSubject: Pact\nDate: soon\n\nVIENNA, March 5 (Newsline) - The ministers met."
    header = read_header(text)
    assert (header.title, header.published_date, header.dateline_place) == ("Pact", None, "Vienna")
    assert body(text) == "The ministers met."


@pytest.mark.parametrize(
    "text",
    [
        "From: Graz to Vienna it is a long way, the ministers said, and they were tired.",
        "The ministers met.\n\nFrom: Press Office\nSubject: Pact\n\nNo one objected.",
        "To: whom it may concern, they said.\nSent: never, he said.\n\nThe ministers met.",
        "From: Berlin\nTo: Paris\nThe train takes eight hours, the ministers said.",
        "From: Berlin\nTo: Paris\n\nThe train takes eight hours, the ministers said.",
        "From: Press Office\nSubject: Pact\nThe ministers met, and no one objected to the pact.",
        "From: Press Office\nSubject: Pact\n    The ministers met.\n    They left.\n    They came.\n    They met.\n",
    ],
)
def test_lines_that_are_no_head_of_a_mail(text: str) -> None:
    assert body(text) == text


def test_a_story_that_is_indented_below_the_head_of_a_mail() -> None:
    text = "From: Press Office\nSubject: Pact\n  \n    The ministers met.\n    They left.\n"
    assert read_header(text).title == "Pact"
    assert body(text) == "The ministers met.\n    They left.\n"


def test_a_line_that_is_only_a_date() -> None:
    text = "Talks resume in Vienna\nBy ANNA HAHN\nJune 16, 2026\n\nThe talks resumed."
    header = read_header(text)
    assert (header.title, header.byline, header.published_date) == (
        "Talks resume in Vienna",
        "ANNA HAHN",
        date(2026, 6, 16),
    )
    assert body(text) == "The talks resumed."


def test_markdown_front_matter() -> None:
    text = (
        '---\ntitle: "Talks: resumed"\nauthor: Jane Roe\npublisher: Newsline\n'
        "date: May 30, 2026\nlang: en\n---\n\nBody.\n"
    )
    header = read_header(text)
    assert (header.title, header.byline, header.publisher) == ("Talks: resumed", "Jane Roe", "Newsline")
    assert (header.published_date, header.language) == (date(2026, 5, 30), "en")
    assert body(text) == "Body.\n"


@pytest.mark.parametrize("head", ["# Talks resume\n\n", "Talks resume\n============\n\n", "# Talks resume #\n"])
def test_markdown_headings(head: str) -> None:
    header = read_header(head + "Body here. And more.")
    assert header.title == "Talks resume"
    assert body(head + "Body here. And more.") == "Body here. And more."


def test_a_heading_below_front_matter_does_not_hide_the_dateline() -> None:
    front = "---\ntitle: Common licences\n---\n\n"
    for heading in ("# Common licences\n\n", "# Suva Declaration\n\n", "Suva Declaration\n===\n\n"):
        header = read_header(front + heading + "SUVA, May 22, 2026 -- The members met.")
        assert (header.title, header.dateline_place) == ("Common licences", "Suva")
        assert dateline_date(header, None) == date(2026, 5, 22)
    assert body(front + "# Common licences\n\nThe members met.") == "The members met."
    assert body(front + "## How it began\n\nThe members met.") == "## How it began\n\nThe members met."


def test_a_headline_may_end_like_a_sentence_where_a_dateline_follows() -> None:
    text = "Germany targets a surge of anger.\n\nBERLIN - The minister may be testing the law."
    assert read_header(text).title == "Germany targets a surge of anger."
    assert body(text) == "The minister may be testing the law."


def test_a_letterhead_is_the_publisher_not_the_headline() -> None:
    text = (
        "GREAT LAKES UNION\nNEWS RELEASE\n\nFor release: March 30, 2026\n\n"
        "Four conditions set out\n\nDULUTH — The union met."
    )
    header = read_header(text)
    assert (header.publisher, header.title) == ("GREAT LAKES UNION", "Four conditions set out")
    assert header.published_date == date(2026, 3, 30)


@pytest.mark.parametrize(
    ("dateline", "published", "expected"),
    [
        ("Dec. 31", date(2026, 1, 2), date(2025, 12, 31)),
        ("Jan. 2", date(2026, 1, 2), date(2026, 1, 2)),
        ("Jan. 1", date(2025, 12, 31), date(2026, 1, 1)),
        ("Jan. 9", date(2025, 12, 31), date(2025, 1, 9)),
        ("Feb. 29", date(2021, 3, 1), date(2020, 2, 29)),
        ("Oct. 4", None, None),
        ("Oct. 4, 2019", None, date(2019, 10, 4)),
    ],
)
def test_the_missing_year_of_a_dateline(dateline: str, published: date | None, expected: date | None) -> None:
    assert dateline_date(read_header(f"PARIS, {dateline} (AFP) - It rained."), published) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2020-09-17", date(2020, 9, 17)),
        ("2020-09-17T23:30:00-05:00", date(2020, 9, 17)),
        ("20200917", date(2020, 9, 17)),
        ("2020/09/17", date(2020, 9, 17)),
        ("17/09/2020", date(2020, 9, 17)),
        ("09/17/2020", date(2020, 9, 17)),
        ("04/05/2020", None),
        ("04.05.2020", date(2020, 5, 4)),
        ("25.12.2020", date(2020, 12, 25)),
        ("12.25.2020", date(2020, 12, 25)),
        ("Thu, 17 Sep 2020 10:30:00 GMT", date(2020, 9, 17)),
        ("17 September 2020", date(2020, 9, 17)),
        ("Sept. 17, 2020", date(2020, 9, 17)),
        ("1600300800", date(2020, 9, 17)),
        ("1600300800000", date(2020, 9, 17)),
        ("3020-01-01", date(3020, 1, 1)),
        ("2020-02-30", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_of_metadata(value: str, expected: date | None) -> None:
    assert parse_date(value) == expected


LINES = st.sampled_from(
    [
        "date 2020-09-17 ",
        "BEIJING, Sept. 16 (Xinhua) -- ",
        "By Jane Roe\n",
        "# A title\n",
        "Title: \n",
        "\n\n",
        "---\n",
        " ",
    ]
)


@given(st.lists(LINES | st.text(max_size=40), max_size=8).map("".join))
def test_whatever_the_text_its_head_lies_inside_it(text: str) -> None:
    header = read_header(text)
    assert 0 <= header.body_start <= len(text)
    assert header.title_span is None or header.title_span.of(text) == header.title
    for span in (header.title_span, header.dateline_place_span):
        assert span is None or 0 <= span.start < span.end <= len(text)
    if header.dateline_place_span:
        assert header.dateline_place_span.end <= header.body_start


@pytest.mark.parametrize("line", ["A/" * 20_000, "# " + " #" * 20_000 + "x", "a@" * 20_000, "By " + "A, " * 20_000])
def test_endless_lines_are_body(line: str) -> None:
    assert body(line) == line


@pytest.mark.parametrize("line", ["From: A", "From: A\nTo:", "From: A\n", "Date", ""])
def test_endless_blanks_take_no_time(line: str) -> None:
    assert body(f"{line}{' ' * 200_000}The ministers met.").endswith("The ministers met.")
