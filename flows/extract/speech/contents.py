"""What is attributed: where the content of a cue begins and ends."""

from __future__ import annotations

from msgspec import Struct

from flows.extract.annotations import Span
from flows.extract.dates import MONTHS
from flows.extract.speech.cues import cue_noun, is_cue_verb, present_cue_verb, verb_lemma
from flows.extract.speech.syntax import (
    ADVERB,
    AUXILIARY,
    CLAUSE_OPENERS,
    CLAUSE_PREPOSITIONS,
    DASHES,
    FINITE,
    INSIDE_NP,
    MAX_STEPS,
    NOMINAL,
    NOMINAL_OR_POSSESSIVE,
    RELATIVE,
    TEMPORAL,
    TEMPORAL_LEAD,
    Phrase,
    Reading,
    noun_phrase_left,
    noun_phrase_right,
)

QUESTION_WORDS = frozenset({"whether", "if", "how", "why", "what", "who", "where", "when", "which", "whom"})
TAKES_ADDRESSEE = frozenset(
    """tell ask inform remind assure reassure warn notify advise urge convince persuade show brief caution alert
    implore beg instruct order command exhort invite counsel admonish lecture""".split()
)
SPEAKING = frozenset(
    """say tell add write reply respond answer explain comment remark note observe report testify speak tweet post
    state argue insist declare announce claim continue quip joke conclude recall warn""".split()
)

MAX_APPOSITION = 12
"""Tokens between the commas around an apposition."""
EXPECTING = frozenset("expect want wish prefer intend believe consider require forecast predict estimate".split())
"""Verbs with an object that does what the infinitive after it says: "expects prices to fall"."""
OBJECT_PRONOUNS = frozenset({"me", "us", "him", "her", "them"})
INNER_MARKS = {"'": "'’", "‘": "’", "“": "”", "«": "»"}
"""Marks of a quotation in a quotation, opening to closing."""
OPENS_OBJECT = frozenset({"DT", "PRP$", "PRP", "NNP", "NNPS", "NNS", "CD"})
CLOSES_NOMINAL = FINITE | RELATIVE | NOMINAL | {"CC", ","}
STOPS = frozenset({",", ".", "!", "?", "…", "..."})
CONCEDING = frozenset("although though despite but even because".split())
"""Words after a comma that go on about the statement, not with its object."""
ADDING = frozenset(
    """adding saying calling citing noting echoing arguing suggesting telling claiming warning insisting accusing
    asking urging stressing explaining referring pointing predicting promising vowing quoting describing""".split()
)


def complement(r: Reading, lemma: str, at: int, end: int) -> tuple[str, int, Phrase | None]:
    """What follows a cue whose last token is `at - 1`: frame, first token of the content, addressee.

    Frames: quote, colon, that, clause, wh, to, ing, pp, np, np_to ("prices to fall"), adjective, none.
    """
    frame, start, addressee = clause_or_object(r, lemma, at, end)
    if frame == "none" and addressee is not None and r.lower[addressee.head] not in OBJECT_PRONOUNS and lemma != "tell":
        # "Polls show Ms. Lee ahead": what is shown, and nobody whom it is shown to.
        return "np", addressee.start, None
    return frame, start, addressee


def behind_apposition(r: Reading, comma: int, end: int) -> int:
    """The "that" or question word behind what stands between commas: "told her deputy, Kay Lee, [that]"; 0 if none."""
    stop = min(end - 1, comma + MAX_APPOSITION)
    closing = next((k for k in range(comma + 1, stop) if r.words[k] == ","), 0)
    if not closing or not INSIDE_NP.issuperset(tag for tag in r.pos[comma + 1 : closing] if tag != "IN"):
        return 0
    following = r.lower[closing + 1]
    return closing + 1 if following == "that" or following in QUESTION_WORDS else 0


