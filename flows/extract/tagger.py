"""Part-of-speech tags and name labels for every token, from one small network in numpy.

The network is a window classifier in the line of Collobert et al., "Natural Language Processing
(Almost) from Scratch" (2011): each distinct word has a vector, the sum of the vectors of its
features (form, affixes, lexicon classes); a layer over five words, then one over three windows
three words apart, give scores for both tasks. Two things are added. What the first layer makes of all occurrences of a
capitalised word in the document is averaged and given to each of them, so that a clear context
helps the unclear ones (the document memory of Krishnan and Manning, "An Effective Two-Stage Model
for Exploiting Non-Local Dependencies in Named Entity Recognition", 2006). And names are decoded
by Viterbi search over label transitions (Lafferty, McCallum and Pereira, "Conditional Random
Fields", 2001). The first layer decomposes by word, so its products are kept by distinct word and
only added up for a text.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from flows.extract.segmentation import Numbers, Segmentation, Vocabulary, opens_with_capital
from flows.extract.word_features import (
    CAPITALS,
    LOWER_IN_TEXT,
    PHRASE_FEATURES,
    SENTENCE_START,
    TITLE_CASE,
    calmed,
    folded,
    gazetteer,
    is_capitals,
    is_title_case,
    may_be_second,
    may_open_phrase,
    phrase_at,
    type_features,
)

WINDOW = 5
GAP = 3
"""Empty rows before, between and after sentences, so that neither layer reaches across."""
OFFSETS = np.arange(WINDOW)[:, None] - WINDOW // 2
"""From a word to those of its window."""
NEVER_IN_NAMES = "VIMRT"
"""First letters of tags that no capitalised word of a name has: "Tor" is no preposition, "Mark" no verb."""
KEPT_WORDS = 40_000
"""Distinct words whose products are kept; with more, all are dropped, to bound memory."""
LEARNT_AT_ONCE = 1000
"""New words whose products are worked out at once, to bound memory."""
MAX_TOKENS = 50_000
"""A longer text is tagged in stretches of whole sentences, as if each were a text of its own, to bound memory."""
CLEAR_MARGIN = 1.0
"""Where "no name" leads by so much, no name begins or ends."""
REACH = 3
"""Tokens without such a lead that stand at most so far apart are searched together."""

Floats = NDArray[np.float32]


class Tags(Struct, frozen=True):
    """Parallel to the tokens of a segmentation.

    `pos` holds Penn Treebank tags (VBD, NNP, IN ...; as in English Universal Dependencies' XPOS),
    `entities` holds "O" or "B-" or "I-" with person, organization, place or event.
    """

    pos: list[str]
    entities: list[str]


class NetworkInput(Struct, frozen=True, eq=False):
    """The words of a text as the network reads them: those of sentences in capitals calmed.

    `numbers` are those of the words in a vocabulary; `capitalised` the indices of the words with a capital, `plain`
    the numbers of these without it. `marks` are what words have from their neighbours: the indices of tokens, none
    twice, and of one feature for all or for each.
    """

    numbers: Numbers
    capitalised: Numbers
    plain: Numbers
    marks: list[tuple[Numbers, Numbers | int]]


class Model:
    """The weights of the network, and what is kept for the words met so far."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        weights = {name: array.astype(np.float32) for name, array in arrays.items() if array.dtype.kind == "f"}
        self.features = {name: i for i, name in enumerate(arrays["feature_names"].tolist())}
        self.pos_labels = arrays["pos_labels"].astype(object)
        self.entity_labels = arrays["entity_labels"].astype(object)
        self.embeddings = np.pad(weights["embeddings"], ((0, 1), (0, 0)))  # and nothing, to fill up with
        self.first = weights["first"]
        self.first_bias = weights["first_bias"]
        self.token_weights = weights["token_weights"]
        self.second_bias = weights["second_bias"]
        self.zeros = np.zeros_like(self.second_bias)  # with a row of them, np.maximum is twice as fast as with a number
        self.before, self.middle, self.after = map(np.ascontiguousarray, np.split(weights["second"], 3, axis=1))
        self.memory = weights["memory"]
        self.context_output, self.hidden_output = np.split(weights["output"], 2)
        self.output_bias = weights["output_bias"]
        self.transitions = weights["transitions"]
        self.entries = weights["entries"]
        self.is_never_name = np.array([label[0] in NEVER_IN_NAMES for label in self.pos_labels])
        self.begin(Vocabulary())

    def begin(self, vocabulary: Vocabulary) -> None:
        """Forget the products of all words; row 0 is that of the padding."""
        self.vocabulary = vocabulary
        self.row_of = np.zeros(0, np.int64)
        self.rows = 1
        self.products = np.zeros((WINDOW, 1024, len(self.first_bias)), np.float32)

    def product_rows(self, vocabulary: Vocabulary, numbers: Numbers) -> Numbers:
        """For each word, by its number in a vocabulary, the row of `products` with its part of the first layer."""
        if vocabulary is not self.vocabulary or self.rows > KEPT_WORDS:
            self.begin(vocabulary)
        if len(vocabulary.words) > len(self.row_of):
            self.row_of = np.pad(self.row_of, (0, 2 * len(vocabulary.words) - len(self.row_of)))
        rows = self.row_of[numbers]
        if not rows.all():
            self.learn(np.unique(numbers[rows == 0]))
            rows = self.row_of[numbers]
        return rows

    def learn(self, new: Numbers) -> None:
        """Work out the products of words of the vocabulary."""
        first, self.rows = self.rows, self.rows + len(new)
        while self.rows > self.products.shape[1]:
            self.products = np.concatenate((self.products, np.zeros_like(self.products)), axis=1)
        self.row_of[new] = np.arange(first, self.rows)
        words = [self.vocabulary.words[number] for number in new.tolist()]
        for at in range(0, len(words), LEARNT_AT_ONCE):
            products = self.products_of(words[at : at + LEARNT_AT_ONCE])
            self.products[:, first + at : first + at + len(products)] = products.swapaxes(0, 1)

    def products_of(self, words: list[str]) -> Floats:
        """What each word adds to the first layer at each place of a window."""
        known = self.features.get
        found = [[i for name in type_features(word) if (i := known(name))] or [0] for word in words]
        lengths = np.fromiter(map(len, found), np.int64, len(found))
        longest = lengths.max()
        padded = np.full((len(found), longest), len(self.embeddings) - 1)
        padded[np.arange(longest) < lengths[:, None]] = list(chain.from_iterable(found))
        products: Floats = (self.embeddings[padded].sum(axis=1) @ self.first).reshape(len(found), WINDOW, -1)
        products[:, WINDOW // 2] += self.first_bias
        return products

    def scores(self, vocabulary: Vocabulary, given: NetworkInput, starts: Numbers, ends: Numbers) -> Floats:
        """Scores of all labels of both tasks, one row a token; sentences are from `starts` to `ends`."""
        count = len(given.numbers)
        place = np.arange(count) + (GAP * np.arange(1, len(starts) + 1)).repeat(ends - starts)
        rows = np.zeros(count + GAP * (len(starts) + 1), np.int64)
        rows[place] = self.product_rows(vocabulary, given.numbers)
        windows = rows.take(place + OFFSETS)
        hidden = self.products[0].take(windows[0], axis=0)
        for table, window in zip(self.products[1:], windows[1:], strict=True):
            hidden += table.take(window, axis=0)
        for tokens, features in given.marks:
            hidden[tokens] += self.token_weights[features]
        np.maximum(hidden, self.zeros, out=hidden)
        context = hidden @ self.middle
        context += self.second_bias
        edges = np.arange(GAP)[:, None]
        beside = hidden @ self.before
        beside[np.maximum(ends - 1 - edges, starts)] = 0
        context[GAP:] += beside[:-GAP]
        np.matmul(hidden, self.after, out=beside)
        beside[np.minimum(starts + edges, ends - 1)] = 0
        context[:-GAP] += beside[GAP:]
        if len(given.capitalised):
            order = given.plain.argsort(kind="stable")
            where, sorted_plain = given.capitalised[order], given.plain[order]
            first = np.concatenate(([0], (sorted_plain[1:] != sorted_plain[:-1]).nonzero()[0] + 1))
            counts = np.concatenate((first[1:], [len(where)])) - first
            means = np.add.reduceat(hidden.take(where, axis=0), first, axis=0)
            means /= counts[:, None].astype(np.float32)
            context[where] += (means @ self.memory).repeat(counts, axis=0)
        np.maximum(context, self.zeros, out=context)
        scores: Floats = context @ self.context_output
        scores += hidden @ self.hidden_output
        scores += self.output_bias
        return scores


@cache
def model() -> Model:
    """The model that ships with the package."""
    path = files("flows.extract").joinpath("models", "tagger.npz")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return Model({name: arrays[name] for name in arrays.files})


def tag(segmentation: Segmentation) -> Tags:
    """Tag every token of `segmentation`; names never cross sentences. One thread at a time, see `annotate`."""
    tokens, sentences = segmentation.tokens, segmentation.sentence_tokens
    if len(tokens) <= MAX_TOKENS:
        return tag_words(model(), tokens.vocabulary, tokens.numbers, sentences)
    tags = Tags([], [])
    for stretch in stretches(sentences):
        first, until = stretch[0][0], stretch[-1][1]
        moved = [(start - first, end - first) for start, end in stretch]
        found = tag_words(model(), tokens.vocabulary, tokens.numbers[first:until], moved)
        tags.pos.extend(found.pos)
        tags.entities.extend(found.entities)
    return tags


def stretches(sentences: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """The sentences of a long text in groups of at most `MAX_TOKENS` tokens, but for a longer sentence."""
    begun = 0
    for index, (_, end) in enumerate(sentences):
        if index > begun and end - sentences[begun][0] > MAX_TOKENS:
            yield sentences[begun:index]
            begun = index
    yield sentences[begun:]


def tag_words(network: Model, vocabulary: Vocabulary, numbers: Numbers, sentences: list[tuple[int, int]]) -> Tags:
    """Tag words of a vocabulary with a given network; `sentences` are half-open ranges that follow one another."""
    if not len(numbers):
        return Tags([], [])
    starts, ends = np.fromiter(chain.from_iterable(sentences), np.int64, 2 * len(sentences)).reshape(-1, 2).T
    given = network_input(vocabulary, numbers, starts, ends)
    scores = network.scores(vocabulary, given, starts, ends)
    split = len(network.pos_labels)
    pos = scores[:, :split].argmax(axis=1)
    labels = decode(scores[:, split:], network.transitions, network.entries, starts)
    named = given.capitalised[labels[given.capitalised] > 0]
    found = network.pos_labels.take(pos)
    found[named[network.is_never_name[pos[named]]]] = "NNP"
    return Tags(found.tolist(), network.entity_labels.take(labels).tolist())


def network_input(vocabulary: Vocabulary, numbers: Numbers, starts: Numbers, ends: Numbers) -> NetworkInput:
    """Look at words of a vocabulary in their sentences, which are from `starts` to `ends`."""
    words = vocabulary.words
    capitalised = vocabulary.table(opens_with_capital)[numbers].nonzero()[0]
    written = numbers[vocabulary.table(is_plain)[numbers]]
    marks: list[tuple[Numbers, Numbers | int]] = []
    capital_counts = capitalised.searchsorted(ends) - capitalised.searchsorted(starts)
    numbers = numbers.copy()
    for sentence in (capital_counts * 2 > ends - starts).nonzero()[0].tolist():
        within = np.arange(starts[sentence], ends[sentence])
        of_sentence = [words[number] for number in numbers[within].tolist()]
        if is_capitals(of_sentence):
            numbers[within] = vocabulary.numbers_of(calmed(of_sentence))
            marks.append((within, CAPITALS))
        elif is_title_case(of_sentence):
            marks.append((within, TITLE_CASE))
    letters = vocabulary.table(opens_with_letter_or_digit)[numbers].nonzero()[0]
    openers = letters.take(letters.searchsorted(starts), mode="clip") if len(letters) else starts
    marks.append((np.where((openers >= starts) & (openers < ends), openers, starts), SENTENCE_START))
    plain_numbers = vocabulary.table(vocabulary.plain_forms.number)
    plain = plain_numbers[numbers[capitalised]]
    is_written = np.zeros(len(vocabulary.plain_forms), bool)
    is_written[plain_numbers[written]] = True
    marks.append((capitalised[is_written[plain]], LOWER_IN_TEXT))
    marks.append(phrases_in(vocabulary, numbers))
    return NetworkInput(numbers, capitalised, plain, marks)


def phrases_in(vocabulary: Vocabulary, numbers: Numbers) -> tuple[Numbers, Numbers]:
    """The tokens of names of several words that are in the gazetteer, and the feature of each."""
    tokens: list[int] = []
    features: list[int] = []
    opens = vocabulary.table(may_open_phrase)[numbers[:-1]] & vocabulary.table(may_be_second)[numbers[1:]]
    until = 0
    for start in opens.nonzero()[0].tolist():
        if start < until:
            continue
        words = [vocabulary.words[number] for number in numbers[start : start + gazetteer().longest].tolist()]
        if match := phrase_at(words, 0, folded(words[0])):
            length, kind = match
            until = start + length
            tokens += range(start, until)
            begin = PHRASE_FEATURES[kind]
            features += [begin, *[begin + 1] * (length - 1)]
    return np.array(tokens, np.int64), np.array(features, np.int64)


def is_plain(word: str) -> bool:
    """Whether a word is in lower case and without diacritics."""
    return folded(word) == word


def opens_with_letter_or_digit(word: str) -> bool:
    """Whether a word is none of punctuation alone."""
    return word[0].isalnum()


def decode(emissions: Floats, transitions: Floats, entries: Floats, sentences: Numbers) -> Numbers:
    """The best label sequence; label 0 is "no name". `sentences` are the tokens that sentences begin with.

    Stretches without a clear "no name" are searched side by side, longest first, as if "no name" stood on both sides
    of them; a few clear tokens between two such belong to one: "Customs [and] Railway Council".
    """
    count = len(emissions)
    labels = np.zeros(count, np.int64)
    by_label = np.ascontiguousarray(emissions.T)
    unclear = (by_label[0] - np.maximum.reduce(by_label[1:]) < CLEAR_MARGIN).nonzero()[0]
    if not len(unclear):
        return labels
    opens = np.zeros(count + 1, bool)
    opens[sentences] = True
    opens[count] = True
    sentence = opens.cumsum()[unclear]
    parted = (unclear[1:] - unclear[:-1] > REACH) | (sentence[1:] != sentence[:-1])
    starts = unclear[np.concatenate(([True], parted))]
    stops = unclear[np.concatenate((parted, [True]))] + 1
    order = (starts - stops).argsort(kind="stable")
    starts, stops = starts[order], stops[order]
    lengths = stops - starts
    longest = int(lengths[0])
    active = (-lengths).searchsorted(-np.arange(longest + 1)).tolist()  # how many go on at each step
    moves = transitions[:, :, None]
    best = by_label.take(starts, axis=1) + np.where(opens[starts], entries[:, None], transitions[0][:, None])
    reached = [best]
    last = best.copy()
    for step in range(1, longest):
        n = active[step]
        best = np.maximum.reduce(best[:, None, :n] + moves)
        best += by_label.take(starts[:n] + step, axis=1)
        last[:, :n] = best
        reached.append(best)
    last += np.where(opens[stops], np.float32(0), transitions[:, :1])
    final = last.argmax(axis=0)
    for step in range(longest - 1, -1, -1):
        n = active[step]
        labels[starts[:n] + step] = final[:n]
        if step:
            final[:n] = (reached[step - 1][:, :n] + transitions.take(final[:n], axis=1)).argmax(axis=0)
    return labels
