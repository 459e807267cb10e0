"""A cue in its sentence: who may be its source, and what it may attribute."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from flows.extract.annotations import Span
from flows.extract.speech.confidence import cue_confidence, frame_of, is_counted
from flows.extract.speech.contents import (
    SPEAKING,
    TAKES_ADDRESSEE,
    Extent,
    begins_clause,
    complement,
    content_end,
    infinitive_follows,
    is_temporal,
    opens_quote,
    skip_temporal,
    to_span,
)
from flows.extract.speech.cues import CueMatch, find_cue_words, is_cue_verb, verb_lemma
from flows.extract.speech.syntax import (
    ADVERB,
    BE,
    DASHES,
    FINITE,
    INSIDE_NP,
    MAX_STEPS,
    NOMINAL,
    NOUN,
    RELATIVE,
    TEMPORAL,
    VERB,
    Phrase,
    Reading,
    controlling_subject,
    noun_phrase_left,
    noun_phrase_right,
    opening_subject,
    subject_before,
    verb_group,
    with_apposed_name,
)

PASSIVE = frozenset({"be", "is", "are", "was", "were", "been", "being", "am", "'s", "’s", "'re", "’re", "get", "got"})
SUBORDINATORS = frozenset(
    """while whereas although though because when after before as if unless since until despite following even once
    during amid by in with instead having""".split()
)

COPULAS = BE | {"felt", "feels", "feel", "remains", "remained", "seems", "seemed", "sounded", "looked"}
SPEAKING_OR_THINKING = SPEAKING | {"want", "think"}
INVERTED = (SPEAKING | {"ask"}) - {"tell"}
"""Verbs that may stand before their subject."""
SAID_AS = SPEAKING | {"admit", "argue"}
"""Verbs of an aside with "as"."""
PRONOUNS_OF_OBJECTS = frozenset({"WDT", "WP"})
"""Tags of relative pronouns that may be the object of what follows: "the rise [which] he says"."""
VIEWS = frozenset({"view", "opinion", "account", "judgment"})
"""Nouns of an aside with "in" or "by": "in her view"."""
MAX_TOPIC = 6
"""Tokens between a noun and the colon before what it announces."""
MAX_ANSWER = 4
"""Tokens of what is said without a verb and without quotation marks."""
OPENS_SUBJECT = NOMINAL | {"PRP$", "JJ", "JJR"}
NOUN_OR_ADJECTIVE = NOUN | {"JJ"}
INSIDE_SOURCE = INSIDE_NP | {"IN", "VBN", "VBG"}


class Candidate(Struct):
    """A cue and what it may attribute. `group` to `last` are the tokens of the cue, `rule` names the pattern."""

    match: CueMatch
    group: int
    rule: str
    contents: tuple[Span, ...]
    subject: Phrase | None
    addressee: Phrase | None
    sentence: int

    @property
    def last(self) -> int:
        """The last token of the cue."""
        return self.match.last


def find_candidates(r: Reading, at_least: float = 0.0) -> Iterator[Candidate]:
    """Every cue of the text with a reading of what stands around it, right or wrong, in the order of the text.

    Cues that no rule can raise to the confidence `at_least` are left out unread, and those that the rule which reads
    them does not raise to it are left out.
    """
    read_to = -1
    for sentence, match in find_cue_words(r, at_least):
        if match.first <= read_to:
            continue
        first, end = r.segmentation.sentence_tokens[sentence]
        if candidate := READERS[match.word.kind](r, match, sentence, first, end, at_least):
            read_to = match.last
            if candidate.contents:
                yield candidate


def read_verb(r: Reading, match: CueMatch, sentence: int, first: int, end: int, at_least: float) -> Candidate | None:
    """A verb of saying, thinking or wanting with its subject and its object."""
    group = verb_group(r, match.first, first)
    if group == match.first and is_prenominal(r, match.first, first, end):
        return None
    if subject := inverted_subject(r, match, group, first, end):
        contents = spans(r, (first, group)) + content_after(r, first, group, subject.end, end)
        return Candidate(match, group, "inverted", contents, subject, None, sentence) if contents else None
    frame, start, addressee = complement(r, match.word.lemma, match.last + 1, end)
    passive = is_passive(r, match.first, group)
    is_unlikely = frame != "none" and cue_confidence(match.word.lemma, "verb", frame) < at_least
    if is_unlikely and not passive and PRONOUNS_OF_OBJECTS.isdisjoint(r.pos[first:group]):
        # Its content need not be read, but no other cue is looked for in its words.
        return Candidate(match, group, frame, (), None, None, sentence)
    before = subject_of(r, match.first, group, first, end)
    if passive:
        return read_passive(r, match, group, before, sentence, first, end)
    left = before.start - 1 if before else -1
    detached = left > first and (r.words[left] in {",", "?", "!"} or r.words[left] in DASHES or ends_quote(r, left))
    finite = has_finite(r, group, match.first + 1)
    if before and (relative := relative_object(r, before, match, group, frame, start, first, end)):
        return Candidate(match, group, "relative", relative, before, None, sentence)
    may_be_aside = frame == "none" and before and finite and match.word.lemma in SAID_AS
    if may_be_aside and left >= first and r.lower[left] == "as" and is_aside(r, left, first):
        comma = next((k for k in range(match.last + 1, end) if r.words[k] == ","), end)
        contents = spans(r, (first, left), (comma + 1, end))
        return Candidate(match, group, "as_clause", contents, before, addressee, sentence) if contents else None
    if frame == "none" and not (detached and finite and before):
        frame, start = topic(r, match.last + 1, end)
    if frame == "none":
        if not (detached and finite and before):
            return None
        rest = content_after(r, first, left, start, end)
        is_quoted = r.quote_of[left - 1] >= 0 or r.quote_of[left] >= 0
        if at_least > 0 and not is_quoted and not is_counted(match.word.lemma, "verb", "parenthetical"):
            return None  # "first, the pump failed; then, nobody checked"; who counts, with 0, sees these too
        if not rest and not is_quoted and not has_finite(r, first, left):
            return None
        contents = spans(r, (first, left + 1)) + rest
        return Candidate(match, group, "parenthetical", contents, before, addressee, sentence) if contents else None
    if cue_confidence(match.word.lemma, "verb", frame) < at_least:
        return Candidate(match, group, frame, (), before, addressee, sentence)
    stop = content_end(r, start, end, extent_of(r, match, group, frame, first, end))
    if frame == "to" and addressee is not None and addressee.end == start:
        # Whom it is wanted of belongs to what is wanted: "urged [both sides to keep the border open]".
        start = addressee.start
    contents = spans(r, (start, stop))
    if (
        frame == "quote"
        and detached
        and (ends_quote(r, left) or ends_quote(r, left - 1) or lacks_subject(r, start, first, left))
    ):
        contents = spans(r, (first, left + 1)) + contents
    return Candidate(match, group, frame, contents, before, addressee, sentence) if contents else None


def is_aside(r: Reading, at: int, first: int) -> bool:
    """Whether a token opens its sentence, or stands behind a comma: "The vote[, as] Ms. Roe said, was rigged"."""
    return at == first or r.words[at - 1] == ","


def topic(r: Reading, at: int, end: int) -> tuple[str, int]:
    """Frame and first token of what a verb of speaking is about: "spoke openly about [the war]", "replied to [him]"."""
    while at < end and r.pos[at] in ADVERB:
        at += 1
    if infinitive_follows(r, at, end):
        return "none", at
    if at + 1 < end and r.lower[at] in {"about", "of", "to", "on", "against"} and not is_temporal(r, at, end):
        return "pp", at + 1
    return "none", at


def relative_object(
    r: Reading, subject: Phrase, match: CueMatch, group: int, frame: str, start: int, first: int, end: int
) -> tuple[Span, ...]:
    """What a relative pronoun before the subject stands for, and the rest: "a rise [which] Lee says [would hurt]".

    Empty where no relative pronoun stands there, or where the cue has an object of its own.
    """
    pronoun = subject.start - 1
    at = match.last + 1
    if pronoun < first or r.pos[pronoun] not in PRONOUNS_OF_OBJECTS or at >= end or not has_finite(r, group, at):
        return ()
    if any(r.pos[k] not in ADVERB for k in range(subject.end, group)):
        return ()
    if r.lower[at] == "as" or (frame == "none" and r.pos[at] in FINITE):
        start = at
    elif frame not in {"np", "to", "adjective", "quote"} or start != at:
        return ()
    stop = content_end(r, start, end, extent_of(r, match, group, frame, first, end))
    comma = next((k for k in range(start, stop) if r.words[k] == "," and r.quote_of[k] < 0), stop)
    return spans(r, (pronoun, pronoun + 1), (start, comma))


def lacks_subject(r: Reading, quote: int, first: int, left: int) -> bool:
    """Whether a quotation goes on with a verb whose subject began the sentence: 'The city, he said, "has ..."'."""
    verb = quote + 1
    while verb < len(r.pos) and r.pos[verb] in ADVERB:
        verb += 1
    if verb >= len(r.pos) or r.pos[verb] not in FINITE or r.words[quote + 1][0].isupper():
        return False
    subject = noun_phrase_right(r, first, left)
    return subject is not None and not has_finite(r, first, left) and r.pos[first] not in {"IN", "TO", "RB"}


def is_prenominal(r: Reading, verb: int, first: int, end: int) -> bool:
    """Whether a participle modifies the noun after it: "a shared future", "his expected answer"."""
    before_noun = verb + 1 < end and r.pos[verb + 1] in NOUN_OR_ADJECTIVE
    return (
        r.pos[verb] in {"VBN", "VBG"}
        and before_noun
        and verb > first
        and r.pos[verb - 1] in {"DT", "PRP$", "JJ", "POS"}
    )


def is_passive(r: Reading, verb: int, group: int) -> bool:
    """Whether the verb group is passive: "was told", "has been asked", "being blamed"."""
    if verb > group and r.lower[verb - 1] in {"'s", "’s"} and verb_lemma(r.lower[verb]) in SPEAKING_OR_THINKING:
        return False
    return r.pos[verb] == "VBN" and any(r.lower[k] in PASSIVE for k in range(group, verb))


def read_passive(
    r: Reading, match: CueMatch, group: int, patient: Phrase | None, sentence: int, first: int, end: int
) -> Candidate | None:
    """ "He was told by aides that ...": the source follows "by", the subject is who is addressed or spoken about."""
    after = match.last + 1
    if reports_as(r, after, end):
        return None
    source = noun_phrase_right(r, after + 1, end) if after < end and r.lower[after] == "by" else None
    at = source.end if source else after
    frame, start, _ = complement(r, match.word.lemma, at, end)
    if frame == "none":
        return None
    stop = content_end(r, start, end, extent_of(r, match, group, frame, first, end))
    by = next((k for k in range(start + 1, stop) if r.lower[k] == "by" and ends_quote(r, k - 1)), -1)
    if source is None and by >= 0 and (agent := noun_phrase_right(r, by + 1, end)):
        source, stop = agent, by  # 'was called "a trap" by the lawyer'
    contents = spans(r, (start, stop))
    if match.word.lemma in TAKES_ADDRESSEE:
        return Candidate(match, group, "passive", contents, source, patient, sentence) if contents else None
    if frame in {"pp", "to", "np", "quote", "adjective"} and patient is not None:
        contents = spans(r, (patient.start, patient.end)) + contents
    return Candidate(match, group, "passive", contents, source, None, sentence) if contents else None


def subject_of(r: Reading, verb: int, group: int, first: int, end: int) -> Phrase | None:
    """The subject of a verb that stands in its usual place, or that it shares with another verb."""
    left = group - 1
    if r.pos[verb] == "VBG" and not has_finite(r, group, verb):
        if left >= first and r.pos[left] in NOUN:
            return subject_before(r, group, first) or noun_phrase_left(r, left, first)
        reporting = reporting_verb_before(r, group, first) if r.words[left] == "," or ends_quote(r, left) else -1
        before = subject_before(r, verb_group(r, reporting, first), first) if reporting >= 0 else None
        return before or controlling_subject(r, group, first, end) or opening_subject(r, group, first)
    if r.lower[group] == "to" or (r.pos[verb] == "VB" and not has_finite(r, group, verb)):
        return controlling_subject(r, group, first, end)
    before = subject_after_quote(r, group, first) or subject_before(r, group, first)
    return before or (opening_subject(r, group, first) if has_finite(r, group, verb + 1) else None)


def reporting_verb_before(r: Reading, group: int, first: int) -> int:
    """The nearest finite cue verb before a participle: "Roe said the plan was late, adding that ..." is about Roe."""
    for k in range(group - 1, max(first, group - MAX_STEPS) - 1, -1):
        if r.pos[k] in FINITE and r.quote_of[k] < 0 and is_cue_verb(r.lower[k]):
            return k
    return -1


def extent_of(r: Reading, match: CueMatch, group: int, frame: str, first: int, end: int) -> Extent:
    """What decides where the content after a cue stops."""
    family = frame_of(frame)
    opening = r.lower[first] in SUBORDINATORS and not any(
        r.words[k] == "," and begins_clause(r, k + 1, end) for k in range(first, group)
    )
    participle = group == match.first and r.pos[match.first] in {"VBG", "VBN"}
    relative = group > first and r.pos[group - 1] in {"WP", "WDT"}
    family = family if family in {"clause", "to"} else "object"
    noun = match.word.kind == "noun" and r.pos[group] not in VERB
    nominal = noun or (family != "clause" and (participle or relative))
    return Extent(family, match.first, opening, participle, relative, nominal)


def content_after(r: Reading, first: int, left: int, at: int, end: int) -> tuple[Span, ...]:
    """What goes on after "..., he said, ..." that ends before token `at`; nothing where only an aside follows.

    After a quotation only another one goes on; a sentence that was interrupted always does.
    """
    if follows_quote(r, first, left):
        start = next((k for k in range(at, min(end, at + MAX_STEPS)) if resumes_quote(r, k, at)), end)
        is_anothers = any(r.pos[k] == "VBG" and verb_lemma(r.lower[k]) in SPEAKING for k in range(at, start))
        return () if is_anothers else spans(r, (start, end))
    comma = next((k for k in range(at, min(end - 1, at + 30)) if r.words[k] in {",", ";"} or opens_quote(r, k)), -1)
    if comma < 0:
        return ()
    start = comma if opens_quote(r, comma) else comma + 1
    if opens_quote(r, start) or (start + 1 < end and r.pos[start] == "CC" and opens_quote(r, start + 1)):
        goes_on = comma == at
    elif not has_finite(r, first, left):
        goes_on = has_finite(r, start, end) and r.pos[start] not in RELATIVE
    else:
        goes_on = comma == at and (r.pos[start] in {"CC", "IN", "TO", "WRB"} or begins_clause(r, start, end))
    return spans(r, (start, end)) if goes_on else ()


def resumes_quote(r: Reading, k: int, at: int) -> bool:
    """Whether a quotation that was interrupted goes on with token `k`: a title within the aside does not.

    'he said on "Morning News"' goes on with nothing; '..., he said on Monday, "and we will"' does.
    """
    if r.pos[k] == "CC" and r.words[k - 1] == "," and k + 1 < len(r.pos):
        return opens_quote(r, k + 1)
    return opens_quote(r, k) and (r.words[k - 1] in {",", ":"} or r.words[k - 1] in DASHES or k == at)


def follows_quote(r: Reading, first: int, left: int) -> bool:
    """Whether a quotation ends at token `left` or just before it; a comma may stand outside its marks."""
    outside = left - 2 >= first and r.words[left - 1] == "," and r.quote_of[left - 2] >= 0
    return left > first and (outside or r.quote_of[left - 1] >= 0 or r.quote_of[left] >= 0)


def subject_after_quote(r: Reading, group: int, first: int) -> Phrase | None:
    """The noun phrase between a quotation and the verb after it: '"...," Mr. Reed, who lives there, said'."""
    for k in range(group - 1, max(first, group - 40) - 1, -1):
        if r.quote_of[k] >= 0:
            stopped = r.words[k] in {",", "?", "!"} or r.words[k - 1] in {",", "?", "!"} or r.words[k + 1] == ","
            start = k + 2 if r.words[k + 1] == "," else k + 1
            subject = noun_phrase_right(r, start, group) if ends_quote(r, k) and stopped and start < group else None
            subject = subject and with_apposed_name(r, subject, group)
            return (
                subject
                if subject
                and (subject.end == group or not has_finite(r, subject.end, group) or r.words[subject.end] == ",")
                else None
            )
    return None


def inverted_subject(r: Reading, match: CueMatch, group: int, first: int, end: int) -> Phrase | None:
    """The subject after the verb: '"...," said Ms. Lee', "..., wrote the committee"."""
    after, left = match.last + 1, group - 1
    if match.word.lemma not in INVERTED or group != match.first or left < first or after >= end:
        return None
    if not (r.words[left] in {",", "?", "!"} or r.words[left] in DASHES or ends_quote(r, left)):
        return None
    if r.pos[match.first] not in {"VBD", "VBZ", "VBN", "VBP"} or r.pos[after] not in OPENS_SUBJECT:
        return None
    subject = noun_phrase_right(r, after, end)
    if subject is None or r.lower[subject.head] in TEMPORAL or (subject.end < end and r.pos[subject.end] in FINITE):
        return None
    subject = with_apposed_name(r, subject, end)
    if ends_quote(r, left) or ends_quote(r, left - 1):
        return subject
    if match.word.lemma == "ask":
        return None
    closed = subject.end >= end - 1 or r.words[subject.end] in {",", ".", ";"} or r.pos[subject.end] in {"IN", "NNP"}
    if not closed:
        return None
    is_clause = has_finite(r, first, group)
    return (
        subject if is_clause or (match.word.lemma == "say" and may_be_said(r, first, left, subject.end, end)) else None
    )


def may_be_said(r: Reading, first: int, comma: int, behind: int, end: int) -> bool:
    """Whether words without a verb, before a comma and "said", are said: "[Not so], said Ms. Lee", "[In May], said Ms.
    Lee, [all will be well]"; `behind` is the token behind the speaker."""
    goes_on = behind + 1 < end and r.words[behind] == "," and r.pos[behind + 1] not in RELATIVE
    if goes_on and has_finite(r, behind + 1, end):
        return True
    opens_aside = r.pos[first] in {"IN", "TO", "VBG", "VBN"} or is_temporal(r, first, comma)
    return 0 < comma - first <= MAX_ANSWER and not opens_aside


