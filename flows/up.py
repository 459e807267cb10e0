"""`wirehouse up`: Prefect's server and one worker for this machine, in the foreground, ended together.

Two child processes, each started again if it dies: what they know is in Prefect's database, and a run that
goes on meanwhile reports to the new server. Their output goes to `server.log` and `runner.log`.
"""

from __future__ import annotations

import ctypes
import errno
import importlib.util
import json
import logging
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
from filelock import FileLock, Timeout

import flows
from flows import on_failure
from flows.server import GOING_ON, START_SECONDS, Server
from flows.settings import Settings, prefect_environment
from flows.watch import Watchers
from warehouse import state
from warehouse.errors import BusyError, UsageError, WirehouseError
from warehouse.lock import lives

log = logging.getLogger("wirehouse.up")

SHORT_LIFE_SECONDS = 10.0
"""A child that ends sooner would end again: it is not started a second time."""


_REVISION, _BEFORE = (
    re.compile(rf"^{name}(?:: \w+)? = [\"'](\w+)", re.MULTILINE) for name in ("revision", "down_revision")
)

RUN_START_SECONDS = 120.0
"""So long the runner may take to start the process of a run that it took: then the run is dead."""

LOOK_SECONDS = 5.0
"""How often to look for runs that died or failed, and for schedules that watch."""

TELL_AGAIN_SECONDS = 300.0
"""After this long it is tried again to tell of a failure where nothing answered."""

LOOK_BACK = timedelta(days=1)
"""Runs that failed longer ago, while `wirehouse up` was down, are not news."""


@dataclass(frozen=True, slots=True)
class Up:
    """What a living `wirehouse up` says of itself. `address` is that of the UI, `processes` those of its children by
    name; times are UTC."""

    address: str
    process_id: int
    started_at: str
    processes: dict[str, int]


def use_prefect(settings: Settings) -> str | None:
    """Prepare this process for Prefect, before its first import; returns the address of its server.

    None: there is none, and Prefect will start a temporary one.

    Raises:
        OSError: the data folder, or Prefect's, cannot be written.
        WirehouseError: see `check_database`.
    """
    os.environ.update(prefect_environment(settings))
    # Prefect makes this folder, but none above it.
    home = Path(os.environ["PREFECT_HOME"])
    for folder in (settings.root, home):
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):  # which Prefect would find out after minutes
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    running = living(settings)
    if running:
        os.environ.setdefault("PREFECT_API_URL", f"{running.address}/api")
    if "PREFECT_API_URL" not in os.environ:
        check_database(home / "prefect.db")
    return os.environ.get("PREFECT_API_URL")


def check_database(file: Path) -> None:
    """Make sure that the installed Prefect knows the database; one of a former version it brings up to date.

    Raises:
        WirehouseError: the file was written by a newer version, or is none.
    """
    prefect = importlib.util.find_spec("prefect")
    if not file.exists() or prefect is None or prefect.origin is None:
        return
    migrations = Path(prefect.origin).parent / "server" / "database" / "_migrations" / "versions" / "sqlite"
    try:
        with closing(sqlite3.connect(file)) as connection:
            revisions = {name for (name,) in connection.execute("select version_num from alembic_version").fetchall()}
    except sqlite3.OperationalError:
        return  # not made yet, or in use
    except sqlite3.DatabaseError as error:
        raise WirehouseError(f"{file} is damaged ({error}): move it away and make the schedules again") from None
    scripts = [path.read_text(encoding="utf-8") for path in migrations.glob("*.py")]
    known, former = ({found for script in scripts for found in each.findall(script)} for each in (_REVISION, _BEFORE))
    if not revisions <= known:
        raise WirehouseError(
            f"{file} was written by a newer version of Prefect than {version('prefect')}: install that version, or "
            "move the file away and make the schedules again"
        )
    if revisions & former:
        log.info("%s was written by a former version of Prefect and is brought up to date", file)


def living(settings: Settings) -> Up | None:
    """The `wirehouse up` of this data folder; None if there is none."""
    if not settings.up_file.exists():
        return None
    try:
        with FileLock(settings.up_lock_file, timeout=0):
            return None
    except Timeout:
        with suppress(FileNotFoundError):  # it is just ending
            return Up(**json.loads(settings.up_file.read_text(encoding="utf-8")))
        return None


