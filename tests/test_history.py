"""The history: kept for the person alone, bounded, shared by processes, never in the way."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from model_doubles import calls, scripted

from rag.app import App
from rag.errors import StorageError, UsageError
from rag.store.history import History
from rag.types import Citation, Exchange

ROOT = Path(__file__).resolve().parents[1]
PLACE = Citation("правила.md", None, 9, 10, 14, "пять")
ASKED = Exchange("а до какого?", "До какого числа?", "До 31 мая.", None, "model", "m:x", (PLACE,))
LEAVE = "сколько дней отпуска переносится?"


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "home" / "default.history.sqlite")


@pytest.fixture
def filled(rag: Any, folder: Path) -> Any:
    assert rag("ingest", folder).code == 0
    return rag


def test_what_is_added_comes_back_in_its_conversation(history: History) -> None:
    assert history.last() is None
    assert history.find() == []
    first = history.add(ASKED)
    assert history.add(Exchange("ещё?", "ещё?", "Нет.", "Нет."), first) == first
    second = history.add(Exchange("новый", "новый", "да"))
    assert second != first
    (one, two) = history.find()
    kept = one.exchanges[0]
    assert kept.time >= one.begun > "2020"
    assert replace(kept, time="") == ASKED
    assert one.exchanges[1].refusal == "Нет."
    assert history.last() == two
    assert history.find(conversation=first) == [one]
    assert [each.exchanges for each in history.find(most=1)] == [two.exchanges]
    assert [each.id for each in history.find(words="числам")] == [first]  # in any inflection
    assert history.find(words="числам нового") == []


def test_it_is_private_and_bounded(tmp_path: Path) -> None:
    history = History(tmp_path / "h.sqlite", most=5)
    for number in range(12):
        history.add(Exchange(f"q{number}", f"q{number}", "a"))
        assert stat.S_IMODE(os.stat(tmp_path / "h.sqlite").st_mode) == 0o600
    kept = [each.exchanges[0].question for each in history.find()]
    assert kept == [f"q{number}" for number in range(7, 12)]


def test_what_is_forgotten_is_not_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    history = History(path)
    number = history.add(Exchange("secretword", "secretword", "a"))
    history.add(Exchange("other", "other", "a"))
    assert b"secretword" in path.read_bytes()
    assert history.clear(number) == 1
    held = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert b"secretword" not in held
    assert b"other" in held
    assert history.clear() == 1
    assert history.find() == []


@pytest.mark.parametrize("spoil", ["all", "middle"])
def test_a_damaged_file_is_set_aside_and_begun_anew(
    tmp_path: Path, spoil: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "h.sqlite"
    history = History(path)
    for number in range(20):
        history.add(Exchange(f"q{number}", "q", "a" * 4000))
    held = path.read_bytes()
    page = 4096
    path.write_bytes(
        b"no database" * 900 if spoil == "all" else held[:page] + b"\xff" * (len(held) - page)
    )
    history.add(Exchange("after", "after", "a"))
    assert [each.exchanges[0].question for each in history.find()] == ["after"]
    assert str(tmp_path / "h.sqlite.damaged") in caplog.text
    assert history.clear() == 1
    assert not list(tmp_path.glob("*.damaged*"))


def test_a_newer_or_unreachable_file_is_left_alone(tmp_path: Path) -> None:
    newer = tmp_path / "newer.sqlite"
    with sqlite3.connect(newer) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StorageError, match="newer version"):
        History(newer).add(ASKED)
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError, match="cannot be used"):
        History(tmp_path / "folder").add(ASKED)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "newer.sqlite"]


def test_several_processes_lose_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from rag.store.history import History\n"
        "from rag.types import Exchange\n"
        "history = History(Path(sys.argv[1])); number = None\n"
        "for i in range(10): number = history.add(Exchange(sys.argv[2], str(i), 'a'), number)"
    )
    path = str(tmp_path / "h.sqlite")
    running = [
        subprocess.Popen([sys.executable, "-c", code, path, str(i)], cwd=ROOT) for i in range(4)
    ]
    assert [each.wait() for each in running] == [0] * 4
    conversations = History(Path(path)).find()
    assert len(conversations) == 4
    for each in conversations:
        assert [exchange.asked for exchange in each.exchanges] == [str(i) for i in range(10)]


# -- as a person meets it


def test_a_question_goes_on_with_the_last_one(filled: Any) -> None:
    assert filled("ask", LEAVE).err == ""
    typed = filled("ask", "-c", "а до какого числа подают заявление о нём?")
    assert "понял так: До какого числа подают заявление об отпуске" in typed.err.replace(
        "о отп", "об отп"
    )
    assert "1 декабря" in typed.out
    value = filled("ask", "--continue", "а кому?", "--json").json
    assert value["asked"].startswith("Кому подают заявление")
    assert filled("ask", LEAVE, "--json").json["asked"] is None


def test_minus_c_with_the_name_of_a_collection_says_how_to_name_one(filled: Any) -> None:
    typed = filled("ask", "-c", "default", "сколько", "дней?")
    assert (typed.code, typed.out) == (2, "")
    assert 'rag -c default ask "…"' in typed.err
    assert filled("-c", "default", "ask", LEAVE).code == 0
    assert filled("ask", "--collection", "default", LEAVE).code == 0
    assert filled("ask", "-c", LEAVE).code == 0


def test_the_first_question_has_nothing_to_go_on_with(filled: Any, caplog: Any) -> None:
    assert filled("ask", "-c", LEAVE).code == 0
    assert "no conversation to go on with" in caplog.text
    typed = filled("ask", "-c", "--no-history", LEAVE)
    assert (typed.code, typed.out) == (2, "")
    assert "RAG_HISTORY=1" in typed.err


def test_a_chat_is_one_conversation_and_can_be_gone_on_with(
    filled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{LEAVE}\nа до какого числа заявление?\n"))
    assert "понял так" in filled("chat").err
    monkeypatch.setattr(sys, "stdin", io.StringIO("How many times may a cutter be sharpened?\n"))
    filled("chat", "--continue")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{LEAVE}\n"))
    filled("chat")
    kept = filled("logs", "--json").json["conversations"]
    assert [len(each["exchanges"]) for each in kept] == [3, 1]


def test_logs_show_find_and_forget(filled: Any) -> None:
    filled("ask", LEAVE)
    filled("ask", "-c", "а кому подают заявление о нём?")
    filled("ask", "Who won the football championship in Brazil?")
    shown = filled("logs").out
    assert f"> {LEAVE}" in shown
    assert "(Кому подают заявление" in shown
    assert "[правила.md:9]" in shown
    assert "cup" not in filled("logs", "football", "-n", "5").out
    assert "rag logs" in filled("logs", "бегемот").err
    value = filled("logs", "переносом", "--json").json
    assert set(value) == {"schema", "conversations"}
    assert filled("logs", "-n", "1", "--json").json["conversations"][0]["exchanges"][0]["refusal"]
    first = filled("logs", "--json").json["conversations"][0]
    assert set(first) == {"id", "begun", "exchanges"}
    assert set(first["exchanges"][0]) == {
        *("question", "asked", "answer", "refusal", "by", "model", "citations", "time"),
    }
    assert filled("logs", "--clear", "отпуск").code == 2
    one = filled("logs", "--clear", "--conversation", first["id"], "--json").json
    assert one["forgotten"] == 1
    assert "forgotten: 1" in filled("logs", "--clear").out
    typed = filled("logs")
    assert (typed.code, typed.out) == (0, "")
    assert "Nothing was asked" in typed.err


@pytest.mark.parametrize("how", ["flag", "variable", "file"])
def test_nothing_is_kept_where_that_is_switched_off(
    filled: Any, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "variable":
        monkeypatch.setenv("RAG_HISTORY", "0")
    if how == "file":
        Path("rag.toml").write_text("history = false\n", encoding="utf-8")
    assert filled("ask", LEAVE, *(["--no-history"] if how == "flag" else [])).code == 0
    assert not list(Path().rglob("*history*"))


def test_a_new_library_keeps_the_history_and_doctor_does_not_mind_it(
    filled: Any, folder: Path
) -> None:
    filled("ask", LEAVE)
    assert filled("ingest", folder, "--fresh").code == 0
    assert LEAVE in filled("logs").out
    assert filled("doctor").code == 0


@pytest.mark.parametrize("trouble", ["damaged", "out of reach"])
def test_a_history_that_fails_stops_no_question(filled: Any, trouble: str, caplog: Any) -> None:
    filled("ask", LEAVE)
    (path,) = Path(".rag").glob("*.history.sqlite")
    if trouble == "damaged":
        path.write_bytes(b"no database" * 900)
    else:
        path.unlink()
        path.mkdir()
    typed = filled("ask", "-c", LEAVE)
    assert typed.code == 0
    assert "не более 10" in typed.out
    assert "history" in caplog.text
    if trouble == "damaged":
        assert path.with_name(f"{path.name}.damaged").exists()
        assert len(filled("logs", "--json").json["conversations"]) == 1


def test_a_model_is_told_what_stood_and_never_what_was_struck(app: App, folder: Path) -> None:
    app.ingest([folder])
    model = scripted(
        "На следующий год переносится не более 10 календарных дней. "
        "Заявление о переносе подают в отдел кадров до 25 декабря.",
        "До какого числа подают заявление о переносе?",
        "Заявление о переносе подают в отдел кадров до 1 декабря.",
    )
    app.model = model  # type: ignore[misc]
    talk = app.talk()
    assert talk.ask(LEAVE).struck
    answer = talk.ask("а до какого числа подают его?")
    assert answer.asked == "До какого числа подают заявление о переносе?"
    assert answer.receipt is not None
    assert "history" in [part.name for part in answer.receipt.parts]
    shown = json.dumps([str(each.content) for each in calls(model)[-1][0]], ensure_ascii=False)
    assert "25 декабря" not in shown
    assert "не более 10" in shown
    kept = app.history.find()[0].exchanges
    assert "25 декабря" not in kept[0].answer


def test_resuming_without_a_history_is_a_mistake(app: App) -> None:
    from rag.talk import Talk

    with pytest.raises(UsageError, match="history is off"):
        Talk(app.answer, None, None, resume=True)
