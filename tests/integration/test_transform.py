"""Raw rows in, public tables out: what dbt makes of four texts about two people called Wang Yi."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.publish import AuditFailed
from flows.run import run
from flows.settings import Settings
from flows.transform import TransformError, run_dbt, transform
from warehouse.connection import open_raw

SUMMIT = (
    "BEIJING, Sept. 16 (Xinhua) -- Chinese Foreign Minister Wang Yi told Xinhua on Wednesday that the "
    "Shanghai Cooperation Organization (SCO) is strong. First, trade must grow, he said. Second, it must be fair."
)
TALKS = 'Café talks 🚢\n\nThe SCO said on Sept. 18 that talks "went on". "We agree," Wang Yi said, "on all of it."'
OLD_TALKS = "Café talks\n\nThe SCO said on Sept. 18 that talks failed."
PORT = "Malaysian lawmaker Wang Yi said the port is closed."
TEXTS = {"summit": SUMMIT, "talks": TALKS, "old talks": OLD_TALKS, "port": PORT}

SEEN = "2020-10-01 00:00:00+00"
SEEN_LATER = "2020-10-02 00:00:00+00"
NEWEST = {"summit": 5, "talks": 6, "old talks": 7, "port": 8}
"""The number of each text's second extraction; the first ones are 1 to 4."""

Row = dict[str, Any]


def at(document_id: str, words: str, before: str = "") -> Row:
    """Where the words first stand in the document, right before the words `before`."""
    start = TEXTS[document_id].index(words + before)
    return {"start_char": start, "end_char": start + len(words)}


def source(document_id: str, uri: str, file_sha256: str, **columns: Any) -> Row:
    return {
        "document_id": document_id, "source_root": "wires", "source_uri": uri, "record_key": "",
        "source_format": "text", "file_sha256": file_sha256, "read_options": "text", "first_seen_at": SEEN,
        "last_seen_at": SEEN, "run_id": "r1", "language": "en", **columns,
    }  # fmt: skip


def file(uri: str, file_sha256: str, seen_at: str = SEEN) -> Row:
    return {
        "source_root": "wires", "source_uri": uri, "file_sha256": file_sha256, "read_options": "text", "byte_size": 1,
        "first_seen_at": seen_at, "last_seen_at": seen_at,
    }  # fmt: skip


def sentence(document_id: str, index: int, text: str) -> Row:
    return {
        "sentence_id": f"{document_id} {index}", "document_id": document_id, "sentence_index": index,
        "paragraph_index": 0, "text": text, **at(document_id, text),
    }  # fmt: skip


def thing(local_id: str, document_id: str, entity_type: str, name: str, key: str, **columns: Any) -> Row:
    return {
        "local_entity_id": local_id, "document_id": document_id, "entity_index": 0, "entity_type": entity_type,
        "name": name, "entity_key": key, "aliases": [], "acronyms": [], "is_full": True, **columns,
    }  # fmt: skip


def mention(local_id: str, document_id: str, entity_type: str, text: str, before: str = "", **columns: Any) -> Row:
    return {
        "mention_id": f"{document_id}: {text}", "document_id": document_id, "sentence_index": 0,
        "local_entity_id": local_id, "entity_type": entity_type, "mention_type": "name", "reason": "name",
        "text": text, **at(document_id, text, before), **columns,
    }  # fmt: skip


def role(local_id: str, document_id: str, title: str, country_code: str) -> Row:
    return {
        "role_id": f"{document_id} {title}", "document_id": document_id, "local_entity_id": local_id, "title": title,
        "country_code": country_code, "role_status": "current", **at(document_id, title),
    }  # fmt: skip