def read_according_to(
    r: Reading, match: CueMatch, sentence: int, first: int, end: int, at_least: float
) -> Candidate | None:
    """Fixed words before the source: "according to the police", "in the words of ..."."""
    subject = noun_phrase_right(r, match.last + 1, end)
    if subject is None:
        return None
    subject = with_place_or_topic(r, subject, end)
    stop = subject.end
    while stop < end and r.pos[stop] in INSIDE_SOURCE and r.words[stop] != "that":
        stop += 1
    if match.first - first <= 2 and (match.first == first or r.pos[first] in {"CC", "RB"}):
        comma = end_of_source(r, subject.end, end)
        contents = spans(r, (comma + 1, end)) if comma >= 0 else spans(r, (stop, end))
        rule = "according_to_first"
    else:
        rule = "according_to_last"
        contents = spans(r, (first, match.first))
        if not has_finite(r, first, match.first):
            contents += content_after(r, first, match.first, subject.end, end)
    return Candidate(match, match.first, rule, contents, subject, None, sentence) if contents else None


def with_place_or_topic(r: Reading, phrase: Phrase, end: int) -> Phrase:
    """The phrase with what a preposition adds to its common noun: "a senior official [in Kampala]"."""
    at = phrase.end
    if (
        at + 1 >= end
        or r.pos[phrase.head] not in {"NN", "NNS"}
        or r.lower[at] not in {"in", "at", "from", "with", "for"}
    ):
        return phrase
    added = noun_phrase_right(r, at + 1, end)
    if added is None or is_temporal(r, at + 1, end) or has_finite(r, added.end, min(end, added.end + 1)):
        return phrase
    return Phrase(phrase.start, added.end, phrase.head)


