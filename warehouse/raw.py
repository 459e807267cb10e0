"""The raw tables: rows appended where they are new, a batch in one transaction.

A transaction that does not reach its end leaves nothing behind, so a run that dies costs the batch
under way, and the next run appends what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

import duckdb
import polars as pl

EXTRACTED = ("sentences", "local_entities", "mentions", "roles", "statements")
SOURCE_KEY = ("document_id", "source_root", "source_uri", "record_key", "file_sha256")
FILE_KEY = ("source_root", "source_uri", "file_sha256")
READING_KEY = (*FILE_KEY, "read_options")
HASHES = ["document_id", "rejection_id", "file_sha256"]
"""Columns by whose values things are forgotten."""
DECLARED = ("etag", "last_modified", "content_type")
"""What a server says of a download."""
_UNCHANGED = (
    "create temp table if not exists unchanged "
    "(source_root varchar, source_uri varchar, file_sha256 varchar, read_options varchar, "
    "etag varchar, last_modified varchar, content_type varchar)"
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of a batch were new."""

    documents: int = 0
    sources: int = 0
    rejections: int = 0


@dataclass(frozen=True, slots=True)
class Download:
    """The last download of a URL, and what its server said of it."""

    file_sha256: str
    read_options: str
    byte_size: int
    etag: str | None
    last_modified: str | None
    content_type: str | None


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block did, or nothing of it."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def load_ingested(connection: duckdb.DuckDBPyConnection, frames: Mapping[str, pl.DataFrame]) -> Loaded:
    """Append a batch of `documents`, `document_sources`, `files` and `rejections` in one transaction.

    A place, file or rejection that is there already gets the newer time and metadata.
    """
    with transaction(connection):
        documents = _append(connection, "documents", frames["documents"], ("document_id",))
        _see_again(connection, "document_sources", frames["document_sources"], SOURCE_KEY)
        sources = _append(connection, "document_sources", frames["document_sources"], SOURCE_KEY)
        _see_again(connection, "rejections", frames["rejections"], ("rejection_id",))
        rejections = _append(connection, "rejections", frames["rejections"], ("rejection_id",))
        _see_again(connection, "files", frames["files"], FILE_KEY)
        _append(connection, "files", frames["files"], FILE_KEY)
    return Loaded(documents, sources, rejections)


def note_unchanged(connection: duckdb.DuckDBPyConnection, files: pl.DataFrame) -> set[tuple[str, str]]:
    """Root and uri of those `files` (rows of `raw.files`) that were read before as they are now, or were forgotten.

    Those read before are noted in a temporary table, for `see_unchanged`.
    """
    if files.is_empty():
        return set()
    connection.execute(_UNCHANGED)
    with _registered(connection, files):
        rows = connection.execute(
            f"insert into unchanged select distinct {_list((*READING_KEY, *DECLARED))} from batch "
            f"semi join raw.files using ({_list(READING_KEY)}) returning source_root, source_uri"
        ).fetchall()
        rows += connection.execute(
            "select source_root, source_uri from batch "
            "semi join raw.forgotten on batch.file_sha256 = forgotten.content_hash"
        ).fetchall()
    return set(rows)


def last_downloads(connection: duckdb.DuckDBPyConnection, uris: Sequence[str]) -> dict[str, Download]:
    """The last download of each of these URLs that can be asked for again by an entity tag or date."""
    rows = connection.execute(
        f"select source_uri, file_sha256, read_options, byte_size, {_list(DECLARED)} from raw.files "
        "where source_root = '' and source_uri in (select unnest(?)) "
        "qualify row_number() over (partition by source_uri order by last_seen_at desc, first_seen_at desc) = 1",
        [list(uris)],
    ).fetchall()
    downloads = {uri: Download(*values) for uri, *values in rows}
    return {uri: download for uri, download in downloads.items() if download.etag or download.last_modified}


