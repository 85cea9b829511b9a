"""Whose turn it is among requests, how many may wait, and who leaves the line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from rag.config import Settings
from rag.desk.line import Caller
from rag.errors import Stopped
from rag.service import admission as admission_module
from rag.service.admission import Admission, Kind, Meter
from rag.service.problems import Refused

ONE = Settings(serve_answers=1, serve_queue=4)


class Held:
    """A request that holds its turn until it is let go."""

    def __init__(self, admission: Admission, person: str, kind: Kind = "answer") -> None:
        self.caller = Caller(person)
        self.begun, self.free = asyncio.Event(), asyncio.Event()
        self._admission, self._kind = admission, kind
        self.task = asyncio.ensure_future(self._hold())

    async def _hold(self) -> None:
        async with self._admission.turn(self.caller, self._kind):
            self.begun.set()
            await self.free.wait()

    async def end(self) -> None:
        self.free.set()
        await self.task


async def ended(*held: Held) -> None:
    """Let them all go, in whatever order they have their turns."""
    for each in held:
        each.free.set()
    await asyncio.gather(*(each.task for each in held))


async def settled() -> None:
    """Let every task go on as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


def alone(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 30))


def test_who_waited_longest_is_next_and_a_client_that_asks_much_holds_nobody_up() -> None:
    async def test() -> None:
        admission = Admission(ONE)
        first = Held(admission, "much")
        much = [Held(admission, "much") for _ in range(2)]
        await settled()
        little = Held(admission, "little")
        await settled()
        assert (admission.working("answer"), admission.waiting("answer")) == (1, 3)
        order = []
        for _ in range(4):
            (now,) = [
                each
                for each in (first, *much, little)
                if each.begun.is_set() and not each.free.is_set()
            ]
            order.append(now)
            await now.end()
            await settled()
        assert order == [first, little, *much]
        assert (admission.working("answer"), admission.waiting("answer")) == (0, 0)

    alone(test)


def test_where_the_line_is_full_one_is_told_when_to_come_again() -> None:
    async def test() -> None:
        admission = Admission(ONE)
        held = [Held(admission, f"client {n}") for n in range(5)]  # one works, four wait
        await settled()
        with pytest.raises(Refused) as told:
            async with admission.turn(Caller("client 5"), "answer"):
                pass
        assert (told.value.status, told.value.code) == (429, "busy")
        assert told.value.headers["Retry-After"] == "25"  # five before, five seconds each
        assert admission.waiting("answer") == 4
        await ended(*held)

    alone(test)


def test_a_client_that_fills_the_line_makes_room_for_another() -> None:
    async def test() -> None:
        admission = Admission(ONE)
        much = [Held(admission, "much") for _ in range(5)]
        await settled()
        little = Held(admission, "little")
        await settled()
        with pytest.raises(Refused):
            await much[-1].task  # the last to come
        assert admission.waiting("answer") == 4
        again = Held(admission, "much")
        with pytest.raises(Refused):
            await again.task
        await ended(*much[:-1], little)

    alone(test)


def test_a_line_without_room_works_but_lets_nobody_wait() -> None:
    async def test() -> None:
        admission = Admission(Settings(serve_answers=1, serve_queue=0))
        held = Held(admission, "a")
        await settled()
        assert held.begun.is_set()
        with pytest.raises(Refused):
            await Held(admission, "b").task
        await held.end()

    alone(test)


def test_each_kind_has_its_places_and_an_answer_leaves_one_to_others() -> None:
    async def test() -> None:
        admission = Admission(Settings(serve_answers=3))
        much = [Held(admission, "much") for _ in range(5)]
        long = [Held(admission, "much", "long") for _ in range(2)]
        await settled()
        assert sum(each.begun.is_set() for each in much) == 2
        assert sum(each.begun.is_set() for each in long) == 1
        others = [Held(admission, "other"), Held(admission, "much", "search")]
        await settled()
        assert all(each.begun.is_set() for each in others)
        await ended(*others, *much, *long)

    alone(test)


def test_one_who_goes_away_or_is_cancelled_leaves_the_line() -> None:
    async def test() -> None:
        admission = Admission(ONE)
        first, second, third = (Held(admission, person) for person in "abc")
        await settled()
        await asyncio.to_thread(second.caller.stop)  # from any thread
        with pytest.raises(Stopped):
            await second.task
        third.task.cancel()
        await settled()
        assert admission.waiting("answer") == 0
        await first.end()
        last = Held(admission, "d")
        await settled()
        assert last.begun.is_set()
        await last.end()

    alone(test)


def test_what_becomes_of_requests_is_told() -> None:
    class Told(Meter):
        def __init__(self) -> None:
            self.heard: list[str] = []

        def began(self, kind: Kind, waited: float) -> None:
            assert waited >= 0
            self.heard.append(f"{kind} began")

        def ended(self, kind: Kind, worked: float) -> None:
            assert worked >= 0
            self.heard.append(f"{kind} ended")

        def refused(self, kind: Kind) -> None:
            self.heard.append(f"{kind} refused")

    async def test() -> None:
        admission = Admission(Settings(serve_answers=1, serve_queue=0))
        admission.meter = told = Told()
        held = Held(admission, "a")
        await settled()
        with pytest.raises(Refused):
            await Held(admission, "b").task
        await held.end()
        assert told.heard == ["answer began", "answer refused", "answer ended"]

    alone(test)


def test_an_answer_begins_when_no_search_waits() -> None:
    async def test() -> None:
        admission = Admission(Settings(serve_answers=2))
        places = admission._lines["search"].places
        working = [Held(admission, f"a{n}", "search") for n in range(places)]
        waits = Held(admission, "b", "search")
        await settled()
        answer = Held(admission, "c")
        await settled()
        assert not answer.begun.is_set()
        await working[0].end()
        await answer.begun.wait()
        assert waits.begun.is_set()
        await ended(*working, waits, answer)

    alone(test)


def test_an_answer_does_not_stand_back_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission_module, "_STANDS_BACK", 0.01)

    async def test() -> None:
        admission = Admission(Settings(serve_answers=2))
        places = admission._lines["search"].places
        searches = [Held(admission, f"a{n}", "search") for n in range(places + 1)]
        await settled()
        answer = Held(admission, "c")
        await answer.begun.wait()
        assert not searches[-1].begun.is_set()
        await ended(*searches, answer)

    alone(test)
