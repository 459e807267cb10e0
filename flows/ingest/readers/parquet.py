"""Parquet by pyarrow: a record a row, only the columns read that can hold a field of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from flows.ingest.fields import read_rows, wanted
from flows.ingest.readers import Reader, ReadOptions, Record, Rejected

_ROWS_TOGETHER = 500


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[Record | Rejected]:
    """A record or rejection for each row."""
    from pyarrow import ArrowException, ArrowMemoryError
    from pyarrow.parquet import ParquetFile

    try:
        file = ParquetFile(stream)
        columns = wanted(file.schema_arrow.names, options.field_map)
        yield from read_rows(columns or file.schema_arrow.names, _rows(file, columns), options)
    except ArrowMemoryError as error:
        raise MemoryError from error
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        yield Rejected("file_damaged", f"this is no complete Parquet file ({str(error).splitlines()[0]})")


def _rows(file: Any, columns: list[str]) -> Iterator[list[Any]]:
    for batch in file.iter_batches(batch_size=_ROWS_TOGETHER, columns=columns):
        for row in batch.to_pylist():
            yield [row[column] for column in columns]


READER = Reader(
    "parquet",
    (".parquet",),
    ("application/vnd.apache.parquet", "application/x-parquet"),
    read,
    version=4,
    takes_fields=True,
)
