"""Just enough syntax: noun phrases, verb groups and subjects, read off part-of-speech tags.

Positions here are token indices; ranges are half-open. Every function looks at one sentence, and
walks at most a bounded distance from where it starts.
"""

from __future__ import annotations

from bisect import bisect_left

from msgspec import Struct

from flows.extract.segmentation import Segmentation
from flows.extract.speech.quotes import Quote

NOMINAL = frozenset({"NN", "NNS", "NNP", "NNPS", "PRP", "CD", "DT", "WP", "EX"})
NOUN = frozenset({"NN", "NNS", "NNP", "NNPS"})
INSIDE_NP = NOUN | {"DT", "PRP$", "JJ", "JJR", "JJS", "CD", "POS", "$", "FW", "PDT", "WP$", "SYM", "NFP", "AFX", "HYPH"}
FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
VERB = FINITE | {"VB", "VBN", "VBG"}
ADVERB = frozenset({"RB", "RBR", "RBS"})
RELATIVE = frozenset({"WDT", "WP", "WP$", "WRB"})
NOMINAL_OR_POSSESSIVE = NOMINAL | {"PRP$"}
NOUN_OR_PRONOUN = NOUN | {"PRP", "DT"}

BE = frozenset({"be", "is", "are", "was", "were", "been", "being", "am", "'s", "’s", "'re", "’re", "'m", "’m"})
HAVE = frozenset({"have", "has", "had", "having", "'ve", "’ve", "'d", "’d", "'s", "’s"})
DO = frozenset({"do", "does", "did"})
AUXILIARY = (
    BE | HAVE | DO | {"get", "gets", "got", "'ll", "’ll", "n't", "n’t", "not", "to", "going", "used", "ca", "wo"}
)
TEMPORAL = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow tonight morning afternoon
    evening night week month year weekend january february march april may june july august september october november
    december jan. feb. aug. sept. oct. nov. dec. mon. tues. wed. thurs. fri. sat. sun.""".split()
)
TEMPORAL_LEAD = frozenset(
    {"on", "last", "this", "late", "early", "earlier", "later", "next", "that", "in", "the", "past"}
)
CLAUSE_OPENERS = frozenset("""that while because although though if whether unless whereas once lest""".split())
CLAUSE_PREPOSITIONS = frozenset("as after before since until than for like so".split())
"""Words that open a clause or a phrase: "after the minister said"."""
PARTICLES = frozenset("van der den de da di du la le el al bin ibn von zu dos del".split())
"""Small words inside people's names."""
QUANTIFIERS = frozenset({"many", "most", "some", "several", "few", "others", "both"})
"""Words that stand for people: "many would say that"."""
DASHES = frozenset({"--", "—", "–", "-", "―"})

MAX_STEPS = 60
"""How many tokens a walk to the left or right goes at most."""


def is_temporal_word(word: str) -> bool:
    """Whether a word is an expression of time."""
    return word.lower() in TEMPORAL


class Reading(Struct):
    """A segmented and tagged text, with what rules ask of it: what has a default is worked out from the rest.

    `starts`, `ends` and `lower` are parallel to `words`, the tokens; `temporal` are the tokens that are expressions
    of time or numbers. `quote_of` tells for each token the index of the quotation it lies in, marks included, or -1.
    """

    segmentation: Segmentation
    pos: list[str]
    quotes: list[Quote]
    text: str = ""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    lower: list[str] = []
    temporal: list[int] = []
    quote_starts: list[int] = []
    quote_ends: list[int] = []
    sentence_starts: list[int] = []
    quote_of: list[int] = []

    def __post_init__(self) -> None:
        tokens = self.segmentation.tokens
        self.text = self.segmentation.text
        self.words, self.lower, self.starts, self.ends = tokens.words, tokens.lower, tokens.starts, tokens.ends
        numbers = [i for i, tag in enumerate(self.pos) if tag == "CD"]
        self.temporal = sorted({*numbers, *tokens.where(is_temporal_word)})
        self.quote_starts = [quote.start for quote in self.quotes]
        self.quote_ends = [quote.end for quote in self.quotes]
        self.sentence_starts = [sentence.span.start for sentence in self.segmentation.sentences]
        self.quote_of = [-1] * len(tokens.words)
        end = 0
        for index, quote in enumerate(self.quotes):
            start = bisect_left(tokens.starts, quote.start, end)
            end = bisect_left(tokens.starts, quote.end, start)
            self.quote_of[start:end] = [index] * (end - start)


