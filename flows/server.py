"""What Prefect's server knows of a data folder's schedules, asked over its API: importing Prefect takes seconds."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx

TAG, WATCH_TAG = "wirehouse", "watch"
"""Tags of every deployment of ours, and of those that run when files come."""

GOING_ON = ["PENDING", "RUNNING", "CANCELLING"]
TIMEOUT_SECONDS = 10.0
START_SECONDS = 300.0
"""A server that does not answer after this long is taken for broken: on a busy machine its start takes minutes."""


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: httpx would read them for each request, which takes a hundred times as long as to ask."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Server:
    """A Prefect server, at `api_url`. Its methods raise `httpx.HTTPError` where it does not answer as it should."""

    api_url: str

    def answers(self) -> bool:
        """Whether it lives."""
        try:
            return self._request("GET", "health").is_success
        except httpx.HTTPError:
            return False

    def ask(self, path: str, **body: Any) -> Any:
        """What the API answers to a POST."""
        return self._request("POST", path, json=body).raise_for_status().json()

    def _request(self, method: str, path: str, **body: Any) -> httpx.Response:
        address = f"{self.api_url}/{path}"
        return httpx.request(
            method, address, headers=_credentials(), timeout=TIMEOUT_SECONDS, verify=_certificates(), **body
        )

    def deployments(self, root: Path) -> dict[str, dict[str, Any]]:
        """The schedules of the data folder at `root`, by id."""
        found = self.ask("deployments/filter", deployments={"tags": {"all_": [TAG]}})
        return {each["id"]: each for each in found if each["parameters"].get("data_dir") == str(root)}

    def runs(
        self, deployment_ids: list[str], sort: str = "START_TIME_DESC", limit: int = 200, **conditions: Any
    ) -> list[dict[str, Any]]:
        """Runs of these schedules for which the conditions hold, in the API's own words."""
        of_these = {"deployment_id": {"any_": deployment_ids}}
        found: list[dict[str, Any]] = self.ask(
            "flow_runs/filter", flow_runs=of_these | conditions, sort=sort, limit=limit
        )
        return found

    def next_runs(self, deployments: Mapping[str, Mapping[str, Any]]) -> dict[str, datetime]:
        """When each schedule runs next, by name, UTC; those that are paused or have no time are left out."""
        coming: dict[str, datetime] = {}
        for run in self.runs([*deployments], "EXPECTED_START_TIME_ASC", state={"type": {"any_": ["SCHEDULED"]}}):
            at = datetime.fromisoformat(run["next_scheduled_start_time"] or run["expected_start_time"])
            coming.setdefault(deployments[run["deployment_id"]]["name"], at)
        return coming

    def start_run(self, deployment_id: str) -> None:
        """Have a worker start a run at once."""
        self.ask(f"deployments/{deployment_id}/create_flow_run", state={"type": "SCHEDULED"})

    def crash(self, flow_run_id: str, message: str) -> None:
        """Mark a run as crashed."""
        self.ask(f"flow_runs/{flow_run_id}/set_state", state={"type": "CRASHED", "message": message})

    def runner_lives(self, pool: str) -> bool:
        """Whether a worker of this pool was heard of lately."""
        try:
            return any(worker["status"] == "ONLINE" for worker in self.ask(f"work_pools/{pool}/workers/filter"))
        except httpx.HTTPStatusError:
            return False  # no such pool yet


def _credentials() -> dict[str, str]:
    """What a server that asks for a login is told: the same as Prefect tells it."""
    if key := os.environ.get("PREFECT_API_KEY"):
        return {"Authorization": f"Bearer {key}"}
    if login := os.environ.get("PREFECT_API_AUTH_STRING"):
        import base64

        return {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
    return {}
