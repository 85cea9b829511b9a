"""Long work that is asked for in the background, and what its job comes to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from model_doubles import scripted
from service_driver import SETTINGS, client_of

from rag.service.shapes import holdings
from rag.service.shapes.answers import Summary
from rag.service.shapes.measures import Evaluation
from rag.service.shapes.meetings import MinutesByRules

C = "/api/v1/collections/default"
QUESTION = {"question": "сколько дней отпуска переносится?", "answerable": True, "answers": ["10"]}


def result(client: TestClient, path: str, body: dict[str, Any]) -> Any:
    """What a job comes to, once it has ended."""
    begun = client.post(f"{C}/{path}", json={**body, "background": True})
    assert begun.status_code == 202, begun.text
    holdings.Job.model_validate_json(begun.text, strict=True)
    where = begun.headers["Location"]
    assert where == f"{C}/jobs/{begun.json()['id']}"
    with client.stream("GET", f"{where}/events") as events:
        assert [line for line in events.iter_lines() if line.startswith("event")]
    ended = client.get(where)
    holdings.Job.model_validate_json(ended.text, strict=True)
    return ended.json()


def test_long_work_is_a_job_with_the_answer_for_its_result(client: TestClient) -> None:
    done = result(client, "summaries", {"documents": ["правила.md"], "length": "short"})
    assert (done["kind"], done["state"], done["error"]) == ("summary", "done", None)
    Summary.model_validate(done["result"])
    done = result(client, "minutes", {"document": "планёрка.txt"})
    MinutesByRules.model_validate(done["result"])
    done = result(client, "evaluations", {"questions": [QUESTION]})
    Evaluation.model_validate(done["result"])
    assert (done["progress"]["done"], done["progress"]["total"]) == (1, 1)
    body = {"document": "планёрка.txt", "background": True}
    file = client.post(f"{C}/minutes?format=docx", json=body)
    assert (file.status_code, file.json()["code"]) == (400, "json-alone")


def test_a_job_that_fails_says_why(client: TestClient) -> None:
    done = result(client, "minutes", {"document": "правила.md"})
    assert (done["state"], done["error"]["code"]) == ("failed", "not-a-meeting")


def test_a_model_tells_how_far_it_has_come(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "Переносится не более 10 календарных дней отпуска."
    monkeypatch.setattr("rag.models.load_model", lambda *_, **__: scripted(said))
    with client_of(home, replace(SETTINGS, model="openai:double")) as client:
        done = result(client, "summaries", {"documents": ["правила.md"]})
    assert done["result"]["by"] == "model"
    assert done["progress"]["step"]
