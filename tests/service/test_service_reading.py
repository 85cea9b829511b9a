"""Promises and what people set right, checks, measures and pages over HTTP."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from papers import ENGLISH, HANDBOOK, MEETING
from pdf_files import make_pdf
from pydantic import BaseModel
from service_driver import client_of, filled

from rag.service.shapes.answers import Proofs, Verified
from rag.service.shapes.measures import Evaluation
from rag.service.shapes.meetings import MinutesByRules
from rag.service.shapes.owed import Corrections, Promises
from rag.service.shapes.places import PageShown, Surroundings

C = "/api/v1/collections/default"
MEET = "meetings/планёрка.txt"
LATER = """Планёрка отдела доставки
Дата: 19.11.2025

Анна Белова: Олег, смета готова?
Олег Титов: Смету я отправил вчера.
"""
CUTTER = "A cutter may be sharpened four times."


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that the tests of this module share."""
    folder = tmp_path_factory.mktemp("papers")
    (folder / "meetings").mkdir()
    (folder / "правила.md").write_text(HANDBOOK, encoding="utf-8")
    (folder / "binder.txt").write_text(ENGLISH, encoding="utf-8")
    (folder / MEET).write_text(MEETING, encoding="utf-8")
    (folder / "cutter.pdf").write_bytes(make_pdf([["Nothing here."], [CUTTER]]))
    return filled(tmp_path_factory.mktemp("home"), folder)


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    with client_of(home) as client:
        yield client


def value(shape: type[BaseModel], response: Any) -> Any:
    """What came, once it is held against its shape."""
    assert response.status_code == 200, response.text
    shape.model_validate_json(response.text, strict=True)
    return response.json()


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def whats(client: TestClient, **asked: object) -> list[str]:
    found = value(Promises, client.get(f"{C}/promises", params=asked))
    return [each["what"] for each in found["promises"]]


# -- promises


def test_promises_are_filtered_as_on_the_command_line(client: TestClient) -> None:
    everything = whats(client, state="all")
    assert len(everything) >= 2
    (estimate,) = whats(client, who="Титов")
    assert "смету" in estimate
    assert whats(client, who="me", me="Олег") == [estimate]
    assert whats(client, to="Анна", due="2025-11-10..2025-11-16") == [estimate]
    assert estimate in whats(client, due="overdue", today="2025-12-01")
    assert whats(client, due="overdue", today="2025-11-12") == []
    assert whats(client, document="правила.md") == []
    assert whats(client, since="2025-11-13") == []
    assert whats(client, state=["done", "cancelled"]) == []
    for wrong in ({"due": "soon"}, {"who": "Зинаида"}, {"who": "me"}):
        assert code(client.get(f"{C}/promises", params=wrong)) == (400, "usage-error")
    for wrong in ({"state": "lost"}, {"since": "2025-13-01"}, {"whom": "Олег"}):
        assert code(client.get(f"{C}/promises", params=wrong)) == (422, "invalid-request")


def test_promises_and_minutes_come_as_files(client: TestClient) -> None:
    def file(form: str, begins: bytes, minutes: bool) -> bytes:
        if minutes:
            body = {"document": "планёрка.txt"}
            got = client.post(f"{C}/minutes", params={"format": form}, json=body)
            named = "%D0%BF%D0%BB%D0%B0%D0%BD%D1%91%D1%80%D0%BA%D0%B0"
        else:
            got = client.get(f"{C}/promises", params={"format": form, "state": "all"})
            named = "promises"
        assert got.headers["Content-Disposition"].endswith(f"filename*=UTF-8''{named}.{form}")
        assert got.content.startswith(begins)
        return got.content

    for minutes in (False, True):
        table = file("csv", b"\xef\xbb\xbf", minutes).decode("utf-8-sig")
        assert any("смету" in " ".join(row) for row in csv.reader(io.StringIO(table)))
        assert b"BEGIN:VEVENT" in file("ics", b"BEGIN:VCALENDAR", minutes)
        assert "смету" in file("md", b"#", minutes).decode()
        word = zipfile.ZipFile(io.BytesIO(file("docx", b"PK", minutes)))
        assert "смету" in word.read("word/document.xml").decode()


