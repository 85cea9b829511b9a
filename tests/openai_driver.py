"""OpenAI's API as tests ask it in this process: requests, and what comes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from papers import HANDBOOK
from service_driver import filled

CHAT = "/v1/chat/completions"
DAYS = "Сколько дней отпуска переносится?"
#: What the handbook says to that.
SENTENCE = "На следующий год переносится не более 10 календарных дней неиспользованного отпуска."


def user(text: Any) -> dict[str, Any]:
    """A message of a person."""
    return {"role": "user", "content": text}


def asked(question: str = DAYS, **more: Any) -> dict[str, Any]:
    """A request for an answer."""
    return {"model": "rag/default", "messages": [user(question)], **more}


def ask(http: TestClient, question: str = DAYS, **more: Any) -> Any:
    """The answer to a question, as JSON."""
    return http.post(CHAT, json=asked(question, **more)).json()


def said(answer: Any) -> str:
    """The text of an answer."""
    text = answer["choices"][0]["message"]["content"]
    assert isinstance(text, str)
    return text


def handbook(folder: Path) -> Path:
    """The folder of a library with a handbook."""
    (folder / "papers").mkdir()
    (folder / "papers" / "правила.md").write_text(HANDBOOK, encoding="utf-8")
    return filled(folder / "home", folder / "papers")