def see_unchanged(connection: duckdb.DuckDBPyConnection, seen_at: datetime) -> dict[str, int]:
    """Note when the unchanged files, their documents and rejections were seen; the rejections by reason code.

    Rejections of a file that its last reading did not find any more, as it had other options, stay as they are.
    """
    connection.execute(_UNCHANGED)
    with transaction(connection):
        connection.execute(
            "update raw.rejections as old set last_seen_at = ? from unchanged "
            f"join raw.files using ({_list(FILE_KEY)}) "
            f"where {_same(FILE_KEY)} and old.last_seen_at >= files.last_seen_at",
            [seen_at],
        )
        for table, key in (("files", FILE_KEY), ("document_sources", READING_KEY)):
            declared = [f"{column} = unchanged.{column}" for column in DECLARED if table == "files"]
            assignments = ", ".join(["last_seen_at = ?", *declared])
            connection.execute(
                f"update raw.{table} as old set {assignments} from unchanged where {_same(key)}", [seen_at]
            )
        rows = connection.execute(
            f"select reason_code, count(*) from raw.rejections semi join unchanged using ({_list(FILE_KEY)}) "
            "where last_seen_at = ? group by reason_code",
            [seen_at],
        ).fetchall()
    return dict(rows)


def char_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many characters the text of each document has."""
    return dict(connection.execute("select document_id, char_count from raw.documents").fetchall())


def read_texts(connection: duckdb.DuckDBPyConnection, document_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Id and text of documents, in the order of `document_ids`."""
    text_of = dict(
        connection.execute(
            "select document_id, text from raw.documents where document_id in (select unnest(?))", [list(document_ids)]
        ).fetchall()
    )
    return [(document_id, text_of[document_id]) for document_id in document_ids]


def load_extraction(
    connection: duckdb.DuckDBPyConnection,
    frames: Mapping[str, pl.DataFrame],
    extractor_version: str,
    document_ids: Sequence[str],
    extracted_at: datetime,
    run_id: str,
) -> None:
    """Append what was found in a batch of documents, and that they were read, in one transaction.

    Each document gets the number after the greatest that there is, and its rows bear it.
    """
    stamps = pl.DataFrame({"document_id": list(document_ids)}).with_columns(
        extractor_version=pl.lit(extractor_version),
        extracted_at=pl.lit(extracted_at, dtype=pl.Datetime("us", "UTC")),
        run_id=pl.lit(run_id),
    )
    with transaction(connection):
        ((last,),) = connection.execute("select coalesce(max(extraction_number), 0) from raw.extractions").fetchall()
        stamps = stamps.with_row_index("extraction_number", offset=last + 1)
        numbers = stamps.select("document_id", "extraction_number")
        for table in EXTRACTED:
            with _registered(connection, frames[table].join(numbers, on="document_id")):
                connection.execute(f"insert into raw.{table} by name select * from batch")
        with _registered(connection, stamps):
            connection.execute("insert into raw.extractions by name select * from batch")


def load_corrections(connection: duckdb.DuckDBPyConnection, corrections: pl.DataFrame) -> None:
    """Replace the corrections by `corrections`, in one transaction."""
    with transaction(connection), _registered(connection, corrections):
        connection.execute("delete from raw.corrections")
        connection.execute("insert into raw.corrections by name select * from batch")


def drop_extractions(connection: duckdb.DuckDBPyConnection) -> None:
    """Remove all that was extracted, in one transaction."""
    with transaction(connection):
        for table in (*EXTRACTED, "extractions"):
            connection.execute(f"delete from raw.{table}")


def drop_outdated_extractions(connection: duckdb.DuckDBPyConnection, extractor_version: str) -> None:
    """Remove what other versions of the extractor found, in one transaction."""
    outdated = connection.execute(
        "select 1 from raw.extractions where extractor_version <> ? limit 1", [extractor_version]
    ).fetchone()
    if outdated:
        with transaction(connection):
            for table in (*EXTRACTED, "extractions"):
                connection.execute(
                    f"delete from raw.{table} where extraction_number in "
                    "(select extraction_number from raw.extractions where extractor_version <> ?)",
                    [extractor_version],
                )


