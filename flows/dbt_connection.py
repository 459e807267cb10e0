"""A plug-in of dbt-duckdb: opens the build file with the raw tables beside it, both named by the environment.

The profile names neither: where it changes, dbt reads the whole project anew, which takes longer than a small build.
"""

from __future__ import annotations

import os
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    """Reads WIREHOUSE_BUILD_FILE and WIREHOUSE_RAW_FILE (paths) and WIREHOUSE_DUCKDB_MEMORY_LIMIT (such as 1000MB)."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Called before the connection is opened."""
        creds.path = os.environ["WIREHOUSE_BUILD_FILE"]
        config["memory_limit"] = os.environ.get("WIREHOUSE_DUCKDB_MEMORY_LIMIT", "1000MB")

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Called when the connection is open."""
        raw_file = os.environ["WIREHOUSE_RAW_FILE"].replace("'", "''")
        conn.execute(f"attach '{raw_file}' as raw (read_only)")
