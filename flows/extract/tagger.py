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

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.extract.segmentation import MAX_KEPT_LETTERS, Segmentation
from flows.extract.word_features import Reading, read, type_features

WINDOW = 5
GAP = 3
"""Empty rows before, between and after sentences, so that neither layer reaches across."""
OFFSETS = np.arange(WINDOW)[:, None] - WINDOW // 2
"""From a word to those of its window."""
KEPT_WORDS = 40_000
"""Distinct words whose products are kept; at the limit, or that of their letters, all are dropped, to bound memory."""
NEVER_IN_NAMES = "VIMRT"
"""First letters of tags that no capitalised word of a name has: "Tor" is no preposition, "Mark" no verb."""
MAX_TOKENS = 50_000
"""A longer text is tagged in stretches of whole sentences, as if each were a text of its own, to bound memory."""
CLEAR_MARGIN = 3.0
"""Where "no name" leads by so much, the search for names does not cross."""

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tags:
    """Parallel to the tokens of a segmentation.

    `pos` holds Penn Treebank tags (VBD, NNP, IN ...; as in English Universal Dependencies' XPOS),
    `entities` holds "O" or "B-" or "I-" with person, organization, place or event.
    """

    pos: list[str]
    entities: list[str]


class Rows(dict[str, int]):
    """Words and the rows of their products; a word not met before gets the next row and is one of the `new`."""

    def __init__(self, known: dict[str, int]) -> None:
        super().__init__(known)
        self.new: list[str] = []
        self.letters = 0

    def __missing__(self, word: str) -> int:
        self.new.append(word)
        self.letters += len(word)
        self[word] = row = len(self)
        return row


