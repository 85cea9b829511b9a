"""The line before a model: fair, one turn a person, and left whatever happens."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import closing
from queue import Queue
from typing import Any

import pytest
from held_models import END, FAIL, PATIENCE, held_model, in_thread
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from model_doubles import model_of

from rag.desk.line import SERVER_AT_ONCE, Caller, Line, Queued, Rota, Ticket, calling, queued
from rag.errors import ModelError, Stopped
from rag.models import Ending
from rag.types import Message

ASKED = [Message("user", "?")]
PERSONS = "abcde"


class RotaRules(RuleBasedStateMachine):
    """Persons come, take turns and give up in any order."""

    at_once, each = 1, 1

    def __init__(self) -> None:
        super().__init__()
        self.rota = Rota(self.at_once, self.each)
        self.tickets: list[Ticket] = []  # in order of coming
        self.overtaken: dict[str, list[str]] = {}  # who began while a person had no turn
        self.begun: list[Ticket] = []

    def look(self) -> None:
        """Note whose turns have begun since."""
        for ticket in self.tickets:
            if self.rota.begun(ticket) and ticket not in self.begun:
                self.begun.append(ticket)
                self.overtaken.pop(ticket.person, None)
                for passed in self.overtaken.values():
                    passed.append(ticket.person)
        for ticket in self.waiting():
            if ticket.person not in {each.person for each in self.begun}:
                self.overtaken.setdefault(ticket.person, [])

    def waiting(self) -> list[Ticket]:
        return [each for each in self.tickets if each not in self.begun]

    @rule(person=st.sampled_from(PERSONS))
    def come(self, person: str) -> None:
        self.tickets.append(self.rota.join(person))
        self.look()

    @precondition(lambda self: self.tickets)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        ticket = data.draw(st.sampled_from(self.tickets))
        self.tickets.remove(ticket)
        if ticket in self.begun:
            self.begun.remove(ticket)
        self.rota.leave(ticket)
        if all(each.person != ticket.person for each in self.waiting()):
            self.overtaken.pop(ticket.person, None)
        self.look()

    @invariant()
    def a_person_has_no_more_turns_at_a_time_than_each_may(self) -> None:
        turns = Counter(each.person for each in self.begun)
        assert all(count <= self.each for count in turns.values())
        assert turns.total() <= self.at_once

    @invariant()
    def no_place_is_free_while_someone_could_take_it(self) -> None:
        turns = Counter(each.person for each in self.begun)
        if any(turns[each.person] < self.each for each in self.waiting()):
            assert turns.total() == self.at_once

    @invariant()
    def nobody_is_overtaken_twice_by_the_same_person(self) -> None:
        for person, passed in self.overtaken.items():
            assert len(set(passed)) == len(passed), (person, passed)

    @invariant()
    def a_persons_own_turns_come_in_order(self) -> None:
        for person in PERSONS:
            own = [each in self.begun for each in self.tickets if each.person == person]
            assert own == sorted(own, reverse=True)

    @invariant()
    def the_place_that_is_told_comes_true(self) -> None:
        for ticket in self.tickets[:3]:
            told, copy = self.rota.before(ticket), self.rota._copy()
            for _ in range(told):
                assert not copy.begun(ticket)
                copy.leave(next(iter(copy._served)))
            assert copy.begun(ticket)


class SeveralRules(RotaRules):
    """The same before a server that takes two at once."""

    at_once = 2


class SeveralEachRules(RotaRules):
    """The same where a person may have some at once and leaves one to others."""

    at_once, each = 3, 2


STEADILY = settings(
    max_examples=60, stateful_step_count=30, deadline=None, derandomize=True, database=None
)
TestOneAtATime = RotaRules.TestCase
TestTwoAtATime = SeveralRules.TestCase
TestSomeEach = SeveralEachRules.TestCase
TestOneAtATime.settings = TestTwoAtATime.settings = TestSomeEach.settings = STEADILY


def test_many_turns_of_one_person_do_not_hold_up_one_of_another() -> None:
    rota = Rota()
    minutes = [rota.join("minutes") for _ in range(5)]
    question = rota.join("question")
    assert [rota.before(each) for each in (*minutes[:3], question)] == [0, 2, 3, 1]
    rota.leave(minutes[0])
    assert rota.begun(question)


# -- threads


class Told:
    """What a caller is told of its place, for a test to wait for."""

    def __init__(self, person: str) -> None:
        self.places: Queue[int] = Queue()
        self.caller = Caller(person, self.places.put)

    def place(self) -> int:
        return self.places.get(timeout=PATIENCE)


def test_those_who_wait_are_told_their_place_as_it_changes() -> None:
    line, first, second, third = Line(), Told("a"), Told("b"), Told("c")
    begun = line.enter(first.caller)
    assert first.place() == 0
    entered = in_thread(lambda: line.enter(second.caller))
    assert second.place() == 1
    also = in_thread(lambda: line.enter(third.caller))
    assert third.place() == 2
    line.leave(begun)
    assert (second.place(), third.place()) == (0, 1)
    line.leave(entered())
    assert third.place() == 0
    line.leave(also())


def test_who_is_stopped_in_the_line_goes_away_and_those_behind_move_up() -> None:
    line, first, second, third = Line(), Told("a"), Told("b"), Told("c")
    begun = line.enter(first.caller)
    entered = in_thread(lambda: line.enter(second.caller))
    assert second.place() == 1
    also = in_thread(lambda: line.enter(third.caller))
    assert third.place() == 2
    second.caller.stop()
    assert isinstance(entered(), Stopped)
    assert second.caller.heard
    assert third.place() == 1
    line.leave(begun)
    line.leave(also())


def test_under_stress_a_model_is_never_asked_twice_at_once_and_all_are_answered() -> None:
    busy = threading.Lock()
    together: list[int] = []

    def said(*_: Any) -> str:
        if not busy.acquire(blocking=False):
            together.append(1)
        else:
            busy.release()
        return "so it is"

    model = queued(model_of(said), Line())

    def ask(person: str) -> list[str]:
        with calling(Caller(person)):
            return [model.write(ASKED) for _ in range(4)]

    results = [in_thread(lambda name=name: ask(name)) for name in "abcab" * 4]  # type: ignore[misc]
    assert [each() for each in results] == [["so it is "] * 4] * 20
    assert not together


def test_words_come_through_and_the_end_is_told() -> None:
    model = held_model()
    model.say("one ", "two", END)
    stream = queued(model, Line()).stream(ASKED)
    assert [next(stream), next(stream)] == ["one ", "two"]
    with pytest.raises(StopIteration) as end:
        next(stream)
    assert end.value.value == Ending()


def test_a_model_that_fails_leaves_the_line() -> None:
    line, model = Line(), held_model()
    model.say(FAIL)
    with pytest.raises(ModelError, match="fell over"):
        queued(model, line).write(ASKED)
    line.leave(line.enter(Caller("next")))


def test_a_reader_who_is_stopped_goes_at_once_and_the_place_is_free_when_the_model_heard() -> None:
    line, model, told = Line(), held_model(), Told("a")
    pieces: Queue[str] = Queue()

    def read() -> None:
        with calling(told.caller), closing(queued(model, line).stream(ASKED)) as stream:
            for piece in stream:
                pieces.put(piece)

    reading = in_thread(read)
    model.say("word ")
    assert pieces.get(timeout=PATIENCE) == "word "
    told.caller.stop()
    assert isinstance(reading(), Stopped)  # though the model says nothing
    assert not model.closed.is_set()
    after = Told("a")
    entered = in_thread(lambda: line.enter(after.caller))
    assert after.place() == 1  # exclusive: the model computes still
    model.say("another ")
    assert after.place() == 0
    assert model.closed.is_set()
    line.leave(entered())


def test_a_reader_who_looks_away_stops_the_model() -> None:
    line, model = Line(), held_model()
    stream = queued(model, line).stream(ASKED)
    model.say("word ")
    assert next(stream) == "word "
    stream.close()
    model.say("more ")
    assert model.closed.wait(PATIENCE)
    line.leave(line.enter(Caller("next")))


@pytest.mark.parametrize(("name", "at_once"), [("openai:x", SERVER_AT_ONCE), ("transformers:x", 1)])
def test_a_server_is_asked_several_things_at_once_and_this_machine_one(
    name: str, at_once: int
) -> None:
    model = held_model()
    object.__setattr__(model, "name", name)
    line = queued(model, Line()).line
    callers = [Told(str(number)) for number in range(SERVER_AT_ONCE + 1)]
    entering = []
    for told in callers:
        entering.append(in_thread(lambda told=told: line.enter(told.caller)))  # type: ignore[misc]
        place = told.place()
        assert place == max(0, len(entering) - at_once)
    for enter in entering:
        line.leave(enter())


def test_a_queued_model_is_the_model_but_for_its_line() -> None:
    model = held_model()
    shared = queued(model, Line())
    assert isinstance(shared, Queued)
    assert (shared.name, shared.window, shared.reserve) == (model.name, model.window, model.reserve)
    assert shared.counter is model.counter
