"""How fast each format is read, and how well the main text of pages is found, beside two other libraries.

python -m tests.benchmarks.formats      the part of `make bench` that is about files
"""

from __future__ import annotations

import io
import time
from collections import Counter
from collections.abc import Callable, Iterator
from html import escape

from flows.ingest.readers import ReadOptions, Record, Unpacked, reader_for
from tests.benchmarks.samples import MANY, ONE, Story, sample, stories

STORIES = 200
"""Stories in the files that are read; formats with one story a file have so many files."""

LINKS = "".join(
    f'<li><a href="/{name.lower()}">{name}</a></li>' for name in "World Business Sport Arts Opinion".split()
)
TEASERS = "".join(
    f'<div class="teaser"><h3><a href="/{n}">{title}</a></h3><p>{text} <a href="/{n}">Read more</a></p></div>'
    for n, (title, text) in enumerate(
        [
            ("Low water halts barges", "Shippers on the upper river wait for rain, and grain piles up in the ports."),
            ("Cabinet reshuffle expected", "Three ministers are said to be leaving before the summer recess begins."),
            ("Cable repaired ahead of time", "Engineers finished the splice on Tuesday night, two days early."),
        ]
    )
)
COOKIES = (
    '<div id="cookie-consent" role="dialog"><p>We and our partners store and access information on your device. '
    "You can change your mind at any time.</p><button>Accept all</button></div>"
)
FOOTER = "<footer><p>Copyright 2026 Newsline Media. All rights reserved. Terms of use. Privacy notice.</p></footer>"


def semantic(story: Story) -> str:
    return (
        f"<body>{COOKIES}<nav><ul>{LINKS}</ul></nav><main><article><h1>{story.title}</h1>{story.html}</article>"
        f"<aside><h2>Related</h2>{TEASERS}</aside></main>{FOOTER}</body>"
    )


def divisions(story: Story) -> str:
    return (
        f'<body><div class="top"><ul>{LINKS}</ul></div><div class="wrap"><div class="hd">{story.title}</div>'
        f'<div class="txt">{story.html}</div><div class="more">{TEASERS}</div></div><div class="bottom">{FOOTER}</div>'
        "</body>"
    )


def layout_table(story: Story) -> str:
    return (
        f"<body><table><tr><td width=150><ul>{LINKS}</ul></td><td><h2>{story.title}</h2>{story.html}</td>"
        f"<td>{TEASERS}</td></tr></table>{FOOTER}</body>"
    )


def broken_lines(story: Story) -> str:
    body = "<br><br>\n".join(map(escape, story.paragraphs))
    return f'<body><ul>{LINKS}</ul><h1>{story.title}</h1><div id="story">{body}</div><hr>{TEASERS}{FOOTER}</body>'


def with_comments(story: Story) -> str:
    comments = "".join(
        f'<div class="comment"><b>Reader {n}</b><p>I do not believe a word of this, and I have been reading you for '
        "years.</p></div>"
        for n in range(6)
    )
    return (
        f'<body><header><ul>{LINKS}</ul></header><article><h1>{story.title}</h1><div class="article-body">{story.html}'
        f'</div></article><section id="comments"><h2>Comments</h2>{comments}</section>{FOOTER}</body>'
    )


def interrupted(story: Story) -> str:
    """A box with a related story, an advertisement and a call to subscribe between the paragraphs."""
    pieces = [f"<p>{escape(paragraph)}</p>" for paragraph in story.paragraphs]
    pieces.insert(1, f'<div class="related-box"><h4>Read also</h4>{TEASERS}</div>')
    pieces.insert(3, '<div class="ad"><p>Advertisement</p></div>')
    pieces.append('<div class="newsletter"><p>Sign up to our newsletter for the top stories every morning.</p></div>')
    return f"<body>{COOKIES}<nav>{LINKS}</nav><article><h1>{story.title}</h1>{''.join(pieces)}</article>{FOOTER}</body>"


