"""What `wirehouse releases` shows: the published release and the earlier ones that are kept, with figures."""

from __future__ import annotations

from rich.console import Console
from rich.table import Column

from flows.settings import Settings
from flows.terminal import figures
from warehouse import releases
from warehouse.connection import open_readonly
from warehouse.errors import UsageError

COUNTED = ("documents", "statements", "entities")


def print_releases(settings: Settings, console: Console) -> None:
    """Print a line for each release, newest first, `*` before the published one; it waits for no run, nor a run for it.

    Raises:
        UsageError: there is no release yet.
    """
    table = figures("", Column("release", min_width=22), *COUNTED, "MiB", "extractor")
    files = releases.listed(settings.published_file, settings.releases_dir)
    if not files:
        raise UsageError(f"there is no release in {settings.root}: run `wirehouse run SOURCE` first")
    for file in files:
        mark = "*" if file.path == settings.published_file else ""
        size = f"{file.path.stat().st_size / 2**20:.1f}"
        if file.release is None:
            table.add_row(mark, file.run_id, "damaged", "", "", size)
            continue
        with open_readonly(file.path) as connection:
            counts = releases.row_counts(connection)
        counted = (f"{counts[name]:,}" for name in COUNTED)
        table.add_row(mark, file.run_id, *counted, size, file.release.extractor_version)
    console.print(table)
    console.print("* what analysts see; a release is named by the UTC time at which its run began", soft_wrap=True)
