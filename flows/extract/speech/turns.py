"""Transcripts, interviews and headlines: a speaker's name and a colon before what is said."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

import regex
from msgspec.structs import replace

from flows.extract.annotations import Span
from flows.extract.names import is_place_named
from flows.extract.speech.drafts import Draft
from flows.extract.speech.resolution import Mentions
from flows.extract.speech.syntax import Phrase, Reading

TURN = regex.compile(
    r"""(?P<bold>\*\*|__)?(?P<who>Q|A|Question|Answer|Interviewer|Reporter|Moderator
      | (?:\p{Lu}[\p{Lu}.’'-]{1,30}\s?){1,5}
      | (?:(?:Mr|Ms|Mrs|Dr|Sen|Gov|Rep|Gen|Prof)\.\s)?\p{Lu}[\p{L}.’'-]{1,30}(?:\s\p{Lu}[\p{L}.’'-]{0,30}){0,5}
      )(?:,\s\p{Lu}[\p{Lu}\s-]{2,40})?(?:\s\([^()\n]{1,60}\))?\s?:(?(bold)(?:\*\*|__))\s+(?=\S)""",
    regex.VERBOSE,
)
NOT_SPEAKERS = frozenset(
    """update updated note notes editor photo photos read watch related source sources also more warning breaking
    exclusive video correction abstract background summary location time date when where who what why how contact
    media example result results tip tips step fact verdict ruling question-and-answer subject re to from cc via
    credit caption image images text transcript headline byline topic topics poll polls bottom line subjects tickets
    phone recipe latest venue price address email tel""".split()
)
ASKING = frozenset({"q", "question"})
ANSWERING = frozenset({"a", "answer"})
"""Labels that say whose turn it is, and name nobody."""
MAX_PARAGRAPHS = 8
"""How many paragraphs a turn runs on at most."""
TURN_CONFIDENCE = 0.8


def find_turns(r: Reading, known: Mentions) -> list[Draft]:
    """One statement a turn, up to the next one where there are several; a headline is a turn by itself.

    Turns headed "A" or "Answer" are those of the person whom the words before the first turn are about.
    """
    text, paragraphs = r.text, r.segmentation.paragraphs
    heads = [
        (i, match)
        for i, paragraph in enumerate(paragraphs)
        if (match := TURN.match(text, paragraph.start, paragraph.end)) and is_speaker(match["who"])
    ]
    opening = heads[0][1]["who"].split() if heads and heads[0][1].start() <= r.segmentation.body_start else []
    if opening and is_place_named(opening, 0, len(opening)):
        heads = heads[1:]  # "KATHMANDU: The prime minister said"
    is_transcript = len(heads) >= 3
    sentence_of: dict[int, int] = {}
    for n, sentence in enumerate(r.segmentation.sentences):
        sentence_of.setdefault(sentence.paragraph, n)
    interviewed = interviewee(r, known, heads[0][1].start()) if is_transcript else None
    drafts = []
    for n, (i, match) in enumerate(heads):
        stop = heads[n + 1][0] if n + 1 < len(heads) else len(paragraphs)
        last = min(stop, i + MAX_PARAGRAPHS) if is_transcript and n + 1 < len(heads) else i + 1
        index = sentence_of.get(i)
        if index is None:
            continue
        first, end = r.segmentation.sentence_tokens[index]
        first = bisect_left(r.starts, match.start("who"), first, end)
        name_end = bisect_left(r.starts, match.end("who"), first, end)
        colon = text.index(":", match.end("who"))
        contents = (Span(match.end(), paragraphs[i].end), *paragraphs[i + 1 : last])
        answers = interviewed is not None and match["who"].lower() in ANSWERING
        draft = Draft("turn", index, contents, TURN_CONFIDENCE, Span(colon, colon + 1), ":", "say")
        if answers:
            drafts.append(replace(draft, speaker_entity=interviewed))
        else:
            drafts.append(replace(draft, source=Phrase(first, name_end, name_end - 1)))
    return drafts


def interviewee(r: Reading, known: Mentions, stop: int) -> int | None:
    """The person whom the text from its body to `stop` mentions most; None where two are mentioned as often."""
    mentions = known.within(r.segmentation.body_start, stop)
    counts = Counter(m.entity for m in mentions if known.entities[m.entity].entity_type == "person").most_common(2)
    return counts[0][0] if counts and (len(counts) == 1 or counts[0][1] > counts[1][1]) else None


def is_label(word: str) -> bool:
    """Whether a word at the head of a turn says whose turn it is without naming anybody."""
    return word.lower() in ASKING | ANSWERING


def is_speaker(name: str) -> bool:
    """Whether what stands before the colon can be a speaker."""
    words = name.lower().split()
    return words[0].strip(".") not in NOT_SPEAKERS and words[-1] not in NOT_SPEAKERS
