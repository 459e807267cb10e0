"""Train the tagger that ships, on openly licensed corpora alone.

    python -m flows.extract.train_tagger --corpora ../shared/corpora                  train and write models/tagger.npz
    python -m flows.extract.train_tagger --corpora ../shared/corpora --cross-validate figures by document, five folds

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

import numpy as np
import torch
from torch import Tensor, nn

from flows.extract.segmentation import segment, tokenize
from flows.extract.tagger import PADDING, WINDOW, Model, tag_words
from flows.extract.word_features import TOKEN_FEATURES, folded, token_features, type_features

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
UNKNOWN = -1
MODEL_FILE = Path(__file__).parent / "models" / "tagger.npz"

EMBEDDING_WIDTH = 64
HIDDEN_WIDTH = 80
EPOCHS = 14
BATCH_TOKENS = 1500
LEARNING_RATE = 2e-3


@dataclass
class Document:
    """A text cut into tokens, with the labels known for them; `UNKNOWN` where none is given."""

    corpus: str
    name: str
    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    sentences: list[tuple[int, int]] = field(default_factory=list)
    pos: list[str | None] = field(default_factory=list)
    entities: list[str | None] = field(default_factory=list)


def entity_labels(starts: list[int], ends: list[int], spans: list[tuple[int, int, str]]) -> list[str]:
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
        cut = segment(row["text"])
        tokens = cut.tokens
        labels = entity_labels(
            tokens.starts, tokens.ends, [(s, e, t) for s, e, t in row["entities"] if t in ENTITY_TYPES]
        )
        yield Document(
            corpus, row["doc"], tokens.words, tokens.starts, tokens.ends, cut.sentence_tokens,
            [None] * len(labels), cut_at_sentences(labels, cut.sentence_tokens),
        )  # fmt: skip


def cut_at_sentences(labels: list[str], sentences: list[tuple[int, int]]) -> list[str | None]:
    """Labels in which no name goes on from the sentence before."""
    whole: list[str | None] = list(labels)
    for start, _ in sentences:
        whole[start] = labels[start].replace("I-", "B-")
    return whole


@dataclass
class TreebankSentence:
    """One sentence of a CoNLL-U file: its text, its syntactic words and where they stand in it."""

    document: str
    identifier: str
    text: str
    spans: list[tuple[int, int]]
    upos: list[str]
    xpos: list[str]
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
        sentence = TreebankSentence(document or path.name, comments["sent_id"], text, [], [], [], [])
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


def gum_names(
    sentence: TreebankSentence, open_mentions: list[tuple[str, str, list[int], int]]
) -> list[tuple[int, int, str]]:
    """Named entities of one GUM sentence: mentions with a proper noun as head, cut down to the name.

    GUM marks mentions in the column MISC as "(id-type-status-...-minspan-link-identity" and "id)".
    """
    found: list[tuple[int, int, str]] = []
    for i, misc in enumerate(sentence.misc):
        entity = next((part[7:] for part in misc.split("|") if part.startswith("Entity=")), "")
        for piece in entity.replace("(", " (").replace(")", ") ").split():
            if piece.startswith("("):
                parts = piece.strip("()").split("-")
                heads = [int(n) - 1 for n in parts[5].split(",") if n.isdigit()] if len(parts) > 5 else []
                open_mentions.append((parts[0], parts[1] if len(parts) > 1 else "", heads, i))
            if piece.endswith(")"):
                number = piece.strip("()").split("-")[0]
                at = next((k for k in range(len(open_mentions) - 1, -1, -1) if open_mentions[k][0] == number), None)
                if at is not None:
                    _, kind, heads, first = open_mentions.pop(at)
                    name = name_inside(sentence, first, i, [first + h for h in heads])
                    if name and kind in ENTITY_TYPES:
                        found.append((*name, kind))
    return found


def name_inside(sentence: TreebankSentence, first: int, last: int, heads: list[int]) -> tuple[int, int] | None:
    """Code points of the run of proper nouns around the head of a mention; None if the head is none."""
    proper = [sentence.upos[k] == "PROPN" for k in range(len(sentence.upos))]
    named = [h for h in heads if first <= h <= last and proper[h]]
    if not named or sentence.xpos[named[0]] == "NNPS" and len(heads) == 1:
        return None
    start = end = named[0]
    words = [sentence.text[s:e] for s, e in sentence.spans]
    link = ("of", "the", "and", "&", "for", "-", "de", "in", "'s")
    while start > first and (
        proper[start - 1] or (words[start - 1] in link and _proper_before(proper, words, start - 1, first, link))
    ):
        start -= 1
    while end < last and (
        proper[end + 1] or (words[end + 1] in link and _proper_after(proper, words, end + 1, last, link))
    ):
        end += 1
    return sentence.spans[start][0], sentence.spans[end][1]


def _proper_before(proper: list[bool], words: list[str], at: int, first: int, link: tuple[str, ...]) -> bool:
    while at >= first and words[at] in link:
        at -= 1
    return at >= first and proper[at]


def _proper_after(proper: list[bool], words: list[str], at: int, last: int, link: tuple[str, ...]) -> bool:
    while at <= last and words[at] in link:
        at += 1
    return at <= last and proper[at]


def read_uner(path: Path) -> dict[str, list[str]]:
    """Sentence id to the labels of its words."""
    labels: dict[str, list[str]] = {}
    for block in gzip.decompress(path.read_bytes()).decode("utf-8").split("\n\n"):
        identifier = next((line[12:] for line in block.splitlines() if line.startswith("# sent_id = ")), None)
        if identifier:
            labels[identifier] = [line.split("\t")[2] for line in block.splitlines() if not line.startswith("#")]
    return labels


def uner_spans(sentence: TreebankSentence, labels: list[str]) -> list[tuple[int, int, str]]:
    """Named entities of one EWT sentence."""
    found: list[tuple[int, int, str]] = []
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
    open_mentions: list[tuple[str, str, list[int], int]] = []
    for sentence in read_conllu(corpora / "ud" / f"{name}.conllu.gz"):
        if document is None or document.name != sentence.document:
            if document:
                yield document
            document, open_mentions = Document(name, sentence.document), []
        tokens = tokenize(sentence.text)
        first = len(document.words)
        document.words += tokens.words
        document.starts += tokens.starts
        document.ends += tokens.ends
        document.sentences.append((first, len(document.words)))
        document.pos += project_pos(tokens.starts, tokens.ends, sentence)
        spans: list[tuple[int, int, str]] | None = None
        if name.startswith("ewt") and len(uner.get(sentence.identifier, ())) == len(sentence.spans):
            spans = uner_spans(sentence, uner[sentence.identifier])
        elif name.startswith("gum") and name != "gum_news":
            open_mentions.clear()
            spans = gum_names(sentence, open_mentions)
        document.entities += (
            [None] * len(tokens) if spans is None else list(entity_labels(tokens.starts, tokens.ends, spans))
        )
    if document:
        yield document


def read_corpora(corpora: Path) -> list[Document]:
    """All training documents."""
    documents = [d for name in NER_SETS for d in read_jsonl(corpora / "ner" / f"{name}_train.jsonl", name)]
    return documents + [d for name in UD_SETS for d in read_treebank(corpora, name)]


@dataclass
class Vocabulary:
    """What the network can see and say."""

    features: dict[str, int]
    pos_labels: list[str]
    corpora: list[str]


def build_vocabulary(documents: list[Document]) -> Vocabulary:
    """Features seen with at least two distinct words, words seen at least twice, all tags."""
    word_counts: Counter[str] = Counter()
    for document in documents:
        word_counts.update(token_features(document.words, document.sentences)[0])
    feature_counts: Counter[str] = Counter()
    for word, count in word_counts.items():
        for name in type_features(word):
            feature_counts[name] += count if name.startswith("w=") else 1
    kept = sorted(
        name for name, count in feature_counts.items() if count >= (3 if name.startswith(("prefix", "suffix")) else 2)
    )
    pos_labels = sorted({tag for d in documents for tag in d.pos if tag})
    return Vocabulary(
        {"": 0} | {name: i + 1 for i, name in enumerate(kept)}, pos_labels, sorted({d.corpus for d in documents})
    )


@dataclass
class Encoded:
    """A document as numbers."""

    corpus: int
    words: list[str]
    plain: list[str]
    sentences: list[tuple[int, int]]
    tokens: list[int]
    features: list[int]
    pos: list[int]
    entities: list[int]


def encode(document: Document, vocabulary: Vocabulary, capitals: bool = False) -> Encoded:
    """Look up labels and features; with `capitals`, as if the document were set in capitals."""
    words = [word.upper() for word in document.words] if capitals else document.words
    read, tokens, features = token_features(words, document.sentences)
    pos = {label: i for i, label in enumerate(vocabulary.pos_labels)}
    return Encoded(
        vocabulary.corpora.index(document.corpus), read, [folded(w) for w in read], document.sentences, tokens, features,
        [pos[t] if t else UNKNOWN for t in document.pos],
        [ENTITY_LABELS.index(t) if t else UNKNOWN for t in document.entities],
    )  # fmt: skip


class Network(nn.Module):
    """The network of `tagger.Model`, made to be trained; see there."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        width = HIDDEN_WIDTH
        self.vocabulary = vocabulary
        self.embeddings = nn.Parameter(torch.randn(len(vocabulary.features), EMBEDDING_WIDTH) * 0.1)
        self.first = nn.Parameter(torch.randn(EMBEDDING_WIDTH, WINDOW * width) * (2 / EMBEDDING_WIDTH / WINDOW) ** 0.5)
        self.first_bias = nn.Parameter(torch.zeros(width))
        self.token_weights = nn.Parameter(torch.zeros(len(TOKEN_FEATURES), width))
        self.second = nn.Parameter(torch.randn(width, 3 * width) * (2 / width / 3) ** 0.5)
        self.second_bias = nn.Parameter(torch.zeros(width))
        self.memory = nn.Parameter(torch.randn(width, width) * (1 / width) ** 0.5)
        labels = len(vocabulary.pos_labels) + len(ENTITY_LABELS)
        self.output = nn.Parameter(torch.randn(2 * width, labels) * (1 / width) ** 0.5)
        self.output_bias = nn.Parameter(torch.zeros(labels))
        self.corpus_shift = nn.Parameter(torch.zeros(len(vocabulary.corpora), width))
        self.transitions = nn.Parameter(torch.zeros(len(ENTITY_LABELS), len(ENTITY_LABELS)))
        self.entries = nn.Parameter(torch.zeros(len(ENTITY_LABELS)))
        forbidden = torch.zeros(len(ENTITY_LABELS), len(ENTITY_LABELS))
        for i, before in enumerate(ENTITY_LABELS):
            for j, after in enumerate(ENTITY_LABELS):
                if after.startswith("I-") and before[2:] != after[2:]:
                    forbidden[i, j] = -1e4
        self.forbidden = forbidden
        self.feature_ids: dict[str, list[int]] = {"": [0]}

    def ids(self, word: str) -> list[int]:
        """Numbers of the features of a word; its own name first, if known."""
        if word not in self.feature_ids:
            known = self.vocabulary.features
            self.feature_ids[word] = [known[name] for name in type_features(word) if name in known] or [0]
        return self.feature_ids[word]

    def forward(self, batch: list[Encoded]) -> tuple[Tensor, Tensor]:
        """Scores of the tags and of the name labels, one row a token of the batch."""
        rows: dict[str, int] = {"": 0}
        numbers: list[int] = []
        place: list[int] = []
        tokens: list[int] = []
        features: list[int] = []
        groups: list[int] = []
        grouped: list[int] = []
        names: dict[tuple[int, str], int] = {}
        corpora: list[int] = []
        for d, document in enumerate(batch):
            first = len(place)
            for start, end in document.sentences:
                numbers += [0] * PADDING
                place += range(len(numbers), len(numbers) + end - start)
                numbers += [rows.setdefault(word, len(rows)) for word in document.words[start:end]]
            tokens += [place[first + t] for t in document.tokens]
            features += document.features
            for i, word in enumerate(document.words):
                if word[0].isupper():
                    grouped.append(place[first + i])
                    groups.append(names.setdefault((d, document.plain[i]), len(names)))
            corpora += [document.corpus] * len(document.words)
        numbers += [0] * PADDING
        size = len(numbers)
        ids = [self.ids(word) for word in rows]
        flat = torch.tensor([i for found in ids for i in found])
        offsets = torch.tensor(np.cumsum([0] + [len(found) for found in ids[:-1]]))
        kept = torch.ones(len(flat))
        if self.training:
            kept = (torch.rand(len(flat)) > 0.1).float()
            kept[offsets] *= (torch.rand(len(offsets)) > 0.2).float()
        vectors = nn.functional.embedding_bag(flat, self.embeddings, offsets, mode="sum", per_sample_weights=kept)
        vectors = vectors * (torch.arange(len(rows)) > 0).float()[:, None]
        products = nn.functional.dropout(vectors, 0.1, self.training) @ self.first
        padded = torch.zeros(size + 2 * PADDING, dtype=torch.long)
        padded[PADDING : PADDING + size] = torch.tensor(numbers)
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
        context = context + nn.functional.pad(second[:-1, :width], (0, 0, 1, 0))
        context = context + nn.functional.pad(second[1:, 2 * width :], (0, 0, 0, 1))
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
        split = len(self.vocabulary.pos_labels)
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

    def arrays(self) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
        """What `tagger.Model` needs."""
        names = sorted(self.vocabulary.features, key=self.vocabulary.features.__getitem__)
        found = {
            name: value.detach().numpy().astype(np.float16)
            for name, value in self.named_parameters()
            if name != "corpus_shift"
        }
        found["transitions"] = (self.transitions + self.forbidden).detach().numpy().astype(np.float16)
        found["entries"] = (self.entries + self.forbidden[0]).detach().numpy().astype(np.float16)
        return found | {
            "feature_names": np.array(names), "pos_labels": np.array(self.vocabulary.pos_labels),
            "entity_labels": np.array(ENTITY_LABELS),
        }  # fmt: skip


