"""What a run does first: it throws away what a run that died left, and finishes a forgetting that was cut off."""

from __future__ import annotations

import logging
import shutil

from flows import forget
from flows.settings import Settings
from warehouse import disk
from warehouse.connection import SPILL

log = logging.getLogger("wirehouse.recover")


def recover(settings: Settings) -> None:
    """Bring the data folder in order; the caller holds the lock, so nobody else is writing to it."""
    folders = (settings.root, settings.releases_dir, settings.backups_dir)
    left = [path for folder in folders for path in disk.remove_unfinished(folder)]
    for spilled in settings.root.glob(f"*{SPILL}"):
        shutil.rmtree(spilled)
        left.append(spilled)
    if left:
        log.info("threw away what a run that died left half written: %s", ", ".join(path.name for path in left))
    if forget.finish(settings):
        log.info("finished forgetting what was asked to be forgotten")
