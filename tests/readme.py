"""The generated parts of README.md: `python -m tests.readme --write` renews them, a test compares them.

Each part stands between `<!-- name -->` and `<!-- /name -->`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer.main
import yaml

from flows.cli import app
from flows.settings import Settings
from warehouse.reasons import REASONS

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
WIREHOUSE = [sys.executable, "-m", "flows.cli"]
QUESTION = re.compile(r"```sql\n(?P<sql>.*?)\n```\n\n```text\n(?P<output>.*?)\n```", re.DOTALL)


def part(name: str) -> str:
    """What README.md holds between the marks of `name`."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"README.md has no part {name}"
    return found[1]


def commands() -> str:
    """The help text of each command."""
    return "\n".join(["```text", *_help("wirehouse", typer.main.get_command(app)), "```"]) + "\n"


def _help(name: str, group: Any) -> Iterator[str]:
    """Usage, summary and example of each command of a group, and of the groups in it."""
    for verb, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _help(f"{name} {verb}", command)
            continue
        usage = command.make_context(f"{name} {verb}", [], resilient_parsing=True).get_usage().removeprefix("Usage: ")
        summary, _, example = (command.help or "").partition("\n\n")
        yield from (" ".join(usage.split()), f"    {summary.strip()}", f"    {example.strip()}")


def settings() -> str:
    """Each setting, its default and what it means."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    depends = {"data_dir": "./wirehouse-data, in a checkout warehouse/data", "workers": "one a core"}
    for name, field in Settings.model_fields.items():
        default = depends.get(name, field.default)
        shown = f"{default:,}" if isinstance(default, int) and default >= 10_000 else default
        rows.append(f"| `WIREHOUSE_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows) + "\n"


def reasons() -> str:
    """Each reason code, its meaning and the way out."""
    rows = ["| code | meaning | what to do |", "|---|---|---|"]
    rows += [f"| `{code}` | {reason.meaning} | {reason.way_out} |" for code, reason in REASONS.items()]
    return "\n".join(rows) + "\n"


def tables() -> str:
    """Each public table with its columns, from the dbt project."""
    parts = []
    for path in sorted((ROOT / "dbt_project" / "models" / "marts").glob("*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            columns = ", ".join(f"`{column['name']}`" for column in model["columns"])
            summary = " ".join(model["description"].split())
            parts.append(f"**{model['name']}**: {summary}\n{columns}\n")
    return "\n".join(parts)


def answer(sql: str, data_dir: Path) -> str:
    """What `wirehouse query` prints for `sql`, in a terminal 118 columns wide."""
    environment = {**os.environ, "COLUMNS": "118", "WIREHOUSE_DATA_DIR": str(data_dir)}
    done = subprocess.run([*WIREHOUSE, "query", sql], env=environment, capture_output=True, text=True, check=True)
    return "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())


def questions(data_dir: Path) -> str:
    """The questions as they stand, each with the output that its SQL has now."""

    def renewed(found: re.Match[str]) -> str:
        return f"```sql\n{found['sql']}\n```\n\n```text\n{answer(found['sql'], data_dir)}\n```"

    return QUESTION.sub(renewed, part("questions"))


GENERATED: dict[str, Callable[[], str]] = {
    "commands": commands,
    "settings": settings,
    "reasons": reasons,
    "tables": tables,
}


def write() -> None:
    """Renew every generated part of README.md."""
    with tempfile.TemporaryDirectory() as data_dir:
        seeds = str(ROOT / "seeds")
        subprocess.run([*WIREHOUSE, "run", "--direct", "--data-dir", data_dir, seeds], check=True)
        parts = {name: make() for name, make in GENERATED.items()} | {"questions": questions(Path(data_dir))}
    text = README.read_text(encoding="utf-8")
    for name, new in parts.items():
        text = text.replace(f"<!-- {name} -->\n{part(name)}<!-- /{name} -->", f"<!-- {name} -->\n{new}<!-- /{name} -->")
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    write()
