"""Train the tagger that ships, on openly licensed corpora alone.

    python -m flows.extract.train_tagger --corpora ../shared/corpora                     write models/tagger.npz
    python -m flows.extract.train_tagger --corpora ../shared/corpora --cross-validate    print figures
    python -m flows.extract.train_tagger --corpora ../shared/corpora --leave-out         print figures

Needs PyTorch and nothing else beyond the package's own dependencies; one thread, a few minutes.
The corpora are named in models/MODEL_CARD.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import regex
import torch
from torch import Tensor, nn

from flows.extract.entities import cluster
from flows.extract.names import find_names, labelled, trimmed
from flows.extract.segmentation import Segmentation, Vocabulary, segment, tokenize
from flows.extract.tagger import GAP, WINDOW, Model, NetworkInput, network_input, tag_words
from flows.extract.wire_patterns import name_for, wire_texts
from flows.extract.word_features import TOKEN_FEATURE_COUNT, type_features

NER_SETS = ("wikigold", "politics", "re3d", "gum_news")
UD_SETS = (
    "gum_academic",
    "gum_bio",
    "gum_court",
    "gum_interview",
    "gum_news",
    "gum_voyage",
    "ewt_dev",
    "ewt_test",
    "pud",
)
ENTITY_TYPES = ("person", "organization", "place", "event")
ENTITY_LABELS = ["O", *(f"{prefix}-{kind}" for kind in ENTITY_TYPES for prefix in "BI")]
UNER_TYPES = {"PER": "person", "ORG": "organization", "LOC": "place"}
SCORED_TYPES = ("person", "organization", "place")
WORD = regex.compile(r"\w+")
FOLDS = 5
NameSpan = tuple[int, int, str]
"""Start, end (code points) and type of a name."""
NAME_LINKS = ("of", "the", "&", "for", "de", "-", "'s")
UNKNOWN = -1
PADDING = -1
"""The number of no word, before, between and behind sentences."""
MODEL_FILE = Path(__file__).parent / "models" / "tagger.npz"

EMBEDDING_WIDTH = 80
HIDDEN_WIDTH = 64
EPOCHS = 16
BATCH_TOKENS = 2000
WIRE_TEXTS = 400
WORD_DROPOUT = 0.3
"""How often the network does not see which word a word is, only what it looks like."""
IN_CAPITALS = 0.06
OTHER_NAMES = 0.35
"""Shares of the texts that are set in capitals, or have their names exchanged for others."""
LEARNING_RATE = 2e-3
LEAST_RATE = 0.25
"""The share of the learning rate that is left in the end; high, since the weights are averaged."""


@dataclass
class Document:
    """A text cut into tokens, with the labels known for them; `UNKNOWN` where none is given."""

    corpus: str
    name: str
    words: list[str] = field(default_factory=list)
    sentences: list[tuple[int, int]] = field(default_factory=list)
    pos: list[str | None] = field(default_factory=list)
    entities: list[str | None] = field(default_factory=list)
    segmentation: Segmentation | None = None
    names: list[NameSpan] = field(default_factory=list)
    """The names as their corpus marks them, with the segmentation that they are measured on."""


def entity_labels(starts: list[int], ends: list[int], spans: list[NameSpan]) -> list[str]:
    """BIO labels of tokens under (start, end, type) spans in code points; the longer of two nested spans wins."""
    labels = ["O"] * len(starts)
    for start, end, kind in sorted(spans, key=lambda span: span[0] - span[1]):
        covered = [i for i in range(len(starts)) if starts[i] < end and ends[i] > start]
        if covered and all(labels[i] == "O" for i in covered):
            for i in covered:
                labels[i] = f"I-{kind}"
            labels[covered[0]] = f"B-{kind}"
    return labels


def read_jsonl(path: Path, corpus: str) -> Iterator[Document]:
    """Documents of a set of named entities."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield read_text(corpus, row["doc"], row["text"], [(s, e, t) for s, e, t in row["entities"]])


