"""What analysts put right in corrections/*.csv: each action, what cannot be followed, what matches nothing."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.corrections import COLUMNS, CorrectionError, read_corrections
from flows.run import run
from flows.settings import Settings
from tests.conftest import wirehouse

STORIES = {
    "talks": (
        "date 2026-03-04\n\nGENEVA, March 4 (Newsline) -- Trade negotiator Robert Allen said that exports would rise. "
        '"We have a text," Allen told reporters in Phoenix. The Rift Growers Union welcomed the talks, and Maria Lopez '
        "said that farmers would gain.\n"
    ),
    "fair": (
        "date 2026-03-05\n\nOSLO, March 5 (Newsline) -- The negotiator Bob Allen said that the fair was crowded. "
        "The Rift Growers Union sold tea. Maria Lopez said that the tea was cold, and Greta Hansen agreed.\n"
    ),
    "tea": (
        "date 2026-03-06\n\nOSLO, March 6 (Newsline) -- The Rift Growers Union denied that its tea was cold. "
        "Greta Hansen said that Newsline had tasted it.\n"
    ),
    "rain": (
        "date 2026-03-07\n\nOSLO, March 7 (Newsline) -- The Rift Growers Union (RGU) met. "
        "The RGU said that rain had helped its fields.\n"
    ),
    "sun": "date 2026-03-08\n\nOSLO, March 8 (Newsline) -- The RGU said that the sun was out.\n",
}
NOBODY = "0" * 20
Query = Callable[[str], list[tuple[Any, ...]]]


def write(data_dir: Path, name: str, *lines: dict[str, Any]) -> Path:
    """A file of corrections with these lines."""
    folder = data_dir / "corrections"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(lines)
    return folder / name


def rows(data_dir: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(data_dir / "wirehouse.duckdb", read_only=True) as connection:
        return connection.execute(sql).fetchall()


TABLES = (
    "documents", "entities", "entity_mentions", "person_roles", "statements", "statement_mentions", "document_entities"
)  # fmt: skip


def everything(data_dir: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows(data_dir, f"select * from {table} order by all") for table in TABLES}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder, published once as the machine found it and once with a line of each action."""
    folder = tmp_path_factory.mktemp("corrections")
    stories = folder / "stories"
    stories.mkdir()
    for name, text in STORIES.items():
        (stories / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
    settings = Settings(data_dir=folder / "data", workers=1)
    run([str(stories)], settings, run_id="first")
    data_dir = settings.root
    (folder / "found").mkdir()
    (folder / "found" / "wirehouse.duckdb").write_bytes(settings.published_file.read_bytes())
    entity = dict(rows(data_dir, "select name, entity_id from entities"))
    document = dict(rows(data_dir, "select replace(source_uri, '.txt', ''), document_id from documents"))

    def place(story: str, words: str) -> dict[str, Any]:
        start = STORIES[story].index(words)
        return {
            "document_id": document[story], "start_char": start, "end_char": start + len(words), "text": words
        }  # fmt: skip

    growers, robert, maria = entity["Rift Growers Union"], entity["Robert Allen"], entity["Maria Lopez"]
    write(
        data_dir,
        "people.csv",
        {"action": "merge", "entity_id": entity["Bob Allen"], "value": robert, "note": "one person"},
        {"action": "split", "entity_id": maria, "document_id": document["fair"], "value": "the taster"},
        {"action": "rename", "entity_id": growers, "value": "Rift Valley Growers Union"},
        {"action": "retype", "entity_id": entity["Phoenix"], "value": "organization"},
        {"action": "not_an_entity", "entity_id": entity["OSLO"]},
        {"action": "mention", **place("tea", "Greta Hansen"), "value": maria},
        {"action": "mention", **place("talks", "farmers"), "value": growers},
        {"action": "mention", **place("tea", "Newsline had")},
    )
    write(
        data_dir,
        "statements.csv",
        {"action": "speaker", **place("talks", "that farmers would gain"), "value": robert},
        {"action": "wrong", **place("fair", "that the fair was crowded")},
        {"action": "rename", "entity_id": NOBODY, "value": "Nobody"},
        {"action": "mention", **place("tea", "Newsline"), "text": "Newswire", "value": maria},
        {"action": "wrong", **place("fair", "that the fair")},
        {"action": "retype", "entity_id": entity["Bob Allen"], "value": "place"},
    )
    run([str(stories)], settings, run_id="second")
    return folder


@pytest.fixture
def query(folder: Path) -> Query:
    return lambda sql: rows(folder / "data", sql)


def test_merge_joins_two_entities_under_the_second(query: Query) -> None:
    assert query(
        "select name, aliases, document_count, corrected_by from entities where name like '% Allen' order by name"
    ) == [("Robert Allen", ["Allen", "Bob Allen"], 2, "people.csv:2")]
    assert query("select corrected_by, entity_reason from entity_mentions where text = 'Bob Allen'") == [
        ("people.csv:2", "same_name")
    ]


def test_split_makes_a_new_entity_of_what_one_document_says(query: Query) -> None:
    assert query(
        "select d.source_uri, m.text, e.mention_count, m.corrected_by from entity_mentions as m "
        "join entities as e using (entity_id) join documents as d using (document_id) "
        "where e.name = 'Maria Lopez' order by all"
    ) == [
        ("fair.txt", "Maria Lopez", 1, "people.csv:3"),
        ("talks.txt", "Maria Lopez", 2, None),
        ("tea.txt", "Greta Hansen", 2, "people.csv:7"),
    ]


def test_rename_gives_the_name_and_keeps_the_found_one_as_alias(query: Query) -> None:
    assert query("select name, aliases, corrected_by from entities where name like 'Rift%'") == [
        ("Rift Valley Growers Union", ["RGU", "Rift Growers Union", "farmers"], "people.csv:4, people.csv:8")
    ]
    assert query("select distinct speaker_name from statements where speaker_text like '%Rift Growers Union'") == [
        ("Rift Valley Growers Union",)
    ]


def test_retype_changes_the_type_of_entity_and_mentions(query: Query) -> None:
    assert query(
        "select e.entity_type, m.entity_type, e.corrected_by from entities as e "
        "join entity_mentions as m using (entity_id) where e.name = 'Phoenix'"
    ) == [("organization", "organization", "people.csv:5")]


def test_not_an_entity_takes_it_out_but_shows_what_the_machine_found(query: Query) -> None:
    assert query("select * from entities where name = 'OSLO'") == []
    assert query("select * from entity_mentions where text = 'OSLO'") == []
    assert query("select distinct name, entity_id, corrected_by from document_entities where name = 'OSLO'") == [
        ("OSLO", None, "people.csv:6")
    ]


def test_a_mention_corrected_in_a_speaker_moves_the_statement_too(query: Query) -> None:
    assert query("select speaker_name, corrected_by from statements where text = 'that Newsline had tasted it'") == [
        ("Maria Lopez", "people.csv:7")
    ]


def test_a_missed_mention_is_added(query: Query) -> None:
    assert query(
        "select e.name, m.mention_type, m.mention_reason, m.corrected_by, left(s.text, 22) from entity_mentions as m "
        "join entities as e using (entity_id) join sentences as s using (document_id, sentence_index) "
        "where m.text = 'farmers'"
    ) == [("Rift Valley Growers Union", "name", "correction", "people.csv:8", "The Rift Growers Union")]


def test_a_statement_gets_the_speaker_that_a_correction_names(query: Query) -> None:
    assert query(
        "select speaker_name, speaker_text, corrected_by from statements where text = 'that farmers would gain'"
    ) == [("Robert Allen", "Maria Lopez", "statements.csv:2")]


def test_a_wrong_statement_is_left_out_of_every_table(query: Query) -> None:
    assert query("select count(*) from statements where text = 'that the fair was crowded'") == [(0,)]
    assert query("select count(*) from quotes where text = 'that the fair was crowded'") == [(0,)]
    assert query("select statement_count from documents where source_uri = 'fair.txt'") == [(1,)]
    assert query("select statement_count from entities where name = 'Robert Allen'") == [(3,)]


def test_each_line_says_what_it_matched(query: Query) -> None:
    assert query("select correction, matched, matched_count from corrections order by source_file, line_number") == [
        ("people.csv:2", "document", 1),
        ("people.csv:3", "document", 1),
        ("people.csv:4", "document", 5),
        ("people.csv:5", "document", 1),
        ("people.csv:6", "document", 4),
        ("people.csv:7", "mention", 1),
        ("people.csv:8", "mention", 1),
        ("people.csv:9", None, 0),
        ("statements.csv:2", "statement", 1),
        ("statements.csv:3", "statement", 1),
        ("statements.csv:4", None, 0),
        ("statements.csv:5", None, 0),
        ("statements.csv:6", None, 0),
        ("statements.csv:7", None, 0),
    ]


def test_a_line_that_matches_nothing_says_why(query: Query) -> None:
    assert query("select correction, problem from corrections where matched_count = 0 order by all") == [
        ("people.csv:9", "nothing is mentioned there, or the words stand in no sentence"),
        ("statements.csv:4", f"no entity has the id {NOBODY}"),
        ("statements.csv:5", "other words stand there: Newsline"),
        ("statements.csv:6", "no statement has this document, span and text"),
        ("statements.csv:7", "another correction merged the entity or took it out"),
    ]


def test_entity_changes_name_the_correction_and_the_run(query: Query) -> None:
    assert query("select change_type, old_name, new_name, reason, run_id from entity_changes order by all") == [
        ("merged", "Bob Allen", "Robert Allen", "correction people.csv:2", "second"),
        ("renamed", "Rift Growers Union", "Rift Valley Growers Union", "correction people.csv:4", "second"),
        ("split", "Maria Lopez", "Maria Lopez", "correction people.csv:3", "second"),
    ]


def why(query: Query, source_uri: str, text: str, nth: int = 0) -> list[str]:
    """The chain of reasons from the nth mention of these words to its entity."""
    ((mention,),) = query(
        "select m.mention_id from entity_mentions as m join documents as d using (document_id) "
        f"where d.source_uri = '{source_uri}' and m.text = '{text}' order by m.start_char limit 1 offset {nth}"
    )
    return [
        reason
        for (reason,) in query(f"select reason from mention_reasons where mention_id = '{mention}' order by step")
    ]


def test_any_two_mentions_of_one_entity_are_joined_by_a_chain_of_reasons(query: Query) -> None:
    at = STORIES["talks"].index("Robert Allen")
    assert why(query, "talks.txt", "Allen") == [
        f"surname of Robert Allen at {at}",
        "same full name in all documents: robert allen",
    ]
    assert why(query, "fair.txt", "Bob Allen") == [
        "named here: Bob Allen",
        "same full name in all documents: bob allen",
        "correction people.csv:2",
    ]
    assert why(query, "talks.txt", "farmers") == ["correction people.csv:8"]


def test_an_acronym_is_traced_to_where_it_is_defined(query: Query) -> None:
    at = STORIES["rain"].index("RGU")
    ((rain,),) = query("select document_id from documents where source_uri = 'rain.txt'")
    same_name = "same full name in all documents: rift growers union"
    assert why(query, "rain.txt", "RGU", 0) == ["acronym, defined here beside: Rift Growers Union", same_name]
    assert why(query, "rain.txt", "RGU", 1) == [f"acronym of: Rift Growers Union, defined at {at}", same_name]
    assert why(query, "rain.txt", "its") == [f"pronoun for RGU at {STORIES['rain'].index('RGU said')}", same_name]
    assert why(query, "sun.txt", "RGU") == [
        "named here: RGU",
        f"acronym that documents agree on: rift growers union, defined in document {rain} at {at}",
    ]


def test_status_and_runs_report_what_matched_nothing(folder: Path) -> None:
    shown = wirehouse("status", "--data-dir", folder / "data").stdout
    assert "corrections  14, 5 of them matched nothing" in shown
    assert f"statements.csv:4: no entity has the id {NOBODY}" in shown


def test_status_tells_of_corrections_that_wait_for_a_run(folder: Path) -> None:
    file = folder / "data" / "corrections" / "people.csv"
    assert "waiting      nothing" in wirehouse("status", "--data-dir", folder / "data").stdout
    kept = file.stat()
    os.utime(file, (kept.st_atime, time.time() + 60))
    shown = wirehouse("status", "--data-dir", folder / "data").stdout
    os.utime(file, (kept.st_atime, kept.st_mtime))
    assert "waiting      corrections written since the last run (people.csv); the next run applies them" in shown


def test_a_corrected_warehouse_contradicts_itself_nowhere(folder: Path) -> None:
    checked = wirehouse("verify", "--data-dir", folder / "data")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout


def test_the_same_corrections_are_nothing_new_and_without_them_all_is_as_found(folder: Path) -> None:
    settings = Settings(data_dir=folder / "data", workers=1)
    corrected = everything(settings.root)
    assert not run([], settings, stages=("transform", "publish")).published
    assert everything(settings.root) == corrected
    for file in (folder / "data" / "corrections").iterdir():
        file.rename(file.with_suffix(".off"))
    report = run([], settings, stages=("transform", "publish"), run_id="third")
    assert report.published
    assert everything(settings.root) == everything(folder / "found")
    assert rows(settings.root, "select change_type, new_name, run_id from entity_changes where run_id = 'third'") != []


BAD_LINES = {
    "unknown action; write one of merge, split, rename": "delete,,,,,,,",
    "rename needs value; fill in the cell": f"rename,{NOBODY},,,,,,",
    "entity_id is no id; copy it from the table entities": "rename,Wang Yi,,,,,Wang,",
    "value is no id; copy the entity_id from the table entities": f"merge,{NOBODY},,,,,Wang Yi,",
    "value is no type; write one of person, organization, place, event": f"retype,{NOBODY},,,,,company,",
    "start_char and end_char are no span; copy them": f"wrong,,{NOBODY},9,4,words,,",
    "mention needs text; fill in the cell": f"mention,,{NOBODY},4,9,,,",
    "merges lead in a circle; take out one of them": f"merge,{NOBODY},,,,,{NOBODY},",
    "9 cells where the first line has 8; put cells with commas in quotation marks": f"rename,{NOBODY},,,,,Allen, R.,",
}


@pytest.mark.parametrize("said", BAD_LINES)
def test_a_line_that_cannot_be_followed_is_named_with_the_way_out(tmp_path: Path, said: str) -> None:
    file = write(tmp_path, "mine.csv")
    with file.open("a", encoding="utf-8") as lines:
        lines.write(BAD_LINES[said] + "\n")
    with pytest.raises(CorrectionError) as raised:
        read_corrections(Settings(data_dir=tmp_path))
    assert str(raised.value).startswith(f"corrections/mine.csv line 2: {said}")


def test_two_lines_for_one_thing_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", {"action": "rename", "entity_id": NOBODY, "value": "One"})
    write(tmp_path, "b.csv", {"action": "rename", "entity_id": NOBODY, "value": "Other"})
    with pytest.raises(CorrectionError, match=r"b.csv line 2: a.csv line 2 corrects the same; keep one of the two"):
        read_corrections(Settings(data_dir=tmp_path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"action;entity_id\n", "line 1: unknown column 'action;entity_id'; the first line is action,entity_id"),
        (b"action,text\nwrong,\xe9\n", "line 1: the file is not UTF-8; save it as CSV in UTF-8"),
        (b'action,text\nwrong,"open\n', "line 2: unexpected end of data; close the quotation marks"),
    ],
)
def test_a_file_that_is_no_csv_is_named_with_the_way_out(tmp_path: Path, content: bytes, said: str) -> None:
    write(tmp_path, "mine.csv").write_bytes(content)
    with pytest.raises(CorrectionError) as raised:
        read_corrections(Settings(data_dir=tmp_path))
    assert str(raised.value).startswith(f"corrections/mine.csv {said}")


def test_a_folder_is_no_file_of_corrections(tmp_path: Path) -> None:
    (tmp_path / "corrections" / "old.csv").mkdir(parents=True)
    assert read_corrections(Settings(data_dir=tmp_path)).is_empty()


def test_a_wrong_file_fails_the_run_with_one_line_before_anything_is_read(tmp_path: Path) -> None:
    write(tmp_path / "data", "mine.csv", {"action": "delete"})
    (tmp_path / "story.txt").write_text(STORIES["tea"], encoding="utf-8")
    done = wirehouse("run", "--direct", "--data-dir", tmp_path / "data", tmp_path / "story.txt")
    assert done.returncode == 1
    assert "corrections/mine.csv line 2: unknown action" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data" / "raw.duckdb").exists()
