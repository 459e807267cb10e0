"""A plug-in of dbt-duckdb: opens the build file with the raw tables and the release before beside it.

The environment names them, and not the profile or a model: where those change, dbt reads its files anew.
"""

from __future__ import annotations

import os
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from warehouse.connection import literal


class Plugin(BasePlugin):
    """Reads WIREHOUSE_BUILD_FILE, WIREHOUSE_RAW_FILE and WIREHOUSE_PREVIOUS_RELEASE (paths; the last may be empty),
    WIREHOUSE_DUCKDB_MEMORY_LIMIT (such as 1000MB), WIREHOUSE_RUN_ID and WIREHOUSE_TRANSFORM_CHARS (a number)."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Called before the connection is opened."""
        creds.path = os.environ["WIREHOUSE_BUILD_FILE"]
        config["memory_limit"] = os.environ["WIREHOUSE_DUCKDB_MEMORY_LIMIT"]
        config["preserve_insertion_order"] = False

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Called when the connection is open: attaches `raw`, and `previous`, empty before the first release."""
        conn.execute("set global timezone = 'UTC'")
        conn.execute(f"attach {literal(os.environ['WIREHOUSE_RAW_FILE'])} as raw (read_only)")
        previous = os.environ["WIREHOUSE_PREVIOUS_RELEASE"]
        if previous:
            conn.execute(f"attach {literal(previous)} as previous (read_only)")
        else:
            conn.execute("attach ':memory:' as previous")

    def configure_cursor(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Called for each thread of each step: sets what models ask for by `getvariable`."""
        cursor.execute(
            f"set variable run_id = {literal(os.environ['WIREHOUSE_RUN_ID'])}; "
            f"set variable transform_chars = {int(os.environ['WIREHOUSE_TRANSFORM_CHARS'])}"
        )
