"""Searching and asking over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from fastapi.testclient import TestClient
from httpx import Response
from model_doubles import scripted
from model_server import chunk, stream
from model_server import serving as model_serving
from papers import ENGLISH, HANDBOOK, MEETING
from service_driver import SETTINGS, client_of, filled, serving

import rag
from rag.errors import ModelError
from rag.service.shapes.answers import Answer, SearchResult, Summary
from rag.service.shapes.labour import TaskDone, TaskList

C = "/api/v1/collections/default"
DAYS = "сколько дней отпуска переносится?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that the tests of this module read."""
    folder = tmp_path_factory.mktemp("papers")
    (folder / "meetings").mkdir()
    (folder / "правила.md").write_text(HANDBOOK, encoding="utf-8")
    (folder / "binder.txt").write_text(ENGLISH, encoding="utf-8")
    (folder / "meetings" / "планёрка.txt").write_text(MEETING, encoding="utf-8")
    return filled(tmp_path_factory.mktemp("home"), folder)


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    with client_of(home) as client:
        yield client


@pytest.fixture
def modelled(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client of a service with a model that says one true sentence and one that is not."""
    said = "Переносится не более 10 календарных дней отпуска. Луна сделана из сыра."
    monkeypatch.setattr("rag.models.load_model", lambda *_, **__: scripted(said))
    with client_of(home, replace(SETTINGS, model="openai:double")) as client:
        yield client


def told(response: Response, status: int, code: str) -> dict[str, Any]:
    """A problem of this status and code."""
    assert response.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    return problem


def events(response: Response) -> list[tuple[str, Any]]:
    """The events of a stream, by name."""
    assert response.headers["Content-Type"].startswith("text/event-stream")
    found = []
    for block in response.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines())
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_a_search_finds_the_passage_and_a_strange_collection_is_none(client: TestClient) -> None:
    answer = client.post(f"{C}/search", json={"question": DAYS, "k": 1})
    SearchResult.model_validate_json(answer.text, strict=True)
    (passage,) = answer.json()["passages"]
    assert "отпуск" in passage["text"]
    assert answer.headers["Cache-Control"] == "no-store"
    missing = client.post("/api/v1/collections/other/search", json={"question": DAYS})
    told(missing, 404, "no-collection")


def test_a_search_keeps_to_its_scope_and_its_mode(client: TestClient) -> None:
    asked = {"question": "что решили", "scope": {"documents": ["meetings/"]}, "mode": "words"}
    found = client.post(f"{C}/search", json=asked).json()["passages"]
    assert {each["document"] for each in found} == {"meetings/планёрка.txt"}
    assert all("vectors" not in each["via"] for each in found)
    days = {"question": "что решили", "scope": {"since": "2025-11-12", "until": "2025-11-12"}}
    found = client.post(f"{C}/search", json=days).json()["passages"]
    assert {each["document"] for each in found} == {"meetings/планёрка.txt"}
    nowhere = {"question": "что", "scope": {"documents": ["нет.txt"]}}
    told(client.post(f"{C}/search", json=nowhere), 400, "usage-error")


def test_an_answer_has_its_sentence_and_its_place(client: TestClient) -> None:
    answer = client.post(f"{C}/ask", json={"question": DAYS})
    Answer.model_validate_json(answer.text, strict=True)
    value = answer.json()
    assert (value["by"], value["refusal"]) == ("documents", None)
    assert "10 календарных дней" in value["sentences"][0]["citations"][0]["quote"]
    refused = client.post(f"{C}/ask", json={"question": "Who won the chess championship?"}).json()
    assert refused["refusal"] == "Not in your documents."


def test_a_question_leans_on_those_before_it(client: TestClient) -> None:
    first = client.post(f"{C}/ask", json={"question": "What does the Kestrel binder weigh?"}).json()
    past = [{"question": "What does the Kestrel binder weigh?", "answer": first["answer"]}]
    asked = {"question": "And how many kilowatts does it draw?", "past": past}
    second = client.post(f"{C}/ask", json=asked).json()
    assert "Kestrel" in second["asked"]
    assert "5.8 kilowatts" in second["answer"]


def test_promises_are_asked_for_whoever_asks(client: TestClient) -> None:
    for name, owed in (("Олег Титов", "смету"), ("Анна Белова", "подрядчику")):
        answer = client.post(f"{C}/ask", json={"question": "что я обещал?", "me": name}).json()
        assert owed in " ".join(each["what"] for each in answer["promises"])


def test_a_model_writes_where_one_is_set_unless_the_documents_are_to(
    modelled: TestClient, client: TestClient
) -> None:
    answer = modelled.post(f"{C}/ask", json={"question": DAYS})
    Answer.model_validate_json(answer.text, strict=True)
    value = answer.json()
    assert value["by"] == "model"
    assert [each["text"] for each in value["struck"]] == ["Луна сделана из сыра."]
    assert value["receipt"]["total"] > 0
    verbatim = modelled.post(f"{C}/ask", json={"question": DAYS, "by": "documents"}).json()
    assert (verbatim["by"], verbatim["receipt"]) == ("documents", None)
    told(client.post(f"{C}/ask", json={"question": DAYS, "by": "model"}), 400, "no-model")


@pytest.mark.parametrize("way", [{"json": {"stream": True}}, {"headers": "text/event-stream"}])
def test_a_stream_tells_the_steps_the_words_and_the_answer(
    modelled: TestClient, way: dict[str, Any]
) -> None:
    headers = {"Accept": way["headers"]} if "headers" in way else {}
    body = {"question": DAYS, **way.get("json", {})}
    found = events(modelled.post(f"{C}/ask", json=body, headers=headers))
    steps = [value["step"] for name, value in found if name == "step"]
    assert steps == ["looking", "writing", "checking"]
    words = "".join(value["text"] for name, value in found if name == "text")
    assert "Луна сделана из сыра." in words
    name, value = found[-1]
    assert name == "answer"
    assert value["answer"] == "Переносится не более 10 календарных дней отпуска."


def test_what_fails_in_a_stream_is_told_in_it_and_before_it_by_its_status(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ModelError("The server is gone", "Start it.")

    settings = replace(SETTINGS, model="openai:double")
    with client_of(home, settings) as client:
        monkeypatch.setattr("rag.models.load_model", fails)
        problem = client.post(f"{C}/ask", json={"question": DAYS, "stream": True})
        assert told(problem, 503, "model-error")["hint"] == "Start it."
        assert problem.headers["Retry-After"]
        monkeypatch.setattr("rag.asking.listen", fails)
        monkeypatch.setattr("rag.models.load_model", lambda *_, **__: scripted("Да."))
        name, value = events(client.post(f"{C}/ask", json={"question": DAYS, "stream": True}))[-1]
    assert (name, value["code"], value["status"]) == ("problem", "model-error", 503)


def test_a_question_that_is_too_long_names_the_setting(home: Path) -> None:
    with client_of(home, replace(SETTINGS, serve_question=20)) as client:
        assert client.post(f"{C}/search", json={"question": "а" * 20}).status_code == 200
        for way in ("search", "ask"):
            problem = told(
                client.post(f"{C}/{way}", json={"question": "а" * 21}), 422, "question-too-long"
            )
            assert "serve_question" in problem["hint"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ('{"question": 1}', "body.question"),
        ('{"question": ""}', "body.question"),
        ('{"question": "да", "k": "8"}', "body.k"),
        ('{"question": "да", "k": 101}', "body.k"),
        ('{"question": "да", "top_k": 3}', "body.top_k"),
        ('{"question": "да", "scope": {"since": "2025-02-30"}}', "body.scope.since"),
        ('{"question": "да", "\\ud800": 1}', "body"),
        ('{"question": "\\ud800"}', "body.question"),
        ("{", "body.1"),
        ("[]", "body"),
    ],
)
def test_a_request_that_is_none_is_told_where_it_is_wrong(
    client: TestClient, body: str, where: str
) -> None:
    headers = {"Content-Type": "application/json"}
    problem = told(
        client.post(f"{C}/search", content=body, headers=headers), 422, "invalid-request"
    )
    assert [each["where"] for each in problem["errors"]] == [where]
    assert all(each["what"] for each in problem["errors"])


def test_an_address_that_there_is_not_and_a_method_are_problems_too(client: TestClient) -> None:
    told(client.get("/api/v1/nothing"), 404, "not-found")
    refused = client.put(f"{C}/search", json={})
    told(refused, 405, "method-not-allowed")
    assert refused.headers["Allow"] == "POST"


def test_a_mistake_of_the_program_shows_nothing_of_itself(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistake(*_: object, **__: object) -> None:
        raise KeyError("/secret/path")

    monkeypatch.setattr("rag.app.App.search", mistake)
    with client_of(home) as client:
        quiet = TestClient(client.app, base_url="http://127.0.0.1", raise_server_exceptions=False)
        problem = quiet.post(f"{C}/search", json={"question": DAYS})
    told(problem, 500, "internal-error")
    assert "secret" not in problem.text


def test_openers_are_questions_that_the_documents_answer(client: TestClient) -> None:
    asked = {"language": "ru", "document": "правила.md"}
    questions = client.get(f"{C}/openers", params=asked).json()["questions"]
    assert questions
    for question in questions:
        answer = client.post(f"{C}/ask", json={"question": question}).json()
        assert answer["refusal"] is None, question


def test_a_summary_is_of_documents_and_never_of_files_of_the_machine(
    client: TestClient, modelled: TestClient, tmp_path: Path
) -> None:
    wanted = {"documents": ["правила.md"], "length": "short"}
    made = client.post(f"{C}/summaries", json=wanted)
    Summary.model_validate_json(made.text, strict=True)
    assert 1 <= len(made.json()["sentences"]) <= 3
    written = modelled.post(f"{C}/summaries", json={**wanted, "fresh": True})
    Summary.model_validate_json(written.text, strict=True)
    assert written.json()["calls"]
    secret = tmp_path / "secret.txt"
    secret.write_text("The password of the safe is 4711.", encoding="utf-8")
    for name in (str(secret), str(tmp_path), f"{tmp_path}/*"):
        problem = client.post(f"{C}/summaries", json={"documents": [name]})
        told(problem, 404, "document-missing")
        told(client.post(f"{C}/minutes", json={"document": name}), 404, "document-missing")


def test_a_task_is_done_on_a_document_with_a_model(
    home: Path, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = client.get(f"{C}/tasks")
    TaskList.model_validate_json(listed.text, strict=True)
    assert "extract" in {each["name"] for each in listed.json()["tasks"]}
    assert str(Path(rag.__file__).parent) not in listed.text
    rows = '{"rows": [{"what": "binder", "kilograms": 640}, {"what": "crane", "kilograms": 9}]}'
    monkeypatch.setattr("rag.models.load_model", lambda *_, **__: scripted(rows))
    wanted = {"document": "binder.txt", "fields": "what:text, kilograms:number"}
    with client_of(home, replace(SETTINGS, model="openai:double")) as modelled:
        done = modelled.post(f"{C}/tasks/extract", json=wanted)
        TaskDone.model_validate_json(done.text, strict=True)
        (result,) = done.json()["results"]
        assert [each["values"]["kilograms"] for each in result["records"]] == [640]
        assert result["flags"]
        lost = modelled.post(f"{C}/tasks/extract", json={**wanted, "document": "/etc/hostname"})
        told(lost, 404, "document-missing")
        told(modelled.post(f"{C}/tasks/fly", json=wanted), 404, "no-task")
        bad = modelled.post(f"{C}/tasks/extract", json={**wanted, "fields": "what:colour"})
        told(bad, 400, "usage-error")


def endless(asked: threading.Event, ended: threading.Event) -> Any:
    """An answer of a model server that has no end; tells when it begins, and when nobody reads."""

    def written() -> Iterator[bytes | None]:
        try:
            asked.set()
            for number in count():
                yield chunk(f"слово{number} ")
                yield None
        finally:
            ended.set()

    return lambda _: (*stream()[:2], written())


@pytest.mark.parametrize("streams", [False, True])
def test_a_client_that_goes_away_stops_the_model(home: Path, streams: bool) -> None:
    asked, ended = threading.Event(), threading.Event()
    with model_serving(endless(asked, ended)) as server:
        settings = replace(SETTINGS, model="openai:any", base_url=server.url, serve_answers=1)
        with serving(home, replace(settings, max_tokens=2048)) as address:
            there = urlsplit(address)
            connection = HTTPConnection(str(there.hostname), there.port, timeout=60)
            headers = {"Content-Type": "application/json"}
            body = json.dumps({"question": DAYS, "stream": streams})
            connection.request("POST", f"{C}/ask", body, headers)
            assert asked.wait(60)
            if streams:
                with connection.getresponse() as response:
                    assert any("слово" in line.decode() for line in response)
            connection.close()
            assert ended.wait(60)
            after = requests.post(f"{address}{C}/search", json={"question": DAYS}, timeout=60)
            assert after.status_code == 200  # its place is free again