def end_of_source(r: Reading, at: int, end: int) -> int:
    """The comma after "according to ..." and what is said about the source; -1 if there is none.

    "According to an official, who asked not to be named, ..." and "According to Ana Roe, the mayor, ...".
    """
    commas = [k for k in range(at, min(end, at + 40)) if r.words[k] == "," and r.quote_of[k] < 0]
    if len(commas) < 2 or commas[0] + 1 >= end:
        return commas[0] if commas else -1
    first, second = commas[:2]
    relative = r.pos[first + 1] in RELATIVE
    apposition = (
        r.pos[first + 1] in INSIDE_NP and not has_finite(r, first, second) and begins_clause(r, second + 1, end)
    )
    participle = r.pos[first + 1] in {"VBN", "VBG"} and begins_clause(r, second + 1, end)
    return second if relative or apposition or participle else first


def read_noun(r: Reading, match: CueMatch, sentence: int, first: int, end: int, at_least: float) -> Candidate | None:
    """A noun with its complement: "his claim that ...", "Trump's call for ...", "the hope is ...", "in her view,"."""
    after = match.last + 1
    if after >= end or is_in_name(r, match.first, first):
        return None
    if is_temporal(r, after, end):
        after = skip_temporal(r, after, end)
        if after >= end:
            return None
    word, tag = r.lower[after], r.pos[after]
    colon = next((k for k in range(after, min(end - 1, after + MAX_TOPIC)) if r.words[k] == ":"), -1)
    if colon >= 0 and opens_quote(r, colon + 1):
        frame, start = "noun_colon", colon + 1  # 'her message to fans: "..."'
    elif word == "that" and tag in {"IN", "WDT"}:
        frame, start = "noun_that", after
    elif tag == "TO" and after + 1 < end and r.pos[after + 1] == "VB":
        frame, start = "noun_to", after
    elif word in {"for", "of", "about", "against", "on", "over", "with"}:
        frame, start = "noun_pp", after + 1
    elif word in {"to", "toward", "towards", "in"}:
        frame, start = "noun_toward", after + 1
    elif word == ":" and after + 1 < end:
        frame, start = "noun_colon", after + 1
    elif word in {"is", "was"} and after + 1 < end and r.lower[after + 1] in {"that", "to", "whether"}:
        frame, start = "noun_is", after + 1
    elif word == "," and match.word.lemma in VIEWS:
        frame, start = "noun_view", after + 1
    else:
        return None
    phrase = noun_phrase_left(r, match.first, first)
    group = phrase.start if phrase else match.first
    subject = None
    possessive = next((k for k in range(match.first - 1, group - 1, -1) if r.pos[k] in {"POS", "PRP$"}), -1)
    if possessive >= 0:
        if r.pos[possessive] == "PRP$":
            subject = Phrase(possessive, possessive + 1, possessive)
            group = possessive + 1
        else:
            subject = noun_phrase_left(r, possessive - 1, first)
            group = possessive + 1
    elif group > first and r.pos[group - 1] in {"VBD", "VBZ", "VBP", "VBN", "VBG", "VB"}:
        verb = verb_group(r, group - 1, first)
        subject = subject_of(r, group - 1, verb, first, end)
        group = verb
    if frame == "noun_view":
        preposition = phrase.start - 1 if phrase else -1
        if subject is None or preposition < first or r.lower[preposition] not in {"in", "by"}:
            return None
        contents = spans(r, (first, preposition), (start, end)) if is_aside(r, preposition, first) else ()
    else:
        contents = spans(r, (start, content_end(r, start, end, extent_of(r, match, group, frame, first, end))))
    return Candidate(match, group, frame, contents, subject, None, sentence) if contents else None


