"""Word lists as data files; each begins with lines "# ..." that say what it holds and where it is from."""

from __future__ import annotations

from importlib.resources import files


def rows(name: str) -> list[list[str]]:
    """The tab-separated rows of the lexicon `name`, without its header lines."""
    lines = files(__name__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