def clause_or_object(r: Reading, lemma: str, at: int, end: int) -> tuple[str, int, Phrase | None]:
    """As `complement`, with the noun phrase after "told" or "showed" always taken for the addressee."""
    pos, lower = r.pos, r.lower
    addressee: Phrase | None = None
    p = at
    while p < end:
        word, tag = lower[p], pos[p]
        if opens_quote(r, p):
            return "quote", p, addressee
        if word == ":":
            return ("colon", p + 1, addressee) if p + 1 < end else ("none", p, addressee)
        if word == ",":
            if p + 1 < end and (opens_quote(r, p + 1) or closing_inside(r, p + 1, end) >= 0):
                return "quote", p + 1, addressee
            if addressee is not None and (behind := behind_apposition(r, p, end)):
                p = behind
                continue
            return "none", p, addressee
        if word == "(" and p + 3 < end and r.words[p + 2] == ")" and lower[p + 1] in {"1", "a"}:
            p += 3  # the mark of the first of several points
            continue
        if word == "that" and (tag in {"IN", "WDT"} or (p + 1 < end and pos[p + 1] in NOMINAL_OR_POSSESSIVE)):
            return "that", p, addressee
        if word in QUESTION_WORDS:
            return "wh", p, addressee
        if infinitive_follows(r, p, end) or (word == "not" and infinitive_follows(r, p + 1, end)):
            return "to", p, addressee
        if is_temporal(r, p, end):
            p = skip_temporal(r, p, end)
            continue
        if tag in ADVERB and word != "not":
            p += 1
            continue
        if word == "than" or (word in CLAUSE_OPENERS and tag == "IN"):
            return "none", p, addressee
        if tag in {"IN", "TO", "RP"}:
            if lemma not in SPEAKING and p == at:
                return "pp", p + 1, addressee
            after = after_prepositional_phrase(r, p, end)
            if after == p:
                return "none", p, addressee
            p = after
            continue
        if tag in INSIDE_NP or tag in {"PRP", "EX"}:
            phrase = noun_phrase_right(r, p, end)
            if phrase is None:
                return "adjective", p, addressee
            if lemma in TAKES_ADDRESSEE and addressee is None and p == at and is_addressee(r, phrase, end):
                addressee = phrase
                p = phrase.end
                continue
            if phrase.end + 1 < end and r.words[phrase.end] == ":" and cue_noun(r.lower[phrase.head]):
                return "colon", phrase.end + 1, addressee
            if finite_follows(r, phrase.end, end):
                return "clause", p, addressee
            return "np_to" if lemma in EXPECTING and infinitive_follows(r, phrase.end, end) else "np", p, addressee
        if tag == "VBG":
            return "ing", p, addressee
        return "none", p, addressee
    return "none", p, addressee


def infinitive_follows(r: Reading, p: int, end: int) -> bool:
    """Whether "to fall", "to quickly fall" begins with token `p`."""
    if p + 1 >= end or r.lower[p] != "to":
        return False
    return r.pos[p + 1] == "VB" or (r.pos[p + 1] in ADVERB and p + 2 < end and r.pos[p + 2] == "VB")


def is_addressee(r: Reading, phrase: Phrase, end: int) -> bool:
    """Whether the noun phrase after "told" is told something, rather than the subject of what is told.

    Between the two may stand where and when: "told a committee on Wednesday he had ...".
    """
    if r.lower[phrase.head] in OBJECT_PRONOUNS or not finite_follows(r, phrase.end, end):
        return True
    if r.lower[phrase.end] == "that":
        return True
    p = phrase.end
    while p < end:
        if is_temporal(r, p, end):
            after = skip_temporal(r, p, end)
        elif r.pos[p] in {"IN", "TO"} and r.lower[p] not in {"of", "that"}:
            after = after_prepositional_phrase(r, p, end)
        else:
            break
        if after == p:
            break
        p = after
    subject = noun_phrase_right(r, p, end) if p < end else None
    return subject is not None and finite_follows(r, subject.end, end)


def opens_quote(r: Reading, p: int) -> bool:
    """Whether a quotation begins with token `p`."""
    index = r.quote_of[p]
    return index >= 0 and r.quotes[index].start == r.starts[p]


def closing_inside(r: Reading, p: int, end: int) -> int:
    """The mark that closes the quotation in a quotation which token `p` opens; -1 if it opens none."""
    closers = INNER_MARKS.get(r.words[p])
    if closers is None or r.quote_of[p] < 0 or opens_quote(r, p):
        return -1
    for k in range(p + 2, end):
        stands_apart = k + 1 == end or r.words[k + 1] in STOPS or not r.words[k + 1][0].isalnum()
        if r.words[k] in closers and (stands_apart or r.words[k - 1] in STOPS):
            return k
    return -1


