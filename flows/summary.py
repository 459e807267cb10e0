"""What a run did, for people: lines for the terminal, Markdown for Prefect's UI."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

from flows.ingest import language
from flows.run import RunReport
from flows.settings import Settings
from warehouse.connection import open_readonly
from warehouse.releases import HOLDING

CHARTS_SQL = (Path(__file__).parent / "charts.sql").read_text(encoding="utf-8")
BAR = 24
SHOWN_REJECTIONS = 500


def lines(report: RunReport) -> list[str]:
    """The run's figures, a line each."""
    found = [f"run {report.run_id}: {outcome(report)}"]
    if report.ingest:
        ingest = report.ingest
        found.append(
            f"ingest: {ingest.files_seen:,} files ({ingest.files_unchanged:,} unchanged), "
            f"{ingest.documents_new:,} new documents, {ingest.rejections:,} rejections ({ingest.rejections_new:,} new)"
        )
        found += [f"  rejected: {count:,} {code}" for code, count in sorted(ingest.rejections_by_code.items())]
    if report.extract:
        found.append(f"extract: {report.extract.documents:,} documents, {report.extract.statements:,} statements")
        if report.extract.not_covered:
            found.append(language.not_extracted(report.extract.not_covered))
    if report.publish:
        rows = report.publish.row_counts
        found.append(
            f"warehouse: {rows['documents']:,} documents, {rows['statements']:,} statements, "
            f"{rows['entities']:,} entities, {report.publish.file_bytes / 2**20:.1f} MiB"
        )
        if rows["corrections"]:
            found.append(
                f"corrections: {rows['corrections']:,}, "
                f"{len(report.publish.unmatched_corrections):,} of them matched nothing"
            )
    found.append("seconds: " + ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in report.seconds.items()))
    return found


def outcome(report: RunReport) -> str:
    """A few words: what came of it."""
    if report.publish is None:
        return "done"
    if report.publish.rolled_back_from:
        return f"nothing new since the rollback from {report.publish.rolled_back_from}, nothing published"
    return "published" if report.published else "nothing new, nothing published"


def markdown(report: RunReport) -> str:
    """The run's figures as Markdown: documents, statements, rejections by reason, slowest steps."""
    parts = [f"# {outcome(report).capitalize()}", f"Run `{report.run_id}`", "| | |", "|---|---:|"]
    if report.ingest:
        parts += [
            f"| files read | {report.ingest.files_seen:,} |",
            f"| of them unchanged | {report.ingest.files_unchanged:,} |",
            f"| new documents | {report.ingest.documents_new:,} |",
            f"| rejections | {report.ingest.rejections:,} |",
        ]
    if report.extract:
        parts += [
            f"| documents extracted | {report.extract.documents:,} |",
            f"| statements found | {report.extract.statements:,} |",
        ]
        parts += [
            f"| documents in {language.name(code)}, not extracted | {count:,} |"
            for code, count in language.most_first(report.extract.not_covered)
        ]
    if report.publish:
        parts += [f"| rows in {table} | {count:,} |" for table, count in report.publish.row_counts.items()]
        parts += [f"| corrections that matched nothing | {len(report.publish.unmatched_corrections):,} |"]
    if report.ingest and report.ingest.rejections_by_code:
        parts += ["", "## Rejections by reason", "| reason | |", "|---|---:|"]
        parts += [f"| `{code}` | {count:,} |" for code, count in sorted(report.ingest.rejections_by_code.items())]
    steps = [*report.seconds.items()]
    if report.transform:
        steps += [(f"dbt: {node}", seconds) for node, seconds in report.transform.node_seconds.items()]
    slowest = sorted(steps, key=lambda item: -item[1])[:10]
    return "\n".join(parts) + chart("Slowest steps", "step", "seconds", [(name, round(s, 1)) for name, s in slowest])


def charts(settings: Settings) -> str:
    """What the published file holds, as Markdown: documents a day, statements a document, who said most."""
    if not settings.published_file.exists():
        return ""
    with open_readonly(settings.published_file) as connection:
        rows = connection.execute(CHARTS_SQL).fetchall()
    parts = []
    for (title, what), group in itertools.groupby(rows, key=lambda row: (row[0], row[1])):
        figures = [(str(label), int(figure)) for *_, label, figure in group]
        parts.append(chart(title, what, "statements" if what == "speaker" else "documents", figures))
    return "".join(parts)


def chart(title: str, what: str, unit: str, figures: Sequence[tuple[str, float]]) -> str:
    """A small bar chart as a Markdown table; the largest figure has a bar of `BAR` characters."""
    largest = max((figure for _, figure in figures), default=0) or 1
    rows = [f"\n\n## {title}", "", f"| {what} | {unit} | |", "|---|---:|---|"]
    for label, figure in figures:
        rows.append(f"| {cell(label)} | {figure:,} | {'█' * round(BAR * figure / largest)} |")
    return "\n".join(rows)


def rejections(settings: Settings) -> list[dict[str, str]]:
    """What could not be loaded, those first that were seen first by the newest run; at most `SHOWN_REJECTIONS`."""
    if not settings.published_file.exists():
        return []
    with open_readonly(settings.published_file) as connection:
        rows = connection.execute(
            "select source_uri, record_key, reason_code, reason, strftime(first_seen_at, '%Y-%m-%d %H:%M') "
            f"from {HOLDING} order by first_seen_at desc, source_uri, record_key limit ?",
            [SHOWN_REJECTIONS],
        ).fetchall()
    names = ("source", "record", "code", "reason", "first seen (UTC)")
    return [dict(zip(names, ("" if value is None else str(value) for value in row), strict=True)) for row in rows]


def title(report: RunReport, sources: str) -> str:
    """What the run loaded, for Prefect's list of runs: `stories: 12 new documents, 1 rejected`.

    One that reads nothing new may publish yet: what a run that died had read, or what corrections changed.
    """
    new = report.ingest.documents_new if report.ingest else 0
    found = [f"{new:,} new document{'s' if new > 1 else ''}"] if new else []
    if report.rejected:
        found.append(f"{report.rejected:,} rejected")
    otherwise = "published anew" if report.published else "nothing new"
    return f"{sources}: {', '.join(found) or otherwise}"


def cell(text: str) -> str:
    """Text that ends no cell of a Markdown table."""
    return " ".join(text.replace("|", "\\|").split())
