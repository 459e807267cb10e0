"""A small corpus of many short stories, and a data folder in which the older half of it is published."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import wirehouse
from tests.tables import Content, content

NAMES = ("Anna Kovacs", "Boris Hahn", "Chipo Moyo", "Dana Petrescu", "Eero Lahti", "Farid Aziz")
TITLES = ("Foreign Minister", "mediator", "President", "spokeswoman", "Judge", "Ambassador")
PLACES = ("GENEVA", "VIENNA", "NAIROBI", "SUVA", "LISBON", "ASTANA")
VERBS = ("said", "told reporters", "announced", "warned", "denied")


def story(number: int) -> str:
    choose = random.Random(number)
    name, title, place = choose.choice(NAMES), choose.choice(TITLES), choose.choice(PLACES)
    return (
        f"{place}, March {number % 28 + 1}, 2026 (Newsline) -- The talks on grain lot {number} will resume, {title} "
        f'{name} {choose.choice(VERBS)} on Monday.\n\n"We have text {number} that everybody can read," {name} said.\n'
    )


@dataclass(frozen=True)
class Half:
    """`stories` holds all of the corpus; in `data_dir` half of it is published, as `old`."""

    stories: Path
    data_dir: Path
    old: Content
    new: Content


@pytest.fixture(scope="session")
def half(tmp_path_factory: pytest.TempPathFactory) -> Half:
    stories = tmp_path_factory.mktemp("corpus")
    data_dir = tmp_path_factory.mktemp("half")
    undisturbed = tmp_path_factory.mktemp("undisturbed")
    for number in range(20):
        (stories / f"story-{number:03}.txt").write_text(story(number), encoding="utf-8")
    for folder in (data_dir, undisturbed):
        assert wirehouse("run", "--direct", "--data-dir", folder, stories).returncode == 0
    for number in range(20, 360):
        (stories / f"story-{number:03}.txt").write_text(story(number), encoding="utf-8")
    assert wirehouse("run", "--direct", "--data-dir", undisturbed, stories).returncode == 0
    return Half(stories, data_dir, content(data_dir / "wirehouse.duckdb"), content(undisturbed / "wirehouse.duckdb"))
