"""What a run did, for people: lines for the terminal, Markdown for Prefect's UI."""

from __future__ import annotations

from flows.run import RunReport


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
            found.append(f"  not extracted, language not covered: {report.extract.not_covered:,} documents")
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
            f"| documents in a language not covered | {report.extract.not_covered:,} |",
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
    parts += ["", "## Slowest steps", "| step | seconds |", "|---|---:|"]
    parts += [f"| {step} | {seconds:.1f} |" for step, seconds in sorted(steps, key=lambda item: -item[1])[:10]]
    return "\n".join(parts)