def said(statement_id: str, document_id: str, index: int, *pieces: str, before: str = "", **columns: Any) -> Row:
    spans = [at(document_id, piece) for piece in pieces]
    words: Row = {}
    for part, following in (("speaker", before), ("cue", "")):
        if f"{part}_text" in columns:
            span = at(document_id, columns[f"{part}_text"], following)
            words |= {f"{part}_start_char": span["start_char"], f"{part}_end_char": span["end_char"]}
    return {
        "statement_id": statement_id, "document_id": document_id, "statement_index": index,
        "statement_type": "indirect", "text": " … ".join(pieces), "content_spans": spans,
        "start_char": spans[0]["start_char"], "end_char": spans[-1]["end_char"], "speaker_resolution": "name",
        "rule": "a_rule", "confidence": 0.9, **words, **columns,
    }  # fmt: skip


def raw_rows() -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {
        "files": [
            file("a/summit.txt", "aa"),
            file("b/summit.txt", "aa"),
            file("talks.txt", "cc"),
            file("talks.txt", "dd", SEEN_LATER),
            file("port.txt", "ee"),
        ],
        "documents": [
            {
                "document_id": document_id, "text": text, "char_count": len(text), "word_count": len(text.split()),
                "body_start_char": text.index("-- ") + 3 if "-- " in text else 0, "ingested_at": SEEN, "run_id": "r1",
            }
            for document_id, text in TEXTS.items()
        ],
        "document_sources": [
            source("summit", "b/summit.txt", "aa", title="A reprint", publisher="The Paper"),
            source(
                "summit", "a/summit.txt", "aa", title="Wang Yi on the SCO", publisher="Xinhua",
                dateline_place="Beijing", dateline_date="2020-09-16", published_date="2020-09-17",
            ),
            source("old talks", "talks.txt", "cc", title="Café talks", published_date="2020-09-18"),
            source("talks", "talks.txt", "dd", title="Café talks 🚢", published_date="2020-09-20"),
            source(
                "port", "port.txt", "ee", published_date="2020-09-21", encoding="cp1252", is_repaired=True,
                canonical_url="https://port.example", page_starts=[0, 9, 9],
            ),
        ],
        "rejections": [
            {
                "rejection_id": "no", "source_root": "wires", "source_uri": "empty.txt", "record_key": "",
                "reason_code": "empty_text", "reason": "empty.txt holds no text", "sample": "",
                "first_seen_at": SEEN, "last_seen_at": SEEN, "run_id": "r1",
            }
        ],
        "sentences": [
            sentence("summit", 0, SUMMIT[: SUMMIT.index(" First,")]),
            sentence("summit", 1, "First, trade must grow, he said."),
            sentence("summit", 2, "Second, it must be fair."),
            sentence("talks", 0, "Café talks 🚢"),
            sentence("talks", 1, 'The SCO said on Sept. 18 that talks "went on".'),
            sentence("talks", 2, '"We agree," Wang Yi said, "on all of it."'),
            sentence("old talks", 0, "The SCO said on Sept. 18 that talks failed."),
            sentence("port", 0, PORT),
        ],
        "local_entities": [
            thing("wang in summit", "summit", "person", "Wang Yi", "wang yi", country_code="CN"),
            thing("xinhua in summit", "summit", "organization", "Xinhua", "xinhua"),
            thing(
                "sco in summit", "summit", "organization", "Shanghai Cooperation Organization",
                "shanghai cooperation organization", aliases=["SCO"], acronyms=["SCO"],
            ),
            thing("beijing in summit", "summit", "place", "Beijing", "beijing", country_code="CN"),
            thing("sco in talks", "talks", "organization", "SCO", "sco"),
            thing("wang in talks", "talks", "person", "Wang Yi", "wang yi"),
            thing("sco in old talks", "old talks", "organization", "SCO", "sco"),
            thing("wang in port", "port", "person", "Wang Yi", "wang yi"),
        ],
        "mentions": [
            mention("beijing in summit", "summit", "place", "BEIJING"),
            mention("wang in summit", "summit", "person", "Wang Yi"),
            mention("xinhua in summit", "summit", "organization", "Xinhua"),
            mention("sco in summit", "summit", "organization", "Shanghai Cooperation Organization"),
            mention("sco in summit", "summit", "organization", "SCO", reason="acronym"),
            mention(
                "wang in summit", "summit", "person", "he", before=" said", mention_type="pronoun", reason="pronoun",
                sentence_index=1,
            ),
            mention("sco in talks", "talks", "organization", "SCO", sentence_index=1),
            mention("wang in talks", "talks", "person", "Wang Yi", sentence_index=2),
            mention("sco in old talks", "old talks", "organization", "SCO"),
            mention("wang in port", "port", "person", "Wang Yi"),
        ],
        "roles": [
            role("wang in summit", "summit", "Foreign Minister", "CN"),
            role("wang in port", "port", "lawmaker", "MY"),
        ],
        "statements": [
            said(
                "strong", "summit", 0, "the Shanghai Cooperation Organization (SCO) is strong",
                speaker_text="Wang Yi", speaker_local_entity_id="wang in summit", cue_text="told", cue_lemma="tell",
                cue_class="say", addressee_text="Xinhua", addressee_local_entity_id="xinhua in summit",
                date_text="Wednesday", date_code="weekday:3", place_local_entity_id="beijing in summit",
            ),
            said(
                "first", "summit", 1, "trade must grow", speaker_text="he", before=" said", cue_text="said",
                speaker_resolution="pronoun", speaker_local_entity_id="wang in summit", list_id="points",
                list_position=1,
            ),
            said(
                "second", "summit", 2, "it must be fair", speaker_resolution="carried_over",
                speaker_local_entity_id="wang in summit", list_id="points", list_position=2,
            ),
            said(
                "went on", "talks", 0, 'talks "went on"', statement_type="mixed", speaker_text="The SCO",
                speaker_local_entity_id="sco in talks", cue_text="said", date_text="Sept. 18",
                date_code="month_day:09-18",
            ),
            said(
                "we agree", "talks", 1, '"We agree,"', '"on all of it."', statement_type="direct",
                speaker_text="Wang Yi", speaker_local_entity_id="wang in talks", cue_text="said",
            ),
            said(
                "failed", "old talks", 0, "talks failed", speaker_text="The SCO",
                speaker_local_entity_id="sco in old talks", cue_text="said",
            ),
            said(
                "closed", "port", 0, "the port is closed", speaker_text="Wang Yi",
                speaker_local_entity_id="wang in port", cue_text="said",
            ),
        ],
    }  # fmt: skip
    for table in ("sentences", "local_entities", "mentions", "roles", "statements"):
        rows[table] = [{**row, "extraction_number": NEWEST[row["document_id"]]} for row in rows[table]]
    stale = NEWEST[rows["statements"][-1]["document_id"]] - len(TEXTS)
    rows["statements"].append({**rows["statements"][-1], "statement_id": "stale", "extraction_number": stale})
    rows["extractions"] = [
        {
            "document_id": document_id, "extractor_version": version, "extracted_at": seen_at, "run_id": "r1",
            "extraction_number": number,
        }
        for document_id, newest in NEWEST.items()
        for version, seen_at, number in (("1", SEEN, newest - len(TEXTS)), ("2", SEEN_LATER, newest))
    ]  # fmt: skip
    return rows