def house_style(words: list[str], labels: list[str], sentences: list[tuple[int, int]]) -> list[str | None]:
    """Labels of names as `find_names` gives them: inside one sentence, without titles and determiners."""
    whole = list(labels)
    for start, _ in sentences:
        whole[start] = labels[start].replace("I-", "B-")
    style: list[str | None] = ["O"] * len(labels)
    for name in labelled(whole):
        if kept := trimmed(words, name):
            style[kept.start : kept.end] = [f"B-{kept.kind}", *[f"I-{kept.kind}"] * (kept.end - kept.start - 1)]
    return style


def read_text(corpus: str, name: str, text: str, spans: list[NameSpan]) -> Document:
    """A document whose names, and nothing else, are known."""
    cut = segment(text)
    tokens = cut.tokens
    labels = entity_labels(tokens.starts, tokens.ends, [span for span in spans if span[2] in ENTITY_TYPES])
    return Document(
        corpus, name, tokens.words, cut.sentence_tokens, [None] * len(labels),
        house_style(tokens.words, labels, cut.sentence_tokens), cut, spans,
    )  # fmt: skip


@dataclass
class TreebankSentence:
    """One sentence of a CoNLL-U file: its text, its syntactic words and where they stand in it."""

    document: str
    identifier: str
    text: str
    spans: list[tuple[int, int]]
    upos: list[str]
    xpos: list[str]
    heads: list[int]
    relations: list[str]
    misc: list[str]


def read_conllu(path: Path) -> Iterator[TreebankSentence]:
    """Sentences of a gzipped CoNLL-U file; the words of a multiword token share its span."""
    document = ""
    for block in gzip.decompress(path.read_bytes()).decode("utf-8").split("\n\n"):
        comments = dict(
            line[2:].split(" = ", 1) for line in block.splitlines() if line.startswith("# ") and " = " in line
        )
        document = comments.get("newdoc id", document)
        rows = [line.split("\t") for line in block.splitlines() if line and not line.startswith("#")]
        if not rows:
            continue
        text, at = comments["text"], 0
        sentence = TreebankSentence(document or path.name, comments["sent_id"], text, [], [], [], [], [], [])
        shared_until, shared = 0, (0, 0)
        for row in rows:
            if "." in row[0]:
                continue
            if "-" in row[0] or int(row[0]) > shared_until:
                at = text.index(row[1], at)
                span = (at, at + len(row[1]))
                at = span[1]
                if "-" in row[0]:
                    shared_until, shared = int(row[0].split("-")[1]), span
                    pieces = split_span(text, span)
                    continue
            else:
                span = pieces.pop(0) if pieces else shared
            sentence.spans.append(span)
            sentence.upos.append(row[3])
            sentence.xpos.append(row[4])
            sentence.heads.append(int(row[6]) - 1)
            sentence.relations.append(row[7])
            sentence.misc.append(row[9])
        yield sentence


def split_span(text: str, span: tuple[int, int]) -> list[tuple[int, int]]:
    """The spans of our own tokens inside a multiword token such as "don't"."""
    tokens = tokenize(text[span[0] : span[1]])
    return [(span[0] + s, span[0] + e) for s, e in zip(tokens.starts, tokens.ends, strict=True)]


def project_pos(starts: list[int], ends: list[int], sentence: TreebankSentence) -> list[str | None]:
    """The tag of each of our tokens: that of the last word in it which is no punctuation mark."""
    tags: list[str | None] = []
    for start, end in zip(starts, ends, strict=True):
        inside = [i for i, (s, e) in enumerate(sentence.spans) if s < end and e > start]
        words = [i for i in inside if sentence.upos[i] not in ("PUNCT", "SYM")] or inside
        tags.append(sentence.xpos[words[-1]] if words else None)
    return tags


