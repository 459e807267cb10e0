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

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.extract.segmentation import Segmentation
from flows.extract.word_features import read, type_features

WINDOW = 5
GAP = 3
"""Empty rows before, between and after sentences, so that neither layer reaches across."""
KEPT_WORDS = 40_000
"""Distinct words whose products are kept; at the limit all are dropped, to bound memory."""
NEVER_IN_NAMES = "VIMRT"
"""First letters of tags that no capitalised word of a name has: "Tor" is no preposition, "Mark" no verb."""
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


class Model:
    """The weights of the network, and what is kept for the words met so far."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        weights = {name: array.astype(np.float32) for name, array in arrays.items() if array.dtype.kind == "f"}
        self.features = {name: i for i, name in enumerate(arrays["feature_names"].tolist())}
        self.pos_labels: list[str] = arrays["pos_labels"].tolist()
        self.entity_labels: list[str] = arrays["entity_labels"].tolist()
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
        self.parts = (width, 2 * width, 3 * width)
        self.output_bias = weights["output_bias"]
        self.transitions = weights["transitions"]
        self.entries = weights["entries"]
        self.rows: dict[str, int] = {}
        self.products: list[Floats] = []
        self.forget()

    def forget(self) -> None:
        """Start anew with the padding word alone."""
        self.rows = {"": 0}
        self.products = [np.zeros((1024, self.first.shape[1] // WINDOW), np.float32) for _ in range(WINDOW)]

    def row_numbers(self, words: list[str]) -> Indices:
        """For each word the row of `products` that holds its part of the first layer."""
        if len(self.rows) > KEPT_WORDS:
            self.forget()
        rows = self.rows
        if new := [word for word in dict.fromkeys(words) if word not in rows]:
            self.learn(new)
        return np.fromiter(map(rows.__getitem__, words), np.int64, len(words))

    def learn(self, new: list[str]) -> None:
        """Work out the products of words not met before."""
        known = self.features
        found = [[known[name] for name in type_features(word) if name in known] or [0] for word in new]
        lengths = np.fromiter(map(len, found), np.int64, len(found))
        flat = np.fromiter(chain.from_iterable(found), np.int64, int(lengths.sum()))
        vectors = np.add.reduceat(self.embeddings[flat], np.concatenate(([0], lengths[:-1].cumsum())), axis=0)
        at, width = len(self.rows), self.first.shape[1] // WINDOW
        while at + len(new) > len(self.products[0]):
            self.products = [np.concatenate((table, np.zeros_like(table))) for table in self.products]
        for offset, table in enumerate(self.products):
            table[at : at + len(new)] = vectors @ self.first[:, offset * width : (offset + 1) * width]
        self.products[WINDOW // 2][at : at + len(new)] += self.first_bias
        self.rows.update({word: at + i for i, word in enumerate(new)})

    def scores(self, words: list[str], sentences: list[tuple[int, int]]) -> Floats:
        """Scores of all labels of both tasks, one row a token."""
        reading = read(words, sentences)
        starts, ends = np.array(sentences, np.int64).T
        place = np.arange(len(words)) + np.repeat(GAP * np.arange(1, len(sentences) + 1), ends - starts)
        rows = np.zeros(len(words) + GAP * (len(sentences) + 1), np.int64)
        rows[place] = self.row_numbers(reading.words)
        hidden = self.products[0].take(rows[place - WINDOW // 2], axis=0)
        for offset in range(1, WINDOW):
            hidden += self.products[offset].take(rows[place + (offset - WINDOW // 2)], axis=0)
        marks = np.zeros((len(words), len(self.token_weights)), np.float32)
        marks[reading.tokens, reading.features] = 1
        hidden += marks @ self.token_weights
        np.maximum(hidden, 0, out=hidden)
        before, middle, after, of_hidden = np.split(hidden @ self.of_hidden, self.parts, axis=1)
        edges = np.arange(GAP)[:, None]
        before[np.maximum(ends - 1 - edges, starts)] = 0
        after[np.minimum(starts + edges, ends - 1)] = 0
        context: Floats = middle + self.second_bias
        context[GAP:] += before[:-GAP]
        context[:-GAP] += after[GAP:]
        if reading.capitalised:
            occurrences: dict[str, list[int]] = {}
            for name, index in zip(reading.plain, reading.capitalised, strict=True):
                occurrences.setdefault(name, []).append(index)
            counts = np.fromiter(map(len, occurrences.values()), np.int64, len(occurrences))
            where = np.fromiter(chain.from_iterable(occurrences.values()), np.int64, len(reading.capitalised))
            means = np.add.reduceat(hidden.take(where, axis=0), counts.cumsum() - counts, axis=0)
            means /= counts[:, None].astype(np.float32)
            context[where] += (means @ self.memory).repeat(counts, axis=0)
        np.maximum(context, 0, out=context)
        scores: Floats = context @ self.context_output
        scores += of_hidden
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
    return tag_words(model(), segmentation.tokens.words, segmentation.sentence_tokens)


def tag_words(network: Model, words: list[str], sentences: list[tuple[int, int]]) -> Tags:
    """Tag `words` with a given network; `sentences` are half-open ranges that follow one another."""
    if not words:
        return Tags([], [])
    scores = network.scores(words, sentences)
    split = len(network.pos_labels)
    pos = scores[:, :split].argmax(axis=1).tolist()
    labels = decode(scores[:, split:], network.transitions, network.entries, sentences)
    tags = Tags(list(map(network.pos_labels.__getitem__, pos)), list(map(network.entity_labels.__getitem__, labels)))
    for index in [index for index, label in enumerate(labels) if label]:
        if words[index][0].isupper() and tags.pos[index][0] in NEVER_IN_NAMES:
            tags.pos[index] = "NNP"
    return tags


def decode(emissions: Floats, transitions: Floats, entries: Floats, sentences: list[tuple[int, int]]) -> list[int]:
    """The best label sequence; label 0 is "no name".

    Stretches without a clear "no name" are searched side by side, longest first, as if "no name"
    stood on both sides of them.
    """
    count = len(emissions)
    labels = np.zeros(count, np.int64)
    opens = np.zeros(count + 1, bool)
    opens[[start for start, end in sentences if end > start]] = True
    opens[count] = True
    emissions = np.ascontiguousarray(emissions)
    by_label = np.ascontiguousarray(emissions.T)
    unclear = np.append(by_label[0] - by_label[1:].max(axis=0) < CLEAR_MARGIN, False)
    starts = np.flatnonzero(unclear & (opens | ~np.roll(unclear, 1)))
    if not len(starts):
        return labels.tolist()
    stops = np.flatnonzero(unclear[:-1] & (opens[1:] | ~unclear[1:])) + 1
    order = np.argsort(starts - stops, kind="stable")
    starts, stops = starts[order], stops[order]
    lengths = stops - starts
    best = emissions[starts] + np.where(opens[starts][:, None], entries, transitions[0])
    closing = np.where(opens[stops][:, None], np.float32(0), transitions[:, 0])
    longest = int(lengths[0])
    active = np.searchsorted(-lengths, -np.arange(longest + 1))
    reached = [best.copy()]
    for step in range(1, longest):
        n = active[step]
        scores = emissions.take(starts[:n] + step, axis=0)
        best[:n] = (best[:n].T[:, :, None] + transitions[:, None]).max(axis=0) + scores
        reached.append(best[:n].copy())
    final = (best + closing).argmax(axis=1)
    into = np.ascontiguousarray(transitions.T)
    for step in range(longest - 1, -1, -1):
        n = active[step]
        labels[starts[:n] + step] = final[:n]
        if step:
            final[:n] = (reached[step - 1][:n] + into.take(final[:n], axis=0)).argmax(axis=1)
    return labels.tolist()
