"""A saved answer's quotes against the files, read again."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rag.errors import UsageError
from rag.prove import citations

QUESTION = "сколько дней отпуска переносится?"
QUOTE = "На следующий год переносится не более 10 календарных дней неиспользованного отпуска."


@pytest.fixture
def saved(rag: Any, folder: Path) -> Path:
    """An answer with one quote, saved beside the files."""
    assert rag("ingest", folder).code == 0
    answer = rag("ask", QUESTION, "--json")
    kept = [s for s in answer.json["sentences"] if s["text"] == QUOTE]
    assert kept
    return _save(folder.parent / "answer.json", {**answer.json, "sentences": kept})


def _save(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def _proof(rag: Any, saved: Path) -> tuple[int, dict[str, Any]]:
    typed = rag("prove", saved, "--json")
    (proof,) = typed.json["proofs"]
    assert typed.json["ok"] == (typed.code == 0)
    return typed.code, proof


def test_a_quote_holds_while_its_file_is_the_same(rag: Any, saved: Path) -> None:
    code, proof = _proof(rag, saved)
    assert (code, proof["state"], proof["note"]) == (0, "holds", "")
    assert proof["now"] == proof["citation"]
    shown = rag("prove", saved)
    assert shown.out.startswith("✓ правила.md, строка 9: «На следующий год")
    assert shown.out.endswith("на месте: 1\n")


def test_a_quote_that_moved_is_found_in_the_file_that_changed(
    rag: Any, saved: Path, folder: Path
) -> None:
    file = folder / "правила.md"
    file.write_text("Новая первая строка.\n\n" + file.read_text("utf-8"), encoding="utf-8")
    code, proof = _proof(rag, saved)
    assert (code, proof["state"], proof["note"]) == (0, "moved", "файл изменился")
    assert proof["now"]["line"] == proof["citation"]["line"] + 2
    assert proof["now"]["quote"] == QUOTE


def test_a_quote_that_is_no_longer_there_is_gone(rag: Any, saved: Path, folder: Path) -> None:
    file = folder / "правила.md"
    file.write_text(file.read_text("utf-8").replace("10 календарных", "12 календарных"), "utf-8")
    code, proof = _proof(rag, saved)
    assert (code, proof["state"], proof["now"]) == (7, "gone", None)
    assert rag("prove", saved).out.startswith("✗ правила.md, строка 9")


def test_a_file_that_is_gone_or_unreadable_proves_nothing(
    rag: Any, saved: Path, folder: Path
) -> None:
    file = folder / "правила.md"
    file.write_bytes(bytes(range(256)) * 9)
    code, proof = _proof(rag, saved)
    assert (code, proof["state"]) == (7, "gone")
    assert "binary" in proof["note"]
    file.unlink()
    code, proof = _proof(rag, saved)
    assert (code, proof["state"]) == (7, "missing")


def test_a_document_that_the_library_does_not_know(rag: Any, saved: Path) -> None:
    assert rag("rm", "правила.md").code == 0
    code, proof = _proof(rag, saved)
    assert (code, proof["state"]) == (7, "unknown")


@pytest.mark.parametrize(
    ("change", "state", "code"),
    [
        ({"quote": QUOTE.replace("10", "100")}, "gone", 7),
        ({"start": 0, "end": len(QUOTE)}, "moved", 0),
        ({"quote": QUOTE.replace(" более ", "\n  более ")}, "holds", 0),
        ({"quote": "", "start": 5, "end": 9}, "gone", 7),
        ({"start": -90, "end": 10**9}, "moved", 0),
    ],
)
def test_an_answer_that_was_edited_is_found_out(
    rag: Any, saved: Path, change: dict[str, Any], state: str, code: int
) -> None:
    value = json.loads(saved.read_text("utf-8"))
    value["sentences"][0]["citations"][0].update(change)
    found, proof = _proof(rag, _save(saved, value))
    if code == 0:
        assert proof["now"]["quote"] == QUOTE
    assert (found, proof["state"]) == (code, state)


def test_the_file_counts_and_not_what_the_library_says_of_it(
    rag: Any, saved: Path, tmp_path: Path
) -> None:
    (path,) = tmp_path.rglob("catalogue.sqlite")
    forged = QUOTE.replace("10", "99")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE texts SET text = replace(text, ?, ?)", (QUOTE, forged))
    code, proof = _proof(rag, saved)
    assert (code, proof["state"]) == (0, "moved")
    assert proof["note"] == "в библиотеке другой текст этого файла"
    value = json.loads(saved.read_text("utf-8"))
    value["sentences"][0]["citations"][0]["quote"] = forged
    code, proof = _proof(rag, _save(saved, value))
    assert (code, proof["state"]) == (7, "gone")


def test_a_document_inside_an_archive(rag: Any, folder: Path) -> None:
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("in/note.txt", "The lamp on the pier was lit by Ann Moore in May.\n")
        archive.writestr("in/other.txt", "Nothing else is here.\n")
    assert rag("ingest", folder).code == 0
    answer = rag("ask", "who lit the lamp on the pier?", "--json", "-d", "all.zip").json
    assert answer["sentences"][0]["citations"][0]["document"] == "all.zip/in/note.txt"
    saved = _save(folder.parent / "answer.json", {**answer, "sentences": answer["sentences"][:1]})
    assert _proof(rag, saved)[1]["state"] == "holds"
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("in/other.txt", "Nothing else is here.\n")
    code, proof = _proof(rag, saved)
    assert (code, proof["state"], proof["note"]) == (
        7,
        "gone",
        "the file cannot be read: in/note.txt is no longer in it",
    )


def test_what_chat_and_verify_print_is_proved_too(
    rag: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rag("ingest", folder).code == 0
    asked = f"{QUESTION}\nhow often may a cutter be sharpened?\nкакого цвета луна?\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(asked))
    chat = rag("chat", "--json").out
    assert len(chat.splitlines()) == 3
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(chat.encode())))
    typed = rag("prove", "-", "--json")
    assert typed.code == 0
    documents = {each["citation"]["document"] for each in typed.json["proofs"]}
    assert documents >= {"правила.md", "binder.txt"}
    draft = folder.parent / "draft.txt"
    draft.write_text(f"{QUOTE} The Kestrel weighs 640 kilograms.", encoding="utf-8")
    checked = folder.parent / "checked.json"
    checked.write_text(rag("verify", draft, "--json").out, encoding="utf-8")
    typed = rag("prove", checked)
    assert typed.code == 0
    assert typed.out.count("✓") == 2


def test_an_answer_that_cites_nothing_has_nothing_to_prove(rag: Any, folder: Path) -> None:
    assert rag("ingest", folder).code == 0
    saved = _save(folder.parent / "a.json", rag("ask", "какого цвета луна?", "--json").json)
    typed = rag("prove", saved)
    assert (typed.code, typed.out) == (0, "The answer cites nothing.\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("not json", "Line 1 is no JSON"),
        ('{"schema": 1, "sentences": []}\n{"schema"', "Line 2 is no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[1]", "list where an object should be"),
        ("{}", "no version"),
        ('{"schema": 2, "sentences": []}', "version 2"),
        ('{"schema": true, "sentences": []}', "version True"),
        ('{"schema": 1, "passages": []}', "no sentences"),
        ('{"schema": 1, "sentences": 5}', "no list"),
        ('{"schema": 1, "rounds": 5}', "no list"),
        ('{"schema": 2, "rounds": []}', "version 2"),
        ('{"schema": 1, "rounds": ["a"]}', "str where an object should be"),
        ('{"schema": 1, "rounds": [{"answer": {"sentences": []}}]}', "no version"),
        ('{"schema": 1, "rounds": [{"answer": {"schema": 1}}]}', "no sentences"),
        ('{"schema": 1, "sentences": [{"text": "x"}]}', "'citations' is no list"),
        ('{"schema": 1, "sentences": [{"citations": [{"document": 5}]}]}', "no 'document'"),
        (
            '{"schema": 1, "sentences": [{"citations": [{"document": "a", "start": true}]}]}',
            "no 'start'",
        ),
    ],
)
def test_what_is_no_saved_answer_is_refused_and_says_why(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        citations(text)


def test_a_file_that_is_no_answer(rag: Any, folder: Path) -> None:
    assert rag("ingest", folder).code == 0
    assert rag("prove", folder).code == 2
    assert rag("prove", folder / "none.json").code == 2
    (folder / "bad.json").write_bytes(b"\xff\xfe\x00")
    assert rag("prove", folder / "bad.json").code == 2
