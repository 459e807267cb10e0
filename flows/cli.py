"""The `wirehouse` command: parses, calls, prints; no logic."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

import flows
from flows import progress
from flows.settings import Settings, is_checkout
from flows.terminal import figures, printable
from warehouse.errors import UsageError, WirehouseError, in_one_line, way_out

app = typer.Typer(
    help="News-wire stories and press releases in; a DuckDB warehouse out that answers in SQL who said what.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class ScheduleGroup(typer.core.TyperGroup):
    """`wirehouse schedule stories --every 1h` means `wirehouse schedule add stories --every 1h`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the word `add` where no sub-command is named."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["add", *args]
        return super().parse_args(ctx, args)


schedule_app = typer.Typer(
    cls=ScheduleGroup,
    no_args_is_help=True,
    help="Runs that repeat; `wirehouse up` runs them.\n\nExample: wirehouse schedule stories/ --every 1h",
)
app.add_typer(schedule_app, name="schedule")
out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_REJECTED = 3
EXIT_INTERRUPTED = 130

WrongUsage: Any = typer.BadParameter.__base__
"""What click raises; newer versions of typer have a copy of it, which they do not name."""

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help="Where the warehouse lives. [env: WIREHOUSE_DATA_DIR]"),
]
Sources = Annotated[
    list[str] | None,
    typer.Argument(metavar="SOURCE", help="Files, folders, globs, URLs, - (standard input); in a checkout seeds/."),
]
FieldMap = Annotated[
    str | None,
    typer.Option("--map", metavar="FIELD=NAME,...", help="Fields of records: text=body,published_date=date."),
]
DataTable = Annotated[
    str | None, typer.Option("--table", metavar="NAME", help="Of SQLite and DuckDB files with more than one.")
]
IdField = Annotated[
    str | None, typer.Option("--id-field", metavar="NAME", help="What names a record in its file, as --map id=NAME.")
]
InputFormat = Annotated[
    str | None,
    typer.Option("--format", metavar="ENDING", help="What standard input (-) holds: txt (default), csv, html, zip ..."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 if anything was rejected.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Extraction processes; default: one a core.")]
Wait = Annotated[
    float | None,
    typer.Option("--wait", min=0, metavar="SECONDS", help="Wait this long for another run that is writing."),
]
MemoryLimit = Annotated[
    str | None,
    typer.Option("--memory-limit", metavar="SIZE", help="What DuckDB may use, such as 2GB; the rest goes to the disk."),
]
OnFailure = Annotated[
    str | None,
    typer.Option("--on-failure", metavar="COMMAND|URL", help="Run it, or post JSON to it, if the run fails."),
]
ScheduleName = Annotated[str, typer.Argument(metavar="NAME", help="As `wirehouse schedule list` shows it.")]


OPTIONS = {"duckdb_memory_limit": "--memory-limit", "wait_seconds": "--wait", "stdin_format": "--format"}
"""Settings that an option of another name gives."""


class Format(StrEnum):
    """How results are printed."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


class TextFormat(StrEnum):
    """How results are printed on standard output."""

    table = "table"
    csv = "csv"
    json = "json"


class StatusFormat(StrEnum):
    """How the status is printed."""

    text = "text"
    json = "json"


@app.command()
def run(
    sources: Sources = None,
    data_dir: DataDir = None,
    field_map: FieldMap = None,
    table: DataTable = None,
    id_field: IdField = None,
    input_format: InputFormat = None,
    direct: Annotated[bool, typer.Option("--direct", help="Without Prefect: faster to start, not tracked.")] = False,
    strict: Strict = False,
    workers: Workers = None,
    wait: Wait = None,
    memory_limit: MemoryLimit = None,
    on_failure: OnFailure = None,
    full: Annotated[bool, typer.Option("--full", help="Extract and build all anew; SOURCE may be left out.")] = False,
) -> None:
    """Ingest, extract, transform and publish.

    Example: wirehouse run stories/ "archive/*.jsonl" --map text=body
    """
    settings = _settings(
        data_dir,
        workers=workers,
        wait_seconds=wait,
        duckdb_memory_limit=memory_limit,
        stdin_format=_ending(input_format),
        on_failure=on_failure,
    )
    given = [] if full and not sources else _sources(sources)
    fields = _field_map(field_map, table=table, id=id_field)
    if direct:
        err.print("running without Prefect: this run is not tracked on a server")
        _run_stages(given, settings, fields, strict=strict, full=full)
        return
    if given:
        from flows.ingest.discover import check_sources

        check_sources(given)
    _use_prefect(settings)
    from flows.pipeline import wirehouse

    with _shown_progress():
        report = wirehouse(
            given, settings.root, fields, workers, wait, memory_limit, _ending(input_format), on_failure, full
        )
    _print_report(report, strict=strict)


@app.command()
def ingest(
    sources: Sources = None,
    data_dir: DataDir = None,
    field_map: FieldMap = None,
    table: DataTable = None,
    id_field: IdField = None,
    input_format: InputFormat = None,
    strict: Strict = False,
) -> None:
    """Read files into the raw tables.

    Example: wirehouse ingest releases/ --strict
    """
    settings = _settings(data_dir, stdin_format=_ending(input_format))
    fields = _field_map(field_map, table=table, id=id_field)
    _run_stages(_sources(sources), settings, fields, stages=("ingest",), strict=strict)


@app.command()
def extract(data_dir: DataDir = None, workers: Workers = None) -> None:
    """Find names and statements in new documents.

    Example: wirehouse extract --workers 2
    """
    _run_stages([], _settings(data_dir, workers=workers), {}, stages=("extract",))


@app.command()
def transform(data_dir: DataDir = None) -> None:
    """Build and test the public tables with dbt.

    Example: wirehouse transform
    """
    _run_stages([], _settings(data_dir), {}, stages=("transform",))


@app.command()
def publish(data_dir: DataDir = None) -> None:
    """Audit the built tables and release them.

    Example: wirehouse publish
    """
    _run_stages([], _settings(data_dir), {}, stages=("publish",))


@app.command()
def up(
    data_dir: DataDir = None,
    host: Annotated[
        str, typer.Option("--host", help="Where to listen; by default only this machine can.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Of the server and its UI.")] = 4200,
) -> None:
    """Start Prefect's server and the runner of schedules, until Ctrl-C.

    Example: wirehouse up
    """
    from flows.up import up as run_up

    run_up(_settings(data_dir), host, port)


@schedule_app.command("add")
def schedule_add(
    sources: Sources = None,
    data_dir: DataDir = None,
    cron: Annotated[str | None, typer.Option("--cron", metavar="CRON", help='For instance "15 * * * *".')] = None,
    every: Annotated[str | None, typer.Option("--every", metavar="INTERVAL", help="90s, 15m, 1h or 2d.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="When new files have settled there.")] = False,
    timezone: Annotated[str, typer.Option("--timezone", metavar="ZONE", help="Of --cron.")] = "UTC",
    name: Annotated[str | None, typer.Option("--name", help="Default: the source's last part.")] = None,
    field_map: FieldMap = None,
    table: DataTable = None,
    id_field: IdField = None,
    workers: Workers = None,
    wait: Wait = None,
    on_failure: OnFailure = None,
) -> None:
    """Add or change a schedule; the word `add` may be left out.

    Example: wirehouse schedule stories/ --cron "15 * * * *" --timezone Europe/Vienna
    """
    settings = _settings(data_dir, on_failure=on_failure)
    given = _sources(sources)
    from flows.ingest.discover import check_sources

    check_sources(given)
    address = _load_prefect(settings)
    from flows import schedule

    planned = schedule.plan(
        given,
        settings,
        name=name,
        cron=cron,
        every=every,
        watch=watch,
        timezone=timezone,
        field_map=_field_map(field_map, table=table, id=id_field),
        workers=workers,
        wait_seconds=wait,
    )
    _connect(address)
    schedule.put(planned, settings, replace=name is not None)
    out.print(f"{planned.name}: {planned.when}", soft_wrap=True)
    _remind_of_up(settings)


@schedule_app.command("list")
def schedule_list(data_dir: DataDir = None) -> None:
    """List the schedules of this data folder.

    Example: wirehouse schedule list
    """
    settings = _settings(data_dir)
    _use_prefect(settings)
    from flows import schedule

    table = figures("name", "when", "next run (UTC)", "sources")
    for each in schedule.schedules(settings):
        coming = "paused" if each.paused else f"{each.next_run_at:%Y-%m-%d %H:%M:%S}" if each.next_run_at else ""
        table.add_row(*map(printable, (each.name, each.when, coming, " ".join(each.parameters["sources"]))))
    out.print(table)
    _remind_of_up(settings)


@schedule_app.command("pause")
def schedule_pause(name: ScheduleName, data_dir: DataDir = None) -> None:
    """Stop a schedule until it is resumed.

    Example: wirehouse schedule pause stories
    """
    settings = _settings(data_dir)
    _use_prefect(settings)
    from flows import schedule

    schedule.pause(name, settings)
    out.print(f"{name}: paused")


@schedule_app.command("resume")
def schedule_resume(name: ScheduleName, data_dir: DataDir = None) -> None:
    """Let a paused schedule run again.

    Example: wirehouse schedule resume stories
    """
    settings = _settings(data_dir)
    _use_prefect(settings)
    from flows import schedule

    schedule.resume(name, settings)
    out.print(f"{name}: resumed")


@schedule_app.command("remove")
def schedule_remove(name: ScheduleName, data_dir: DataDir = None) -> None:
    """Forget a schedule; what it loaded stays.

    Example: wirehouse schedule remove stories
    """
    settings = _settings(data_dir)
    _use_prefect(settings)
    from flows import schedule

    schedule.remove(name, settings)
    out.print(f"{name}: removed")


@schedule_app.command("run-now")
def schedule_run_now(name: ScheduleName, data_dir: DataDir = None) -> None:
    """Start a run of a schedule at once.

    Example: wirehouse schedule run-now stories
    """
    settings = _settings(data_dir)
    _use_prefect(settings)
    from flows import schedule

    run_id = schedule.run_now(name, settings)
    # The address, for its name changes as soon as it runs.
    address = os.environ.get("PREFECT_API_URL", "").removesuffix("/api")
    out.print(f"{name}: a run is due{f', {address}/runs/flow-run/{run_id}' if address else ''}", soft_wrap=True)
    _remind_of_up(settings)


@app.command()
def query(
    sql: Annotated[
        str, typer.Argument(metavar="SQL", help="One or more SELECT statements; - reads them from standard input.")
    ],
    data_dir: DataDir = None,
    output_format: Annotated[Format, typer.Option("--format", help="How to print the result.")] = Format.table,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write to a file instead.")] = None,
) -> None:
    """Ask the published warehouse in SQL, read-only.

    Example: wirehouse query "select speaker, text from quotes limit 5" --format csv
    """
    from flows.query import query as run_query

    text = sys.stdin.read() if sql == "-" else sql
    run_query(_settings(data_dir), text, output_format=output_format.value, output=output, console=out)


@app.command()
def status(
    data_dir: DataDir = None,
    output_format: Annotated[StatusFormat, typer.Option("--format", help="How to print it.")] = StatusFormat.text,
    max_age: Annotated[
        str | None,
        typer.Option("--max-age", metavar="INTERVAL", help="How old the warehouse may be, for instance 2h."),
    ] = None,
) -> None:
    """Show the last and next runs, what the warehouse holds and what waits; exit code 1 if something is wrong.

    Example: wirehouse status --max-age 2h
    """
    from flows import status as statuses
    from flows.intervals import parse_interval

    allowed = parse_interval(max_age, "--max-age") if max_age else None
    found = statuses.status(_settings(data_dir), allowed)
    statuses.print_status(found, out, as_json=output_format is StatusFormat.json)
    if found.problems:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def rejections(
    data_dir: DataDir = None,
    output_format: Annotated[Format, typer.Option("--format", help="How to print them.")] = Format.table,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write to a file instead.")] = None,
) -> None:
    """List what could not be loaded, and why; what holds no more is left out.

    Example: wirehouse rejections --format csv --output rejected.csv
    """
    from flows.query import query as run_query
    from warehouse.releases import HOLDING

    sql = f"select source_uri, record_key, reason_code, reason from {HOLDING} order by all"
    run_query(_settings(data_dir), sql, output_format=output_format.value, output=output, console=out)


@app.command("releases")
def list_releases(data_dir: DataDir = None) -> None:
    """List the published release and the earlier ones that are kept.

    Example: wirehouse releases
    """
    from flows.releases import print_releases

    print_releases(_settings(data_dir), out)


@app.command()
def rollback(
    release: Annotated[
        str | None,
        typer.Argument(metavar="[RELEASE]", help="As `wirehouse releases` lists it; default: the one before."),
    ] = None,
    data_dir: DataDir = None,
    wait: Wait = None,
) -> None:
    """Publish an earlier release again; a run publishes the next one when it finds something new.

    Example: wirehouse rollback
    """
    from flows.rollback import rollback as go_back

    published = go_back(_settings(data_dir, wait_seconds=wait), release)
    err.print(f"release {published.run_id} is published again")


@app.command()
def diff(
    old: Annotated[str | None, typer.Argument(metavar="[A]", help="A release; default: the one before B.")] = None,
    new: Annotated[str | None, typer.Argument(metavar="[B]", help="Another; default: the published one.")] = None,
    data_dir: DataDir = None,
    output_format: Annotated[TextFormat, typer.Option("--format", help="How to print it.")] = TextFormat.table,
) -> None:
    """Show the rows added, gone and changed from release A to B, in each table, by document.

    Example: wirehouse diff 20261124T0600 20261124T0700
    """
    from flows.diff import print_diff

    print_diff(_settings(data_dir), old, new, output_format.value, out)


@app.command()
def verify(data_dir: DataDir = None) -> None:
    """Check files, rows, keys and counts; say which sources changed or went since they were read.

    Example: wirehouse verify
    """
    from flows.verify import print_verify

    print_verify(_settings(data_dir), out)


@app.command()
def forget(
    documents: Annotated[list[str] | None, typer.Option("--document", metavar="ID", help="A text.")] = None,
    sources: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="URI", help="Every text that stood, or was rejected, in a file or at a URL."),
    ] = None,
    entities: Annotated[
        list[str] | None, typer.Option("--entity", metavar="ID", help="Every text that names an entity.")
    ] = None,
    data_dir: DataDir = None,
    wait: Wait = None,
) -> None:
    """Remove texts and all that came of them from every file, for good; only their hashes stay.

    Example: wirehouse forget --document 1e3384a64f59792e328e
    """
    from flows.forget import forget as remove
    from flows.forget import print_report

    settings = _settings(data_dir, wait_seconds=wait)
    print_report(remove(settings, documents or [], sources or [], entities or []), settings, out)


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"wirehouse {flows.__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """News-wire stories and press releases in; a DuckDB warehouse out that answers in SQL who said what."""


def main() -> None:
    """Run the command line; every error becomes one line on standard error and an exit code."""
    log = logging.getLogger("wirehouse")
    log.setLevel(logging.INFO)
    log.addHandler(_StandardError())
    log.propagate = False  # dbt gives the root logger a handler, which would say everything twice
    # Of an object that fails while it is thrown away, as where files are short, nobody wants a traceback.
    sys.unraisablehook = lambda failed: None
    logging.raiseExceptions = False  # a log that cannot be written, as on a full disk, is no reason for a traceback
    code = None
    try:
        code = app(standalone_mode=False)
    except WrongUsage as error:
        if error.ctx and error.message == error.ctx.get_help():  # no command was named
            error.show()
            sys.exit(EXIT_USAGE)
        command = error.ctx.command_path if error.ctx else "wirehouse"
        _fail(f"{error.format_message().rstrip('.')}: see `{command} --help`", EXIT_USAGE)
    except WirehouseError as error:
        _fail(in_one_line(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        code = EXIT_INTERRUPTED
    except Exception as error:
        if "Query interrupted" in str(error):  # DuckDB's words for Ctrl-C
            _fail("interrupted; the published warehouse is as it was", EXIT_INTERRUPTED)
        told = in_one_line(error)
        if way_out(str(error)) is None:
            told = f"{type(error).__name__}: {told}: details: {_keep_traceback()}"
        _fail(f"{told}; the published warehouse is as it was", EXIT_FAILED)
    if code == EXIT_INTERRUPTED:
        _fail("interrupted; the published warehouse is as it was", EXIT_INTERRUPTED)
    sys.exit(code)


def _fail(message: str, exit_code: int) -> None:
    err.print(printable(f"wirehouse: {message}"))
    sys.exit(exit_code)


class _StandardError(logging.Handler):
    """Log lines of the stages on standard error, above any progress bar."""

    def emit(self, record: logging.LogRecord) -> None:
        prefix = "" if record.levelno < logging.WARNING else f"{record.levelname.lower()}: "
        err.print(printable(prefix + record.getMessage()))


def _keep_traceback() -> str:
    """Write the traceback to a file of its own and say where."""
    import tempfile

    with tempfile.NamedTemporaryFile("w", prefix="wirehouse-", suffix=".log", delete=False, encoding="utf-8") as file:
        traceback.print_exc(file=file)
    return file.name


def _settings(data_dir: Path | None, **given: Any) -> Settings:
    given["data_dir"] = data_dir
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        option = OPTIONS.get(name, f"--{name.replace('_', '-')}")
        origin = option if given.get(name) is not None else f"WIREHOUSE_{name.upper()}"
        wrong = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{origin} {first['input']}: {wrong[0].lower()}{wrong[1:]}") from error
    if settings.on_failure is not None:
        from flows.on_failure import check

        check(settings.on_failure)
    return settings


def _use_prefect(settings: Settings) -> None:
    """Load Prefect and reach its server, or start a temporary one; say what takes time."""
    _connect(_load_prefect(settings))


def _load_prefect(settings: Settings) -> str | None:
    """Returns the address of its server; None if there is none yet."""
    from flows.up import use_prefect

    address = use_prefect(settings)
    with err.status("loading Prefect") if _shows_progress() else nullcontext():
        import flows.pipeline  # noqa: F401 (takes seconds)
    return address


def _connect(address: str | None) -> None:
    from flows.pipeline import connect

    waiting_for = f"the Prefect server at {address}" if address else "a temporary Prefect server, about 20 seconds"
    err.print(f"connecting to {waiting_for}" if address else f"starting {waiting_for} (`wirehouse up` keeps one)")
    with err.status("waiting for Prefect") if _shows_progress() else nullcontext():
        connect()


def _remind_of_up(settings: Settings) -> None:
    from flows.up import living

    if living(settings) is None and "PREFECT_API_URL" not in os.environ:
        err.print("no schedule runs before `wirehouse up` does")


def _sources(sources: list[str] | None) -> list[str]:
    if sources:
        return sources
    if is_checkout(Path.cwd()):
        return ["seeds"]
    raise UsageError("name a SOURCE: a file, folder, glob, URL or - (see `wirehouse run --help`)")


def _ending(text: str | None) -> str | None:
    """`csv` for `.csv`."""
    return text.lstrip(".") if text else None


def _field_map(text: str | None, **named: str | None) -> dict[str, str]:
    """What --map says, and the options that stand for a part of it."""
    pairs = [pair.partition("=") for pair in (text or "").split(",") if pair]
    for field, equals, name in pairs:
        if not (field and equals and name):
            raise UsageError(f"--map {text}: write FIELD=NAME,FIELD=NAME, for instance text=body,published_date=date")
    mapped = {field.strip(): name.strip() for field, _, name in pairs}
    return mapped | {field: name for field, name in named.items() if name}


def _run_stages(
    sources: list[str],
    settings: Settings,
    field_map: dict[str, str],
    *,
    stages: tuple[str, ...] | None = None,
    strict: bool = False,
    full: bool = False,
) -> None:
    from flows import run as runs

    with _shown_progress():
        report = runs.run(sources, settings, field_map=field_map, stages=stages or runs.STAGES, full=full)
    _print_report(report, strict=strict)


def _print_report(report: Any, *, strict: bool) -> None:
    from flows import summary

    for line in summary.lines(report):
        err.print(line)
    if strict and report.rejected:
        err.print(f"wirehouse: --strict: {report.rejected:,} rejected; see `wirehouse rejections`")
        raise typer.Exit(EXIT_REJECTED)


def _shows_progress() -> bool:
    return err.is_terminal and "CI" not in os.environ and "NO_COLOR" not in os.environ


@contextmanager
def _shown_progress() -> Iterator[None]:
    """Bars on a terminal; elsewhere (CI, pipes, NO_COLOR) only the lines that stages log."""
    if not _shows_progress():
        yield
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        shown: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int | None) -> None:
            if stage not in shown:
                shown[stage] = bars.add_task(stage, total=total)
            bars.update(shown[stage], completed=done, total=total)

        with progress.listening(show):
            yield


if __name__ == "__main__":
    main()
