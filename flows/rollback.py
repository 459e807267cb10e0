"""Going back to an earlier release in one step; the one gone back from is kept too."""

from __future__ import annotations

import logging

from flows.recover import recover
from flows.settings import Settings
from flows.verify import altered
from warehouse import disk, lock, releases, state
from warehouse.errors import DamagedError, UsageError

log = logging.getLogger("wirehouse.rollback")


def rollback(settings: Settings, name: str | None) -> releases.ReleaseFile:
    """Publish the kept release `name`, by default the newest that is older than the published one.

    What was loaded since stays loaded: a run that finds something new publishes it all again, and one that
    finds nothing new leaves the rollback as it is.

    Raises:
        UsageError: there is no such release, or it is published now.
        BusyError: a run is writing to the data folder.
        WirehouseError: the release is damaged, or the disk has no room.
    """
    if not settings.root.exists():
        raise UsageError(f"there is no warehouse in {settings.root}: run `wirehouse run SOURCE` first")
    with lock.hold(settings.lock_file, settings.wait_seconds):
        try:
            recover(settings)
        except DamagedError as error:  # one can still go back
            log.warning("%s", error)
        files = releases.listed(settings.published_file, settings.releases_dir)
        wanted = releases.choose(files, name or _before_published(files, settings))
        if wanted.path == settings.published_file:
            raise UsageError(f"{wanted.run_id} is what is published now: `wirehouse releases` lists the others")
        written = state.release_hashes(settings.state_file)
        if fault := altered(wanted.path, written):
            raise DamagedError(fault)
        for file in files:
            if file.path == settings.published_file and file.release and not altered(file.path, written):
                releases.keep(file.path, file.release, settings.releases_dir)
        new = settings.published_file.with_name(settings.published_file.name + disk.NEW)
        disk.duplicate(wanted.path, new)
        releases.put_in_front(new, wanted.run_id, settings.published_file)
    return wanted


def _before_published(files: list[releases.ReleaseFile], settings: Settings) -> str:
    """The newest release that is older than the published one, or the newest at all where that is damaged."""
    whole = releases.whole(files)
    published = [number for number, file in enumerate(whole) if file.path == settings.published_file]
    older = whole[published[0] + 1 :] if published else whole
    if not older:
        raise UsageError("no earlier release is kept: `wirehouse releases` lists what there is")
    return older[0].run_id
