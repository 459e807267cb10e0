"""`make bench`: how fast extraction and each stage are, as ratios within one run.

Extraction is compared with a spaCy pipeline of en_core_web_sm's shape on the same texts, one core each; its weights
are untrained, which costs the same. Stages are measured on a generated corpus of 5,000 documents; an argument gives
another size and leaves spaCy out (`make scale`: 100,000 documents).
"""

from __future__ import annotations

import os

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

import multiprocessing
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from flows.extract.annotate import annotate, load
from flows.extract.stage import _worked, extract_batch
from flows.run import run
from flows.settings import Settings
from tests.benchmarks import corpus, formats
from tests.benchmarks.control import spin

COMPARED = 120
"""Documents that both extractors read."""
BATCH = 20
"""How many of them in turn, so that what else the machine does slows both alike; one thread each, by CPU time."""
SPINS = 20_000_000


def seconds(action: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that `action` takes by a clock."""
    began = clock()
    action()
    return clock() - began


def spacy_pipeline(examples: Sequence[str]) -> Any:
    """tok2vec, tagger, parser and ner of the shape and label counts of en_core_web_sm, with untrained weights.

    As there, tagger and parser listen to one tok2vec (width 96, depth 4) and ner has its own.
    """
    import spacy
    from spacy.training import Example

    nlp = spacy.blank("en")
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "tok2vec"}
    nlp.add_pipe("tok2vec", config={"model": _tok2vec({"SPACY": 50, "IS_SPACE": 50})})
    tagger = nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": listener}})
    parser, ner = (
        nlp.add_pipe(name, config={"model": {
            "@architectures": "spacy.TransitionBasedParser.v2", "state_type": name, "extra_state_tokens": False,
            "hidden_width": 64, "maxout_pieces": 2, "use_upper": True, "tok2vec": tok2vec,
        }})
        for name, tok2vec in (("parser", listener), ("ner", _tok2vec({})))
    )  # fmt: skip
    for pipe, count in ((tagger, 50), (parser, 45), (ner, 18)):
        for number in range(count):
            pipe.add_label(f"L{number}")
    doc = nlp.make_doc("The talks in Geneva resumed .")
    gold = {
        "tags": ["L0", "L1", "L2", "L3", "L4", "L5"],
        "heads": [1, 4, 1, 2, 4, 4],
        "deps": ["L0", "L1", "L2", "L3", "ROOT", "L4"],
        "entities": ["O", "O", "O", "U-L0", "O", "O"],
    }
    nlp.initialize(lambda: [Example.from_dict(doc, gold)])
    nlp.max_length = max(map(len, examples)) + 1
    return nlp


def _tok2vec(more_rows: dict[str, int]) -> dict[str, Any]:
    rows = {"NORM": 5000, "PREFIX": 1000, "SUFFIX": 2500, "SHAPE": 2500, **more_rows}
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2", "width": 96, "include_static_vectors": False,
            "attrs": list(rows), "rows": list(rows.values()),
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2", "width": 96, "depth": 4, "window_size": 1,
            "maxout_pieces": 3,
        },
    }  # fmt: skip


def compare_extraction() -> None:
    """Print documents/s and MB/s of both extractors on the same texts, and the ratio."""
    texts = list(corpus.texts(COMPARED))
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    nlp = spacy_pipeline(texts)
    nlp(texts[0])
    load()
    ours = theirs = 0.0
    for at in range(0, COMPARED, BATCH):
        batch = texts[at : at + BATCH]
        ours += seconds(lambda batch=batch: [annotate(text) for text in batch], time.process_time)
        theirs += seconds(lambda batch=batch: list(nlp.pipe(batch)), time.process_time)
    print(f"extraction, one core, {COMPARED} documents, {megabytes:.2f} MB")
    for name, taken in (("wirehouse", ours), ("spaCy, en_core_web_sm's shape", theirs)):
        print(f"  {name:30} {COMPARED / taken:8.1f} documents/s {megabytes / taken:7.2f} MB/s")
    print(f"  ratio                          {theirs / ours:8.1f}")


def measure_stages(count: int) -> None:
    """Print seconds and MB/s of each stage on `count` documents, and the memory used; then what 100 more take, by stage
    and as a command, and what they take in an empty warehouse, for which dbt reads the whole project."""
    with tempfile.TemporaryDirectory() as folder:
        stories = Path(folder) / "stories"
        stories.mkdir()
        settings = Settings(data_dir=Path(folder) / "data", workers=2)
        size = corpus.write_jsonl(stories / "first.jsonl", 0, count)
        peaks: dict[str, int] = {}

        def write_twice(name: str, first: int) -> int:
            corpus.write_jsonl(Path(folder) / name, first, 100)
            return corpus.write_jsonl(stories / name, first, 100)

        def watched(name: str, stage: Callable[[], Any]) -> Any:
            with memory() as peak:
                result = stage()
            peaks[name] = peak[0]
            return result

        loaded = run([str(stories)], settings, step=watched).seconds
        report_run(f"{count:,} documents, {size / 1e6:.1f} MB", loaded, count, size)
        told = ", ".join(f"{stage} {peak / 1e6:.0f} MB" for stage, peak in peaks.items())
        print(f"  peak memory of the run and its workers together: {told}")
        sizes = ", ".join(f"{path.name} {path.stat().st_size / 1e6:.1f} MB" for path in settings.root.glob("*.duckdb"))
        print(f"  {sizes}")
        ratio = "ratio 100 more / 100 into an empty warehouse (asked: at most 2)"
        size = write_twice("second.jsonl", count)
        more = run([str(stories)], settings).seconds
        report_run("100 more", more, 100, size)
        alone = run([str(Path(folder) / "second.jsonl")], Settings(data_dir=Path(folder) / "empty", workers=2)).seconds
        report_run("the same 100 into an empty warehouse", alone, 100, size)
        print(f"  {ratio}, stages   {sum(more.values()) / sum(alone.values()):6.2f}")
        write_twice("third.jsonl", count + 100)
        waited = command_seconds(stories, settings.root)
        waited_alone = command_seconds(Path(folder) / "third.jsonl", Path(folder) / "empty too")
        print(f"the next 100 by `wirehouse run --direct`: {waited:.1f} s, into an empty warehouse {waited_alone:.1f} s")
        print(f"  {ratio}, commands {waited / waited_alone:6.2f}")


def command_seconds(stories: Path, data_dir: Path) -> float:
    """Seconds that a user waits for a run, from the start of its process to the end."""
    command = [sys.executable, "-m", "flows.cli", "run", "--direct", "--data-dir", str(data_dir), str(stories)]
    return seconds(lambda: subprocess.run(command, check=True))


def measure_workers(count: int) -> None:
    """Print the speed-up of two workers, and that of two processes that share nothing, on the same documents."""
    texts = list(corpus.texts(count))
    batches = [[(str(n), text) for n, text in enumerate(texts[i : i + 100])] for i in range(0, count, 100)]
    extract_batch(batches[0][:10])
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(spin, [10_000, 10_000]))  # both processes are there
        spun = seconds(lambda: [spin(SPINS), spin(SPINS)]) / seconds(lambda: list(pool.map(spin, [SPINS, SPINS])))
    one = seconds(lambda: [extract_batch(batch) for batch in batches])
    workers = _worked(extract_batch, [batches[0][:10]] * 5 + batches, 2)
    for _ in range(5):
        next(workers)  # both workers are there and have read their lexicons
    two = seconds(lambda: list(workers))
    print(f"extraction, {count} documents: 2 workers {one / two:.2f} times one, two free processes {spun:.2f} times")
    print(f"  ratio (asked: at least 0.9)                   {one / two / spun:10.2f}")


@contextmanager
def memory() -> Iterator[list[int]]:
    """The most bytes that this process and its children hold together while the block runs, looked at often.

    What they share, such as libraries, counts once where the system tells (PSS, on Linux). Working that out holds a
    process up for a while that grows with its size, so it is asked where their resident sizes together are a new peak.
    """
    peak, over = [0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(peak, over), daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _watch(peak: list[int], over: threading.Event) -> None:
    ours = psutil.Process()
    most = 0
    while not over.wait(0.2):
        processes = [ours, *ours.children(recursive=True)]
        resident = _sum(processes, lambda process: process.memory_info().rss)
        if resident > most:
            most = resident
            peak[0] = max(peak[0], _sum(processes, _held))


def _sum(processes: list[psutil.Process], size: Callable[[psutil.Process], int]) -> int:
    """The sizes of those processes that are still there, together."""
    total = 0
    for process in processes:
        with suppress(psutil.Error):
            total += size(process)
    return total


def _held(process: psutil.Process) -> int:
    told = process.memory_full_info()
    return int(getattr(told, "pss", told.rss))


def report_run(title: str, stage_seconds: dict[str, float], count: int, size: int) -> None:
    """Print one run's stages."""
    taken = sum(stage_seconds.values())
    print(f"{title}: {taken:.1f} s, {count / taken:.1f} documents/s")
    for stage, needed in stage_seconds.items():
        print(f"  {stage:10} {needed:7.1f} s {size / 1e6 / needed:8.2f} MB/s")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure_stages(int(sys.argv[1]))
    else:
        compare_extraction()
        formats.main()
        measure_workers(1_000)
        measure_stages(5_000)
