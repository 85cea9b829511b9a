"""Searching and asking over HTTP."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_a_search_finds_the_passage_and_a_strange_collection_is_none(client: TestClient) -> None:
    asked = {"question": "сколько дней отпуска переносится?"}
    answer = client.post("/api/v1/collections/default/search", json=asked)
    assert answer.status_code == 200
    assert "отпуск" in answer.json()["passages"][0]["text"]
    missing = client.post("/api/v1/collections/other/search", json=asked)
    assert (missing.status_code, missing.json()["code"]) == (404, "no-collection")
    assert missing.headers["Content-Type"] == "application/problem+json"
