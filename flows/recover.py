"""What a run does first: it throws away what a run that died left, and finishes a forgetting that was cut off."""

from __future__ import annotations

import logging
import shutil

from flows import forget
from flows.settings import Settings
from flows.verify import unreadable
from warehouse import disk, state
from warehouse.connection import SPILL
from warehouse.disk import DAMAGED

log = logging.getLogger("wirehouse.recover")


def recover(settings: Settings) -> None:
    """Bring the data folder in order; the caller holds the lock, so nobody else is writing to it."""
    state.set_damaged_aside(settings.state_file)
    folders = (settings.root, settings.releases_dir, settings.backups_dir)
    left = [path for folder in folders for path in disk.remove_unfinished(folder)]
    for spilled in settings.root.glob(f"*{SPILL}"):
        shutil.rmtree(spilled)
        left.append(spilled)
    if left:
        log.info("threw away what a run that died left half written: %s", ", ".join(path.name for path in left))
    if forget.finish(settings):
        log.info("finished forgetting what was asked to be forgotten")


def set_damaged_aside(settings: Settings) -> None:
    """Give files that cannot be read another name, so that a full run makes them anew; the caller holds the lock.

    Raises:
        BusyError: another process has one of them open.
    """
    for path in (settings.raw_file, settings.build_file, settings.published_file):
        fault = unreadable(path) if path.exists() else None
        if fault:
            aside = path.with_name(path.name + DAMAGED)
            log.warning("%s; it is set aside as %s and made anew", fault, aside.name)
            if path == settings.published_file:
                path.resolve().replace(aside)
                path.unlink(missing_ok=True)  # a link
            else:
                path.replace(aside)
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