class Phrase(Struct):
    """Tokens `start` to `end` (exclusive) with the head at `head`."""

    start: int
    end: int
    head: int


def noun_phrase_left(r: Reading, last: int, first: int) -> Phrase | None:
    """The noun phrase that ends with token `last`, not reaching before `first`, without phrases attached to it."""
    pos = r.pos
    if last < first or (pos[last] not in NOMINAL and not is_nominal_adjective(r, last, first)):
        return None
    start = last
    if pos[last] not in {"PRP", "WP", "EX"}:
        while start > first and pos[start] not in {"DT", "PRP$", "PDT"} and start > last - MAX_STEPS:
            before = pos[start - 1]
            if (
                before in INSIDE_NP
                or (before in {"VBN", "VBG"} and start - 1 > first and pos[start - 2] in {"DT", "PRP$", "POS"})
                or (
                    r.lower[start - 1] in {"&", "and"}
                    and r.words[start][0].isupper()
                    and start - 1 > first
                    and pos[start - 2] in {"NNP", "NNPS"}
                )
                or (before == "PRP" and pos[start] == "POS")
            ):
                start -= 1
            else:
                break
    return Phrase(start, last + 1, last)


def is_nominal_adjective(r: Reading, at: int, first: int) -> bool:
    """Whether an adjective or participle stands for a noun: "the Republican incumbent", "Cuban", "the wounded"."""
    if r.lower[at] in QUANTIFIERS:
        return True
    if r.pos[at] not in {"JJ", "JJS", "VBG", "VBN"}:
        return False
    return (at > first and r.words[at][0].isupper()) or (
        at > first and r.pos[at - 1] in {"DT", "JJ", "NN", "NNP", "POS", "PRP$", "HYPH"}
    )


def with_attachments(r: Reading, phrase: Phrase, first: int) -> Phrase | None:
    """The phrase with what it is attached to on its left: "a spokesman for [the campaign]".

    None where `phrase` is the object of a preposition or verb that belongs to no noun.
    """
    pos, lower = r.pos, r.lower
    end, start, head = phrase.end, enumeration_start(r, phrase, first), phrase.head
    for _ in range(6):
        at = start - 1
        if at < first or pos[at] not in {"IN", "TO"} or lower[at] in CLAUSE_OPENERS:
            break
        preposition = lower[at]
        at -= 1
        while at >= first and pos[at] in ADVERB:
            at -= 1
        if at < first or r.words[at] == ",":
            return phrase if preposition in CLAUSE_PREPOSITIONS else None
        if pos[at] in {"VBN", "VBG", "JJ"} and at > first and pos[at - 1] in NOUN_OR_PRONOUN:
            at -= 1
        left = noun_phrase_left(r, at, first)
        if left is None or (lower[left.head] in TEMPORAL and preposition != "of"):
            return phrase if preposition in CLAUSE_PREPOSITIONS else None
        start, head = left.start, left.head
    return Phrase(start, end, head)


def enumeration_start(r: Reading, phrase: Phrase, first: int) -> int:
    """Where an enumeration begins whose last items are `phrase`: "[Austria, Slovakia,] Romania and Bulgaria".

    One comma alone may part an opening phrase from the subject ("In Paris, Lee and Ode said"): two are wanted.
    """
    if "and" not in r.lower[phrase.start : phrase.end]:
        return phrase.start
    start, commas = phrase.start, 0
    while start - 2 >= first and r.words[start - 1] == "," and r.pos[start - 2] in {"NNP", "NNPS"}:
        item = noun_phrase_left(r, start - 2, first)
        if item is None:
            break
        start, commas = item.start, commas + 1
    return start if commas >= 2 else phrase.start


