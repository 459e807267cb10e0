"""Paragraphs, sentences and tokens of a text, all in time linear in its length.

Sentences cover every character that is not white space: a headline, a header line before the body
and a bullet line are sentences of their own. Tokens follow the conventions of the English
treebanks (clitics such as "'s" and "n't" stand apart), but hyphenated words stay whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from itertools import chain, pairwise
from typing import Any

import numpy as np
import regex
from msgspec import Struct
from numpy.typing import NDArray

from flows.extract.annotations import Sentence, Span
from flows.extract.word_features import folded

MAX_SENTENCE_CHARS = 1500
"""Longer stretches without a sentence end (tables, broken files) are cut here, at a token."""

SENTENCE_OPENERS = frozenset(
    (
        "The A An He She It They We I You This That These Those There His Her Their Our Its In On At For From "
        "By With As If When While After Before Since Although Though But And So Yet Or Still However "
        "Meanwhile Also Not No What Who How Why Where Asked Both Some Many Most All Now Then Last Under "
        "During Despite According One Two Here Even Instead Because Once Until Among Another Other Such Each "
        "Just My Your Let Do Does Did Is Are Was Were Will Would Can Could Should Only Nor Unlike Speaking "
        "Later Earlier Today Yesterday Mr Mrs Ms"
    ).split()
)

LINE = regex.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
BREAKS = frozenset("\x0b\x0c\u2029")
"""Line ends that part paragraphs by themselves."""
BULLET = regex.compile(r"\s*(?:[•·▪●◦‣∙■□*–—►➢✓]|-(?!-)|\(?(?:\d{1,3}|[ivxIVX]{1,5}|\p{L})[.)](?!\w))\s*(?=\S)")
LIST_NUMBER = regex.compile(r"\s*\(?(?:\d{1,3}|\p{L}|[ivxIVX]+)")
TERMINAL = regex.compile(
    r"""(?<![.!?…])([.!?…]++)(["'”’»›)\]]*+)(?:
            \s++(?=[“‘«‹„"'(\[]*+(\p{Lu}[\p{L}’']*+|\p{N}|[^\p{Ll}\s])) # a sentence may open here
          | (?<=\p{Ll}\p{Ll}[.!?]["”’)]?)(?=[“"]?\p{Lu}\p{Ll})         # "the end.The next": the space is missing
        )
      | [。！？]++[」』”’]*+\s*+""",
    regex.VERBOSE,
)
"""Groups: marks, what closes behind them, the word that may open a sentence."""
STOP = re.compile("[.!?…。！？]")
SAID_AFTER = regex.compile(
    r"(?:(?:Mr|Ms|Mrs|Dr|Sen|Gov|Rep|Gen)\.\s+)?(?:\p{Lu}[\p{L}.’'-]{0,30}\s+){1,4}"
    r"(?:said|says|asked|asks|wrote|writes|added|replied|tweeted|told|shouted|wondered|cried|exclaimed|answered)\b"
)

SHORTENED = frozenset(
    """Mr Mrs Ms Mx Dr Prof Rev Hon Gen Maj Col Lt Capt Cmdr Adm Sgt Cpl Brig Gov Govs Sen Sens Rep Reps St Jr Sr Messrs
    Inc Corp Co Ltd vs Jan Feb Aug Sept Sep Oct Nov Dec Calif Mich Mass Fla Ariz Conn Wis Tenn Pa Va Ill Minn
    Ala""".split()
)
"""Words whose full stop belongs to them; those of other abbreviations are tokens of their own."""
TOKEN = regex.compile(
    r"""(?:https?://|www\.)[^\s"”<>]+(?<![.,;:!?)])
      | \p{L}+?(?=n['’]t\b) | n['’]t\b
      | ['’](?:s|re|ve|ll|d|m|S|RE|VE|LL|D|M)\b
      | (?:\p{L}\.){2,}
      | \L<shortened>\.
      | \p{Lu}\.(?=\p{Lu})
      | [\p{L}\p{N}]{2,}\.(?:com|org|net|gov|edu|co|uk|io)\b
      | \p{N}++(?:[.,:/]\p{N}++)*+(?:st|nd|rd|th|s)?(?![\p{L}\p{N}])
      | [\p{L}\p{N}\p{M}_]++(?:(?:[-‐‑&]|['’](?!(?:s|re|ve|ll|d|m|t|S|RE|VE|LL|D|M|T)\b))[\p{L}\p{N}\p{M}_]++)*+
      | [@\#][\p{L}\p{N}_]++
      | \.{2,} | -{2,} | '' | ``
      | \S""",
    regex.VERBOSE,
    shortened=SHORTENED,
)
MARKS = '.,;:!?"“”()[]'
"""Characters that are tokens of their own wherever they stand beside a word, but for some full stops."""

MAX_KEPT_CHARS = 40
"""The tokens of longer chunks are not kept, to bound memory."""
MAX_KEPT = 50_000
MAX_KEPT_LETTERS = 2_000_000
"""With so many chunks or words, or letters in words, a vocabulary is given up for a new one, to bound memory."""

Numbers = NDArray[np.int64]


class PlainForms(dict[str, int]):
    """Words in lower case and without diacritics, numbered."""

    def number(self, word: str) -> int:
        """The number of a word's form, which is a new one if it was not met before."""
        return self.setdefault(folded(word), len(self))


class Vocabulary(dict[str, tuple[int, ...]]):
    """The distinct words met so far, numbered, so that what is asked of a text's words is asked of each word once.

    As a mapping, the numbers of the tokens of what stands between white space: texts are made of the same chunks.
    """

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.numbers: dict[str, int] = {}
        self.letters = 0
        self.plain_forms = PlainForms()
        self.tables: dict[Callable[[str], Any], tuple[NDArray[Any], int]] = {}

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        found = tuple(map(self.number, tokens_of(chunk)))
        if len(chunk) <= MAX_KEPT_CHARS:
            self[chunk] = found
        return found

    def number(self, word: str) -> int:
        """The number of a word, which is a new one if it was not met before."""
        number = self.numbers.setdefault(word, len(self.words))
        if number == len(self.words):
            self.words.append(word)
            self.letters += len(word)
        return number

    def numbers_of(self, words: list[str]) -> Numbers:
        """The numbers of words."""
        return np.fromiter(map(self.number, words), np.int64, len(words))

    def table(self, told: Callable[[str], Any]) -> NDArray[Any]:
        """What a function tells of each word, by number; there is room for more words behind them."""
        known, count = self.tables.get(told, (None, 0))
        if count < len(self.words):
            new = list(map(told, self.words[count:]))
            if known is None or len(self.words) > len(known):
                kind = type(new[0])
                room: NDArray[Any] = np.zeros(max(1024, 2 * len(self.words)), object if kind is str else kind)
                room[:count] = () if known is None else known[:count]
                known = room
            known[count : len(self.words)] = new
            self.tables[told] = known, len(self.words)
        return np.zeros(0, bool) if known is None else known


def tokens_of(chunk: str) -> list[str]:
    """The tokens of what stands between white space: by hand where it is a word between marks, as that is faster."""
    word = chunk.strip(MARKS)
    if word.isalpha() and word not in SHORTENED and word != "www" and ".." not in chunk:
        before, _, behind = chunk.partition(word)
        return [*before, word, *behind]
    return TOKEN.findall(chunk)


_kept = Vocabulary()


def vocabulary() -> Vocabulary:
    """The one that texts share; one thread at a time, see `annotate`."""
    global _kept
    if max(len(_kept), len(_kept.words)) >= MAX_KEPT or _kept.letters >= MAX_KEPT_LETTERS:
        _kept = Vocabulary()
    return _kept


class Tokens(Struct, frozen=True, eq=False):
    """Parallel lists: token `i` is `words[i]`, the text from `starts[i]` to `ends[i]`; `lower[i]` in lower case.

    `capitals` are the indices of the tokens that begin with a capital, `numbers` those of the words in `vocabulary`.
    """

    starts: list[int]
    ends: list[int]
    words: list[str]
    lower: list[str]
    capitals: list[int]
    numbers: Numbers
    vocabulary: Vocabulary

    def __len__(self) -> int:
        return len(self.words)

    def where(self, test: Callable[[str], bool]) -> list[int]:
        """The indices of the tokens whose word meets a test, which must depend on the word alone.

        What it says is kept for each word: it must be the same function each time, no new lambda.
        """
        found: list[int] = self.vocabulary.table(test).take(self.numbers).nonzero()[0].tolist()
        return found


class Segmentation(Struct, frozen=True, eq=False):
    """A text cut up. `sentence_tokens[i]` is the half-open range of the tokens of `sentences[i]`."""

    text: str
    body_start: int
    paragraphs: list[Span]
    sentences: list[Sentence]
    tokens: Tokens
    sentence_tokens: list[tuple[int, int]]


def segment(text: str, body_start: int = 0) -> Segmentation:
    """Cut `text` into paragraphs, sentences and tokens.

    Nothing crosses `body_start`, the position after header and dateline; what stands before it
    gets sentences too. Every character that `str.isspace` does not call space lies in exactly one
    sentence, and every sentence has at least one token.
    """
    tokens = tokenize(text)
    paragraphs = find_paragraphs(text, body_start)
    sentence_ends = [(end, index) for index, span in enumerate(paragraphs) for end in split_sentences(text, span)]
    sentences: list[Sentence] = []
    sentence_tokens: list[tuple[int, int]] = []
    starts, first = tokens.starts, 0
    for sentence_end, paragraph_index in sentence_ends:
        end = bisect_left(starts, sentence_end, first)
        while first < end:
            at = bisect_right(starts, starts[first] + MAX_SENTENCE_CHARS, first, end)
            stop = sentence_end if at == end else tokens.ends[at - 1]
            sentences.append(Sentence(Span(starts[first], stop), paragraph_index))
            sentence_tokens.append((first, at))
            first = at
    return Segmentation(text, body_start, paragraphs, sentences, tokens, sentence_tokens)


def tokenize(text: str) -> Tokens:
    """The tokens of `text`; every character that is not space belongs to one."""
    known = vocabulary()
    numbers = np.fromiter(chain.from_iterable(map(known.__getitem__, text.split())), np.int64)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    places = (~is_space()[codes]).nonzero()[0]  # the n-th character of all tokens stands at places[n]
    ends = known.table(len)[numbers].cumsum() if len(numbers) else numbers
    initials = initials_in(known, numbers, places, ends)
    if len(initials):
        for at in initials.tolist():
            numbers[at] = known.number(known.words[numbers[at]] + ".")
            ends[at] += 1
        is_kept = np.ones(len(numbers), bool)
        is_kept[initials + 1] = False
        numbers, ends = numbers[is_kept], ends[is_kept]
    starts = places[ends - known.table(len)[numbers]] if len(numbers) else numbers
    return Tokens(
        starts.tolist(),
        (places[ends - 1] + 1).tolist(),
        known.table(str)[numbers].tolist(),
        known.table(str.lower)[numbers].tolist(),
        known.table(opens_with_capital)[numbers].nonzero()[0].tolist(),
        numbers,
        known,
    )


def initials_in(known: Vocabulary, numbers: Numbers, places: Numbers, ends: Numbers) -> Numbers:
    """The indices of initials before a name, whose full stop is a token of its own yet: "J" and "." in "J. Lee"."""
    if len(numbers) < 3:
        return numbers[:0]
    stops = known.table(is_full_stop)[numbers[1:-1]]
    initials = stops & known.table(is_capital)[numbers[:-2]] & known.table(opens_with_capital)[numbers[2:]]
    found = initials.nonzero()[0]
    at, end = ends[found] - 1, ends[found + 1] - 1
    meant: Numbers = found[(places[end] == places[at] + 1) & (places[end + 1] > places[end] + 1)]
    return meant


def is_full_stop(word: str) -> bool:
    """Whether a word is a full stop."""
    return word == "."


def is_capital(word: str) -> bool:
    """Whether a word is one capital letter."""
    return len(word) == 1 and word.isupper()


def opens_with_capital(word: str) -> bool:
    """Whether a word begins with a capital."""
    return word[0].isupper()


@cache
def is_space() -> NDArray[np.bool_]:
    """For each code point whether `str.isspace` calls it space."""
    table = np.zeros(0x110000, bool)
    table[[code for code in range(0x3001) if chr(code).isspace()]] = True  # there is none beyond
    return table


def find_paragraphs(text: str, body_start: int) -> list[Span]:
    """Paragraphs, without the white space around them.

    Every line end closes a paragraph, except in hard-wrapped copy and where the next line goes on
    in lower case: there only a blank line or a bullet does.
    """
    lines = [span for match in LINE.finditer(text) for span in cut_at(text, match.start(), match.end(), body_start)]
    wrapped = is_hard_wrapped(text, lines)
    paragraphs: list[Span] = []
    for index, line in enumerate(lines):
        if index and line.start != body_start and continues(text, lines[index - 1], line, wrapped):
            paragraphs[-1] = Span(paragraphs[-1].start, line.end)
        else:
            paragraphs.append(line)
    return paragraphs


def cut_at(text: str, start: int, end: int, position: int) -> list[Span]:
    """The non-blank parts of a line before and after `position`, stripped."""
    parts = [(start, position), (position, end)] if start < position < end else [(start, end)]
    return [span for part in parts if (span := stripped(text, *part))]


def stripped(text: str, start: int, end: int) -> Span | None:
    """The span without white space at its edges; None if nothing is left."""
    piece = text[start:end]
    body = piece.lstrip()
    if not body:
        return None
    start += len(piece) - len(body)
    return Span(start, start + len(body.rstrip()))


def single_line_end(text: str, before: int, after: int) -> bool:
    """Whether no blank line stands between two lines."""
    gap = text[before:after]
    return gap.count("\n") <= 1 and gap.count("\r") <= 1 and BREAKS.isdisjoint(gap)


def is_hard_wrapped(text: str, lines: list[Span]) -> bool:
    """Whether lines end because a column was reached, as in plain-text mail and old wire copy."""
    if sum(45 <= line.end - line.start <= 100 for line in lines) < 2:
        return False
    breaks = [(a, b) for a, b in pairwise(lines) if single_line_end(text, a.end, b.start)]
    full = [a for a, _ in breaks if 45 <= a.end - a.start <= 100]
    open_ended = [a for a in full if text[a.end - 1] not in '.!?:;"”']
    return len(breaks) >= 3 and len(full) >= 0.6 * len(breaks) and len(open_ended) >= 0.6 * len(full)


def continues(text: str, before: Span, line: Span, wrapped: bool) -> bool:
    """Whether `line` goes on with the paragraph of the line `before` it."""
    if wrapped:
        goes_on = before.end - before.start >= 40
    else:
        goes_on = text[line.start].islower() and text[before.end - 1] not in '.!?:;"”…'
    return goes_on and single_line_end(text, before.end, line.start) and not BULLET.match(text, line.start, line.end)


def split_sentences(text: str, paragraph: Span) -> list[int]:
    """Where the sentences of one paragraph end; a closing mark belongs to the sentence it closes."""
    ends: list[int] = []
    start = paragraph.start
    for match in terminals(text, paragraph.start, paragraph.end):
        if not match[1]:
            ends.append(match.start() + len(match[0].rstrip()))
            start = match.end()
        elif ends_sentence(text, start, match):
            start = match.end(2)
            ends.append(start)
    return [*ends, paragraph.end]


def terminals(text: str, start: int, end: int) -> Iterator[regex.Match[str]]:
    """The matches of `TERMINAL`, which is slow, looked for where a stop is."""
    while stop := STOP.search(text, start, end):
        match = TERMINAL.match(text, stop.start(), end)
        start = match.end() if match else stop.end()
        if match:
            yield match


def ends_sentence(text: str, start: int, match: regex.Match[str]) -> bool:
    """Whether the full stop, question or exclamation mark of `match` closes a sentence begun at `start`."""
    mark, close, following = match.group(1, 2, 3)
    if following is None:
        return True
    if "?" in mark or "!" in mark:
        return not (close and SAID_AFTER.match(text, match.end()))
    if len(mark) > 1 or mark == "…":
        return following[0].isupper() and following not in ("I", "I’m", "I'm")
    at = match.start()
    word = last_word(text, max(start, at - 20), at)
    if not word:
        return True
    if close and close[0] in "\"”’»'":
        return True
    kind = abbreviations().get(word)
    if kind is None and word.isupper() and abbreviations().get(word.capitalize()) == "title":
        kind = "title"
    if kind is None and (len(word) == 1 or "." in word) and is_initial(word):
        kind = "end" if "." in word or stands_behind_lower_case(text, start, at - 1) else "title"
    if kind == "title":
        return False
    if kind == "number":
        return not following[0].isdigit() and (following in SENTENCE_OPENERS or word in ("no", "No"))
    if kind == "end":
        return following in SENTENCE_OPENERS or not following[0].isalnum()
    return not is_list_number(text, start, at)


def last_word(text: str, start: int, end: int) -> str:
    """The run of letters, digits and full stops that ends at `end`."""
    behind = text[start:end].split(" ")[-1]
    if behind.isalnum():
        return behind
    at = end
    while at > start and (text[at - 1].isalnum() or text[at - 1] in ".&"):
        at -= 1
    return text[at:end]


def stands_behind_lower_case(text: str, start: int, at: int) -> bool:
    """Whether the word before position `at` is in lower case, so that a capital there is no initial: "wrote on X"."""
    before = text[max(start, at - 20) : at].split()
    return bool(before) and before[-1].islower()


def is_initial(word: str) -> bool:
    """Whether `word` is a capital or several with full stops between: "W", "U.S", "J.R.R"."""
    parts = word.split(".")
    capital = word.isupper() and word != "I"
    return all(len(part) == 1 and part.isalpha() for part in parts) and (len(parts) > 1 or capital)


def is_list_number(text: str, start: int, end: int) -> bool:
    """Whether only a number or a letter stands between `start` and `end`: "1", "a", "(iv"."""
    return end - start <= 5 and bool(LIST_NUMBER.fullmatch(text, start, end))


@cache
def abbreviations() -> dict[str, str]:
    """Abbreviation without its last full stop to its class."""
    lines = files("flows.extract").joinpath("lexicons", "abbreviations.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))
