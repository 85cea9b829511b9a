"""Processes of the service that are killed while files are sent to them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from threading import Thread

import httpx
from service_process import SECONDS, Served, serve_processes

from rag.app import App
from rag.config import Settings
from rag.store import collections

FILES = 12


def text_of(client: int, number: int) -> str:
    return f"Заметка {number} человека {client}. The kettle boils in {number} minutes.\n" * 3


def send(served: Served, client: int, promised: dict[str, str]) -> None:
    """Send files until the service is gone; what was promised is noted by its job."""
    with served.client() as link:
        for number in range(FILES):
            name = f"{client}-{number}.txt"
            try:
                answer = link.post(
                    "/documents", params={"name": name}, content=text_of(client, number).encode()
                )
            except httpx.HTTPError:
                return
            assert answer.status_code == 202, answer.text
            promised[answer.json()["id"]] = name


def test_nothing_that_was_promised_is_lost_and_nothing_comes_twice(tmp_path: Path) -> None:
    home, promised = tmp_path / "home", dict[str, str]()
    collections.create(home, "default")
    with serve_processes(tmp_path) as serve:
        first, second = serve(home), serve(home)
        threads = [
            Thread(target=send, args=(served, number, promised))
            for number, served in enumerate((first, second, first))
        ]
        for thread in threads:
            thread.start()
        while len(promised) < FILES:
            threads[0].join(0.01)
        first.kill()
        for thread in threads:
            thread.join()
        with second.client() as link:  # which takes up what the other one has left
            for job in list(promised):
                follow(link, job)
        send(second, 3, promised)
        second.kill()
        third = serve(home)
        with third.client() as link:  # which nobody has told of anything
            for job in promised:
                follow(link, job)
            states = [link.get(f"/jobs/{job}").json() for job in promised]
            assert {task["id"] for task in jobs_of(link)} >= set(promised)
    assert {task["state"] for task in states} == {"done"}
    told = [task["files"][0]["state"] for task in states]
    assert set(told) <= {"added"}, Counter(told)
    app = App(Settings(workers=1), home)
    names = Counter(row.name for row in app.documents())
    assert set(promised.values()) <= set(names)
    assert set(names.values()) == {1}
    assert len({row.id for row in app.documents()}) == len(names)
    assert all(check.ok for check in app.doctor())


def jobs_of(link: httpx.Client) -> list[dict[str, object]]:
    found: list[dict[str, object]] = link.get("/jobs", params={"limit": 1000}).json()["jobs"]
    return found


def follow(link: httpx.Client, job: str) -> None:
    """Listen to a job until it has ended."""
    with link.stream("GET", f"/jobs/{job}/events", timeout=SECONDS) as events:
        assert events.status_code == 200, job
        last = [line for line in events.iter_lines() if line.startswith("event: ")][-1]
    assert last == "event: done"
