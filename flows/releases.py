"""What `wirehouse releases` shows: the published release and the earlier ones that are kept, with figures."""

from __future__ import annotations

from rich.console import Console
from rich.table import Column, Table

from flows.settings import Settings
from warehouse import releases
from warehouse.connection import open_readonly

COUNTED = ("documents", "statements", "entities")


def print_releases(settings: Settings, console: Console) -> None:
    """Print a line for each release, newest first; a run never waits for this, nor this for a run.

    Raises:
        UsageError: there is no release yet.
    """
    names = ("made (UTC)", *COUNTED, "MiB", "extractor", "")
    columns = [Column(name, overflow="fold") for name in names]
    table = Table(Column("release", no_wrap=True, min_width=22), *columns, header_style="bold")  # names are for copying
    for file in releases.listed(settings.published_file, settings.releases_dir):
        shown = "published" if file.path == settings.published_file else ""
        size = f"{file.path.stat().st_size / 2**20:.1f}"
        if file.release is None:
            table.add_row(file.run_id, "", *("" for _ in COUNTED), size, "", f"{shown} damaged".strip())
            continue
        with open_readonly(file.path) as connection:
            counts = releases.row_counts(connection)
        made = f"{file.release.published_at:%Y-%m-%d %H:%M:%S}"
        figures = (f"{counts[name]:,}" for name in COUNTED)
        table.add_row(file.run_id, made, *figures, size, file.release.extractor_version, shown)
    console.print(table)