def load(settings: Settings, rows: dict[str, list[Row]]) -> None:
    with open_raw(settings) as connection:
        for table, table_rows in rows.items():
            for row in table_rows:
                marks = ", ".join("?" * len(row))
                connection.execute(f"insert into raw.{table} ({', '.join(row)}) values ({marks})", list(row.values()))


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A data folder whose raw rows are built; tests only read it."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("wires"), dbt_threads=1)
    load(settings, raw_rows())
    transform(settings)
    return settings


@pytest.fixture(scope="module")
def published(settings: Settings) -> Path:
    """A copy of the built file under another name, without what is private: as analysts get it."""
    path = settings.root / "copy.duckdb"
    shutil.copyfile(settings.build_file, path)
    with duckdb.connect(path) as connection:
        connection.execute("drop schema staging cascade")
        connection.execute("drop schema intermediate cascade")
    return path


def test_documents(published: Path) -> None:
    assert query(
        published,
        "select document_id, source_uri, is_current, title, publisher, dateline_place, dateline_date::varchar, "
        "sentence_count, statement_count from documents order by document_id",
    ) == [
        ("old talks", "talks.txt", False, "Café talks", None, None, None, 1, 1),
        ("port", "port.txt", True, None, None, None, None, 1, 1),
        ("summit", "a/summit.txt", True, "Wang Yi on the SCO", "Xinhua", "Beijing", "2020-09-16", 3, 3),
        ("talks", "talks.txt", True, "Café talks 🚢", None, None, None, 3, 2),
    ]