def gum_names(sentence: TreebankSentence) -> list[NameSpan]:
    """Named entities of one GUM sentence: mentions with a proper noun as head, cut down to the name.

    GUM marks mentions in the column MISC as "(id-type-..." and "id)".
    """
    found: list[NameSpan] = []
    opened: list[tuple[str, str, int]] = []
    for i, misc in enumerate(sentence.misc):
        entity = next((part[7:] for part in misc.split("|") if part.startswith("Entity=")), "")
        for piece in entity.replace("(", " (").replace(")", ") ").split():
            number, *rest = piece.strip("()").split("-")
            if piece.startswith("("):
                opened.append((number, rest[0] if rest else "", i))
            if piece.endswith(")"):
                at = next((k for k in range(len(opened) - 1, -1, -1) if opened[k][0] == number), None)
                if at is not None:
                    _, kind, first = opened.pop(at)
                    name = name_inside(sentence, kind, first, i)
                    if name and kind in ENTITY_TYPES:
                        found.append((*name, kind))
    return found


def name_inside(sentence: TreebankSentence, kind: str, first: int, last: int) -> tuple[int, int] | None:
    """Code points of the proper nouns around the head of a mention; None if the head is no name, or one of several."""
    heads = [i for i in range(first, last + 1) if not first <= sentence.heads[i] <= last]
    if len(heads) != 1 or not sentence.xpos[heads[0]].startswith("NNP"):
        return None
    head = heads[0]
    joined = any(sentence.relations[i] == "conj" and sentence.heads[i] == head for i in range(first, last + 1))
    if joined or (sentence.xpos[head] == "NNPS" and kind == "person"):
        return None
    words = [sentence.text[start:end] for start, end in sentence.spans]
    proper = [i for i in range(first, last + 1) if sentence.xpos[i].startswith("NNP")]
    start = end = head
    while any(i in proper and all(word in NAME_LINKS for word in words[i + 1 : start]) for i in range(first, start)):
        start = max(i for i in proper if i < start)
    while any(i in proper and all(word in NAME_LINKS for word in words[end + 1 : i]) for i in range(end + 1, last + 1)):
        end = min(i for i in proper if i > end)
    return sentence.spans[start][0], sentence.spans[end][1]


def read_uner(path: Path) -> dict[str, list[str]]:
    """Sentence id to the labels of its words."""
    labels: dict[str, list[str]] = {}
    for block in gzip.decompress(path.read_bytes()).decode("utf-8").split("\n\n"):
        identifier = next((line[12:] for line in block.splitlines() if line.startswith("# sent_id = ")), None)
        if identifier:
            labels[identifier] = [line.split("\t")[2] for line in block.splitlines() if not line.startswith("#")]
    return labels


def uner_spans(sentence: TreebankSentence, labels: list[str]) -> list[NameSpan]:
    """Named entities of one EWT sentence."""
    found: list[NameSpan] = []
    for span, label in zip(sentence.spans, labels, strict=True):
        kind = UNER_TYPES.get(label[2:])
        if kind and label.startswith("B-"):
            found.append((*span, kind))
        elif kind and found:
            found[-1] = (found[-1][0], span[1], kind)
    return found


def read_treebank(corpora: Path, name: str) -> Iterator[Document]:
    """Documents of a treebank, with names where the treebank or UNER marks them."""
    uner = read_uner(corpora / "ner" / f"uner_{name}.iob2.gz") if name.startswith("ewt") else {}
    document: Document | None = None
    for sentence in read_conllu(corpora / "ud" / f"{name}.conllu.gz"):
        if document is None or document.name != sentence.document:
            if document:
                yield document
            document = Document(name, sentence.document)
        tokens = tokenize(sentence.text)
        first = len(document.words)
        document.words += tokens.words
        document.sentences.append((first, len(document.words)))
        document.pos += project_pos(tokens.starts, tokens.ends, sentence)
        spans: list[NameSpan] | None = None
        if name.startswith("ewt") and len(uner.get(sentence.identifier, ())) == len(sentence.spans):
            spans = uner_spans(sentence, uner[sentence.identifier])
        elif name.startswith("gum") and name != "gum_news":
            spans = gum_names(sentence)
        labels = None if spans is None else entity_labels(tokens.starts, tokens.ends, spans)
        document.entities += (
            [None] * len(tokens) if labels is None else house_style(tokens.words, labels, [(0, len(tokens))])
        )
    if document:
        yield document


