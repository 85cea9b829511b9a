"""A model server that has too much to do: waited for, left alone, and told of in good time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from model_server import PIECES, Reply, as_json, chunk, says, serving

from rag import models
from rag.breaker import Breaker
from rag.desk.line import Caller, Line, calling, queued
from rag.errors import ModelAway, ModelError, Stopped
from rag.models import load_model
from rag.models.troubles import explain
from rag.service.problems import response
from rag.types import Message

MESSAGES = [Message("user", "Когда поставка?")]
CHAT = "/v1/chat/completions"


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The clock by which models wait."""
    clock = Time()
    monkeypatch.setattr(models, "time", clock)
    return clock


def busy(times: int, status: int = 429, wait: str = "7") -> Any:
    """A completion that is refused at first."""
    left = iter(range(times))

    def answer(body: Any) -> Reply:
        if next(left, None) is None:
            said: Reply = says(*PIECES)(body)
            return said
        error = {"error": {"message": "too many requests"}}
        return as_json(error, status, **({"Retry-After": wait} if wait else {}))

    return answer


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_says(time: Time, status: int) -> None:
    with serving(busy(2, status)) as server:
        model = load_model("openai:any", base_url=server.url)
        assert model.write(MESSAGES) == "".join(PIECES)
        assert len(server.bodies(CHAT)) == 3
    assert time.now == pytest.approx(14.0)


@pytest.mark.parametrize(("wait", "asked"), [("7", 3), ("70", 1)])
def test_nobody_waits_for_ever(time: Time, wait: str, asked: int) -> None:
    with serving(busy(9, wait=wait)) as server:
        model = load_model("openai:any", base_url=server.url)
        with pytest.raises(ModelAway, match="asks to wait") as caught:
            model.write(MESSAGES)
        assert len(server.bodies(CHAT)) == asked
    assert caught.value.wait == float(wait)
    assert time.now <= 20.0


def test_one_that_does_not_say_when_is_asked_once_and_is_not_away(time: Time) -> None:
    with serving(busy(9, wait="")) as server:
        model = load_model("openai:any", base_url=server.url)
        with pytest.raises(ModelError, match="refuses more requests") as caught:
            model.write(MESSAGES)
        assert len(server.bodies(CHAT)) == 1
    assert not isinstance(caught.value, ModelAway)
    assert time.now == 0.0


class Answered(Exception):
    """What a client raises for an HTTP answer."""

    def __init__(self, status: int, **headers: str) -> None:
        super().__init__("too much to do")
        self.status_code = status
        self.response = type("Response", (), {"headers": headers})


RateLimitError = type("RateLimitError", (Answered,), {})


@pytest.mark.parametrize(
    ("told", "least", "most"),
    [
        ("12", 12, 12),
        (format_datetime(datetime(2001, 1, 1, tzinfo=UTC), usegmt=True), 0, 0),
        ("9" * 400, 86_400, 86_400),
        ("soon", 0, 0),
        ("-5", 0, 0),
        ("", 0, 0),
    ],
)
def test_when_to_come_again_is_a_number_or_a_moment(told: str, least: int, most: int) -> None:
    error = explain(RateLimitError(429, **{"retry-after": told}), "openai:any")
    wait = error.wait if isinstance(error, ModelAway) else 0.0
    assert least <= wait <= most


def test_a_moment_to_come_again_is_waited_for() -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    error = explain(RateLimitError(429, **{"retry-after": moment}), "openai:any")
    assert isinstance(error, ModelAway)
    assert 3000 <= error.wait <= 3601


def test_others_leave_it_alone_for_as_long_as_it_said() -> None:
    clock = Time()
    breaker = Breaker(clock.monotonic)

    def asked() -> ModelAway | None:
        try:
            with breaker.asked():
                return None
        except ModelAway as error:
            return error

    for wait, pause in ((7.0, 7), (3600.0, 60)):
        clock.now = 0.0
        with pytest.raises(ModelAway), breaker.asked():
            raise ModelAway("It has too much to do", "Wait", wait)
        told = asked()
        assert told is not None
        assert (told.wait, told.hint) == (pause, f"Wait. It is tried again in {pause} s.")
        clock.now = pause - 0.5
        assert asked()
        clock.now = pause
        with breaker.asked() as attempt:
            attempt.answered()


def test_a_client_of_the_service_is_told_when_to_come_again() -> None:
    for wait, told in ((0.0, "2"), (6.5, "7")):
        answer = response(ModelAway("It has too much to do", "Wait", wait))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, told)


def test_whoever_goes_away_while_it_is_waited_for_asks_it_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting, gone = threading.Event(), threading.Event()

    class Held(Time):
        def sleep(self, seconds: float) -> None:
            waiting.set()
            assert gone.wait(10)
            self.now += seconds

    monkeypatch.setattr(models, "time", Held())
    with serving(busy(9)) as server:
        model = queued(load_model("openai:any", base_url=server.url), Line())
        caller = Caller("ann")

        def leave() -> None:
            assert waiting.wait(10)
            caller.stop()

        leaving = threading.Thread(target=leave)
        leaving.start()
        with calling(caller), pytest.raises(Stopped):
            list(model.stream(MESSAGES))
        gone.set()
        leaving.join()
        for thread in _readers():
            thread.join(10)
        assert len(server.bodies(CHAT)) == 1


def test_a_question_that_is_given_up_closes_its_connection() -> None:
    closed = threading.Event()

    def endless(_: Any) -> Reply:
        def pieces() -> Iterator[bytes]:
            try:
                while True:
                    yield chunk("слово ")
            finally:
                closed.set()

        return 200, {"Content-Type": "text/event-stream"}, pieces()

    with serving(endless) as server:
        stream = load_model("openai:any", base_url=server.url, max_tokens=100_000).stream(MESSAGES)
        assert next(stream) == "слово "
        stream.close()
        assert closed.wait(10)


def _readers() -> Iterator[threading.Thread]:
    return (each for each in threading.enumerate() if each.name == "rag-reading")
