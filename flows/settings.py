"""Every path, limit and switch of Wirehouse, each settable as an environment variable WIREHOUSE_*."""

from __future__ import annotations

import os
import re
import tomllib
from functools import cached_property
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PACKAGE_ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds flows, warehouse and dbt_project: a checkout, or site-packages."""


def is_checkout(folder: Path) -> bool:
    """Whether `folder` is a checkout of Wirehouse: its pyproject.toml is ours."""
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(project.get("project", {}).get("name") == "wirehouse")


def default_data_dir() -> Path:
    """`warehouse/data` in a checkout, `wirehouse-data` anywhere else, below the current folder."""
    here = Path.cwd()
    return here / "warehouse" / "data" if is_checkout(here) else here / "wirehouse-data"


class Settings(BaseSettings):
    """Settings of one run. Sizes are bytes, times are seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(env_prefix="WIREHOUSE_", frozen=True)

    data_dir: Path = Field(default_factory=default_data_dir, description="where the warehouse lives")
    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, description="processes to read and extract")
    ingest_batch_documents: int = Field(500, ge=1, description="documents validated and loaded together")
    ingest_batch_chars: int = Field(20_000_000, ge=1, description="characters validated and loaded together")
    extract_batch_documents: int = Field(200, ge=1, description="documents extracted and loaded together")
    extract_batch_chars: int = Field(2_000_000, ge=1, description="characters extracted and loaded together")
    max_file_bytes: int = Field(512 * 2**20, ge=1, description="larger files are rejected")
    max_unpacked_bytes: int = Field(
        4 * 2**30, ge=1, description="all that comes out of one archive; the rest is rejected"
    )
    max_archive_ratio: int = Field(
        200, ge=1, description="a packed file that grows more than so many times is rejected"
    )
    max_archive_entries: int = Field(100_000, ge=1, description="files in one archive, archives in it included")
    max_archive_depth: int = Field(3, ge=0, description="archives inside one another")
    max_mail_parts: int = Field(200, ge=1, description="parts of one mail, beyond which it is rejected")
    max_record_seconds: float = Field(
        120.0,
        gt=0,
        description="processor time to the next record, or four times as long by the clock; then its file is rejected",
    )
    max_file_seconds: float = Field(3600.0, gt=0, description="processor time for one file, archives in it included")
    max_reader_bytes: int = Field(2 * 2**30, ge=2**28, description="memory of a process that reads files")
    max_record_chars: int = Field(20_000_000, ge=1, description="longer texts are rejected")
    stdin_format: str = Field("txt", description="what standard input holds, as the end of a file name: csv, tar.gz")
    text_encoding: str | None = Field(
        None, description="encoding of files that do not say it themselves and are no UTF-8"
    )
    min_published_year: int = Field(1800, description="earlier dates are not plausible")
    max_days_ahead: int = Field(31, ge=0, description="dates further in the future are not plausible")
    url_timeout_seconds: float = Field(30.0, gt=0, description="for one request")
    url_total_seconds: float = Field(900.0, gt=0, description="for one download, however steadily it trickles")
    url_attempts: int = Field(4, ge=1, description="tries of one URL before it is rejected")
    url_retry_seconds: float = Field(1.0, ge=0, description="wait before the second try; doubles with each")
    duckdb_memory_limit: str = Field(
        "1000MB", description="DuckDB's own limit, for each connection of a stage; extraction takes half"
    )
    transform_chars: int = Field(150_000_000, ge=1, description="characters of text built into the tables at once")
    dbt_threads: int = Field(2, ge=1, description="models built at the same time")
    wait_seconds: float = Field(0.0, ge=0, description="how long a run waits for another that is writing")
    schedule_wait_seconds: float = Field(6 * 3600.0, ge=0, description="the same for scheduled runs; 0 skips them")
    keep_releases: int = Field(5, ge=0, description="earlier releases kept beside the published one")
    stage_limit_seconds: float = Field(6 * 3600.0, ge=0, description="a stage that takes longer is ended; 0: none is")
    on_failure: str | None = Field(None, description="command, or URL that gets JSON, once for each run that fails")
    on_failure_seconds: float = Field(30.0, gt=0, description="how long to wait for that command or URL")
    kept_logs: int = Field(1000, ge=1, description="logs of runs that are kept")
    watch_quiet_seconds: float = Field(10.0, gt=0, description="files are new once nothing was written for so long")
    work_pool: str = Field("wirehouse", description="Prefect work pool that scheduled runs go to")

    @field_validator("duckdb_memory_limit")
    @classmethod
    def _is_size(cls, size: str) -> str:
        if not re.fullmatch(r"\d+(\.\d+)? ?[KMGT]i?B", size):
            raise ValueError("write a number and its unit, such as 800MB or 1.5GiB")
        return size

    @cached_property
    def root(self) -> Path:
        """`data_dir` as an absolute path; nothing depends on the current folder after this."""
        return self.data_dir.expanduser().absolute()

    def with_half_the_memory(self) -> Settings:
        """The same with half of DuckDB's limit, for a stage whose workers take memory beside it."""
        amount = self.duckdb_memory_limit.rstrip("KMGTiB ")
        unit = self.duckdb_memory_limit.removeprefix(amount)
        return self.model_copy(update={"duckdb_memory_limit": f"{float(amount) / 2}{unit}"})

    @property
    def published_file(self) -> Path:
        """What analysts open."""
        return self.root / "wirehouse.duckdb"

    @property
    def raw_file(self) -> Path:
        """The private raw tables."""
        return self.root / "raw.duckdb"

    @property
    def build_file(self) -> Path:
        """Where dbt builds; published by copy and replace."""
        return self.root / "build.duckdb"

    @property
    def releases_dir(self) -> Path:
        """Earlier releases, each named by its run."""
        return self.root / "releases"

    @property
    def backups_dir(self) -> Path:
        """Copies of the raw file from before a migration."""
        return self.root / "backups"

    @property
    def state_file(self) -> Path:
        """SQLite: runs, failed ones too, readable while a run writes."""
        return self.root / "state.sqlite"

    @property
    def lock_file(self) -> Path:
        """Held by the one run that may write."""
        return self.root / "run.lock"

    @property
    def up_file(self) -> Path:
        """What `wirehouse up` says of itself while it lives, as JSON; `up_lock_file` tells whether it does."""
        return self.root / "up.json"

    @property
    def up_lock_file(self) -> Path:
        """Held by `wirehouse up`."""
        return self.root / "up.lock"

    @property
    def corrections_dir(self) -> Path:
        """What analysts put right, as CSV files (see flows/corrections.py); need not exist."""
        return self.root / "corrections"

    def correction_files(self) -> list[Path]:
        """The CSV files of `corrections_dir`, by name."""
        return sorted(p for p in self.corrections_dir.glob("*") if p.suffix.lower() == ".csv" and p.is_file())

    @property
    def log_dir(self) -> Path:
        """dbt's logs and compiled SQL, logs of `wirehouse up` and of each run."""
        return self.root / "logs"

    def run_log(self, run_id: str) -> Path:
        """What one run said, and the traceback if it failed."""
        return self.log_dir / "runs" / f"{run_id}.log"

    @property
    def dbt_project_dir(self) -> Path:
        """The dbt project, in the checkout or inside the wheel."""
        return PACKAGE_ROOT / "dbt_project"