def read_corpora(corpora: Path) -> list[Document]:
    """All training documents."""
    documents = [d for name in NER_SETS for d in read_jsonl(corpora / "ner" / f"{name}_train.jsonl", name)]
    documents += [d for name in UD_SETS for d in read_treebank(corpora, name)]
    wire = wire_texts(WIRE_TEXTS, seed=1)
    return documents + [read_text("wire", f"wire_{i}", text, spans) for i, (text, spans) in enumerate(wire)]


@dataclass
class Inventory:
    """What the network can see and say."""

    features: dict[str, int]
    pos_labels: list[str]
    corpora: list[str]
    words: Vocabulary


def input_of(vocabulary: Vocabulary, words: list[str], sentences: list[tuple[int, int]]) -> NetworkInput:
    """Words as the network reads them."""
    starts, ends = np.array(sentences).T
    return network_input(vocabulary, vocabulary.numbers_of(words), starts, ends)


def build_inventory(documents: list[Document]) -> Inventory:
    """Features seen with at least two distinct words, words seen at least twice, all tags."""
    words = Vocabulary()
    word_counts: Counter[str] = Counter()
    for document in documents:
        given = input_of(words, document.words, document.sentences)
        word_counts.update(words.words[number] for number in given.numbers)
    feature_counts: Counter[str] = Counter()
    for word, count in word_counts.items():
        for name in type_features(word):
            feature_counts[name] += count if name.startswith("w=") else 1
    kept = sorted(
        name for name, count in feature_counts.items() if count >= (3 if name.startswith(("prefix", "suffix")) else 2)
    )
    pos_labels = sorted({tag for d in documents for tag in d.pos if tag})
    return Inventory(
        {"": 0} | {name: i + 1 for i, name in enumerate(kept)}, pos_labels, sorted({d.corpus for d in documents}), words
    )


@dataclass
class Encoded:
    """A document as numbers."""

    corpus: int
    given: NetworkInput
    sentences: list[tuple[int, int]]
    pos: list[int]
    entities: list[int]


def encode(document: Document, inventory: Inventory, capitals: bool = False) -> Encoded:
    """Look up labels and features; with `capitals`, as if the document were set in capitals."""
    words = [word.upper() for word in document.words] if capitals else document.words
    pos = {label: i for i, label in enumerate(inventory.pos_labels)}
    return Encoded(
        inventory.corpora.index(document.corpus), input_of(inventory.words, words, document.sentences),
        document.sentences,
        [pos[t] if t else UNKNOWN for t in document.pos],
        [ENTITY_LABELS.index(t) if t else UNKNOWN for t in document.entities],
    )  # fmt: skip