def test_document_sources(published: Path) -> None:
    assert query(
        published, "select document_id, source_uri, is_current, file_sha256 from document_sources order by all"
    ) == [
        ("old talks", "talks.txt", False, "cc"),
        ("port", "port.txt", True, "ee"),
        ("summit", "a/summit.txt", True, "aa"),
        ("summit", "b/summit.txt", True, "aa"),
        ("talks", "talks.txt", True, "dd"),
    ]
    assert query(
        published,
        "select canonical_url, encoding, is_repaired, len(list_filter(page_starts, lambda start: start <= 8)), "
        "len(list_filter(page_starts, lambda start: start <= 9)) from document_sources where document_id = 'port'",
    ) == [("https://port.example", "cp1252", True, 1, 3)]


def test_entities_are_one_across_documents_and_namesakes_stay_apart(published: Path) -> None:
    assert query(
        published,
        "select entity_type, name, aliases, country_code, document_count, mention_count, statement_count, "
        "first_seen_date::varchar, last_seen_date::varchar from entities order by all",
    ) == [
        ("organization", "Shanghai Cooperation Organization", ["SCO"], None, 2, 3, 1, "2020-09-16", "2020-09-20"),
        ("organization", "Xinhua", [], None, 1, 1, 0, "2020-09-16", "2020-09-16"),
        ("person", "Wang Yi", [], "CN", 1, 2, 3, "2020-09-16", "2020-09-16"),
        ("person", "Wang Yi", [], "MY", 1, 1, 1, "2020-09-21", "2020-09-21"),
        ("person", "Wang Yi", [], None, 1, 1, 1, "2020-09-20", "2020-09-20"),
        ("place", "Beijing", [], "CN", 1, 1, 0, "2020-09-16", "2020-09-16"),
    ]


def test_texts_that_are_loaded_anew_count_once(settings: Settings, tmp_path: Path) -> None:
    settings = Settings(data_dir=shutil.copytree(settings.root, tmp_path / "data"))
    with open_raw(settings) as connection:
        connection.execute("update raw.documents set ingested_at = '2026-11-28 00:00:00+00'")
    transform(settings)
    assert query(
        settings.build_file,
        "select name, country_code, document_count, mention_count, statement_count from entities "
        "where entity_type != 'person' order by all",
    ) == [
        ("Beijing", "CN", 1, 1, 0),
        ("Shanghai Cooperation Organization", None, 2, 3, 1),
        ("Xinhua", None, 1, 1, 0),
    ]
    assert query(settings.build_file, "select distinct ingested_at::date::varchar from documents") == [("2026-11-28",)]


def test_each_mention_says_why_it_is_its_entity(published: Path) -> None:
    assert query(
        published,
        "select m.document_id, m.text, m.mention_reason, m.entity_reason from entity_mentions as m "
        "inner join entities as e using (entity_id) where e.name like 'Shanghai%' order by all",
    ) == [
        ("old talks", "SCO", "name", "acronym"),
        ("summit", "SCO", "acronym", "same_name"),
        ("summit", "Shanghai Cooperation Organization", "name", "same_name"),
        ("talks", "SCO", "name", "acronym"),
    ]