def skip_left(r: Reading, at: int, first: int) -> int:
    """The last token at or before `at` that is neither adverb nor expression of time."""
    pos, lower = r.pos, r.lower
    while at >= first:
        if pos[at] in ADVERB or lower[at] in {"however", "both", "all", "either"}:
            at -= 1
        elif lower[at] in TEMPORAL or (pos[at] == "CD" and at > first and lower[at - 1] in TEMPORAL):
            at -= 1
            while at >= first and (lower[at] in TEMPORAL_LEAD or lower[at] in TEMPORAL):
                at -= 1
        else:
            break
    return at


def previous_comma(r: Reading, at: int, first: int) -> int:
    """The comma or dash before token `at`, outside quotations; -1 if there is none."""
    for k in range(at - 1, max(first, at - MAX_STEPS) - 1, -1):
        if (r.words[k] == "," or r.words[k] in DASHES) and r.quote_of[k] < 0:
            return k
    return -1


def verb_group(r: Reading, verb: int, first: int) -> int:
    """Where the verb group of the verb at `verb` begins: "has repeatedly denied", "did not say"."""
    k = verb
    while k > first and verb - k < 8:
        before = k - 1
        if (
            r.pos[before] == "MD"
            or (r.lower[before] in AUXILIARY and r.pos[before] not in {"POS", "IN"})
            or r.pos[before] in ADVERB
        ):
            k -= 1
        else:
            break
    while k < verb and r.pos[k] in ADVERB and r.lower[k] not in {"not", "n't", "n’t", "never"}:
        k += 1
    return k


def finite_verb_before(r: Reading, at: int, first: int) -> int:
    """The nearest finite verb before token `at`, outside quotations; -1 if there is none."""
    for k in range(at - 1, max(first, at - MAX_STEPS) - 1, -1):
        if r.pos[k] in FINITE and r.quote_of[k] < 0:
            return k
    return -1


def finite_verb_after(r: Reading, start: int, end: int) -> int:
    """The first finite verb from token `start` on and before `end`, outside quotations; -1 if there is none."""
    return next((k for k in range(start, end) if r.pos[k] in FINITE and r.quote_of[k] < 0), -1)


def coordinated_verb(r: Reading, group: int, at: int, first: int) -> int:
    """The verb that the one at `group` is joined with by the conjunction at `at`: the nearest in the same tense.

    "She said the agency would consider it, but warned that ...": "warned" goes with "said". -1 if there is none.
    """
    nearest = finite_verb_before(r, at, first)
    verb = nearest
    while verb >= 0 and r.pos[verb] != r.pos[group]:
        verb = finite_verb_before(r, verb, first)
    return verb if verb >= 0 else nearest


def controlling_subject(r: Reading, group: int, first: int, end: int) -> Phrase | None:
    """The subject that a participle or infinitive shares with the clause it belongs to: "X attacked Y, saying"."""
    verb = finite_verb_before(r, group, first)
    if verb >= 0:
        before = subject_before(r, verb_group(r, verb, first), first)
        inverted = verb > first and (r.quote_of[verb - 1] >= 0 or r.words[verb - 1] == ",") and verb + 1 < group
        return noun_phrase_right(r, verb + 1, group) if before is None and inverted else before
    for k in range(group + 1, min(end, group + MAX_STEPS)):
        if r.pos[k] in FINITE and r.quote_of[k] < 0 and "," in r.words[group:k]:
            return subject_before(r, verb_group(r, k, group), group)
    return None


