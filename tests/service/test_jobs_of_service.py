"""Work that outlives a request, seen by every process of the service and by the next run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from fastapi.testclient import TestClient
from service_driver import SETTINGS

from rag.desk import Desk
from rag.errors import UsageError
from rag.service import build
from rag.service.entry import Client
from rag.service.jobs import Jobs
from rag.service.problems import Refused
from rag.service.state import Service
from rag.store import collections
from rag.store.tasks import Task, Tasks, new_id, now

Tell = Callable[[str, object], None]
ME = Client("me")
PATIENCE = 60.0


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """The folder of a library with a collection that holds nothing."""
    collections.create(tmp_path / "home", "default")
    return tmp_path / "home"


@contextmanager
def jobs_of(home: Path) -> Iterator[Jobs]:
    """The jobs of a service that runs."""
    app = build(Desk(home, SETTINGS))
    with TestClient(app):
        service: Service = app.state.service
        yield service.jobs


def ended(jobs: Jobs, task: Task, collection: str = "default") -> Task:
    """A job when it has ended."""
    asyncio.run(jobs.wait(collection, task.id, PATIENCE))
    found = jobs.find(collection, task.id)
    assert found.ended
    return found


def test_work_tells_how_far_it_is_and_what_came_of_it(empty: Path) -> None:
    going, told = Event(), Event()

    def work(tell: Tell) -> object:
        tell("progress", {"done": 1, "total": 2})
        told.set()
        assert going.wait(PATIENCE)
        return {"answer": "да"}

    with jobs_of(empty) as jobs, jobs_of(empty) as others:
        task = jobs.begin(ME, "default", "evaluation", work)
        assert told.wait(PATIENCE)
        assert jobs.find("default", task.id).progress == {"step": "progress", "done": 1, "total": 2}
        assert others.find("default", task.id).state in ("queued", "running")
        going.set()
        done = ended(others, task)
        assert (done.state, done.result, done.error) == ("done", {"answer": "да"}, None)
        assert [each.id for each in others.all("default")] == [task.id]
        with pytest.raises(Refused, match="no job"):
            others.find("other", task.id)
        with pytest.raises(Refused, match="no job"):
            others.find("default", "../../etc/passwd")
    with jobs_of(empty) as later:
        assert later.find("default", task.id) == done


def fails(_: Tell) -> object:
    raise UsageError("It cannot be", "Do something else.")


def breaks(_: Tell) -> object:
    raise RuntimeError("a mistake")


def is_no_json(_: Tell) -> object:
    return object()


@pytest.mark.parametrize(
    ("work", "code", "detail"),
    [
        (fails, "usage-error", "It cannot be"),
        (breaks, "internal-error", "The service has made a mistake"),
        (is_no_json, "internal-error", "The service has made a mistake"),
    ],
)
def test_what_goes_wrong_is_told_as_a_problem(
    empty: Path, work: Callable[[Tell], object], code: str, detail: str
) -> None:
    told: list[tuple[str, str]] = []
    with jobs_of(empty) as jobs:
        jobs.on_ended = lambda task: told.append((task.kind, task.state))
        task = ended(jobs, jobs.begin(ME, "default", "summary", work))
    assert told == [("summary", "failed")]
    assert task.state == "failed"
    assert task.error is not None
    assert (task.error["code"], task.error["detail"]) == (code, detail)


def test_an_end_that_two_threads_write_down_is_told_once(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks after the jobs may find one whose own thread is writing its end down."""
    keep, looked, kept, told = Tasks.end, Event(), [], []

    def slow(tasks: Tasks, task: Task, token: str) -> None:
        keep(tasks, task, token)
        kept.append(task.id)
        if len(kept) > 1:
            looked.set()
        assert looked.wait(PATIENCE)

    monkeypatch.setattr(Tasks, "end", slow)
    with jobs_of(empty) as jobs:
        jobs.on_ended = told.append
        task = ended(jobs, jobs.begin(ME, "default", "summary", lambda _: None))
    assert [each.id for each in told] == [task.id]


def test_a_job_is_cancelled_from_any_process(empty: Path) -> None:
    begun, seen = Event(), Event()

    def work(tell: Tell) -> object:
        begun.set()
        while not seen.wait(0.01):
            tell("progress", {})
        return None

    with jobs_of(empty) as jobs, jobs_of(empty) as others:
        task = jobs.begin(ME, "default", "minutes", work)
        assert begun.wait(PATIENCE)
        others.cancel("default", task.id)
        assert ended(others, task).state == "cancelled"
        seen.set()


def test_what_a_kill_cut_off_has_failed_and_what_ends_in_time_is_told(empty: Path) -> None:
    tasks = Tasks(empty / "default+jobs")
    cut = Task(new_id(), "evaluation", "me", "running", now(), now())
    tasks.begin(cut, "0" * 16)  # of a process that is gone
    with jobs_of(empty) as jobs:
        found = jobs.find("default", cut.id)
        assert found.state == "failed"
        assert found.error is not None
        assert found.error["code"] == "cut-off"
        assert jobs.running("default") == 0


def test_a_service_that_ends_says_so_to_its_jobs(empty: Path) -> None:
    begun, never = Event(), Event()

    def work(tell: Tell) -> object:
        begun.set()
        while not never.wait(0.01):
            tell("progress", {})
        return None

    with jobs_of(empty) as jobs:
        task = jobs.begin(ME, "default", "minutes", work)
        assert begun.wait(PATIENCE)
    found = Tasks(empty / "default+jobs").find(task.id)
    assert found is not None
    assert found.error is not None
    assert (found.state, found.error["code"]) == ("failed", "cut-off")


def test_jobs_that_have_ended_are_kept_in_number_and_those_that_go_on_stay(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path / "default+jobs")
    tokens = "a" * 16
    made = [Task(new_id(), "x", "me", "running", now(), now()) for _ in range(4)]
    for task in made:
        tasks.begin(task, tokens)
    for task in made[1:]:
        tasks.end(task, tokens)
    tasks.prune(2, 1.0)
    kept = {task.id for task in tasks.all()}
    assert made[0].id in kept
    assert len(kept) == 3
    tasks.prune(2, -1.0)
    assert {task.id for task in tasks.all()} == {made[0].id}


def test_there_are_only_so_many_jobs(empty: Path) -> None:
    go = Event()

    def work(_: Tell) -> object:
        go.wait(PATIENCE)
        return None

    with jobs_of(empty) as jobs:
        jobs.desk.settings = jobs.desk.settings.__class__(workers=1, serve_jobs=1)
        first = jobs.begin(ME, "default", "minutes", work)
        with pytest.raises(Refused) as refused:
            jobs.begin(ME, "default", "minutes", work)
        assert (refused.value.status, refused.value.code) == (429, "too-many-jobs")
        go.set()
        ended(jobs, first)
        ended(jobs, jobs.begin(ME, "default", "minutes", work))
        with pytest.raises(Refused) as missing:
            jobs.begin(ME, "other", "minutes", work)
        assert missing.value.status == 404