def is_in_name(r: Reading, noun: int, first: int) -> bool:
    """Whether a noun is part of a name: "the Suva [Declaration] on Fisheries"."""
    return noun > first and r.words[noun][0].isupper() and r.words[noun - 1][0].isupper() and r.pos[noun - 1] == "NNP"


def read_adjective(
    r: Reading, match: CueMatch, sentence: int, first: int, end: int, at_least: float
) -> Candidate | None:
    """An attitude with its object: "is confident that ...", "was frustrated by ..."."""
    verb = match.first - 1
    while verb > first and r.pos[verb] in {"RB", "RBR", "RBS"}:
        verb -= 1
    if verb < first or r.lower[verb] not in COPULAS:
        return None
    if reports_as(r, match.last + 1, end):
        return None
    group = verb_group(r, verb, first)
    frame, start, _ = complement(r, match.word.lemma, match.last + 1, end)
    if frame == "none":
        return None
    contents = spans(r, (start, content_end(r, start, end, extent_of(r, match, group, frame, first, end))))
    subject = subject_before(r, group, first)
    if match.word.lemma == "expected" and subject:
        # "The mayor is expected to resign": nobody says who expects it of the mayor.
        contents, subject = spans(r, (subject.start, subject.end)) + contents, None
    if frame == "pp" and match.word.lemma.endswith("ed"):
        frame = "feeling"
    return Candidate(match, group, "adjective_" + frame, contents, subject, None, sentence) if contents else None