def ago_behind(r: Reading, p: int, end: int) -> int:
    """The "ago" that closes an expression of time which begins with token `p`; -1 if none."""
    if r.pos[p] not in {"CD", "DT"}:
        return -1
    return next((k for k in range(p + 2, min(end, p + 4)) if r.lower[k] == "ago"), -1)


def is_temporal(r: Reading, p: int, end: int) -> bool:
    """Whether an expression of time begins with token `p`: "Wednesday", "last week", "on Tuesday", "three days ago"."""
    if ago_behind(r, p, end) >= 0:
        return True
    for k in range(p, min(end, p + 4)):
        if r.lower[k] in TEMPORAL:
            return True
        if r.lower[k] not in TEMPORAL_LEAD and r.pos[k] not in {"CD"}:
            return False
    return False


def is_of_time(r: Reading, k: int, end: int) -> bool:
    """Whether token `k` goes on with the expression of time that stands before it."""
    word, before = r.lower[k], r.lower[k - 1]
    following = r.lower[k + 1] if k + 1 < end else ""
    if r.pos[k] == "CD":
        return before in TEMPORAL_LEAD or before.rstrip(".") in MONTHS or following in TEMPORAL
    return word in TEMPORAL or (word in TEMPORAL_LEAD and (word != "that" or following in TEMPORAL))


def skip_temporal(r: Reading, p: int, end: int) -> int:
    """The token after the expression of time that begins with token `p`."""
    k = max(p, ago_behind(r, p, end)) + 1
    while k < end and is_of_time(r, k, end):
        k += 1
    while k > p + 1 and r.lower[k - 1] in {"in", "on", "that", "the", "this"}:
        k -= 1
    return k


def after_prepositional_phrase(r: Reading, p: int, end: int) -> int:
    """The token after the prepositional phrase that begins with token `p`; `p` itself if there is none."""
    k = p + 1
    while k < end and r.pos[k] in {"IN", "TO"}:
        k += 1
    if k < end and r.pos[k] == "VBG":
        k += 1
        if k < end and r.pos[k] in {"IN", "TO"}:
            k += 1
    if k >= end or (r.pos[k] not in INSIDE_NP and r.pos[k] != "PRP"):
        return p
    phrase = noun_phrase_right(r, k, end)
    return phrase.end if phrase else p


def finite_follows(r: Reading, p: int, end: int) -> bool:
    """Whether the noun phrase that ends before token `p` is the subject of a finite verb."""
    pos, lower = r.pos, r.lower
    for k in range(p, min(end, p + 25)):
        tag = pos[k]
        if tag in FINITE:
            return True
        if tag == "CC" and k + 1 < end and pos[k + 1] in FINITE:
            return False
        if tag in {"WP", "WDT", "WRB"} or lower[k] == "that":
            return relative_then_finite(r, k, end)
        if lower[k] == ",":
            return verb_behind_aside(r, k, end) >= 0
        if tag in {"TO", "VB", ":", "."} or lower[k] == ";":
            return False
    return False


def verb_behind_aside(r: Reading, comma: int, end: int) -> int:
    """The finite verb behind the relative clause that a comma opens: "Lund, who leads it, [would] go"; -1 if none."""
    if comma + 1 >= end or r.pos[comma + 1] not in RELATIVE:
        return -1
    for k in range(comma + 2, min(end, comma + MAX_STEPS)):
        if r.words[k] == ",":
            verb = next((j for j in range(k + 1, end) if r.pos[j] not in ADVERB), end)
            if verb < end and r.pos[verb] in FINITE:
                return verb
    return -1


def relative_then_finite(r: Reading, k: int, end: int) -> bool:
    """Whether after the relative clause at `k` a second finite verb follows before any comma."""
    seen = 0
    for j in range(k + 1, min(end, k + 25)):
        if r.words[j] in {",", ";", ":"}:
            return False
        if r.pos[j] in FINITE and r.pos[j - 1] not in {"MD", "CC"}:
            seen += 1
            if seen == 2:
                return True
    return False