def up(settings: Settings, host: str, port: int) -> None:
    """Run server and worker until SIGINT or SIGTERM; a run in progress ends before they do.

    Where PREFECT_API_URL names a server already, only the worker is started.

    Raises:
        BusyError: `wirehouse up` runs already for this data folder.
        UsageError: the port is taken, or there is no such host.
        WirehouseError: the server does not start, or a child does not stay alive.
    """
    settings.log_dir.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **prefect_environment(settings)}
    own_server = "PREFECT_API_URL" not in environment
    address = f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{port}"  # noqa: S104
    environment.setdefault("PREFECT_API_URL", f"{address}/api")
    address = environment["PREFECT_API_URL"].removesuffix("/api")
    server = Server(environment["PREFECT_API_URL"])
    # Scheduled runs are started as `python`: ours.
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)])
    commands = {"runner": ["worker", "start", "--type", "process", "--pool", settings.work_pool]}
    if own_server:
        commands = {"server": ["server", "start", "--host", host, "--port", str(port)], **commands}

    def begin(name: str) -> subprocess.Popen[bytes]:
        child = start(name, commands[name], settings, environment)
        if name == "server":
            wait_for_server(server, child, settings, received)
        return child

    children: dict[str, subprocess.Popen[bytes]] = {}
    with _only_one(settings), _signals() as received:
        if own_server:
            check_port(host, port)
            check_database(Path(environment["PREFECT_HOME"]) / "prefect.db")
        settings.up_file.unlink(missing_ok=True)  # of one that was killed
        try:
            for name in commands:
                children[name] = begin(name)
                if received:
                    return
            _announce(settings, address, children)
            log.info("up: runs, logs and schedules at %s (Ctrl-C ends it)", address)
            threading.Thread(target=_attend, args=(settings, server, own_server, received), daemon=True).start()
            _keep_alive(children, begin, lambda: _announce(settings, address, children), settings, received)
        finally:
            settings.up_file.unlink(missing_ok=True)
            if "runner" in children:
                wait_for_runs(server, children["runner"], settings, received)
            for name in reversed(children):
                end(name, children[name], received)
    log.info("ended")


def check_port(host: str, port: int) -> None:
    """Whether a server can listen there.

    Raises:
        UsageError: it cannot.
    """
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port} ({error.strerror}): give another --port") from None


