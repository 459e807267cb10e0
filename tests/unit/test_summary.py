"""How a run is named in Prefect's list."""

from __future__ import annotations

import pytest

from flows.ingest.stage import IngestReport
from flows.publish import PublishReport
from flows.run import RunReport
from flows.summary import title


@pytest.mark.parametrize(
    ("ingest", "published", "expected"),
    [
        (IngestReport(documents_new=1), True, "stories: 1 new document"),
        (IngestReport(documents_new=12, rejections=1), True, "stories: 12 new documents, 1 rejected"),
        (IngestReport(), True, "stories: published anew"),
        (IngestReport(), False, "stories: nothing new"),
    ],
)
def test_a_run_is_named_by_what_came_of_it(ingest: IngestReport, published: bool, expected: str) -> None:
    publish = PublishReport(published, row_counts={}, file_bytes=0, unmatched_corrections=[])
    assert title(RunReport("a-run", ingest=ingest, publish=publish), "stories") == expected