class Model:
    """The weights of the network, and what is kept for the words met so far."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        weights = {name: array.astype(np.float32) for name, array in arrays.items() if array.dtype.kind == "f"}
        self.features = {name: i for i, name in enumerate(arrays["feature_names"].tolist())}
        self.pos_labels = arrays["pos_labels"].astype(object)
        self.entity_labels = arrays["entity_labels"].astype(object)
        self.embeddings = weights["embeddings"]
        self.first = weights["first"]
        self.first_bias = weights["first_bias"]
        self.token_weights = weights["token_weights"]
        self.second_bias = weights["second_bias"]
        self.memory = weights["memory"]
        width = len(self.first_bias)
        self.context_output, hidden_output = weights["output"][:width], weights["output"][width:]
        # One product is cheaper than one each for the windows before, at and after a token and for the scores.
        self.of_hidden: Floats = np.concatenate((weights["second"], hidden_output), axis=1)
        self.output_bias = weights["output_bias"]
        self.transitions = weights["transitions"]
        self.entries = weights["entries"]
        self.forget()

    def forget(self) -> None:
        """Start anew with the padding word alone."""
        self.rows = Rows({"": 0})
        self.products = [np.zeros((1024, self.first.shape[1] // WINDOW), np.float32) for _ in range(WINDOW)]

    def row_numbers(self, words: list[str]) -> Indices:
        """For each word the row of `products` that holds its part of the first layer."""
        if len(self.rows) > KEPT_WORDS or self.rows.letters > MAX_KEPT_LETTERS:
            self.forget()
        numbers = np.fromiter(map(self.rows.__getitem__, words), np.int64, len(words))
        if self.rows.new:
            self.learn(self.rows.new)
            self.rows.new = []
        return numbers

    def learn(self, new: list[str]) -> None:
        """Work out the products of the words that have the last rows."""
        known = self.features
        found = [[known[name] for name in type_features(word) if name in known] or [0] for word in new]
        lengths = np.fromiter(map(len, found), np.int64, len(found))
        flat = np.fromiter(chain.from_iterable(found), np.int64, int(lengths.sum()))
        vectors = np.add.reduceat(self.embeddings[flat], np.concatenate(([0], lengths[:-1].cumsum())), axis=0)
        at, width = len(self.rows) - len(new), self.first.shape[1] // WINDOW
        while at + len(new) > len(self.products[0]):
            self.products = [np.concatenate((table, np.zeros_like(table))) for table in self.products]
        products = vectors @ self.first
        for offset, table in enumerate(self.products):
            table[at : at + len(new)] = products[:, offset * width : (offset + 1) * width]
        self.products[WINDOW // 2][at : at + len(new)] += self.first_bias

    def scores(self, reading: Reading, starts: Indices, ends: Indices) -> Floats:
        """Scores of all labels of both tasks, one row a token; sentences are from `starts` to `ends`."""
        count, width = len(reading.words), len(self.first_bias)
        place = np.arange(count) + (GAP * np.arange(1, len(starts) + 1)).repeat(ends - starts)
        rows = np.zeros(count + GAP * (len(starts) + 1), np.int64)
        rows[place] = self.row_numbers(reading.words)
        windows = rows.take(place + OFFSETS)
        hidden = self.products[0].take(windows[0], axis=0)
        for table, window in zip(self.products[1:], windows[1:], strict=True):
            hidden += table.take(window, axis=0)
        marks = np.zeros((count, len(self.token_weights)), np.float32)
        marks[reading.tokens, reading.features] = 1
        hidden += marks @ self.token_weights
        np.maximum(hidden, 0, out=hidden)
        products = hidden @ self.of_hidden
        before, middle, after = (products[:, part * width : (part + 1) * width] for part in range(3))
        edges = np.arange(GAP)[:, None]
        before[np.maximum(ends - 1 - edges, starts)] = 0
        after[np.minimum(starts + edges, ends - 1)] = 0
        context: Floats = middle + self.second_bias
        context[GAP:] += before[:-GAP]
        context[:-GAP] += after[GAP:]
        if reading.capitalised:
            numbers = {name: number for number, name in enumerate(dict.fromkeys(reading.plain))}
            names = np.fromiter(map(numbers.__getitem__, reading.plain), np.int64, len(reading.plain))
            where = np.array(reading.capitalised)[names.argsort(kind="stable")]
            counts = np.bincount(names)
            means = np.add.reduceat(hidden.take(where, axis=0), counts.cumsum() - counts, axis=0)
            means /= counts[:, None].astype(np.float32)
            context[where] += (means @ self.memory).repeat(counts, axis=0)
        np.maximum(context, 0, out=context)
        scores: Floats = context @ self.context_output
        scores += products[:, 3 * width :]
        scores += self.output_bias
        return scores


@cache
def model() -> Model:
    """The model that ships with the package."""
    path = files("flows.extract").joinpath("models", "tagger.npz")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return Model({name: arrays[name] for name in arrays.files})


def tag(segmentation: Segmentation) -> Tags:
    """Tag every token of `segmentation`; names never cross sentences."""
    tokens, sentences = segmentation.tokens, segmentation.sentence_tokens
    if len(tokens) <= MAX_TOKENS:
        return tag_words(model(), tokens.words, sentences, tokens.capitals)
    tags = Tags([], [])
    for stretch in stretches(sentences):
        first, until = stretch[0][0], stretch[-1][1]
        capitals = tokens.capitals[bisect_left(tokens.capitals, first) : bisect_left(tokens.capitals, until)]
        moved = [(start - first, end - first) for start, end in stretch]
        found = tag_words(model(), tokens.words[first:until], moved, [index - first for index in capitals])
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


def tag_words(network: Model, words: list[str], sentences: list[tuple[int, int]], capitals: list[int]) -> Tags:
    """Tag `words` with a given network; `sentences` are half-open ranges that follow one another.

    `capitals` are the indices of the words that begin with a capital.
    """
    if not words:
        return Tags([], [])
    starts, ends = np.fromiter(chain.from_iterable(sentences), np.int64, 2 * len(sentences)).reshape(-1, 2).T
    scores = network.scores(read(words, sentences, capitals), starts, ends)
    split = len(network.pos_labels)
    pos = network.pos_labels.take(scores[:, :split].argmax(axis=1)).tolist()
    labels = decode(scores[:, split:], network.transitions, network.entries, starts)
    for index in np.flatnonzero(labels).tolist():
        if words[index][0].isupper() and pos[index][0] in NEVER_IN_NAMES:
            pos[index] = "NNP"
    return Tags(pos, network.entity_labels.take(labels).tolist())


def decode(emissions: Floats, transitions: Floats, entries: Floats, sentences: Indices) -> Indices:
    """The best label sequence; label 0 is "no name". `sentences` are the tokens that sentences begin with.

    Stretches without a clear "no name" are searched side by side, longest first, as if "no name"
    stood on both sides of them.
    """
    count = len(emissions)
    labels = np.zeros(count, np.int64)
    opens = np.zeros(count + 1, bool)
    opens[sentences] = True
    opens[count] = True
    by_label = np.ascontiguousarray(emissions.T)
    unclear = np.zeros(count + 2, bool)  # with a clear token before the first and one behind the last
    unclear[1:-1] = by_label[0] - by_label[1:].max(axis=0) < CLEAR_MARGIN
    starts = np.flatnonzero(unclear[1:-1] & (opens[:-1] | ~unclear[:-2]))
    if not len(starts):
        return labels
    stops = np.flatnonzero(unclear[1:-1] & (opens[1:] | ~unclear[2:])) + 1
    order = np.argsort(starts - stops, kind="stable")
    starts, stops = starts[order], stops[order]
    lengths = stops - starts
    best = by_label.take(starts, axis=1) + np.where(opens[starts], entries[:, None], transitions[0][:, None])
    closing = np.where(opens[stops], np.float32(0), transitions[:, :1])
    longest = int(lengths[0])
    active = np.searchsorted(-lengths, -np.arange(longest + 1))
    reached = [best.copy()]
    for step in range(1, longest):
        n = active[step]
        scores = by_label.take(starts[:n] + step, axis=1)
        best[:, :n] = (best[:, None, :n] + transitions[:, :, None]).max(axis=0) + scores
        reached.append(best[:, :n].copy())
    final = (best + closing).argmax(axis=0)
    for step in range(longest - 1, -1, -1):
        n = active[step]
        labels[starts[:n] + step] = final[:n]
        if step:
            final[:n] = (reached[step - 1][:, :n] + transitions.take(final[:n], axis=1)).argmax(axis=0)
    return labels