class Network(nn.Module):
    """The network of `tagger.Model`, made to be trained; see there."""

    def __init__(self, inventory: Inventory) -> None:
        super().__init__()
        width = HIDDEN_WIDTH
        self.inventory = inventory
        self.embeddings = nn.Parameter(torch.randn(len(inventory.features), EMBEDDING_WIDTH) * 0.1)
        self.first = nn.Parameter(torch.randn(EMBEDDING_WIDTH, WINDOW * width) * (2 / EMBEDDING_WIDTH / WINDOW) ** 0.5)
        self.first_bias = nn.Parameter(torch.zeros(width))
        self.token_weights = nn.Parameter(torch.zeros(TOKEN_FEATURE_COUNT, width))
        self.second = nn.Parameter(torch.randn(width, 3 * width) * (2 / width / 3) ** 0.5)
        self.second_bias = nn.Parameter(torch.zeros(width))
        self.memory = nn.Parameter(torch.randn(width, width) * (1 / width) ** 0.5)
        labels = len(inventory.pos_labels) + len(ENTITY_LABELS)
        self.output = nn.Parameter(torch.randn(2 * width, labels) * (1 / width) ** 0.5)
        self.output_bias = nn.Parameter(torch.zeros(labels))
        self.corpus_shift = nn.Parameter(torch.zeros(len(inventory.corpora), width))
        self.transitions = nn.Parameter(torch.zeros(len(ENTITY_LABELS), len(ENTITY_LABELS)))
        self.entries = nn.Parameter(torch.zeros(len(ENTITY_LABELS)))
        forbidden = torch.zeros(len(ENTITY_LABELS), len(ENTITY_LABELS))
        for i, before in enumerate(ENTITY_LABELS):
            for j, after in enumerate(ENTITY_LABELS):
                if after.startswith("I-") and before[2:] != after[2:]:
                    forbidden[i, j] = -1e4
        self.forbidden = forbidden
        self.feature_ids: dict[int, list[int]] = {PADDING: [0]}

    def ids(self, number: int) -> list[int]:
        """Numbers of the features of a word; its own name first, if known."""
        if number not in self.feature_ids:
            known = self.inventory.features
            found = [known[name] for name in type_features(self.inventory.words.words[number]) if name in known]
            self.feature_ids[number] = found or [0]
        return self.feature_ids[number]

    def forward(self, batch: list[Encoded]) -> tuple[Tensor, Tensor]:
        """Scores of the tags and of the name labels, one row a token of the batch."""
        rows: dict[int, int] = {PADDING: 0}
        numbers: list[int] = []
        place: list[int] = []
        tokens: list[int] = []
        features: list[int] = []
        groups: list[int] = []
        grouped: list[int] = []
        names: dict[tuple[int, int], int] = {}
        corpora: list[int] = []
        for d, document in enumerate(batch):
            first, given = len(place), document.given
            for start, end in document.sentences:
                numbers += [0] * GAP
                place += range(len(numbers), len(numbers) + end - start)
                numbers += [rows.setdefault(number, len(rows)) for number in given.numbers[start:end].tolist()]
            for marked, feature in given.marks:
                tokens += [place[first + t] for t in marked.tolist()]
                features += np.broadcast_to(feature, marked.shape).tolist()
            grouped += [place[first + i] for i in given.capitalised.tolist()]
            groups += [names.setdefault((d, name), len(names)) for name in given.plain.tolist()]
            corpora += [document.corpus] * len(given.numbers)
        numbers += [0] * GAP
        size = len(numbers)
        ids = [self.ids(number) for number in rows]
        flat = torch.tensor([i for found in ids for i in found])
        offsets = torch.tensor(np.cumsum([0] + [len(found) for found in ids[:-1]]))
        kept = torch.ones(len(flat))
        if self.training:
            kept = (torch.rand(len(flat)) > 0.1).float()
            kept[offsets] *= (torch.rand(len(offsets)) > WORD_DROPOUT).float()
        vectors = nn.functional.embedding_bag(flat, self.embeddings, offsets, mode="sum", per_sample_weights=kept)
        vectors = vectors * (torch.arange(len(rows)) > 0).float()[:, None]
        products = nn.functional.dropout(vectors, 0.1, self.training) @ self.first
        padded = torch.zeros(size + WINDOW - 1, dtype=torch.long)
        padded[WINDOW // 2 : WINDOW // 2 + size] = torch.tensor(numbers)
        width = HIDDEN_WIDTH
        hidden = self.first_bias.expand(size, width)
        for offset in range(WINDOW):
            part = products[:, offset * width : (offset + 1) * width]
            hidden = hidden + part.index_select(0, padded[offset : offset + size])
        hidden = hidden.index_add(0, torch.tensor(tokens), self.token_weights.index_select(0, torch.tensor(features)))
        at = torch.tensor(place)
        inside = torch.zeros(size, 1)
        inside[at] = 1
        hidden = nn.functional.dropout(torch.relu(hidden) * inside, 0.25, self.training)
        second = hidden @ self.second
        context = second[:, width : 2 * width] + self.second_bias
        context = context + nn.functional.pad(second[:-GAP, :width], (0, 0, GAP, 0))
        context = context + nn.functional.pad(second[GAP:, 2 * width :], (0, 0, 0, GAP))
        if grouped:
            group, where = torch.tensor(groups), torch.tensor(grouped)
            sums = torch.zeros(len(names), width).index_add(0, group, hidden.index_select(0, where))
            counts = torch.zeros(len(names)).index_add(0, group, torch.ones(len(group)))
            context = context.index_add(0, where, ((sums / counts[:, None]) @ self.memory).index_select(0, group))
        context = context.index_select(0, at)
        shift = self.corpus_shift
        if self.training:
            shift = shift * (torch.rand(len(shift), 1) > 0.3).float()
            shifted = context + shift.index_select(0, torch.tensor(corpora))
        else:
            shifted = context
        shifted = nn.functional.dropout(torch.relu(shifted), 0.25, self.training)
        scores = torch.cat((shifted, hidden.index_select(0, at)), 1) @ self.output + self.output_bias
        split = len(self.inventory.pos_labels)
        return scores[:, :split], scores[:, split:]

    def name_loss(self, emissions: Tensor, labels: Tensor, sentences: list[tuple[int, int]]) -> Tensor:
        """Negative log-likelihood of the label sequences of sentences, summed (a linear-chain CRF)."""
        longest = max(end - start for start, end in sentences)
        at = torch.zeros(len(sentences), longest, dtype=torch.long)
        mask = torch.zeros(len(sentences), longest)
        for i, (start, end) in enumerate(sentences):
            at[i, : end - start] = torch.arange(start, end)
            mask[i, : end - start] = 1
        scores = emissions[at]
        gold = labels[at].clamp(min=0)
        transitions = self.transitions + self.forbidden
        entries = self.entries + self.forbidden[0]
        steps = transitions[gold[:, :-1], gold[:, 1:]] * mask[:, 1:]
        total = (scores.gather(2, gold[:, :, None])[:, :, 0] * mask).sum() + entries[gold[:, 0]].sum() + steps.sum()
        alpha = scores[:, 0] + entries
        for t in range(1, longest):
            following = torch.logsumexp(alpha[:, :, None] + transitions, dim=1) + scores[:, t]
            alpha = torch.where(mask[:, t, None] > 0, following, alpha)
        return torch.logsumexp(alpha, dim=1).sum() - total

    def arrays(self) -> dict[str, Any]:
        """What `tagger.Model` needs."""
        names = sorted(self.inventory.features, key=self.inventory.features.__getitem__)
        found = {
            name: value.detach().numpy().astype(np.float16)
            for name, value in self.named_parameters()
            if name != "corpus_shift"
        }
        found["transitions"] = (self.transitions + self.forbidden).detach().numpy().astype(np.float16)
        found["entries"] = (self.entries + self.forbidden[0]).detach().numpy().astype(np.float16)
        return found | {
            "feature_names": np.array(names), "pos_labels": np.array(self.inventory.pos_labels),
            "entity_labels": np.array(ENTITY_LABELS),
        }  # fmt: skip


def name_pools(documents: list[Document]) -> dict[str, list[list[str]]]:
    """The names that `documents` mark, as words, by type."""
    pools: dict[str, list[list[str]]] = {kind: [] for kind in ENTITY_TYPES}
    for document in documents:
        if None not in document.entities:
            for name in labelled([label or "O" for label in document.entities]):
                pools[name.kind].append(document.words[name.start : name.end])
    return pools


def with_other_names(document: Document, pools: dict[str, list[list[str]]], chance: random.Random) -> Document:
    """The document with half of its names exchanged for others of their type, each everywhere by the same.

    After Dai and Adel, "An Analysis of Simple Data Augmentation for Named Entity Recognition" (2020).
    """
    exchanged = Document(document.corpus, document.name)
    others: dict[tuple[str, ...], list[str]] = {}
    names = {name.start: name for name in labelled([label or "O" for label in document.entities])}
    for start, end in document.sentences:
        first, at = len(exchanged.words), start
        while at < end:
            name = names.get(at)
            until = name.end if name else at + 1
            words = document.words[at:until]
            if name:
                words = others.setdefault(tuple(words), other_name(name.kind, words, others, pools, chance))
            exchanged.words += words
            if name and words != document.words[at:until]:
                exchanged.pos += ["NNP" if document.pos[at] else None] * len(words)
            else:
                exchanged.pos += document.pos[at:until]
            label = document.entities[at]
            exchanged.entities += [f"B-{name.kind}", *[f"I-{name.kind}"] * (len(words) - 1)] if name else [label]
            at = until
        exchanged.sentences.append((first, len(exchanged.words)))
    return exchanged


def other_name(
    kind: str,
    words: list[str],
    others: dict[tuple[str, ...], list[str]],
    pools: dict[str, list[list[str]]],
    chance: random.Random,
) -> list[str]:
    """A name to stand for `words`: the surname of a person already exchanged, one of a pool or of the lexicons."""
    if kind == "person" and len(words) == 1:
        full = next((new for old, new in others.items() if len(old) > 1 and old[-1] == words[0]), None)
        if full:
            return full[-1:]
    if chance.random() < 0.5 or (words[0].isupper() and len(words[0]) > 3):
        return words
    if kind == "event" or chance.random() < 0.5:
        return chance.choice(pools[kind])
    slot = {"person": "person", "place": chance.choice(("city", "city", "country", "region"))}.get(
        kind, chance.choice(("org", "org", "company", "club"))
    )
    return tokenize(name_for(slot, chance)).words[-len(words) if kind == "person" and len(words) == 1 else 0 :]


def batches(documents: list[Encoded], chance: random.Random) -> Iterator[list[Encoded]]:
    """Documents in random order, some `BATCH_TOKENS` tokens at a time."""
    order = list(documents)
    chance.shuffle(order)
    batch: list[Encoded] = []
    for document in order:
        batch.append(document)
        if sum(len(d.pos) for d in batch) >= BATCH_TOKENS:
            yield batch
            batch = []
    if batch:
        yield batch


def train(documents: list[Document], seed: int = 1, epochs: int = EPOCHS) -> Network:
    """Fit the network to all labels that `documents` have.

    The weights are the mean of those after each step of the second half (Izmailov et al., "Averaging Weights Leads to
    Wider Optima and Better Generalization", 2018).
    """
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    chance = random.Random(seed)  # noqa: S311
    inventory = build_inventory(documents)
    network = Network(inventory)
    plain = [encode(d, inventory) for d in documents]
    shouted = [encode(d, inventory, capitals=True) for d in documents]
    pools = name_pools(documents)
    optimizer = torch.optim.Adam(network.parameters(), LEARNING_RATE)
    total = epochs * (sum(len(d.pos) for d in plain) // BATCH_TOKENS + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(LEAST_RATE, 1 - step / total))
    averaged = torch.optim.swa_utils.AveragedModel(network)
    for epoch in range(epochs):
        network.train()
        losses = [0.0, 0.0]
        chosen: list[Encoded] = []
        for document, as_is, in_capitals in zip(documents, plain, shouted, strict=True):
            form = chance.random()
            if form < OTHER_NAMES and document.entities[0]:
                chosen.append(encode(with_other_names(document, pools, chance), inventory))
            else:
                chosen.append(in_capitals if form > 1 - IN_CAPITALS else as_is)
        for batch in batches(chosen, chance):
            tags, names = network(batch)
            pos = torch.tensor([t for d in batch for t in d.pos])
            labels = torch.tensor([t for d in batch for t in d.entities])
            sentences: list[tuple[int, int]] = []
            first = 0
            for encoded in batch:
                for start, end in encoded.sentences:
                    if encoded.entities[start] != UNKNOWN:
                        sentences.append((first + start, first + end))
                first += len(encoded.pos)
            loss = nn.functional.cross_entropy(tags, pos, ignore_index=UNKNOWN, reduction="sum")
            losses[0] += loss.item()
            if sentences:
                name_loss = network.name_loss(names, labels, sentences)
                losses[1] += name_loss.item()
                loss = loss + name_loss
            optimizer.zero_grad()
            (loss / len(pos)).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            if epoch >= epochs // 2:
                averaged.update_parameters(network)
        print(f"epoch {epoch + 1}: tags {losses[0]:.0f}, names {losses[1]:.0f}", flush=True)
    mean: Network = averaged.module
    return mean


@dataclass
class Tally:
    """Names predicted and in the gold set, and how many of each agree with the other side."""

    predicted: int = 0
    gold: int = 0
    exact: tuple[int, int] = (0, 0)
    overlap: tuple[int, int] = (0, 0)

    def add(self, text: str, predicted: list[NameSpan], gold: list[NameSpan]) -> None:
        """Count one document: `exact` is the same words and type, `overlap` a word in common and the same type."""
        left = [(word_starts(text, *span[:2]), span[2]) for span in predicted if span[2] in SCORED_TYPES]
        right = [(word_starts(text, *span[:2]), span[2]) for span in gold if span[2] in SCORED_TYPES]
        self.predicted += len(left)
        self.gold += len(right)
        self.exact = (
            self.exact[0] + sum(name in right for name in left),
            self.exact[1] + sum(name in left for name in right),
        )
        self.overlap = (
            self.overlap[0] + sum(any(a & b and kind == other for b, other in right) for a, kind in left),
            self.overlap[1] + sum(any(a & b and kind == other for b, other in left) for a, kind in right),
        )

    def line(self, of: str) -> str:
        """Precision, recall and F1 of both measures, in per cent."""
        shown = [f"{of:12}{self.gold:6} names"]
        for measure, (precise, recalled) in (("exact", self.exact), ("overlap", self.overlap)):
            precision, recall = 100 * precise / max(1, self.predicted), 100 * recalled / max(1, self.gold)
            f1 = 2 * precision * recall / max(1e-9, precision + recall)
            shown.append(f"{measure} P {precision:5.1f} R {recall:5.1f} F1 {f1:5.1f}")
        return "   ".join(shown)


def word_starts(text: str, start: int, end: int) -> frozenset[int]:
    """Where the words of a span begin."""
    return frozenset(match.start() for match in WORD.finditer(text, start, end))


def measure(documents: list[Document], held_out: list[Document], tallies: dict[str, Tally]) -> None:
    """Train on `documents` without `held_out`, find the names of these, and add to the tally of each set."""
    left_out = {id(document) for document in held_out}
    network = Model(train([document for document in documents if id(document) not in left_out]).arrays())
    words = Vocabulary()
    right = total = 0
    for document in held_out:
        tags = tag_words(network, words, words.numbers_of(document.words), document.sentences)
        known = [(tag, gold) for tag, gold in zip(tags.pos, document.pos, strict=True) if gold]
        right += sum(tag == gold for tag, gold in known)
        total += len(known)
        if document.segmentation:
            named = cluster(document.segmentation, find_names(document.segmentation, tags))
            found = [(m.span.start, m.span.end, named.entities[m.entity].entity_type) for m in named.mentions]
            tallies.setdefault(document.corpus, Tally()).add(document.segmentation.text, found, document.names)
    if total:
        print(f"tags of {total} words: {100 * right / total:.1f} per cent right")


def cross_validate(documents: list[Document]) -> dict[str, Tally]:
    """Five folds by document of the sets of names, and of PUD for the tags."""
    tallies: dict[str, Tally] = {}
    for fold in range(FOLDS):
        held_out: list[Document] = []
        for name in (*NER_SETS, "pud"):
            measured = [d for d in documents if d.corpus == name and (d.segmentation or name == "pud")]
            held_out += measured[fold::FOLDS]
        measure(documents, held_out, tallies)
    return tallies


def leave_out(documents: list[Document]) -> dict[str, Tally]:
    """Each set of names in turn measured by a model that has not seen it."""
    tallies: dict[str, Tally] = {}
    for name in NER_SETS:
        measure(documents, [d for d in documents if d.corpus == name and d.segmentation], tallies)
    return tallies


def main() -> None:
    """Train, or measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--cross-validate", action="store_true", help="figures by document, in five folds")
    parser.add_argument("--leave-out", action="store_true", help="figures on each set for a model without it")
    args = parser.parse_args()
    documents = read_corpora(args.corpora)
    if args.cross_validate or args.leave_out:
        for name, tally in (cross_validate if args.cross_validate else leave_out)(documents).items():
            print(tally.line(name))
        return
    np.savez_compressed(MODEL_FILE, **train(documents).arrays())
    print(f"{MODEL_FILE}: {MODEL_FILE.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