def test_minutes_are_of_a_meeting_on_its_day(client: TestClient) -> None:
    made = value(MinutesByRules, client.post(f"{C}/minutes", json={"document": MEET}))
    assert made["meeting_date"] == "2025-11-12"
    assert [each["when_to"] for each in made["promises"]] == ["2025-11-14", "2025-11-13"]
    later = {"document": MEET, "date": "2025-12-03"}
    assert client.post(f"{C}/minutes", json=later).json()["meeting_date"] == "2025-12-03"
    handbook = client.post(f"{C}/minutes", json={"document": "правила.md"})
    assert code(handbook) == (422, "not-a-meeting")
    assert code(client.post(f"{C}/minutes", json={"document": "нет"})) == (404, "document-missing")


# -- corrections


def test_a_promise_is_set_right_struck_and_taken_back(client: TestClient) -> None:
    where = {"document": "планёрка.txt"}

    def now() -> Any:
        return value(Corrections, client.get(f"{C}/corrections", params=where))

    def key(promise: Any) -> dict[str, Any]:
        return {name: promise[name] for name in ("start", "end", "what")}

    first, second = now()["promises"]
    body = {**where, "promise": key(first), "set": {"who": "Анна Белова", "when": "2025-11-20"}}
    done = value(Corrections, client.patch(f"{C}/promises", json={**body, "by": "Вера"}))
    assert done["promises"][0]["who"] == "Анна Белова"
    assert done["promises"][0]["when_to"] == "2025-11-20"
    assert {(each["kind"], each["by"]) for each in done["corrections"]} == {
        ("who", "Вера"),
        ("when", "Вера"),
    }
    assert first["what"] in whats(client, who="Анна", due="2025-11-20")
    struck = {**where, "promise": key(second), "strike": True}
    assert len(value(Corrections, client.patch(f"{C}/promises", json=struck))["promises"]) == 1
    assert code(client.patch(f"{C}/promises", json=struck)) == (409, "stale")
    both = {**body, "strike": True}
    assert code(client.patch(f"{C}/promises", json=both)) == (400, "one-of-two")
    own = {**where, "promise": {"what": "купить бумагу", "who": "Олег Титов"}, "line": 8}
    assert value(Corrections, client.post(f"{C}/promises", json=own))["promises"][-1]["line"] == 8
    assert code(client.post(f"{C}/promises", json={**own, "line": 99}))[0] == 400
    moved = value(Corrections, client.put(f"{C}/minutes/day", json={**where, "day": "2025-12-03"}))
    assert moved["meeting_date"] == "2025-12-03"
    for each in now()["corrections"]:
        client.delete(f"{C}/corrections/{each['id']}", params=where)
    assert now()["corrections"] == []
    assert now()["promises"] == [first, second]
    gone = client.delete(f"{C}/corrections/999", params=where)
    assert code(gone) == (404, "no-correction")
    for name, told in (("правила.md", (422, "not-a-meeting")), ("нет", (404, "document-missing"))):
        assert code(client.get(f"{C}/corrections", params={"document": name})) == told


# -- checks


def test_a_text_is_held_against_the_documents(client: TestClient) -> None:
    text = "Переносится не более 10 календарных дней отпуска. Луна сделана из сыра."
    told = value(Verified, client.post(f"{C}/verify", json={"text": text}))
    assert [each["verdict"] for each in told["sentences"]] == ["supported", "unsupported"]
    scope = {"documents": ["binder.txt"]}
    told = value(Verified, client.post(f"{C}/verify", json={"text": text, "scope": scope}))
    assert all(each["verdict"] == "unsupported" for each in told["sentences"])


def test_a_saved_answer_is_proved_from_the_files(client: TestClient) -> None:
    question = {"question": "сколько дней отпуска переносится?"}
    answer = client.post(f"{C}/ask", json=question).json()
    proofs = value(Proofs, client.post(f"{C}/prove", json=answer))
    assert proofs["ok"]
    assert proofs["proofs"]
    saved = {"schema": 1, "rounds": [{"question": "…", "answer": answer}, {"answer": None}]}
    assert value(Proofs, client.post(f"{C}/prove", json=saved)) == proofs
    answer["sentences"][0]["citations"][0]["quote"] = "Переносится 99 дней."
    assert value(Proofs, client.post(f"{C}/prove", json=answer))["ok"] is False
    assert code(client.post(f"{C}/prove", json={"schema": 2, "sentences": []}))[0] == 422