def test_person_roles(published: Path) -> None:
    assert query(
        published,
        "select r.document_id, e.name, r.title, r.country_code, r.as_of_date::varchar, r.role_status "
        "from person_roles as r inner join entities as e using (entity_id) order by all",
    ) == [
        ("port", "Wang Yi", "lawmaker", "MY", "2020-09-21", "current"),
        ("summit", "Wang Yi", "Foreign Minister", "CN", "2020-09-16", "current"),
    ]


def test_statements_say_who_to_whom_when_and_where(published: Path) -> None:
    assert query(
        published,
        "select s.statement_id, s.speaker_name, s.speaker_text, a.name, s.statement_date::varchar, p.name, "
        "s.list_position, s.first_sentence_index from statements as s "
        "left join entities as a on s.addressee_entity_id = a.entity_id "
        "left join entities as p on s.statement_place_entity_id = p.entity_id "
        "order by s.document_id, s.statement_index",
    ) == [
        ("failed", "Shanghai Cooperation Organization", "The SCO", None, None, None, None, 0),
        ("closed", "Wang Yi", "Wang Yi", None, None, None, None, 0),
        ("strong", "Wang Yi", "Wang Yi", "Xinhua", "2020-09-16", "Beijing", None, 0),
        ("first", "Wang Yi", "he", None, None, None, 1, 1),
        ("second", "Wang Yi", None, None, None, None, 2, 2),
        ("went on", "Shanghai Cooperation Organization", "The SCO", None, "2020-09-18", None, None, 1),
        ("we agree", "Wang Yi", "Wang Yi", None, None, None, None, 2),
    ]


def test_statement_mentions(published: Path) -> None:
    assert query(published, "select statement_id, mention_id from statement_mentions order by all") == [
        ("strong", "summit: SCO"),
        ("strong", "summit: Shanghai Cooperation Organization"),
    ]


def test_quotes_work_in_a_file_of_any_name_and_leave_out_superseded_documents(published: Path) -> None:
    assert query(
        published,
        "select speaker, speaker_role, publisher, cue, text, sentence_before, sentence, sentence_after, source_uri "
        "from quotes where document_id in ('talks', 'old talks') order by start_char",
    ) == [
        (
            "Shanghai Cooperation Organization", None, None, "said", 'talks "went on"', "Café talks 🚢",
            'The SCO said on Sept. 18 that talks "went on".', '"We agree," Wang Yi said, "on all of it."', "talks.txt",
        ),
        (
            "Wang Yi", None, None, "said", '"We agree," … "on all of it."',
            'The SCO said on Sept. 18 that talks "went on".', '"We agree," Wang Yi said, "on all of it."', None,
            "talks.txt",
        ),
    ]  # fmt: skip


def test_span_text_counts_code_points_from_0(published: Path) -> None:
    assert query(
        published,
        "select span_text(d.text, 0, 4), span_text(d.text, 11, 12) from documents as d where document_id = 'talks'",
    ) == [("Café", "🚢")]


def test_rejections(published: Path) -> None:
    assert query(published, "select rejection_id, source_uri, record_key, reason_code, sample from rejections") == [
        ("no", "empty.txt", "", "empty_text", "")
    ]


