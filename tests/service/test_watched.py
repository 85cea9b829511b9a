"""What is told of requests: their ids, their lines in the log, what is counted, readiness."""

from __future__ import annotations

import io
import json
import logging
import shutil
import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from served import SETTINGS
from service_driver import filled

from rag.access import keyfile
from rag.config import Settings
from rag.desk import Desk
from rag.desk.drops import Drop
from rag.errors import ReadError
from rag.observe import observer
from rag.service import build, health, logs
from rag.service.state import Service
from rag.types import Answer, Sentence

SECRET = "зарплата Анны 100500"


class Log:
    """What is logged while a test runs, as lines."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


@pytest.fixture
def log() -> Iterator[Log]:
    """The log in JSON, and logging as it was before afterwards."""
    root, service = logging.getLogger(), logging.getLogger("rag.service")
    before = root.handlers[:], root.level, service.level
    hooks = threading.excepthook, sys.excepthook
    found = Log()
    logs.set_up("json", "debug", stream=found.stream)
    yield found
    root.handlers[:], root.level, service.level = before
    threading.excepthook, sys.excepthook = hooks
    logging.captureWarnings(False)


def app_of(home: Path, settings: Settings = SETTINGS) -> FastAPI:
    app = build(Desk(home, settings))

    @app.get("/fails")
    def fails() -> None:
        raise ValueError(SECRET)

    @app.get("/unreadable")
    def unreadable() -> None:
        raise ReadError(SECRET, "Try another.")

    @app.post("/answers")
    def answers() -> None:
        sentence = Sentence("Да.", "supported", ())
        told = Answer("Да.", (sentence,), struck=(sentence, sentence), by="model")
        observer().answered(told)
        observer().answered(Answer("Нет.", refusal="Нет."))
        observer().wrote(40, 2)
        observer().waited(0.1)

    return app


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of one document, made once."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / "leave.md").write_text("# Отпуск\n\nПереносится до 14 дней отпуска.\n")
    return filled(tmp_path_factory.mktemp("library") / "home", folder)


@pytest.fixture
def home(tmp_path: Path, library: Path) -> Path:
    """A copy of it, which a test may damage."""
    return Path(shutil.copytree(library, tmp_path / "home"))


def asking(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1")


@pytest.fixture
def client(home: Path) -> Iterator[TestClient]:
    with asking(app_of(home)) as client:
        yield client


def service_of(client: TestClient) -> Service:
    return client.app.state.service  # type: ignore[attr-defined, no-any-return]


def counted(client: TestClient, start: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(start))


# -- ids


@pytest.mark.parametrize("given", ["7b2f", "a.b:c/d-e_f+g=h@i", "x" * 128])
def test_the_id_of_a_client_is_taken_over(client: TestClient, given: str) -> None:
    answer = client.get("/nothing", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize(
    "given", [b"", b"a b", b"x" * 129, b"\xd1\x8f", b'"', b"-a", b"a\tb", b"<script>", b"${jndi}"]
)
def test_one_that_is_not_sane_is_replaced(client: TestClient, given: bytes) -> None:
    found = {
        client.get("/x", headers={b"X-Request-ID": given}).headers["x-request-id"] for _ in "ab"
    }
    assert len(found) == 2
    assert all(len(each) == 32 for each in found)


def test_problems_and_lines_of_the_log_have_it(client: TestClient, log: Log) -> None:
    told = client.get("/unreadable", headers={"X-Request-ID": "one"}).json()
    assert told["request"] == "one"
    assert [(event["request"], event["code"]) for event in log.events] == [("one", "read-error")]


# -- the log


def test_a_request_is_one_line_that_tells_nothing_of_what_is_asked(
    client: TestClient, log: Log
) -> None:
    body = {"question": f"сколько дней отпуска? {SECRET}"}
    path = "/api/v1/collections/default/search?secret=1"
    client.post(path, json=body, headers={"Authorization": "Bearer rag-key"})
    (line,) = log.lines
    event = json.loads(line)
    assert {name: event[name] for name in ("event", "method", "route", "status", "collection")} == {
        "event": "request",
        "method": "POST",
        "route": "/api/v1/collections/{collection}/search",
        "status": 200,
        "collection": "default",
    }
    assert event["received"] == len(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    )
    assert event["sent"] > 0
    assert event["ms"] > 0
    for hidden in ("100500", "secret", "rag-key", "отпуск"):
        assert hidden not in line


def test_a_word_in_the_place_of_a_method_is_not_told(client: TestClient, log: Log) -> None:
    client.request(f"BREW{'X' * 3000}", "/nothing")
    assert [event["method"] for event in log.events] == ["other"]


def test_what_looks_after_the_service_is_told_to_who_wants_to_know(
    client: TestClient, log: Log
) -> None:
    client.get("/healthz")
    assert [event["level"] for event in log.events] == ["debug"]


@pytest.mark.parametrize(("texts", "is_told"), [(False, False), (True, True)])
def test_an_error_nobody_foresaw_is_told_by_its_kind_and_place(
    client: TestClient, log: Log, texts: bool, is_told: bool
) -> None:
    logs.set_up("json", texts=texts, stream=log.stream)
    answer = client.get("/fails")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "100500" not in answer.text
    failed = log.events[0]
    assert (failed["event"], failed["error"]["type"]) == ("request-failed", "ValueError")
    assert "test_watched.py" in failed["error"]["places"][-1]
    assert ("100500" in json.dumps(failed, ensure_ascii=False)) is is_told
    assert (log.events[-1]["status"], log.events[-1]["level"]) == (500, "error")


def test_texts_that_were_put_into_a_message_are_left_out(log: Log) -> None:
    mine, theirs = logging.getLogger("rag.somewhere"), logging.getLogger("somebody")
    mine.warning("Taking in %d of %s failed", 3, SECRET)
    mine.warning("%(name)s failed", {"name": SECRET})
    mine.error("Failed", exc_info=ValueError(SECRET))
    theirs.warning(SECRET)
    theirs.warning("%s of %d", SECRET, 7)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(SECRET, stacklevel=1)
    thread = threading.Thread(target=lambda: int(SECRET))
    thread.start()
    thread.join()
    assert "100500" not in log.stream.getvalue()
    messages = [event.get("message") for event in log.events]
    assert messages[:5] == [
        "Taking in 3 of … failed",
        "%(name)s failed",
        "Failed",
        "…",
        "… of 7",
    ]
    assert log.events[-1]["event"] == "thread-failed"
    wrong = logging.makeLogRecord({"name": "rag", "msg": "%d of %d", "args": (SECRET, 1)})
    assert json.loads(logs._Json(texts=False).format(wrong))["message"] == "%d of %d"


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_name_can_begin_a_line_of_its_own(log: Log, form: Any) -> None:
    logs.set_up(form, stream=log.stream)
    forged = 'x"} \r\n{"level": "info"}\x1b[2K\u2028\u0085\u202e\ud800 a=b'
    logs.tell("request", collection=forged)
    text = log.stream.getvalue()
    assert len(text.splitlines()) == 1
    assert text[:-1].isprintable()
    if form == "json":
        assert json.loads(text)["collection"] == forged
    else:
        assert r'collection="x\"} \r\n' in text


def test_a_line_for_eyes_has_its_fields_by_name(log: Log) -> None:
    logs.set_up("text", stream=log.stream)
    logs.tell("request", status=200, route="/v1/x", ms=0.5, told="", names=["a", "b"])
    assert log.lines[0][12:] == (
        ' info    request status=200 route=/v1/x ms=0.5 told="" names="[\\"a\\", \\"b\\"]"'
    )


# -- metrics


def test_requests_are_counted_by_route_and_never_by_what_was_asked_for(client: TestClient) -> None:
    client.post("/api/v1/collections/default/search", json={"question": "отпуск"})
    client.post("/api/v1/collections/nothing/search", json={"question": "отпуск"})
    client.get("/такого/пути/нет")
    client.request("BREW", "/healthz")
    openapi = client.app.openapi_url  # type: ignore[attr-defined]
    client.get(openapi)
    text = client.get("/metrics").text
    route = "/api/v1/collections/{collection}/search"
    for status in (200, 404):
        assert f'rag_requests_total{{method="POST",route="{route}",status="{status}"}} 1.0' in text
    assert 'rag_requests_total{method="GET",route="other",status="404"} 1.0' in text
    assert 'method="other"' in text
    assert f'rag_requests_total{{method="GET",route="{openapi}",status="200"}} 1.0' in text
    assert f'rag_request_seconds_count{{method="POST",route="{route}"}} 2.0' in text
    assert 'rag_queue_seconds_count{kind="search"} 1.0' in text
    for name in ("BREW", "nothing", "default", "такого"):
        assert name not in text


def test_what_came_of_answers_is_counted(client: TestClient) -> None:
    client.post("/answers")
    assert counted(client, 'rag_answers_total{by="model"}') == 1
    assert counted(client, 'rag_answers_total{by="refusal"}') == 1
    assert counted(client, 'rag_sentences_total{verdict="supported"}') == 1
    assert counted(client, 'rag_sentences_total{verdict="struck"}') == 2
    assert counted(client, 'rag_model_tokens_total{direction="read"}') == 40
    assert counted(client, 'rag_model_tokens_total{direction="written"}') == 2
    assert counted(client, "rag_model_wait_seconds_count") == 1


def test_files_the_library_and_the_process_are_counted(client: TestClient) -> None:
    intake = service_of(client).desk.intake()
    drops: tuple[Drop, ...] = intake.take([("a.md", b"# A\n\nWords."), ("b.pdf", b"%PDF-1.7 no")])
    assert intake.wait(drops, 60)
    while counted(client, "rag_files_total") < 2:
        intake.wait(drops, 0.05)
    assert counted(client, 'rag_files_total{state="added"}') == 1
    assert counted(client, 'rag_files_total{state="refused"}') == 1
    assert counted(client, 'rag_library{part="collections"}') == 1
    assert counted(client, "process_resident_memory_bytes") > 1e6
    assert counted(client, "rag_disk_free_bytes") > 0
    assert counted(client, "rag_requests_in_flight") == 1


# -- readiness


def ready(client: TestClient) -> tuple[int, str]:
    service_of(client).readiness.until = 0.0
    answer = client.get("/readyz")
    return answer.status_code, answer.json().get("code", "ok")


def test_a_service_is_ready_once_it_is_warm_with_or_without_documents(tmp_path: Path) -> None:
    with asking(app_of(tmp_path / "none")) as client:
        assert ready(client) == (200, "ok")
        service_of(client).life.warm = False
        assert ready(client) == (503, "starting")


def test_it_is_not_ready_with_a_damaged_library_and_tells_the_log_once(
    client: TestClient, home: Path, library: Path, log: Log
) -> None:
    (home / "default" / "catalogue.sqlite").write_bytes(b"nothing of that kind" * 100)
    assert [ready(client) for _ in range(2)] == [(503, "library-corrupt")] * 2
    told = [event for event in log.events if event["event"] == "readiness"]
    assert [event["causes"] for event in told] == [[{"code": "library-corrupt", "stops": True}]]
    assert client.get("/healthz").status_code == 200
    shutil.copytree(library / "default", home / "other")
    assert ready(client) == (200, "ok")  # who asks the other one is served
    assert log.events[-2]["causes"] == [{"code": "library-corrupt", "stops": False}]


def test_it_is_not_ready_without_its_model_or_room(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = replace(SETTINGS, model="openai:any", base_url="http://127.0.0.1:9/v1")
    with asking(app_of(home, away)) as client:
        assert ready(client) == (503, "model-error")
        monkeypatch.setattr(health, "_ROOM", 1 << 60)
        assert ready(client) == (503, "disk-full")
        monkeypatch.setattr("os.access", lambda *_: False)
        assert ready(client) == (503, "read-only")


def test_an_embedder_that_cannot_be_loaded_is_a_reason(home: Path, tmp_path: Path) -> None:
    with asking(app_of(home, replace(SETTINGS, embedder=str(tmp_path / "none")))) as client:
        assert ready(client) == (503, "model-error")


@pytest.mark.parametrize(
    ("opened", "code"), [(None, "library-corrupt"), (["default"], "not-ready")]
)
def test_reasons_and_metrics_are_for_those_who_may_know_of_all(
    home: Path, opened: list[str] | None, code: str
) -> None:
    _, key = keyfile.add(home, "watcher", opened, "read")
    (home / "default" / "catalogue.sqlite").write_bytes(b"nothing of that kind" * 100)
    app = app_of(home)
    app.state.service.life.warm = True
    headers = {"Authorization": f"Bearer {key}"}
    with asking(app) as client:
        problem = client.get("/readyz", headers=headers).json()
        metrics = client.get("/metrics", headers=headers)
    assert (problem["status"], problem["code"]) == (503, code)
    assert ("default" in problem["detail"]) is (opened is None)
    assert ("rag_library" in metrics.text) is (opened is None)
    assert metrics.status_code == (200 if opened is None else 403)