def reports_as(r: Reading, at: int, end: int) -> bool:
    """Whether "as saying" follows, so that the saying is the cue: "was quoted by Interfax as saying that ..."."""
    return any(r.lower[k] == "as" and r.lower[k + 1] in {"saying", "telling"} for k in range(at, min(at + 8, end - 1)))


def read_adverb(r: Reading, match: CueMatch, sentence: int, first: int, end: int, at_least: float) -> Candidate | None:
    """A sentence that somebody is said to have said, nobody knows who: "The dam is [reportedly] leaking"."""
    contents = spans(r, (first, match.first), (match.last + 1, end))
    return Candidate(match, match.first, "adverb", contents, None, None, sentence) if contents else None


READERS = {
    "verb": read_verb,
    "noun": read_noun,
    "adjective": read_adjective,
    "adverb": read_adverb,
    "phrase": read_according_to,
}


def spans(r: Reading, *ranges: tuple[int, int]) -> tuple[Span, ...]:
    """The token ranges as spans, empty ones left out."""
    return tuple(span for start, end in ranges if start < end and (span := to_span(r, start, end)))


def ends_quote(r: Reading, k: int) -> bool:
    """Whether a quotation ends with token `k`."""
    index = r.quote_of[k]
    return index >= 0 and r.quotes[index].end == r.ends[k]


def has_finite(r: Reading, start: int, end: int) -> bool:
    """Whether a finite verb stands among the tokens."""
    return not FINITE.isdisjoint(r.pos[start:end])