def documents_without_sketch(connection: duckdb.DuckDBPyConnection, sketch_version: str) -> list[str]:
    """Ids of the documents that have no sketch of this version, in order."""
    rows = connection.execute(
        "select document_id from raw.documents anti join "
        "(select document_id from raw.sketches where sketch_version = ?) using (document_id) order by document_id",
        [sketch_version],
    ).fetchall()
    return [document_id for (document_id,) in rows]


def load_sketches(connection: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> None:
    """Append the sketches of a batch of documents."""
    with transaction(connection), _registered(connection, rows):
        connection.execute("insert into raw.sketches by name select * from batch")


def drop_outdated_sketches(connection: duckdb.DuckDBPyConnection, sketch_version: str) -> None:
    """Remove sketches of other versions."""
    connection.execute("delete from raw.sketches where sketch_version <> ?", [sketch_version])


def count_extracted(connection: duckdb.DuckDBPyConnection, document_ids: Sequence[str]) -> int:
    """How many of these documents some version of the extractor has read."""
    sql = "select count(distinct document_id) from raw.extractions where document_id in (select unnest($1))"
    (count,) = connection.execute(sql, [document_ids]).fetchone() or (0,)
    return int(count)


def count_not_covered(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many documents there are in each language that extraction does not cover, by ISO 639-1 code."""
    rows = connection.execute(
        "select language, count(*) from (select document_id, min(language) as language from raw.document_sources "
        "anti join raw.covered_documents using (document_id) group by document_id) group by language"
    ).fetchall()
    return dict(rows)


def without_forgotten(
    connection: duckdb.DuckDBPyConnection, frames: Mapping[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """The rows of texts, of whole files, and of rejections that nobody asked to have forgotten.

    A rejection of a file without a hash, which could not be read, shows nothing of it: it may come again.
    """
    forgotten = [found for (found,) in connection.execute("select content_hash from raw.forgotten").fetchall()]
    if not forgotten:
        return dict(frames)
    kept = {}
    for table, rows in frames.items():
        hashed = (
            rows
            if table != "rejections"
            else rows.with_columns(rejection_id=pl.when(pl.col("file_sha256").is_not_null()).then("rejection_id"))
        )
        columns = [column for column in HASHES if column in rows.columns]
        is_forgotten = hashed.select(pl.any_horizontal(pl.col(columns).is_in(forgotten).fill_null(False)))
        kept[table] = rows.filter(~is_forgotten.to_series())
    return kept


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> Iterator[None]:
    """Let SQL read `rows` under the name `batch`."""
    connection.register("batch", rows.to_arrow())
    try:
        yield
    finally:
        with suppress(
            duckdb.TransactionException
        ):  # a transaction that failed for another reason, told by its own error
            connection.unregister("batch")


def _append(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame, key: Sequence[str]) -> int:
    """Insert the rows whose key is not in the table, the first of each key; how many."""
    if rows.is_empty():
        return 0
    with _registered(connection, rows.unique(subset=list(key), keep="first", maintain_order=True)):
        row = connection.execute(
            f"insert into raw.{table} by name select * from batch anti join raw.{table} using ({_list(key)})"
        ).fetchone()
    return int(row[0]) if row else 0


def _see_again(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame, key: Sequence[str]) -> None:
    """Bring rows that are there already up to date, all but their key and where they were seen first."""
    if rows.is_empty():
        return
    kept = {*key, "first_seen_at", "run_id"}
    assignments = ", ".join(f"{column} = batch.{column}" for column in rows.columns if column not in kept)
    same = " and ".join(f"old.{column} = batch.{column}" for column in key)
    with _registered(connection, rows.unique(subset=list(key), keep="first", maintain_order=True)):
        connection.execute(f"update raw.{table} as old set {assignments} from batch where {same}")


def _same(key: Sequence[str]) -> str:
    """The condition that a row `old` has the key of one of `unchanged`."""
    return " and ".join(f"old.{column} = unchanged.{column}" for column in key)


def _list(columns: Sequence[str]) -> str:
    return ", ".join(columns)
