"""Spans of requests and of the steps of their answers, as OpenTelemetry's own SDK keeps them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from model_doubles import scripted
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from served import SETTINGS
from service_driver import filled

import rag
from rag.desk import Desk
from rag.desk.line import Line, queued
from rag.errors import UsageError
from rag.service import build
from rag.service.traces import OpenTelemetry, traces_as_set

PACKAGE = Path(rag.__file__).parent
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
QUESTION = "сколько дней отпуска переносится?"


@pytest.fixture
def kept() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def client(tmp_path: Path, kept: InMemorySpanExporter) -> Iterator[TestClient]:
    """A service whose model says one sentence that stands and one that does not."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "leave.md").write_text("# Отпуск\n\nПереносится до 14 дней отпуска.\n")
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    desk = Desk(filled(tmp_path / "home", folder), SETTINGS)
    told = "Переносится до 14 дней отпуска [1]. Остальное сгорает через 90 дней [1]."
    desk.app().model = queued(scripted(told), Line())  # type: ignore[misc]
    app: FastAPI = build(desk, traces=OpenTelemetry(provider))

    @app.post("/answers")
    def answers() -> str:
        return desk.app().answer(QUESTION).text

    @app.get("/fails")
    def fails() -> None:
        raise ValueError(QUESTION)

    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def spans(kept: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in kept.get_finished_spans()}


def test_an_answer_is_a_span_with_its_steps_below_the_clients_own(
    client: TestClient, kept: InMemorySpanExporter
) -> None:
    answer = client.post("/answers", headers={"traceparent": PARENT, "X-Request-ID": "one"})
    assert "14 дней" in answer.text
    found = spans(kept)
    request = found["POST /answers"]
    assert request.context is not None
    assert request.parent is not None
    assert f"{request.context.trace_id:032x}" == TRACE
    assert f"{request.parent.span_id:016x}" == "00f067aa0ba902b7"
    for name in ("retrieve", "pack", "generate", "verify"):
        step = found[name]
        assert step.parent is not None
        assert step.parent.span_id == request.context.span_id
        assert request.start_time <= step.start_time <= step.end_time <= request.end_time  # type: ignore[operator]
    told = dict(request.attributes or {})
    assert (told["http.route"], told["http.response.status_code"]) == ("/answers", 200)
    assert (told["rag.request_id"], told["rag.answer.struck"]) == ("one", 1)
    assert (found["generate"].attributes or {})["rag.model.tokens"] > 0  # type: ignore[operator]


def test_spans_hold_no_texts_and_no_path(client: TestClient, kept: InMemorySpanExporter) -> None:
    client.post("/answers")
    client.get("/fails?q=отпуск")
    client.get("/нет/отпуск")
    for span in kept.get_finished_spans():
        assert "отпуск" not in str(span.to_json(indent=None).encode().decode("unicode-escape"))
        assert span.events == ()
    assert spans(kept)["GET /fails"].status.status_code.name == "ERROR"
    assert "GET" in spans(kept)  # where no route fits there is none in the name


def test_a_header_that_is_no_traceparent_begins_a_trace_of_its_own(
    client: TestClient, kept: InMemorySpanExporter
) -> None:
    client.get("/healthz", headers={"traceparent": "00-zz-zz-01"})
    assert spans(kept)["GET /healthz"].parent is None


def test_traces_are_off_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    assert traces_as_set("") is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert traces_as_set("http://127.0.0.1:9") is None
    monkeypatch.delenv("OTEL_SDK_DISABLED")
    for name in ("rag", "mine"):
        traces = traces_as_set("")
        assert traces is not None
        assert traces._provider.resource.attributes["service.name"] == name
        traces.close()
        monkeypatch.setenv("OTEL_SERVICE_NAME", "mine")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(UsageError, match="rag\\[otel\\]"):
        traces_as_set("")


def test_nothing_of_it_is_imported_where_it_is_off() -> None:
    naming = [path for path in PACKAGE.rglob("*.py") if "opentelemetry." in path.read_text()]
    assert [path.name for path in naming] == ["traces.py"]
    for node in ast.parse(naming[0].read_text()).body:  # those of functions come later
        assert "opentelemetry" not in ast.dump(node) or not isinstance(
            node, (ast.Import, ast.ImportFrom)
        )
