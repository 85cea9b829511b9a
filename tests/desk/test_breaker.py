"""A model server that is away: told at once, tried by one at a time, and used when it is back."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from model_server import says, serving

from rag.app import App
from rag.breaker import Breaker
from rag.config import Settings
from rag.desk import Desk
from rag.errors import ModelAway

SETTINGS = Settings(workers=1)
QUESTION = "Сколько дней отпуска переносится?"


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: Breaker) -> None:
    with pytest.raises(ModelAway), breaker.asked():
        raise ModelAway("It cannot be reached", "Start it")


def is_asked(breaker: Breaker) -> bool:
    try:
        with breaker.asked():
            return True
    except ModelAway:
        return False


def test_one_that_is_away_is_tried_after_a_pause_and_each_failure_makes_it_longer() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    fail(breaker)
    assert not is_asked(breaker)
    clock.now = 2.0
    fail(breaker)  # which is the try
    clock.now = 4.0
    assert not is_asked(breaker)
    clock.now = 6.0
    with breaker.asked() as attempt:
        attempt.answered()
    assert is_asked(breaker)
    assert is_asked(breaker)


def test_while_one_tries_the_others_are_told_and_a_try_that_is_given_up_is_anothers() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    fail(breaker)
    clock.now = 2.0
    with breaker.asked():
        assert not is_asked(breaker)
    with breaker.asked():
        assert not is_asked(breaker)


def test_who_waited_for_a_turn_meanwhile_is_told_and_it_counts_as_no_failure() -> None:
    clock = Clock()
    breaker = Breaker(clock)

    def wait() -> None:
        with breaker.asked() as attempt:
            fail(breaker)
            clock.now = 1.0
            attempt.heed()

    with pytest.raises(ModelAway) as told:
        wait()
    assert "tried again in 1 s" in told.value.hint
    clock.now = 2.0
    assert is_asked(breaker)


def test_other_errors_say_nothing_of_the_server() -> None:
    breaker = Breaker(Clock())
    with pytest.raises(KeyError), breaker.asked():
        raise KeyError
    assert is_asked(breaker)


def test_a_server_that_goes_is_told_of_without_being_asked_and_used_again_when_it_is_back(
    tmp_path: Path, folder: Path
) -> None:
    App(SETTINGS, tmp_path / "home").ingest([folder])
    with serving(says("Переносится ", "10 дней [1].")) as server:
        settings = replace(SETTINGS, model="openai:any", base_url=server.url, window=4096)
        desk = Desk(tmp_path / "home", settings)
        app = desk.app()
        assert app.answer(QUESTION).by == "model"
        good = server.routes["/v1/chat/completions"]
        server.routes["/v1/chat/completions"] = lambda _: (503, {}, iter([b"{}"]))
        with pytest.raises(ModelAway):
            app.answer(QUESTION)
        asked = len(server.asked)
        for _ in range(3):
            with pytest.raises(ModelAway, match="failed"):
                app.answer(QUESTION)
        assert len(server.asked) == asked
        assert app.search(QUESTION, k=3).passages
        server.routes["/v1/chat/completions"] = good
        breaker = desk._breakers["openai:any"]
        breaker._again = 0.0  # the pause is over
        assert app.answer(QUESTION).by == "model"
        assert app.answer(QUESTION).by == "model"
    desk.close()


def test_a_server_that_was_never_there_is_looked_for_once_by_all_who_ask(
    tmp_path: Path, folder: Path
) -> None:
    App(SETTINGS, tmp_path / "home").ingest([folder])
    tries = []
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody listens
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
        desk = Desk(tmp_path / "home", replace(SETTINGS, model="openai:any", base_url=url))
        app = desk.app()
        load = app._load_model

        def counted() -> object:
            tries.append(1)
            return load()

        app._load_model = counted  # type: ignore[assignment, method-assign]
        errors: list[ModelAway] = []

        def ask() -> None:
            try:
                app.answer(QUESTION)
            except ModelAway as error:
                errors.append(error)

        threads = [threading.Thread(target=ask) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(errors) == 5
    assert len(tries) == 1
    desk.close()
