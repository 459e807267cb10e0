"""Transcripts, interviews and headlines: a speaker's name and a colon before what is said."""

from __future__ import annotations

import regex

from flows.extract.annotations import Span
from flows.extract.speech.drafts import Draft
from flows.extract.speech.syntax import Phrase, Reading

TURN = regex.compile(
    r"""(?P<who>Q|A|Question|Answer|Interviewer|Reporter|Moderator
      | (?:\p{Lu}[\p{Lu}.’'-]{1,30}\s?){1,5}
      | (?:(?:Mr|Ms|Mrs|Dr|Sen|Gov|Rep|Gen|Prof)\.\s)?\p{Lu}[\p{L}.’'-]{1,30}(?:\s\p{Lu}[\p{L}.’'-]{0,30}){0,5}
      )(?:\s\([^()\n]{1,60}\))?\s?:\s+(?=\S)""",
    regex.VERBOSE,
)
NOT_SPEAKERS = frozenset(
    """update updated note notes editor photo photos read watch related source sources also more warning breaking
    exclusive video correction abstract background summary location time date when where who what why how contact
    media example result results tip tips step fact verdict ruling question-and-answer subject re to from cc via
    credit caption image images text transcript headline byline topic topics poll polls bottom line""".split()
)
MAX_PARAGRAPHS = 8
"""How many paragraphs a turn runs on at most."""
TURN_CONFIDENCE = 0.8


def find_turns(r: Reading) -> list[Draft]:
    """One statement a turn, up to the next one where there are several; a headline is a turn by itself."""
    text, paragraphs = r.text, r.segmentation.paragraphs
    heads = [
        (i, match)
        for i, paragraph in enumerate(paragraphs)
        if (match := TURN.match(text, paragraph.start, paragraph.end)) and is_speaker(match["who"])
    ]
    is_transcript = len(heads) >= 3
    sentence_of: dict[int, int] = {}
    for n, sentence in enumerate(r.segmentation.sentences):
        sentence_of.setdefault(sentence.paragraph, n)
    drafts = []
    for n, (i, match) in enumerate(heads):
        stop = heads[n + 1][0] if n + 1 < len(heads) else len(paragraphs)
        last = min(stop, i + MAX_PARAGRAPHS) if is_transcript and n + 1 < len(heads) else i + 1
        index = sentence_of.get(i)
        if index is None:
            continue
        first, end = r.segmentation.sentence_tokens[index]
        name_end = first
        while name_end < end and r.starts[name_end] < match.end("who"):
            name_end += 1
        colon = text.index(":", match.end("who"))
        contents = (Span(match.end(), paragraphs[i].end), *paragraphs[i + 1 : last])
        source = Phrase(first, name_end, name_end - 1)
        drafts.append(Draft("turn", index, contents, TURN_CONFIDENCE, Span(colon, colon + 1), ":", "say", source))
    return drafts


def is_speaker(name: str) -> bool:
    """Whether what stands before the colon can be a speaker."""
    words = name.lower().split()
    return words[0].strip(".") not in NOT_SPEAKERS and words[-1] not in NOT_SPEAKERS
