"""What every writer does first: throw away what died half written, finish a forgetting that was cut off."""

from __future__ import annotations

import logging
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from flows.settings import Settings
from flows.verify import altered, raw_tables_gone, unreadable
from warehouse import disk, forgotten, releases, state
from warehouse.connection import SPILL, open_raw
from warehouse.errors import DamagedError

log = logging.getLogger("wirehouse.recover")


def recover(settings: Settings) -> None:
    """Bring the data folder in order; the caller holds the lock, so nobody else is writing to it.

    Raises:
        DamagedError: a forgetting cannot be finished, as the raw tables or the published file are damaged.
    """
    state.set_damaged_aside(settings.state_file)
    folders = (settings.root, settings.releases_dir, settings.backups_dir)
    left = [path for folder in folders for path in disk.remove_unfinished(folder)]
    for spilled in settings.root.glob(f"*{SPILL}"):
        shutil.rmtree(spilled)
        left.append(spilled)
    if left:
        log.info("threw away what a run that died left half written: %s", ", ".join(path.name for path in left))
    removed = finish_forgetting(settings)
    if rows := sum(sum(counts.values()) for counts in removed.values()):
        log.info("finished forgetting what was asked to be forgotten: %s rows in %s files", rows, len(removed))


def finish_forgetting(settings: Settings) -> dict[Path, Counter[str]]:
    """Write every file anew that may hold what is to be forgotten; the caller holds the lock.

    Damaged releases and backups, which cannot be written anew, are deleted.

    Returns:
        Rows removed, by file and table.
    """
    known = state.forgotten(settings.state_file)
    if not (known or settings.raw_file.exists()):
        return {}
    with open_raw(settings) as raw:
        is_unfinished = state.is_forgetting(settings.state_file) or bool(forgotten.pending(raw))
        forgotten.recall(raw, known)
        pending = forgotten.pending(raw)
        remembered = forgotten.remembered(raw)
    if set(remembered) - set(known):
        state.note_forgotten(settings.state_file, remembered)
    if not pending:
        state.end_forgetting(settings.state_file)
        return {}
    for path in (settings.build_file, settings.build_file.with_name(settings.build_file.name + ".wal")):
        path.unlink(missing_ok=True)
    removed = {}

    def without_them(path: Path, run_id: str, put: Callable[[Path], None]) -> Counter[str]:
        def place(new: Path) -> None:
            written, now = state.release_hashes(settings.state_file).get(run_id, ""), disk.sha256(new)
            state.note_release(settings.state_file, run_id, f"{written} {now}")
            put(new)
            state.note_release(settings.state_file, run_id, now)

        return forgotten.rewrite_release(path, pending, place)

    published = releases.read_file(settings.published_file)
    if published:
        in_front = partial(releases.put_in_front, run_id=published.run_id, published_file=settings.published_file)
        removed[settings.published_file] = without_them(settings.published_file, published.run_id, in_front)
    releases.drop_former(settings.published_file, at_once=True)
    for path in sorted(settings.releases_dir.glob("*.duckdb")):
        if published and path.stem == published.run_id:  # after a rollback
            disk.duplicate(settings.published_file, path)
            continue
        with _deleted_if_damaged(path):
            removed[path] = without_them(path, path.stem, partial(disk.put_in_place, target=path))
    for path in sorted(settings.backups_dir.glob("*.duckdb")):
        with _deleted_if_damaged(path):
            removed[path] = forgotten.rewrite_raw(path, pending, settle=False)
    if is_unfinished:  # else what was forgotten before is in none of them
        for path in settings.root.glob(f"*{disk.DAMAGED}"):  # they cannot be read, so they cannot be written anew
            path.unlink()
    for path in settings.log_dir.rglob("*.log*"):  # they may quote texts; some are being written
        os.truncate(path, 0)
        disk.flush(path)
    forgotten.rewrite_raw(settings.raw_file, pending, settle=True)
    state.end_forgetting(settings.state_file)
    return removed


def set_damaged_aside(settings: Settings, *, may_load: bool = True) -> None:
    """Give files that cannot be read, or are not what was written, another name, so that a full run makes them anew;
    the caller holds the lock. Whether it `may_load` sources decides whether the raw tables can be made anew.

    Raises:
        BusyError: another process has one of them open.
        DamagedError: the raw tables are damaged, or gone, and no source was named.
    """
    forgot = state.set_damaged_aside(settings.state_file)
    if not may_load and (gone := raw_tables_gone(settings)):
        raise DamagedError(gone)
    written = state.release_hashes(settings.state_file)
    for path in (settings.raw_file, settings.build_file, settings.published_file):
        fault = (unreadable(path) or altered(path, written)) if path.exists() else None
        if fault and path == settings.raw_file:
            if not may_load:
                raise DamagedError(fault)
            if forgot:
                log.warning("what was forgotten is no longer known, as state.sqlite was damaged, too: forget it again")
        if fault:
            aside = path.with_name(path.name + disk.DAMAGED)
            log.warning("%s; it is set aside as %s and made anew", fault, aside.name)
            if path == settings.published_file:
                path.resolve().replace(aside)
                path.unlink(missing_ok=True)  # a link
            else:
                path.replace(aside)
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


@contextmanager
def _deleted_if_damaged(path: Path) -> Iterator[None]:
    """Delete a file that proves damaged: nobody can say what it holds."""
    try:
        yield
    except DamagedError as error:
        log.warning("%s; it is deleted, as it may hold what is to be forgotten", error)
        path.unlink()