PUBLIC_COLUMNS = {
    "documents": "document_id source_uri source_format is_current title byline publisher language dateline_place "
    "dateline_date published_date text body_start_char char_count word_count sentence_count statement_count "
    "ingested_at story_id is_canonical similarity",
    "document_sources": "document_id source_root source_uri record_key is_current file_sha256 title publisher "
    "published_date canonical_url encoding is_repaired page_starts first_seen_at last_seen_at",
    "sentences": "sentence_id document_id sentence_index paragraph_index text start_char end_char",
    "entities": "entity_id entity_type name aliases country_code document_count mention_count statement_count "
    "first_seen_date last_seen_date",
    "entity_mentions": "mention_id document_id sentence_index entity_id entity_type mention_type text start_char "
    "end_char mention_reason entity_reason document_entity_id corrected_by is_reprint",
    "document_entities": "document_entity_id document_id entity_id entity_type name entity_key entity_reason "
    "found_entity_id corrected_by",
    "mention_reasons": "mention_id entity_id step document_id reason start_char end_char",
    "corrections": "correction action entity_id document_id start_char end_char text value note matched matched_count "
    "problem source_file line_number",
    "person_roles": "document_id entity_id title organization_entity_id country_code as_of_date start_char end_char",
    "statements": "statement_id document_id statement_index parent_statement_id statement_type text content_spans "
    "start_char end_char speaker_entity_id speaker_name speaker_text speaker_start_char speaker_end_char "
    "speaker_resolution cue_text cue_lemma cue_class cue_start_char cue_end_char addressee_entity_id addressee_text "
    "statement_date date_text statement_place_entity_id list_id list_position rule confidence first_sentence_index "
    "last_sentence_index corrected_by is_reprint",
    "statement_mentions": "statement_id mention_id entity_id",
    "rejections": "rejection_id source_uri record_key reason_code reason sample first_seen_at last_seen_at",
    "quotes": "statement_id speaker speaker_role publisher document_title published_date statement_date statement_type "
    "cue text sentence_before sentence sentence_after source_uri document_id start_char end_char",
    "entity_changes": "entity_change_id change_type entity_id new_entity_id old_name new_name mention_count "
    "reason run_id",
    "runs": "run_id started_at finished_at state documents_new documents_total rejections_new extractor_version "
    "wirehouse_version",
    "release": "inputs run_id published_at extractor_version wirehouse_version",
}


@pytest.mark.parametrize("table", PUBLIC_COLUMNS)
def test_public_columns_stand_in_their_order_and_are_all_commented(published: Path, table: str) -> None:
    columns = query(
        published,
        "select column_name, comment from duckdb_columns() "
        f"where schema_name = 'main' and table_name = '{table}' order by column_index",
    )
    expected = PUBLIC_COLUMNS[table].split()
    assert [name for name, _ in columns][: len(expected)] == expected
    assert [name for name, comment in columns if not comment] == []


def test_the_published_file_holds_public_tables_alone_each_commented(published: Path) -> None:
    tables = query(
        published,
        "select table_name, comment from duckdb_tables() "
        "union all select view_name, comment from duckdb_views() where not internal",
    )
    assert {name for name, _ in tables} == set(PUBLIC_COLUMNS)
    assert [name for name, comment in tables if not comment] == []


def test_types(published: Path) -> None:
    types = dict(
        query(
            published,
            "select table_name || '.' || column_name, data_type from duckdb_columns() where schema_name = 'main'",
        )
    )
    assert types["statements.content_spans"] == "STRUCT(start_char INTEGER, end_char INTEGER)[]"
    assert types["entities.aliases"] == "VARCHAR[]"
    assert types["documents.ingested_at"] == "TIMESTAMP WITH TIME ZONE"
    assert types["statements.statement_date"] == "DATE"


