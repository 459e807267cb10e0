"""`--on-failure`: tell a person, through a command or a URL, of each run that failed or crashed, once.

The state file says who is to be told of which run and whether that was done, so that a run that was killed is told of
by the next one, or by `wirehouse up`. What was received is never sent again, even if the answer was an error or
none came in time; what could not be sent is, by the next run or `wirehouse up`.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
from collections.abc import Collection
from typing import Any

import tenacity

from flows import run_log
from flows.settings import Settings
from warehouse import state
from warehouse.errors import UsageError

log = logging.getLogger("wirehouse.on_failure")

ATTEMPTS = 3


class _Unreachable(Exception):
    """Nothing listens there: nobody has been told."""


def check(target: str | None) -> None:
    """Make sure that `target` is a command or a URL.

    Raises:
        UsageError: it is empty, or no URL although it begins like one.
    """
    if target is None:
        return
    if not target.strip():
        raise UsageError("--on-failure: give a command or a URL")
    if _is_url(target):
        import httpx

        try:
            has_host = bool(httpx.URL(target).host)
        except httpx.InvalidURL:
            has_host = False
        if not has_host:
            raise UsageError(f"--on-failure {target}: this is no URL")


def tell(settings: Settings, resting: Collection[str] = ()) -> set[str]:
    """Tell of every failed run of the data folder that nobody was told of yet; what goes wrong is logged.

    Commands and URLs that are `resting` are left out; returns those that could not be reached.
    """
    unreachable: set[str] = set()
    for run in state.claim_untold(settings.state_file, state.now(), resting):
        target = run.on_failure or ""
        told = report(run, settings)
        with run_log.keep(settings, run.run_id):
            try:
                if target in unreachable:
                    raise _Unreachable("no answer")
                log.info("run %s failed, --on-failure: %s", run.run_id, _tell(target, told, settings))
            except _Unreachable as error:
                unreachable.add(target)
                state.update_run(settings.state_file, run.run_id, told_at=None)
                log.warning("nobody was told of run %s: %s cannot be reached (%s)", run.run_id, target, error)
    return unreachable


def report(run: state.RunRow, settings: Settings) -> dict[str, Any]:
    """What a person needs to know of a failed run; `text` says it in one line, as chat services want it."""
    where = run_log.place(settings, run.run_id) or settings.run_log(run.run_id)
    at = f" at stage {run.stage}" if run.stage else ""
    return {
        "text": f"wirehouse run {run.run_id} {run.state}{at}: {run.message} (log: {where})",
        "run_id": run.run_id,
        "state": run.state,
        "stage": run.stage,
        "reason": run.message,
        "log": str(where),
        "sources": run.sources,
        "data_dir": str(settings.root),
        "started_at": run.started_at,
        "finished_at": run.finished_at,
    }


def _is_url(target: str) -> bool:
    return target.lower().startswith(("http://", "https://"))


def _tell(target: str, told: dict[str, Any], settings: Settings) -> str:
    """What came of it, in words."""
    return _post(target, told, settings) if _is_url(target) else _run(target, told, settings)


@tenacity.retry(
    stop=tenacity.stop_after_attempt(ATTEMPTS),
    wait=tenacity.wait_exponential(multiplier=0.5),
    retry=tenacity.retry_if_exception_type(_Unreachable),
    reraise=True,
)
def _post(url: str, told: dict[str, Any], settings: Settings) -> str:
    import httpx

    try:
        answer = httpx.post(url, json=told, timeout=settings.on_failure_seconds)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
        raise _Unreachable(str(error)) from None
    except httpx.HTTPError as error:
        return f"{url} did not answer ({type(error).__name__})"
    return f"{url} answered {answer.status_code}"


def _run(command: str, told: dict[str, Any], settings: Settings) -> str:
    """Run the command with the report as JSON on standard input, and what matters most in the environment."""
    given = {
        "WIREHOUSE_FAILED_RUN": told["run_id"],
        "WIREHOUSE_FAILED_REASON": told["text"],
        "WIREHOUSE_FAILED_LOG": told["log"],
    }
    try:
        done = subprocess.run(  # noqa: S602 (a shell command is what the user gave)
            command,
            shell=True,
            env=os.environ | given,
            input=json.dumps(told),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=settings.on_failure_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{command} took longer than {settings.on_failure_seconds:g} seconds and was stopped"
    said = f": {done.stderr.strip()}" if done.returncode and done.stderr.strip() else ""
    return f"{command} ended with exit code {done.returncode}{said}"