def prefect_environment(settings: Settings) -> dict[str, str]:
    """Environment variables that Prefect needs before it is imported; those already set win.

    State lives under the data folder, a profile in the user's home still counts, usage telemetry is off, the
    stages' log lines reach the run's log, and on the console our own lines are enough.
    """
    ours = {
        "PREFECT_HOME": str(settings.root / "prefect"),
        **_profile_environment(),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # Its second UI reports from the browser to amplitude.com, whatever is set.
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        # In memory, a server that dies forgets which runs hold the one place of their schedule.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        # Asks for runs due in the next ten seconds: often enough for a run's process to be ready when it is due.
        "PREFECT_WORKER_QUERY_SECONDS": "3",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "wirehouse",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    }
    return {name: os.environ.get(name, value) for name, value in ours.items()}


def _profile_environment() -> dict[str, str]:
    """What keeps a Prefect profile in the user's home in force although PREFECT_HOME is elsewhere."""
    file = Path(os.environ.get("PREFECT_HOME", Path.home() / ".prefect")) / "profiles.toml"
    try:
        profiles = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    active = profiles.get("profiles", {}).get(os.environ.get("PREFECT_PROFILE", profiles.get("active", "")), {})
    return {"PREFECT_PROFILES_PATH": str(file)} | {
        name: str(active[name]) for name in ("PREFECT_HOME", "PREFECT_API_URL") if name in active
    }
