"""The extract stage: documents that this extractor version has not read yet, in batches, on all cores.

Every document, in whatever language, also gets the sketch by which copies of it are told. `annotate`, `sketch` and
what they call are pure; reading and loading happen here alone. A batch is loaded in one
transaction together with its stamps in `raw.extractions`, so a run that dies costs at most the batches
under way, and the next run goes on from there.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import duckdb
import polars as pl

from flows import progress
from flows.copies import SKETCH_VERSION, sketch
from flows.extract.annotate import EXTRACTOR_VERSION, annotate, load
from flows.extract.rows import TABLES, Row, rows_of
from flows.settings import Settings
from flows.wirecopy import read_header
from warehouse import contracts, raw, state
from warehouse.connection import open_raw
from warehouse.errors import WirehouseError

log = logging.getLogger("wirehouse.extract")

Result = TypeVar("Result")

PENDING_SQL = (Path(__file__).parent / "pending.sql").read_text(encoding="utf-8")
SMALL = 300
"""Up to so many documents are extracted in this process: starting workers would take longer."""
SMALL_TO_SKETCH = 10_000
"""The same for sketches, which are some twenty times faster."""

Document = tuple[str, str]
"""Document id and text."""


@dataclass(frozen=True, slots=True)
class ExtractReport:
    """What the extract stage did. `not_covered`: documents by language, of those that extraction does not cover."""

    documents: int
    statements: int
    violations: int
    not_covered: dict[str, int]


def extract(settings: Settings, *, run_id: str, full: bool = False) -> ExtractReport:
    """Extract every document that `EXTRACTOR_VERSION` has not read, and load what was found; `full` extracts all anew.

    Rows that break a contract are left out and logged: the extractor is to blame, not the document.
    """
    with open_raw(settings.with_half_the_memory()) as connection:
        if full:
            raw.drop_extractions(connection)
        pending = [document_id for (document_id,) in connection.execute(PENDING_SQL, [EXTRACTOR_VERSION]).fetchall()]
        known = raw.count_extracted(connection, pending)
        if known:
            log.info("documents read anew, as another version of the extractor had read them: %s", known)
        texts = _texts(connection, pending, settings)
        done = statements = violations = 0
        progress.tell("extract", 0, len(pending))
        for found in _worked(extract_batch, texts, settings.workers if len(pending) > SMALL else 1, load):
            raw.load_extraction(connection, found.frames, EXTRACTOR_VERSION, found.document_ids, state.now(), run_id)
            for line in found.violations:
                log.warning("left out a row that breaks its contract: %s", line)
            done += len(found.document_ids)
            statements += found.frames["statements"].height
            violations += len(found.violations)
            progress.tell("extract", done, len(pending))
        raw.drop_outdated_extractions(connection, EXTRACTOR_VERSION)
        _sketch_new(connection, settings)
        not_covered = raw.count_not_covered(connection)
    return ExtractReport(done, statements, violations, not_covered)


def _sketch_new(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Sketch every document that has no sketch of this version; those of other versions go."""
    pending = raw.documents_without_sketch(connection, SKETCH_VERSION)
    texts = _texts(connection, pending, settings)
    for frame in _worked(sketch_batch, texts, settings.workers if len(pending) > SMALL_TO_SKETCH else 1):
        raw.load_sketches(connection, frame)
    raw.drop_outdated_sketches(connection, SKETCH_VERSION)


def _texts(
    connection: duckdb.DuckDBPyConnection, document_ids: Sequence[str], settings: Settings
) -> Iterator[list[Document]]:
    """The documents in batches, each read when it is asked for."""
    chars = raw.char_counts(connection)
    sizes = [(document_id, chars[document_id]) for document_id in document_ids]
    for batch in batches(sizes, settings.extract_batch_documents, settings.extract_batch_chars):
        yield raw.read_texts(connection, batch)


def batches(sizes: Iterable[tuple[str, int]], max_documents: int, max_chars: int) -> Iterator[list[str]]:
    """Documents, in their order, with at most so many and, but for a longer single one, so many characters together.

    Args:
        sizes: ids, each with the characters of its text.
        max_documents: in one batch.
        max_chars: in one batch.
    """
    batch: list[str] = []
    held = 0
    for document_id, chars in sizes:
        if batch and (len(batch) == max_documents or held + chars > max_chars):
            yield batch
            batch, held = [], 0
        batch.append(document_id)
        held += chars
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a batch: a frame for each raw table, and the contract violations, a line each."""

    document_ids: list[str]
    frames: dict[str, pl.DataFrame]
    violations: list[str]


def extract_batch(documents: Sequence[Document]) -> Found:
    """Annotate documents and check the rows against their contracts."""
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    for document_id, text in documents:
        for table, found in rows_of(document_id, text, annotate(text)).items():
            rows[table].extend(found)
    texts = pl.DataFrame(documents, schema={"document_id": pl.String, "document_text": pl.String}, orient="row")
    frames, violations = {}, []
    for table, table_rows in rows.items():
        checked = contracts.check(table, contracts.frame(table, table_rows), texts)
        frames[table] = checked.valid
        violations += checked.violations
    return Found([document_id for document_id, _ in documents], frames, violations)


def sketch_batch(documents: Sequence[Document]) -> pl.DataFrame:
    """The rows of `raw.sketches` for documents."""
    sketches = ((document_id, sketch(text, read_header(text).body_start)) for document_id, text in documents)
    rows = (
        {"document_id": document_id, "sketch_version": SKETCH_VERSION, **asdict(made)} for document_id, made in sketches
    )
    return contracts.check("sketches", contracts.frame("sketches", rows)).valid


def _worked(
    work: Callable[[list[Document]], Result],
    batches: Iterable[list[Document]],
    workers: int,
    prepare: Callable[[], None] | None = None,
) -> Iterator[Result]:
    """Do `work` on batches in order, on `workers` processes, with no more batches in memory than keep them busy.

    Each process calls `prepare` first, where there are several.
    """
    if workers == 1:
        yield from map(work, batches)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(prepare,))
    try:
        with _interrupts_for_the_parent():
            for _ in range(workers):
                # All start now: one that starts while the pool breaks, as another died, is waited for without end.
                pool.submit(int)
        under_way: deque[Future[Result]] = deque()
        for batch in batches:
            under_way.append(pool.submit(work, batch))
            if len(under_way) > 2 * workers:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    except BrokenProcessPool as error:
        raise WirehouseError(
            "the system ended an extraction process, perhaps for want of memory: run again, with fewer --workers"
        ) from error
    except BaseException:  # such as Ctrl-C: nobody needs what the workers are at
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_for_the_parent() -> Iterator[None]:
    """Have processes that start meanwhile never see Ctrl-C, which reaches the parent when this ends."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _begin(prepare: Callable[[], None] | None) -> None:
    """What a worker does first."""
    _end_with_parent()
    if prepare:
        prepare()


def _end_with_parent() -> None:
    """Have this worker end as soon as the process that started it is gone, even by `kill -9`."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
