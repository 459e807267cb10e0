"""Part-of-speech tags and name labels for every token, from one small network in numpy.

The network is a window classifier in the line of Collobert et al., "Natural Language Processing
(Almost) from Scratch" (2011): each distinct word has a vector, the sum of the vectors of its
features (form, affixes, lexicon classes); a layer over five words, then one over three, give
scores for both tasks. Two things are added. What the first layer makes of all occurrences of a
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
from flows.extract.word_features import folded, token_features, type_features

WINDOW = 5
PADDING = 2
KEPT_WORDS = 40_000
"""Distinct words whose products are kept; at the limit all are dropped, to bound memory."""
CLEAR_MARGIN = 7.0
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
        self.second = weights["second"]
        self.second_bias = weights["second_bias"]
        self.memory = weights["memory"]
        self.output = weights["output"]
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
        return np.fromiter((rows[word] for word in words), np.int64, len(words))

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
        self.rows.update({word: at + i for i, word in enumerate(new)})

    def scores(self, words: list[str], sentences: list[tuple[int, int]]) -> Floats:
        """Scores of all labels of both tasks, one row a token."""
        read, tokens, features = token_features(words, sentences)
        # Two empty rows stand before, between and after sentences, so that no window reaches across.
        lengths = np.fromiter((end - start for start, end in sentences), np.int64, len(sentences))
        place = np.arange(len(words)) + np.repeat(PADDING * np.arange(1, len(sentences) + 1), lengths)
        size = len(words) + PADDING * (len(sentences) + 1)
        rows = np.zeros(size + 2 * PADDING, np.int64)
        rows[place + PADDING] = self.row_numbers(read)
        hidden = np.tile(self.first_bias, (size, 1))
        for offset, table in enumerate(self.products):
            hidden += table[rows[offset : offset + size]]
        np.add.at(hidden, place[tokens], self.token_weights[features])
        inside = np.zeros((size, 1), np.float32)
        inside[place] = 1
        np.maximum(hidden, 0, out=hidden)
        hidden *= inside
        second = hidden @ self.second
        width = second.shape[1] // 3
        context = second[:, width : 2 * width] + self.second_bias
        context[1:] += second[:-1, :width]
        context[:-1] += second[1:, 2 * width :]
        capitalised = [i for i, word in enumerate(read) if word[0].isupper()]
        if capitalised:
            names: dict[str, int] = {}
            groups = [names.setdefault(folded(read[i]), len(names)) for i in capitalised]
            context[place[capitalised]] += (mean_by_group(hidden[place[capitalised]], groups) @ self.memory)[groups]
        context = context[place]
        np.maximum(context, 0, out=context)
        scores: Floats = np.concatenate((context, hidden[place]), axis=1) @ self.output + self.output_bias
        return scores


def mean_by_group(rows: Floats, groups: list[int]) -> Floats:
    """The mean of the rows of each group; groups are numbered from 0."""
    order = np.argsort(groups, kind="stable")
    ordered = np.asarray(groups)[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    counts = np.diff(np.concatenate((starts, [len(groups)])))
    means: Floats = np.add.reduceat(rows[order], starts, axis=0) / counts[:, None].astype(np.float32)
    return means


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
    return Tags([network.pos_labels[i] for i in pos], [network.entity_labels[i] for i in labels])


def decode(emissions: Floats, transitions: Floats, entries: Floats, sentences: list[tuple[int, int]]) -> list[int]:
    """The best label sequence; label 0 is "no name".

    Stretches without a clear "no name" are searched side by side, longest first, each as if "no
    name" stood before it.
    """
    labels = np.zeros(len(emissions), np.int64)
    unclear = emissions[:, 0] - emissions[:, 1:].max(axis=1) < CLEAR_MARGIN
    begins = np.zeros(len(emissions), bool)
    begins[[start for start, end in sentences if end > start]] = True
    starts = np.flatnonzero(unclear & (begins | ~np.concatenate(([False], unclear[:-1]))))
    if not len(starts):
        return [0] * len(emissions)
    stops = np.flatnonzero(unclear & np.concatenate((begins[1:] | ~unclear[1:], [True]))) + 1
    order = np.argsort(starts - stops, kind="stable")
    starts, lengths = starts[order], (stops - starts)[order]
    best = emissions[starts] + np.where(begins[starts][:, None], entries, transitions[0])
    back: list[Indices] = []
    active = len(starts)
    final = np.zeros(len(starts), np.int64)
    for step in range(1, int(lengths[0])):
        still = int(np.searchsorted(-lengths, -step, side="left"))
        final[still:active] = best[still:active].argmax(axis=1)
        active = still
        candidates = best[:active, :, None] + transitions
        back.append(candidates.argmax(axis=1))
        best[:active] = candidates.max(axis=1) + emissions[starts[:active] + step]
    final[:active] = best[:active].argmax(axis=1)
    for step in range(int(lengths[0]) - 1, -1, -1):
        active = int(np.searchsorted(-lengths, -step, side="left"))
        labels[starts[:active] + step] = final[:active]
        if step:
            final[:active] = back[step - 1][np.arange(active), final[:active]]
    found: list[int] = labels.tolist()
    return found
