"""What the runner starts for each run of a schedule: Prefect's engine, once the server answers.

The engine itself gives up at the first call that finds no server, so that a run would be lost that begins while the
server is started again.
"""

from __future__ import annotations

import os
import runpy
import time
import warnings

from flows.server import START_SECONDS, Server


def main() -> None:
    """Run the engine in this process, as `python -m prefect.engine` does."""
    import prefect.flow_engine  # noqa: F401 (takes seconds: before the look at the server, not after it)

    server = Server(os.environ["PREFECT_API_URL"])
    deadline = time.monotonic() + START_SECONDS
    while not server.answers() and time.monotonic() < deadline:
        time.sleep(0.5)
    # The import above loaded it as a module already, as the engine itself does later.
    warnings.filterwarnings("ignore", message="'prefect.engine' found in sys.modules", category=RuntimeWarning)
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