def test_questions_with_known_answers_are_measured(client: TestClient) -> None:
    questions = [
        {
            "id": "1",
            "question": "сколько дней отпуска переносится?",
            "answerable": True,
            "evidence": [{"document": "правила.md", "quote": "не более 10 календарных дней"}],
            "answers": ["10"],
        },
        {
            "id": "2",
            "question": "What does the binder weigh?",
            "answerable": True,
            "lang": "en",
            "evidence": [{"document": "binder.txt"}],
            "scope": "binder.txt",
        },
        {"id": "3", "question": "Who won the chess championship?", "answerable": False},
    ]
    body = {"questions": questions, "failed": True, "answers": True, "name": "small"}
    told = value(Evaluation, client.post(f"{C}/evaluations", json=body))
    assert (told["n"], told["hit@1"], told["refusal_accuracy"], told["failed"]) == (3, 1, 1, [])
    assert (told["how"]["set"], set(told["by"]["lang"])) == ("small", {"ru", "en"})
    some = client.post(f"{C}/evaluations", json={"questions": questions, "limit": 1}).json()
    assert (some["n"], some["how"]["asked"], some["failed"]) == (1, "1 of 3", None)
    twice = client.post(f"{C}/evaluations", json={"questions": [questions[0]] * 2})
    assert code(twice) == (400, "usage-error")
    lost = {**questions[0], "evidence": [{"document": "нет.txt"}]}
    problem = client.post(f"{C}/evaluations", json={"questions": [lost]})
    assert code(problem) == (400, "usage-error")
    assert "нет.txt" in problem.json()["detail"]


# -- pages and passages


def test_a_page_is_drawn_with_its_quote_marked(client: TestClient) -> None:
    answer = client.post(f"{C}/ask", json={"question": "How often may a cutter be sharpened?"})
    place = answer.json()["sentences"][0]["citations"][0]
    span = {"document": place["document"], "start": place["start"], "end": place["end"]}
    drawn = client.get(f"{C}/pages/{place['page']}.png", params=span)
    assert drawn.content.startswith(b"\x89PNG")
    shown = value(PageShown, client.get(f"{C}/pages/{place['page']}", params=span))
    assert drawn.headers["Rag-Mark-Top"] == f"{shown['top']:.4f}"
    assert 0 < shown["top"] < 1
    assert shown["page"] == 2
    assert client.get(shown["picture"]).content == drawn.content
    bare = client.get(f"{C}/pages/2.png", params={"document": "cutter.pdf"})
    assert bare.content != drawn.content
    assert "Rag-Mark-Top" not in bare.headers
    again = client.get(
        f"{C}/pages/2.png", params=span, headers={"If-None-Match": drawn.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert drawn.headers["ETag"] != bare.headers["ETag"]
    assert code(client.get(f"{C}/pages/3.png", params=span)) == (404, "no-page")
    assert code(client.get(f"{C}/pages/1.png", params=span)) == (400, "no-span")
    text = client.get(f"{C}/pages/1.png", params={"document": "binder.txt"})
    assert code(text) == (422, "no-pages")


def test_a_page_of_a_file_that_has_changed_is_not_drawn(folder: Path, tmp_path: Path) -> None:
    (folder / "cutter.pdf").write_bytes(make_pdf([[CUTTER]]))
    with client_of(filled(tmp_path / "other", folder)) as client:
        (folder / "cutter.pdf").unlink()
        gone = client.get(f"{C}/pages/1.png", params={"document": "cutter.pdf"})
    assert code(gone) == (409, "file-changed")
    assert str(folder) not in gone.text


def test_a_passage_comes_with_what_stands_around_it(client: TestClient) -> None:
    text = "На следующий год"
    found = client.post(f"{C}/search", json={"question": text, "mode": "words"}).json()["passages"]
    start = found[0]["start"] + found[0]["text"].index(text)
    asked = {"document": "правила.md", "start": start, "end": start + len(text)}
    shown = value(Surroundings, client.get(f"{C}/passages", params=asked))
    assert shown["excerpt"]["quote"] == text
    assert shown["headings"] == ["Правила отпусков", "Перенос"]
    assert shown["excerpt"]["after"].startswith(" переносится")
    assert shown["turns"] is None
    said = client.get(f"{C}/corrections", params={"document": MEET}).json()["promises"][0]
    asked = {"document": MEET, "start": said["start"], "end": said["end"]}
    turns = value(Surroundings, client.get(f"{C}/passages", params=asked))["turns"]
    assert "Олег Титов" in {each["speaker"] for each in turns["turns"]}
    wrong = {"document": MEET, "start": 5, "end": 10**6}
    assert code(client.get(f"{C}/passages", params=wrong)) == (400, "no-span")