def subject_before(r: Reading, group: int, first: int, depth: int = 0) -> Phrase | None:
    """The subject of the verb group that begins at `group`, looked for on its left."""
    if depth > 3:
        return None
    pos, lower = r.pos, r.lower
    at = skip_left(r, group - 1, first)
    if at < first:
        return None
    if r.words[at] == "," or r.words[at] in DASHES or r.words[at] == ")":
        around = subject_before_parenthesis(r, at, first)
        if around is not None or r.words[at] != "," or pos[group] not in FINITE:
            return around
    if pos[at] in {"CC", ","}:
        verb = coordinated_verb(r, group, at, first)
        if pos[at] == "," and pos[verb] != pos[group]:
            return None
        return subject_before(r, verb_group(r, verb, first), first, depth + 1) if verb >= 0 else None
    if pos[at] in {"WP", "WDT"} or (lower[at] == "that" and pos[at] in {"IN", "DT"}):
        return antecedent(r, at, first)
    if pos[at] == "VBN" and at > first and pos[at - 1] in NOMINAL:
        # "Half of those surveyed say": the participle belongs to the noun.
        at -= 1
    elif pos[at] in VERB or pos[at] in {"RP"}:
        return antecedent_of_clause(r, at, first)
    phrase = noun_phrase_left(r, at, first)
    if phrase is None:
        return None
    before = verb_with_particle(r, phrase.start - 1, first)
    if before >= first and pos[before] in VERB and lower[before] not in BE:
        relative = antecedent_of_clause(r, before, first)
        if relative:
            return relative
    attached = with_attachments(r, phrase, first)
    if attached is None:
        start = phrase.start - 1
        while start > first and (pos[start] in {"IN", "TO"} or pos[start] in INSIDE_NP):
            start -= 1
        return subject_before(r, start + 1, first, depth + 1) if pos[phrase.head] not in {"PRP"} else phrase
    if attached.head != phrase.head:
        before = verb_with_particle(r, attached.start - 1, first)
        if before >= first and pos[before] in VERB and lower[before] not in BE:
            return antecedent_of_clause(r, before, first) or attached
    return attached


def opening_subject(r: Reading, group: int, first: int) -> Phrase | None:
    """The noun phrase that opens the clause of a verb, whatever stands between: "A poll released in May by us found".

    A finite verb between them must be that of a relative clause.
    """
    for k in range(group - 1, max(first, group - MAX_STEPS) - 2, -1):
        opens = k < first or r.words[k] in {",", ";", ":"} or r.words[k] in DASHES or r.pos[k] == "CC"
        if not (opens or r.lower[k] in CLAUSE_OPENERS) or (k >= first and r.quote_of[k] >= 0):
            continue
        start = k + 1
        while start < group and (r.pos[start] in ADVERB or r.pos[start] == "CC"):
            start += 1
        phrase = noun_phrase_right(r, start, group) if start < group else None
        if phrase is None or r.lower[phrase.head] in TEMPORAL or r.words[min(phrase.end, group - 1)] == "(":
            continue
        relative = phrase.end < group and any(
            r.pos[j] in RELATIVE for j in range(phrase.end, min(group, phrase.end + 3))
        )
        if relative or FINITE.isdisjoint(r.pos[phrase.end : group]):
            return phrase
        return None
    return None


def verb_with_particle(r: Reading, at: int, first: int) -> int:
    """The verb of a phrasal verb whose particle stands at `at`; any other token as it is."""
    return at - 1 if at > first and r.pos[at] == "RP" else at


def antecedent_of_clause(r: Reading, verb: int, first: int) -> Phrase | None:
    """The noun before "who", "which" or "that" where the verb at `verb` stands in a relative clause."""
    group = verb_group(r, verb, first) - 1
    for k in range(group, max(first, group - 6) - 1, -1):
        if r.pos[k] in {"WP", "WDT"}:
            return antecedent(r, k, first)
        if r.pos[k] in VERB or r.words[k] == ",":
            return None
    return None


def antecedent(r: Reading, pronoun: int, first: int) -> Phrase | None:
    """The noun a relative pronoun stands for, the pronoun included: "[voters who] support ..."."""
    at = pronoun - 1
    if at >= first and (r.words[at] == "," or r.words[at] in DASHES):
        at -= 1
    phrase = noun_phrase_left(r, at, first)
    if phrase is None:
        return None
    phrase = with_attachments(r, phrase, first) or phrase
    return Phrase(phrase.start, pronoun + 1, phrase.head)