class Extent(Struct):
    """Where a content may stop: `family` is clause, to or object; `cue` the cue's verb.

    `opening` says that the cue stands in a clause that comes before the main one ("When Trump said
    that ..., Rubio fired back"), `participle` that the cue has no finite verb of its own, `relative` that it stands
    in a relative clause, `nominal` that the cue is a noun or participle whose sentence may go on with its verb ("calls
    to ban it [could] ...").
    """

    family: str
    cue: int
    opening: bool = False
    participle: bool = False
    relative: bool = False
    nominal: bool = False


def content_end(r: Reading, start: int, end: int, extent: Extent) -> int:
    """The token after the content that begins with token `start`, in a sentence that ends before `end`."""
    p = start
    if start >= end:
        return start
    if (closing := closing_inside(r, start, end)) >= 0:
        return closing + 1
    if opens_quote(r, start):
        p = token_after(r, r.quotes[r.quote_of[start]].end, start, end)
        if p >= end:
            return end
        if r.words[p - 2 if p - 2 >= start else p - 1] in STOPS or r.words[p] in {",", ";", "."}:
            return p
    p = max(p, start + 1)
    if extent.family == "clause":
        p = max(p, main_clause(r, start, end))
    while p < end - 1:
        if r.quote_of[p] >= 0 and not opens_quote(r, p):
            p = max(p + 1, token_after(r, r.quotes[r.quote_of[p]].end, p, end))
            if p < end - 1 and "," in (r.words[p - 1], r.words[p - 2]) and stops_after_comma(r, p, end, extent):
                return p
            continue
        if stops_content(r, p, end, extent):
            return p
        if extent.nominal and is_main_verb(r, p, end) and ends_nominal(r, start, p, extent):
            return p
        p += 1
    return end


def main_clause(r: Reading, start: int, end: int) -> int:
    """Where the main clause of a content begins that another clause or phrase opens: "that if asked, [she] ..."."""
    p = start + (r.lower[start] == "that")
    while p < end and (r.pos[p] in ADVERB or r.pos[p] == "CC"):
        p += 1
    if p >= end or not (r.pos[p] in {"IN", "VBN", "VBG", "WRB"} or r.lower[p] in {"whatever", "whoever", ","}):
        return start
    if p == start and r.lower[p] in QUESTION_WORDS:
        return start
    p += r.words[p] == ","
    commas = (k for k in range(p, end - 1) if r.words[k] == "," and r.quote_of[k] < 0)
    return next((k + 1 for k in commas if begins_clause(r, k + 1, end) or r.pos[k + 1] in {"WP"}), start)


def is_main_verb(r: Reading, p: int, end: int) -> bool:
    """Whether a token is a finite verb, or a past form with an object that no finite verb follows."""
    if r.pos[p] != "VBN":
        return r.pos[p] in FINITE
    return (
        p + 1 < end
        and r.pos[p + 1] in OPENS_OBJECT
        and not is_in_verb_group(r, p)
        and FINITE.isdisjoint(r.pos[p + 1 : end])
    )


def is_in_verb_group(r: Reading, verb: int) -> bool:
    """Whether an auxiliary stands before a verb, but for adverbs: "had already [met]"."""
    before = verb - 1
    while before > 0 and r.pos[before] in ADVERB:
        before -= 1
    return r.lower[before] in AUXILIARY


def ends_nominal(r: Reading, start: int, verb: int, extent: Extent) -> bool:
    """Whether the finite verb is the sentence's, none that stands in what a noun or participle is about.

    In a clause ("the claim that the dam is leaking [came] ...") that is the second verb, if no subject precedes it.
    """
    if extent.family != "clause":
        return not any(r.pos[k] in FINITE or r.pos[k] in RELATIVE or r.lower[k] == "that" for k in range(start, verb))
    if r.lower[start] != "that":
        return False
    first = next((k for k in range(start + 1, verb) if r.pos[k] in FINITE), -1)
    between = range(first + 1, start_of_object(r, verb, first))
    return first >= 0 and not any(r.pos[k] in CLOSES_NOMINAL for k in between)