def press_release(story: Story) -> str:
    contact = "<p>Press contact: Office of the Spokesperson, +43 1 555 0100, press@ministry.example</p>"
    return (
        f'<body><div id="header"><p>Ministry of Rivers</p><ul>{LINKS}</ul></div><div id="content">'
        f'<h1>{story.title}</h1><p class="date">{story.published}</p>{story.html}</div>'
        f'<div id="contact">{contact}</div>{FOOTER}</body>'
    )


LAYOUTS: tuple[Callable[[Story], str], ...] = (
    semantic,
    divisions,
    layout_table,
    broken_lines,
    with_comments,
    interrupted,
    press_release,
)
PAGES_EACH = 6


def pages() -> Iterator[tuple[str, str, str]]:
    """Layout, page and main text of each page."""
    for layout in LAYOUTS:
        for story in stories(PAGES_EACH):
            head = f'<head><meta charset="utf-8"><title>{story.title} | Newsline</title></head>'
            yield layout.__name__, f"<!doctype html><html lang=en>{head}{layout(story)}</html>", story.text


def words_in_common(found: str, wanted: str) -> float:
    """F1 over the words of two texts, each as often as it stands there."""
    ours, theirs = Counter(found.split()), Counter(wanted.split())
    common = (ours & theirs).total()
    return 2 * common / (ours.total() + theirs.total()) if common else 0.0


def by_wirehouse(page: str) -> str:
    reader = reader_for("a.html")
    assert reader is not None
    (found,) = reader.read(io.BytesIO(page.encode()), ReadOptions())
    return found.text if isinstance(found, Record) else ""


def by_justext(page: str) -> str:
    import justext

    paragraphs = justext.justext(page.encode(), justext.get_stoplist("English"))
    return "\n\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)


def by_readability(page: str) -> str:
    from lxml import html
    from readability import Document

    return "\n\n".join(html.fromstring(Document(page).summary()).itertext())


def compare_main_text() -> None:
    """Print the F1 of words of each library on pages of each layout."""
    libraries = {"wirehouse": by_wirehouse, "jusText": by_justext, "readability-lxml": by_readability}
    print(f"main text, F1 of words on {len(LAYOUTS) * PAGES_EACH} pages of our own")
    print(f"  {'layout':15}" + "".join(f"{name:>18}" for name in libraries))
    scores: dict[str, list[list[float]]] = {}
    for layout, page, wanted in pages():
        scores.setdefault(layout, []).append([words_in_common(read(page), wanted) for read in libraries.values()])
    scores["all"] = [row for each in list(scores.values()) for row in each]
    for layout, rows in scores.items():
        means = [100 * sum(column) / len(column) for column in zip(*rows, strict=True)]
        print(f"  {layout:15}" + "".join(f"{mean:18.1f}" for mean in means))


def measure_formats() -> None:
    """Print MB of text and stories that are read from each format in a second of processor time."""
    several = stories(STORIES)
    text = sum(len(story.text.encode()) for story in several) / 1e6
    print(f"reading {STORIES} stories, {text:.2f} MB of text, from each format; one core")
    for name in [*ONE, *MANY]:
        files = [sample(name, [story]) for story in several] if name in ONE else [sample(name, several)]
        reader = reader_for(name)
        assert reader is not None
        options = ReadOptions(name=name)
        list(reader.read(io.BytesIO(sample(name, several[:1])), options))  # its libraries are loaded
        began = time.process_time()
        for data in files:
            list(reader.read(io.BytesIO(data), ReadOptions(name=name, unpacked=Unpacked())))
        taken = time.process_time() - began
        size = sum(map(len, files)) / 1e6
        print(f"  {name:14} {size:6.2f} MB on disk {text / taken:8.1f} MB/s {STORIES / taken:9,.0f} stories/s")


def main() -> None:
    """Both parts."""
    measure_formats()
    compare_main_text()


if __name__ == "__main__":
    main()