def test_dbt_reads_the_whole_project_without_warnings(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert run_dbt(Settings(data_dir=tmp_path), "parse").success
    assert caplog.messages == []


def test_what_reads_the_last_build_of_a_table_comes_before_the_table(settings: Settings) -> None:
    manifest: Any = run_dbt(settings, "parse").result
    models = {node.name: node for node in manifest.nodes.values() if node.resource_type == "model"}

    def comes_before(reader: str, table: str) -> bool:
        parents = [key.split(".")[-1] for key in models[table].depends_on.nodes if key.startswith("model.")]
        return reader in parents or any(comes_before(reader, parent) for parent in parents)

    read = [
        (reader, table)
        for reader, node in models.items()
        for table in re.findall(r"last_build\('(\w+)'", node.raw_code)
    ]
    assert ("int_changed_entities", "corrections") in read
    assert [(reader, table) for reader, table in read if not comes_before(reader, table)] == []


def test_unit_tests_pass_and_docs_are_generated_without_warnings(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    assert run_dbt(settings, "test", "--select", "test_type:unit").success
    assert run_dbt(settings, "docs", "generate").success
    assert caplog.messages == []


def test_ctrl_c_is_no_failure_of_dbt(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dbt.cli.main.cli.invoke", stopped)
    with pytest.raises(KeyboardInterrupt):
        run_dbt(settings, "parse")


def test_files_are_free_for_other_processes_afterwards(settings: Settings) -> None:
    opened = subprocess.run(
        [
            sys.executable, "-c", "import duckdb, sys; [duckdb.connect(path).close() for path in sys.argv[1:]]",
            settings.build_file, settings.raw_file,
        ],
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert opened.stderr == ""


def test_the_order_of_loading_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    backwards = Settings(data_dir=tmp_path, dbt_threads=2)
    load(backwards, {table: rows[::-1] for table, rows in reversed(raw_rows().items())})
    transform(backwards)
    for table in PUBLIC_COLUMNS:
        rows = f"select * from {table} order by all"
        assert query(backwards.build_file, rows) == query(settings.build_file, rows), table


def test_rows_that_break_a_test_or_lack_a_value_fail_the_stage_and_are_named(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with open_raw(settings) as connection:
        connection.execute("alter table raw.rejections alter column reason drop not null")
    rows = raw_rows()
    rows["mentions"][0]["end_char"] = 1000
    rows["rejections"][0]["reason"] = None
    load(settings, rows)
    with pytest.raises(TransformError) as raised:
        transform(settings)
    said = str(raised.value)
    assert "test inside_document_entity_mentions_start_char failed, rows that break it: 1" in said
    assert re.search(r"model rejections failed: [^;]*NOT NULL constraint failed: rejections.reason", said), said


def test_a_row_that_does_not_show_its_text_is_not_published(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    rows = raw_rows()
    rows["mentions"][0]["start_char"] += 1
    load(settings, rows)
    with pytest.raises(AuditFailed, match="1 entity_mentions that do not show their text"):
        run([], settings, stages=("transform", "publish"))
    assert not settings.published_file.exists()


def changes(path: Path) -> Iterable[tuple[Any, ...]]:
    return query(
        path, "select change_type, old_name, new_name, mention_count, reason, run_id from entity_changes order by all"
    )


def test_entities_that_change_between_releases_leave_a_trace(settings: Settings, tmp_path: Path) -> None:
    assert changes(settings.build_file) == []
    settings = Settings(data_dir=shutil.copytree(settings.root, tmp_path / "data"))

    # A second meaning of SCO: documents that know the acronym alone are no longer about the organization in Shanghai.
    shutil.copyfile(settings.build_file, settings.published_file)
    number = max(NEWEST.values()) + 1
    load(
        settings,
        {
            "files": [file("cargo.txt", "ff")],
            "documents": [
                {
                    "document_id": "cargo", "text": "Southern Cargo Office (SCO)", "char_count": 27, "word_count": 4,
                    "body_start_char": 0, "ingested_at": SEEN_LATER, "run_id": "r2",
                }
            ],
            "document_sources": [source("cargo", "cargo.txt", "ff")],
            "extractions": [
                {
                    "document_id": "cargo", "extractor_version": "2", "extracted_at": SEEN_LATER, "run_id": "r2",
                    "extraction_number": number,
                }
            ],
            "local_entities": [
                {
                    **thing("sco in cargo", "cargo", "organization", "Southern Cargo Office", "southern cargo office"),
                    "acronyms": ["SCO"], "extraction_number": number,
                }
            ],
        },
    )  # fmt: skip
    transform(settings, run_id="r2")
    expected = [
        ("split", "Shanghai Cooperation Organization", "SCO", 1, "document", "r2"),
        ("split", "Shanghai Cooperation Organization", "SCO", 1, "document", "r2"),
    ]
    assert changes(settings.build_file) == expected

    # Nothing changes after that release, and its changes stay.
    shutil.copyfile(settings.build_file, settings.published_file)
    transform(settings, run_id="r3")
    assert changes(settings.build_file) == expected