def start(name: str, command: list[str], settings: Settings, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a part of Prefect as a child, in a session of its own: Ctrl-C in the terminal reaches only us."""
    with (settings.log_dir / f"{name}.log").open("ab") as output:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "prefect", *command],
            env=environment,
            cwd=settings.root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )


def wait_for_server(
    server: Server, process: subprocess.Popen[bytes], settings: Settings, received: Sequence[int] = ()
) -> None:
    """Return when the server answers, or when a signal was received.

    Raises:
        WirehouseError: it ended, or does not answer after `START_SECONDS`.
    """
    deadline = time.monotonic() + START_SECONDS
    while not received:
        if server.answers():
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise WirehouseError(f"Prefect's server did not start: see {settings.log_dir / 'server.log'}")
        time.sleep(0.1)


def mark_dead_runs(server: Server, schedules: list[str], suspected: set[str]) -> set[str]:
    """Mark scheduled runs as crashed whose process, on this machine, is gone: each keeps its schedule from running.

    Only those that were `suspected` in the last look are marked, for others may just be ending; returns the ids to
    suspect in the next.
    """
    unfinished = server.runs(schedules, state={"type": {"any_": GOING_ON}})
    dead = {run["id"]: run["name"] for run in unfinished if has_died(run, datetime.now(UTC))}
    for run_id in suspected & dead.keys():
        server.crash(run_id, state.DIED)
        log.warning("run %s had died and is marked as crashed", dead[run_id])
    return dead.keys() - suspected


def has_died(run: Mapping[str, Any], now: datetime) -> bool:
    """Whether a run that has not ended has no process here.

    On a busy machine it takes the runner long to start one: only after `RUN_START_SECONDS` is it taken for dead itself.
    """
    if run["infrastructure_pid"]:
        return not lives(run["infrastructure_pid"])
    return now - datetime.fromisoformat(run["state"]["timestamp"]) > timedelta(seconds=RUN_START_SECONDS)


def note_failures(server: Server, schedules: list[str], settings: Settings) -> None:
    """Record runs that failed or crashed before they could say so themselves."""
    since = (datetime.now(UTC) - LOOK_BACK).isoformat()
    failed = server.runs(schedules, state={"type": {"any_": ["FAILED", "CRASHED"]}}, end_time={"after_": since})
    for run in reversed(failed):
        state.note_failure(settings.state_file, _run_row(run))


def _run_row(run: Mapping[str, Any]) -> state.RunRow:
    """The server's word on a failed run as a row of the state file; times that it lacks are those of its plan."""
    started, ended = (
        datetime.fromisoformat(run[name] or run["expected_start_time"]).astimezone(UTC)
        for name in ("start_time", "end_time")
    )
    return state.RunRow(
        run_id=f"{started:%Y%m%dT%H%M%S}-{run['id'][-6:]}",
        started_at=started.isoformat(),
        finished_at=ended.isoformat(),
        state=run["state_type"].lower(),
        stage=None,
        sources=" ".join(run["parameters"]["sources"]),
        documents_new=None,
        documents_total=None,
        statements_total=None,
        rejections_new=None,
        extractor_version=None,
        wirehouse_version=flows.__version__,
        process_id=int(run["infrastructure_pid"] or 0),
        message=run["state"]["message"] or state.DIED,
        flow_run_id=run["id"],
        on_failure=run["parameters"].get("on_failure"),
    )


def _attend(settings: Settings, server: Server, own_server: bool, received: Sequence[int]) -> None:
    """Look, as long as no signal comes, for runs that died, runs that failed, and schedules that watch.

    Where the server is not ours, its runs may be on other machines, where we cannot see whether they live.
    """
    suspected: set[str] = set()
    resting: dict[str, float] = {}
    watchers = Watchers(settings, server)
    while not received:
        try:
            schedules = [*server.deployments(settings.root)]
            if own_server:
                suspected = mark_dead_runs(server, schedules, suspected)
            note_failures(server, schedules, settings)
            watchers.follow()
            now = time.monotonic()
            resting = {target: until for target, until in resting.items() if until > now}
            resting |= dict.fromkeys(on_failure.tell(settings, resting), now + TELL_AGAIN_SECONDS)
        except (httpx.HTTPError, OSError) as error:
            log.debug("cannot look after the runs now (%s)", error)
        time.sleep(LOOK_SECONDS)
    watchers.end()


def wait_for_runs(server: Server, runner: subprocess.Popen[bytes], settings: Settings, received: list[int]) -> None:
    """Return when no run of this machine goes on, or at a second signal. Meanwhile the runner is stopped, so that it
    begins no other: asked to end, it would kill its runs."""
    if runner.poll() is not None:
        return
    runner.send_signal(signal.SIGSTOP)
    told = False
    try:
        schedules = [*server.deployments(settings.root)]
        while len(received) < 2:
            going_on = server.runs(schedules, state={"type": {"any_": GOING_ON}})
            if not any(lives(run["infrastructure_pid"]) for run in going_on):
                break
            if not told:
                log.info("ending after the run that is going on (Ctrl-C stops it)")
                told = True
            time.sleep(0.5)
    except (httpx.HTTPError, OSError) as error:
        log.debug("the server does not say what goes on (%s)", error)
    finally:
        runner.send_signal(signal.SIGCONT)


def end(name: str, child: subprocess.Popen[bytes], received: list[int]) -> None:
    """End a child and what it started; at once if a second signal came or comes."""
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(timeout=1)
    except subprocess.TimeoutExpired:
        log.info("the %s is ending", name)
    while child.poll() is None and len(received) < 2:
        time.sleep(0.1)
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(child.pid, number)
            child.wait(timeout=10)


def _keep_alive(
    children: dict[str, subprocess.Popen[bytes]],
    begin: Callable[[str], subprocess.Popen[bytes]],
    announce: Callable[[], None],
    settings: Settings,
    received: list[int],
) -> None:
    """Start again what ends, until a signal comes."""
    started = dict.fromkeys(children, time.monotonic())
    while not received:
        for name, child in children.items():
            if child.poll() is None:
                continue
            if time.monotonic() - started[name] < SHORT_LIFE_SECONDS:
                raise WirehouseError(f"the {name} does not stay alive: see {settings.log_dir / name}.log")
            log.warning("the %s ended (exit code %s) and is started again", name, child.returncode)
            children[name] = begin(name)
            started[name] = time.monotonic()
            announce()
        time.sleep(0.2)


def _announce(settings: Settings, address: str, children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    processes = {name: child.pid for name, child in children.items()}
    announced = Up(address, os.getpid(), datetime.now(UTC).isoformat(timespec="seconds"), processes)
    new = settings.up_file.with_suffix(".part")
    new.write_text(json.dumps(asdict(announced)), encoding="utf-8")
    new.replace(settings.up_file)  # in one step, as others may be reading it


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    lock = FileLock(settings.up_lock_file, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        other = living(settings)
        raise BusyError(f"wirehouse is up already{f': {other.address}' if other else ''}") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _signals() -> Iterator[list[int]]:
    """The signals to end that have come so far."""
    received: list[int] = []
    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, lambda number, _: received.append(number)) for number in wanted]
    try:
        yield received
    finally:
        for number, handler in zip(wanted, before, strict=True):
            signal.signal(number, handler)


def _end_with_parent() -> None:
    """Runs in the child: have Linux send it SIGTERM when we die, even by SIGKILL."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