def subject_before_parenthesis(r: Reading, comma: int, first: int) -> Phrase | None:
    """The subject where an apposition or a relative clause stands between it and the verb."""
    if r.words[comma] == ")":
        phrase = noun_phrase_left(r, before_brackets(r, comma, first), first)
        return phrase and (with_attachments(r, phrase, first) or phrase)
    opening = comma
    for _ in range(5):
        inner = opening
        opening = previous_comma(r, opening, first)
        if opening <= first:
            return None
        phrase = noun_phrase_left(r, before_brackets(r, opening - 1, first), first)
        if phrase is None or is_party(r.words[phrase.start]):
            continue
        whole = with_attachments(r, phrase, first)
        if whole is None or (whole.start > first and r.pos[whole.start - 1] in VERB):
            continue
        if inner == comma and is_name(r, opening + 1, comma) and r.pos[opening - 1] not in {"NNP", "NNPS"}:
            return Phrase(whole.start, comma, comma - 1)
        before = whole.start - 1
        apposed = before > first and r.words[before] == "," and r.pos[before - 1] in NOUN
        if apposed and r.pos[whole.start] in {"CD", "DT", "PRP$", "JJ", "NN"}:
            continue
        return whole
    return None


def is_party(word: str) -> bool:
    """Whether a word says which party and place a politician is of: "Rep. Ana Roe, D-Ohio, said"."""
    return len(word) > 2 and word[0] in "RDI" and word[1] in "-–" and word[2].isupper()


def before_brackets(r: Reading, at: int, first: int) -> int:
    """The token before the brackets that close at `at`: "the exchange (EAGE)"; `at` itself if none do."""
    if r.words[at] != ")":
        return at
    while at > first and r.words[at] != "(":
        at -= 1
    return at - 1


def is_name(r: Reading, start: int, end: int) -> bool:
    """Whether the tokens are nothing but a name of two words or more: "Pieter van der Velden"."""
    return (
        end - start >= 2
        and r.pos[start] == "NNP"
        and r.pos[end - 1] == "NNP"
        and all(r.pos[k] == "NNP" or r.lower[k] in PARTICLES for k in range(start, end))
    )


def with_apposed_name(r: Reading, phrase: Phrase, end: int) -> Phrase:
    """The phrase with the name that follows it between commas: "its president, [Gábor Lendvai]," ..."""
    start = phrase.end + 1
    if start >= end or r.words[phrase.end] != "," or r.pos[phrase.head] in {"NNP", "NNPS", "PRP"}:
        return phrase
    stop = start
    while stop < end and (r.pos[stop] == "NNP" or r.lower[stop] in PARTICLES):
        stop += 1
    closed = stop >= end or r.words[stop] in {",", "."} or r.quote_of[stop] >= 0
    return Phrase(phrase.start, stop, stop - 1) if closed and is_name(r, start, stop) else phrase


def noun_phrase_right(r: Reading, first: int, last: int) -> Phrase | None:
    """The noun phrase that begins at token `first`, "of" phrases included, not reaching `last`."""
    pos, lower = r.pos, r.lower
    end, head = first, -1
    stop = min(last, first + MAX_STEPS)
    while end < stop:
        tag = pos[end]
        if tag in {"PRP", "EX", "WP"} and end == first:
            return Phrase(first, first + 1, first)
        if tag in INSIDE_NP or (
            tag in {"VBN", "VBG", "RB"} and end + 1 < stop and pos[end + 1] in INSIDE_NP and end == first + 1
        ):
            is_time = lower[end] in {"last", "next"} and end + 1 < stop and lower[end + 1] in TEMPORAL
            if head >= 0 and (tag in {"DT", "PRP$"} or is_time):
                break
            if tag in NOMINAL and tag != "DT":
                head = end
            end += 1
        elif (
            head >= 0
            and (lower[end] == "of" or lower[end] == "&" or (lower[end] == "and" and pos[end - 1] == "NNP"))
            and end + 1 < stop
            and pos[end + 1] in INSIDE_NP
        ):
            if lower[end] == "and" and not (end + 1 < stop and pos[end + 1] == "NNP"):
                break
            keep = head
            rest = noun_phrase_right(r, end + 1, last)
            if rest is None:
                break
            return Phrase(first, rest.end, keep)
        else:
            break
    if head < 0:
        if end > first and pos[first] in {"DT", "CD", "JJ"}:
            return Phrase(first, end, end - 1)
        return None
    if pos[end - 1] == "JJ" and end - 1 > head and end + 1 < stop and pos[end] in {"IN", "TO"}:
        # "two people familiar with the talks": an adjective behind its noun has its own complement.
        complement = noun_phrase_right(r, end + 1, last)
        end = complement.end if complement else end
    return Phrase(first, end, head)