def batches(documents: list[Encoded], chance: random.Random) -> Iterator[list[Encoded]]:
    """Documents in random order, some `BATCH_TOKENS` tokens at a time."""
    order = list(documents)
    chance.shuffle(order)
    batch: list[Encoded] = []
    for document in order:
        batch.append(document)
        if sum(len(d.words) for d in batch) >= BATCH_TOKENS:
            yield batch
            batch = []
    if batch:
        yield batch


def train(documents: list[Document], seed: int = 1, epochs: int = EPOCHS) -> Network:
    """Fit the network to all labels that `documents` have."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    chance = random.Random(seed)  # noqa: S311
    vocabulary = build_vocabulary(documents)
    network = Network(vocabulary)
    plain = [encode(d, vocabulary) for d in documents]
    shouted = [encode(d, vocabulary, capitals=True) for d in documents]
    optimizer = torch.optim.Adam(network.parameters(), LEARNING_RATE)
    total = epochs * (sum(len(d.words) for d in plain) // BATCH_TOKENS + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(0.02, 1 - step / total))
    for epoch in range(epochs):
        network.train()
        losses = [0.0, 0.0]
        chosen = [s if chance.random() < 0.06 else p for p, s in zip(plain, shouted, strict=True)]
        for batch in batches(chosen, chance):
            tags, names = network(batch)
            pos = torch.tensor([t for d in batch for t in d.pos])
            labels = torch.tensor([t for d in batch for t in d.entities])
            sentences: list[tuple[int, int]] = []
            first = 0
            for document in batch:
                for start, end in document.sentences:
                    if document.entities[start] != UNKNOWN:
                        sentences.append((first + start, first + end))
                first += len(document.words)
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
        print(f"epoch {epoch + 1}: tags {losses[0]:.0f}, names {losses[1]:.0f}", flush=True)
    return network


def label_spans(document: Document, labels: list[str]) -> list[tuple[int, int, str]]:
    """(start, end, type) in code points of the names that `labels` mark."""
    spans: list[tuple[int, int, str]] = []
    for i, label in enumerate(labels):
        if label.startswith("B-"):
            spans.append((document.starts[i], document.ends[i], label[2:]))
        elif label != "O":
            spans[-1] = (spans[-1][0], document.ends[i], label[2:])
    return spans


def main() -> None:
    """Train, or cross-validate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=MODEL_FILE)
    args = parser.parse_args()
    network = train(read_corpora(args.corpora))
    np.savez_compressed(args.output, **network.arrays())
    print(f"{args.output}: {args.output.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