def start_of_object(r: Reading, verb: int, first: int) -> int:
    """Where the object of another verb or of a preposition begins, if that ends before `verb`; else `verb`."""
    phrase = noun_phrase_left(r, verb - 1, first + 1)
    if phrase is None or phrase.start - 1 <= first:
        return verb
    word, tag = r.lower[phrase.start - 1], r.pos[phrase.start - 1]
    is_preposition = tag == "IN" and word not in CLAUSE_OPENERS and word not in CLAUSE_PREPOSITIONS
    return phrase.start if is_preposition or (tag in {"VB", "VBN", "VBG"} and not is_cue_verb(word)) else verb


def stops_content(r: Reading, p: int, end: int, extent: Extent) -> bool:
    """Whether something new begins with token `p`: another main clause, an aside, a second verb."""
    word, is_object = r.lower[p], extent.family != "clause"
    if word == ";":
        return True
    if word in DASHES:
        return is_object or extent.opening or extent.participle
    if word == ",":
        return stops_after_comma(r, p + 1, end, extent)
    if word in {"and", "but", "or"}:
        return second_verb(r, p + 1, end, extent, joined=True)
    return False


def stops_after_comma(r: Reading, p: int, end: int, extent: Extent) -> bool:
    """Whether something new begins with token `p`, which a comma precedes."""
    following, tag, is_object = r.lower[p], r.pos[p], extent.family != "clause"
    if following in {"and", "but", "or", "yet", "so", "nor"}:
        return begins_clause(r, p + 1, end) or second_verb(r, p + 1, end, extent)
    if following in {"while", "whereas", "saying", "according"}:
        return True
    is_bounded = is_object or extent.opening or extent.participle
    if tag in RELATIVE:
        return is_bounded and verb_behind_aside(r, p - 1, end) < 0
    if is_object and following in CONCEDING:
        return True
    aside = extent.relative or (extent.participle and r.words[extent.cue - 1 : extent.cue] == [","])
    if aside and (tag in FINITE or (tag in ADVERB and p + 1 < end and r.pos[p + 1] in FINITE)):
        return True
    if is_object and tag in FINITE and tag == r.pos[extent.cue] and is_cue_verb(following):
        return True
    if begins_clause(r, p, end):
        return is_bounded
    return is_reporting_participle(r, p, end, is_object)


def begins_clause(r: Reading, p: int, end: int) -> bool:
    """Whether a subject with its finite verb begins with token `p`."""
    while p < end and r.pos[p] in ADVERB:
        p += 1
    phrase = noun_phrase_right(r, p, end) if p < end else None
    return phrase is not None and finite_follows(r, phrase.end, end)


def second_verb(r: Reading, p: int, end: int, extent: Extent, joined: bool = False) -> bool:
    """Whether a verb that goes with the cue's own subject begins with token `p`: "criticized X and called for Y".

    After a clause with no comma (`joined`) a verb of thinking does not: in "she said the company had planned for a
    short strike but feared a long one" the company feared.
    """
    while p < end and r.pos[p] in ADVERB:
        p += 1
    if p >= end or r.pos[p] not in FINITE or not is_cue_verb(r.lower[p]):
        return False
    verb = present_cue_verb(verb_lemma(r.lower[p]))
    if joined and extent.family == "clause" and verb and verb.cue_class in {"think", "intend"}:
        return False
    return r.pos[p] == r.pos[extent.cue] or extent.family != "clause"


def is_reporting_participle(r: Reading, p: int, end: int, is_object: bool) -> bool:
    """Whether "adding ...", "calling ..." begins with token `p`."""
    while p < end and r.pos[p] in ADVERB:
        p += 1
    return p < end and r.pos[p] == "VBG" and (is_cue_verb(r.lower[p]) if is_object else r.lower[p] in ADDING)


def token_after(r: Reading, position: int, at: int, end: int) -> int:
    """The first token from `at` on that begins at or after a position of the text."""
    while at < end and r.starts[at] < position:
        at += 1
    return at


def to_span(r: Reading, start: int, end: int) -> Span | None:
    """The characters of tokens `start` to `end`, without the marks at the edges that no quotation holds."""
    while start < end and r.words[start] in {",", ";", ":", ">", "*", "•", "-", "--", "—", "–"}:
        start += 1
    while end > start and (
        r.words[end - 1] in {",", ";", ":"} or (r.words[end - 1] in {".", "--", "—", "–"} and r.quote_of[end - 1] < 0)
    ):
        end -= 1
    return Span(r.starts[start], r.ends[end - 1]) if start < end else None
