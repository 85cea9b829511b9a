"""A record as JSON: one object with the promised keys, verbatim, and as the scorer reads it."""

from __future__ import annotations

import json
import runpy
from dataclasses import replace
from pathlib import Path

import pytest
from meeting_records import ENGLISH, RUSSIAN, filled, promising, record_of

from rag.exports import export
from rag.minutes import extract
from rag.readers import read_document
from rag.record import Record
from rag.types import Due, Promise, Sentence

MEETINGS = Path(__file__).resolve().parents[3] / "shared" / "meetings"
KEYS = [
    *("schema", "file", "meeting_date", "participants", "topics", "summary", "decisions"),
    *("promises", "open_questions"),
]
PROMISE = {
    *("who", "who_aliases", "to_whom", "to_whom_aliases", "what", "when_raw", "when_from"),
    *("when_to", "act", "status", "force", "condition", "line", "support", "history", "dont_care"),
    *("quote", "time", "flags", "assumption", "start", "end"),
}


def value(*records: Record, many: bool = False) -> object:
    return json.loads(export(records, "json", many=many))


def test_one_meeting_is_one_object_with_these_keys() -> None:
    record = filled(record_of(RUSSIAN))
    found = value(record)
    assert isinstance(found, dict)
    assert list(found) == KEYS
    assert (found["schema"], found["file"], found["meeting_date"]) == (
        1,
        "letuchka.txt",
        "2025-11-12",
    )
    text = record.document.text
    for promise in found["promises"]:
        assert set(promise) >= PROMISE
        assert text[promise["start"] : promise["end"]] == promise["quote"]
    for name in ("topics", "decisions", "open_questions", "summary"):
        assert found[name], name
        for item in found[name]:
            assert item["quote"] in text
            assert item["quote"] in text.splitlines()[item["line"] - 1]
    assert found["topics"][0]["time"] == "00:01"
    assert found["open_questions"][0]["asker"] == "Игорь"


def test_several_meetings_are_an_array_and_so_is_one_of_several() -> None:
    one, other = record_of(RUSSIAN), record_of(ENGLISH, "weekly.txt")
    found = value(one, other, many=True)
    assert isinstance(found, list)
    assert [each["file"] for each in found] == ["letuchka.txt", "weekly.txt"]
    assert isinstance(value(one, many=True), list)


def test_sections_without_anything_are_empty_arrays() -> None:
    found = value(promising(record_of(RUSSIAN)))
    assert isinstance(found, dict)
    assert all(found[name] == [] for name in ("topics", "decisions", "promises", "open_questions"))


def test_aliases_are_the_words_that_nobody_else_is_called() -> None:
    record = record_of(RUSSIAN)
    due = Due("завтра", "2025-11-13", "2025-11-13", "the next day")
    made = Promise("Лев Орлов", "Лев Ким", "пришлю", due, "self", "open", "пришлю", 5, 0, 6)
    tentative = replace(made, who=None, to_whom="ВСЕ", force="tentative", flags=("check",))
    people = ("Лев Орлов", "Лев Ким")
    minutes = replace(record.minutes, participants=people, promises=(made, tentative))
    found = value(replace(record, minutes=minutes))
    assert isinstance(found, dict)
    first, second = found["promises"]
    assert (first["who_aliases"], first["to_whom_aliases"]) == (["Орлов"], ["Ким"])
    assert (first["assumption"], first["dont_care"]) == ("the next day", False)
    assert (second["who_aliases"], second["to_whom_aliases"]) == ([], [])
    assert (second["flags"], second["dont_care"]) == (["check"], True)


def test_a_sentence_of_a_model_stands_with_all_its_places() -> None:
    record = record_of(RUSSIAN)
    first, second = (record.document.citation("x", a, a + 5) for a in (160, 230))
    sentence = Sentence("Насос проверят.", "supported", (first, second))
    summary = replace(record.summary, sentences=(sentence,), by="model")
    found = value(replace(record, summary=summary))
    assert isinstance(found, dict)
    (item,) = found["summary"]
    assert (item["text"], item["quote"], item["line"]) == (sentence.text, first.quote, first.line)
    assert [each["line"] for each in item["citations"]] == [first.line, second.line]


@pytest.mark.skipif(not MEETINGS.is_dir(), reason="the annotated meetings lie outside")
def test_the_scorer_reads_these_objects_as_it_reads_the_promises_themselves(tmp_path: Path) -> None:
    scorer = runpy.run_path(str(MEETINGS / "score.py"))
    exported, bare = tmp_path / "exported", tmp_path / "bare"
    exported.mkdir()
    bare.mkdir()
    for gold_file in sorted((MEETINGS / "dev").glob("*.gold.json"))[:4]:
        gold = json.loads(gold_file.read_text("utf-8"))
        files = gold_file.parent.glob(f"{gold['id']}.*")
        document = read_document(next(file for file in files if ".gold." not in file.name))
        minutes = extract(document, date=gold["meeting_date"])
        record = replace(record_of(RUSSIAN), document=document, minutes=minutes)
        summary = replace(record.summary, sentences=())
        data = export([replace(record, summary=summary)], "json", many=False)
        (exported / f"{gold['id']}.pred.json").write_bytes(data)
        rows = [
            {
                **{key: getattr(p, key) for key in ("who", "to_whom", "what", "status", "force")},
                "line": p.line,
                "quote": p.quote,
                "support": list(p.support),
                "when_from": p.when and p.when.start,
                "when_to": p.when and p.when.end,
            }
            for p in minutes.promises
        ]
        (bare / f"{gold['id']}.pred.json").write_text(json.dumps({"promises": rows}), "utf-8")
    scores = [scorer["score"](MEETINGS / "dev", folder)["total"] for folder in (exported, bare)]
    assert scores[0] == scores[1]
    assert scores[0]["tp"] > 10
