"""What the runner starts for a run: given a server that is silent at first, the run waits and is not lost."""

from __future__ import annotations

import runpy
import time
from collections.abc import Iterator

import pytest

from flows import engine


def test_a_run_that_begins_while_the_server_is_down_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: Iterator[bool] = iter([False, False, True])
    happened: list[str] = []

    class SilentAtFirst:
        def __init__(self, api_url: str) -> None:
            assert api_url == "http://127.0.0.1:4200/api"

        def answers(self) -> bool:
            happened.append("looked")
            return next(answers)

    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    monkeypatch.setattr(engine, "Server", SilentAtFirst)
    monkeypatch.setattr(time, "sleep", lambda seconds: happened.append("waited"))
    monkeypatch.setattr(runpy, "run_module", lambda name, **_: happened.append(name))
    engine.main()
    assert happened == ["looked", "waited", "looked", "waited", "looked", "prefect.engine"]
