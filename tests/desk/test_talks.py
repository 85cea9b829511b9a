"""Conversations: answered beside the page, stopped at any moment, forgotten in time."""

from __future__ import annotations

import gc
import shutil
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from held_models import END, FAIL, PATIENCE, HeldModel, held_model
from model_doubles import scripted

import rag.models
from rag.app import App
from rag.config import Settings
from rag.desk import Desk
from rag.desk.talks import LONGEST, Conversation, Talks, Turn
from rag.errors import Stopped, UsageError
from rag.exports.conversation import export_conversation
from rag.prove import citations
from rag.types import Scope

TEXT = "Отпуск переносится на четырнадцать дней.\n\nЗаявление подают в отдел кадров.\n"
DAYS, WHERE = "На сколько дней переносится отпуск?", "Куда подают заявление?"
SENTENCE = "Отпуск переносится на четырнадцать дней. "
ModelSetter = Callable[..., None]


def settings(model: str = "", **others: Any) -> Settings:
    return Settings(model=model, workers=1, history=others.pop("history", False), **others)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that holds one text, made once."""
    folder = tmp_path_factory.mktemp("talks")
    (folder / "отпуск.txt").write_text(TEXT, encoding="utf-8")
    App(settings(), folder / "home").ingest([folder / "отпуск.txt"])
    return folder / "home"


@pytest.fixture
def desk(tmp_path: Path, filled: Path) -> Desk:
    """A desk with a library of its own; no model."""
    return Desk(Path(shutil.copytree(filled, tmp_path / "home")), settings())


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The models that are loaded, one after another."""
    left: list[Any] = []
    monkeypatch.setattr(rag.models, "load_model", lambda *_, **__: left.pop(0))
    return left


@pytest.fixture
def model(desk: Desk, models: list[Any]) -> HeldModel:
    """The model of the desk, which writes when it is let."""
    made = held_model()
    models.append(made)
    desk.settle(settings("transformers:held"))
    return made


def ended(turn: Turn) -> Turn:
    turn.wait(PATIENCE)
    assert turn.done
    return turn


def reached(turn: Turn, is_there: Callable[[Turn], bool]) -> Turn:
    """A turn once it is where a test wants it."""
    version = -1
    while not is_there(turn):
        assert not turn.done, (turn.state, turn.error)
        seen, version = version, turn.wait(PATIENCE, version)
        assert version != seen, turn.state
    return turn


def text_of(turn: Turn) -> str:
    assert turn.answer is not None, turn.error
    return turn.answer.text


# -- asking


def test_a_question_is_answered_beside_whoever_asks(desk: Desk) -> None:
    conversation = desk.talks.begin()
    turn = ended(conversation.ask(desk.app(), f" {DAYS} ", Scope(("отпуск.txt",))))
    assert (turn.state, turn.question, turn.scope) == ("done", DAYS, Scope(("отпуск.txt",)))
    assert text_of(turn) == SENTENCE.strip()
    assert (turn.text, turn.error, turn.ahead, turn.model) == ("", None, 0, "")
    assert turn.seconds == turn.seconds > 0
    assert conversation.turns == (turn,)
    assert desk.talks.get(conversation.id) is conversation


def test_a_question_leans_on_those_before_it(desk: Desk) -> None:
    conversation = desk.talks.begin()
    ended(conversation.ask(desk.app(), DAYS))
    turn = ended(conversation.ask(desk.app(), "а в какой отдел?"))
    assert turn.answer is not None
    assert "отпуск" in (turn.answer.asked or "").lower()
    conversation.clear()
    assert conversation.turns == ()
    turn = ended(conversation.ask(desk.app(), "а в какой отдел?"))
    assert turn.answer is not None
    assert turn.answer.asked is None


def test_a_refusal_is_an_answer_like_others(desk: Desk) -> None:
    turn = ended(desk.talks.begin().ask(desk.app(), "Сколько стоит подводная лодка?"))
    assert turn.state == "done"
    assert turn.answer is not None
    assert turn.answer.refusal


def test_words_are_seen_as_they_come_and_give_way_to_the_answer(
    desk: Desk, model: HeldModel
) -> None:
    turn = desk.talks.begin().ask(desk.app(), DAYS)
    reached(turn, lambda turn: turn.state == "writing")
    model.say("Отпуск переносится ")
    reached(turn, lambda turn: turn.text == "Отпуск переносится ")
    model.say("на четырнадцать дней. ", "Луна из сыра.", END)
    ended(turn)
    assert (turn.state, turn.text, text_of(turn)) == ("done", "", SENTENCE.strip())
    assert turn.answer is not None
    assert [each.text for each in turn.answer.struck] == ["Луна из сыра."]


def test_one_question_at_a_time(desk: Desk, model: HeldModel) -> None:
    conversation = desk.talks.begin()
    turn = conversation.ask(desk.app(), DAYS)
    with pytest.raises(UsageError, match="still being answered"):
        conversation.ask(desk.app(), WHERE)
    with pytest.raises(UsageError, match="is empty"):
        conversation.ask(desk.app(), "  ")
    assert conversation.turns == (turn,)
    model.say(SENTENCE, END)
    ended(turn)


def test_a_conversation_has_an_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.desk.talks.LONGEST", 1)
    assert LONGEST > 1
    conversation = desk.talks.begin()
    ended(conversation.ask(desk.app(), DAYS))
    with pytest.raises(UsageError, match="begin a new one"):
        conversation.ask(desk.app(), WHERE)


def test_what_goes_on_can_be_waited_for_by_many(desk: Desk, model: HeldModel) -> None:
    turn = desk.talks.begin().ask(desk.app(), DAYS)
    seen = reached(turn, lambda turn: turn.state == "writing").version
    watchers = [threading.Thread(target=turn.wait, args=(PATIENCE, seen)) for _ in range(5)]
    for each in watchers:
        each.start()
    model.say(SENTENCE)
    for each in watchers:
        each.join(PATIENCE)
        assert not each.is_alive()
    assert turn.wait(0, turn.version) == turn.version
    model.say(END)
    ended(turn)


# -- several persons


def test_persons_share_a_model_and_each_has_a_conversation(desk: Desk, model: HeldModel) -> None:
    """The model is loaded once: a second load would find none."""
    first, second = desk.talks.begin(), desk.talks.begin()
    one = first.ask(desk.app(), DAYS)
    reached(one, lambda turn: turn.state == "writing")
    two = second.ask(desk.app(), WHERE)
    reached(two, lambda turn: turn.ahead == 1)
    assert two.state == "waiting"
    model.say(SENTENCE, END)
    ended(one)
    reached(two, lambda turn: turn.state == "writing")
    assert two.ahead == 0
    model.say("Заявление подают в отдел кадров.", END)
    assert text_of(ended(two)) == "Заявление подают в отдел кадров."
    assert [len(each.turns) for each in (first, second)] == [1, 1]
    assert not any("переносится на" in message.content for message in model.asked[1][:-1])


def test_many_ask_at_once_and_all_are_answered(desk: Desk, models: list[Any]) -> None:
    models.append(scripted(SENTENCE))
    desk.settle(settings("transformers:held"))
    talks = [desk.talks.begin() for _ in range(8)]
    for _ in range(3):
        turns = [each.ask(desk.app(), DAYS) for each in talks]
        assert {text_of(ended(turn)) for turn in turns} == {SENTENCE.strip()}


# -- stopping


def test_what_was_written_before_a_stop_is_checked_and_shown(desk: Desk, model: HeldModel) -> None:
    conversation = desk.talks.begin()
    turn = conversation.ask(desk.app(), DAYS)
    model.say(SENTENCE, "Заявление подают в от")
    reached(turn, lambda turn: turn.text.endswith("подают в "))  # a word is shown when it is whole
    conversation.stop()
    assert ended(turn).state == "stopped"
    assert text_of(turn) == SENTENCE.strip()
    assert turn.answer is not None
    assert turn.answer.citations[0].quote == SENTENCE.strip()
    assert turn.answer.notes[0].startswith("ответ остановлен")
    assert "недописанное" in turn.answer.notes[0]
    model.say("дел кадров.")
    assert model.closed.wait(PATIENCE)


def test_a_follow_up_leans_on_what_was_stopped(desk: Desk, model: HeldModel) -> None:
    conversation = desk.talks.begin()
    turn = conversation.ask(desk.app(), DAYS)
    model.say(SENTENCE)
    reached(turn, lambda turn: turn.text == SENTENCE)
    conversation.stop()
    ended(turn)
    model.say("!", WHERE, END, "Заявление подают в отдел кадров.", END)
    turn = ended(conversation.ask(desk.app(), "а куда подают его?"))
    assert turn.state == "done"
    assert any(SENTENCE.strip() in message.content for message in model.asked[-1])


def test_a_stop_before_the_first_word_ends_at_once(desk: Desk, model: HeldModel) -> None:
    """The model has not said a word when the turn is over, and is not asked for more."""
    conversation = desk.talks.begin()
    turn = conversation.ask(desk.app(), DAYS)
    assert model.begun.wait(PATIENCE)
    conversation.stop()
    assert (turn.state, turn.answer, turn.done) == ("stopped", None, True)
    model.say("Отпуск")
    assert model.closed.wait(PATIENCE)
    conversation.stop()
    assert turn.state == "stopped"


def test_a_word_that_comes_in_the_moment_of_a_stop_changes_nothing(
    desk: Desk, model: HeldModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = desk.talks.begin().ask(desk.app(), DAYS)
    assert model.begun.wait(PATIENCE)
    stop = turn._caller.stop

    def word_first() -> None:
        with pytest.raises(Stopped):
            turn._said("Отпуск ")
        turn._moved(3)
        stop()

    monkeypatch.setattr(turn._caller, "stop", word_first)
    turn.stop()
    assert (turn.state, turn.ahead, turn.text) == ("stopped", 0, "")


def test_a_stop_in_the_line_lets_others_by(desk: Desk, model: HeldModel) -> None:
    first, second, third = (desk.talks.begin() for _ in range(3))
    one = reached(first.ask(desk.app(), DAYS), lambda turn: turn.state == "writing")
    two = reached(second.ask(desk.app(), DAYS), lambda turn: turn.ahead == 1)
    three = reached(third.ask(desk.app(), DAYS), lambda turn: turn.ahead == 2)
    second.stop()
    assert (two.state, two.ahead) == ("stopped", 0)
    reached(three, lambda turn: turn.ahead == 1)
    model.say(SENTENCE, END, SENTENCE, END)
    assert [ended(turn).state for turn in (one, three)] == ["done", "done"]
    assert len(model.asked) == 2


def test_a_stop_while_a_model_is_loaded_ends_at_once_and_the_next_question_waits_for_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading, loaded = threading.Event(), threading.Event()

    def load(*_: Any, **__: Any) -> Any:
        loading.set()
        assert loaded.wait(PATIENCE)
        return scripted(SENTENCE)

    monkeypatch.setattr(rag.models, "load_model", load)
    desk.settle(settings("transformers:held"))
    conversation = desk.talks.begin()
    turn = conversation.ask(desk.app(), DAYS)
    assert loading.wait(PATIENCE)
    assert turn.state == "waiting"
    conversation.stop()
    assert turn.state == "stopped"
    skipped = conversation.ask(desk.app(), DAYS)
    conversation.stop()
    after = conversation.ask(desk.app(), DAYS)
    loaded.set()
    assert text_of(ended(after)) == SENTENCE.strip()
    assert (turn.answer, skipped.state, skipped.answer) == (None, "stopped", None)


def test_a_summary_that_is_stopped_shows_what_was_written(desk: Desk, model: HeldModel) -> None:
    turn = desk.talks.begin().ask(desk.app(), "О чём документ?")
    model.say(SENTENCE, "Заявление ")
    reached(turn, lambda turn: "Заявление " in turn.text)
    turn.stop()
    assert ended(turn).state == "stopped"
    assert text_of(turn) == SENTENCE.strip()
    assert turn.answer is not None
    assert turn.answer.notes[0].startswith("ответ остановлен")


def test_clearing_stops_what_goes_on(desk: Desk, model: HeldModel) -> None:
    conversation = desk.talks.begin()
    turn = conversation.ask(desk.app(), DAYS)
    assert model.begun.wait(PATIENCE)
    conversation.clear()
    assert (turn.state, conversation.turns, conversation.busy) == ("stopped", (), False)
    model.say("Отпуск", SENTENCE, END)
    after = ended(conversation.ask(desk.app(), DAYS))
    assert text_of(after) == SENTENCE.strip()
    assert not any(DAYS in message.content for message in model.asked[1][:-1])


# -- what goes wrong


def test_a_model_that_fails_ends_the_turn_with_its_error(desk: Desk, model: HeldModel) -> None:
    conversation = desk.talks.begin()
    turn = conversation.ask(desk.app(), DAYS)
    model.say("Отпуск", FAIL)
    assert ended(turn).state == "failed"
    assert (turn.answer, turn.text) == (None, "")
    assert turn.error is not None
    assert (turn.error.message, turn.error.hint) == ("It fell over", "Stand it up")
    model.say(SENTENCE, END)
    assert text_of(ended(conversation.ask(desk.app(), DAYS))) == SENTENCE.strip()


class Panic(BaseException):
    """What a library written in Rust raises."""


@pytest.mark.parametrize("kind", [ZeroDivisionError, Panic])
def test_what_nobody_foresaw_is_an_error_with_a_next_step(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kind: type[BaseException],
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise kind("secret of the house")

    conversation = desk.talks.begin()
    with monkeypatch.context() as patched:
        patched.setattr(App, "answer", fail)
        turn = ended(conversation.ask(desk.app(), DAYS))
    assert turn.state == "failed"
    assert turn.error is not None
    assert kind.__name__ in turn.error.message
    assert "secret" not in turn.error.message
    assert "rag doctor" in turn.error.hint
    assert "secret of the house" in caplog.text
    assert ended(conversation.ask(desk.app(), DAYS)).state == "done"


def test_without_a_library_the_turn_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home", settings())
    turn = ended(desk.talks.begin().ask(desk.app(), DAYS))
    assert turn.state == "failed"
    assert turn.error is not None
    assert "no library" in turn.error.message


def test_what_has_ended_can_be_saved(desk: Desk, model: HeldModel) -> None:
    conversation = desk.talks.begin()
    turn = conversation.ask(desk.app(), DAYS, Scope(("отпуск.txt",)))
    assert conversation.rounds() == ()
    model.say(SENTENCE, END)
    ended(turn)
    failing = conversation.ask(desk.app(), DAYS)
    model.say(FAIL)
    ended(failing)
    first, second = conversation.rounds()
    assert (first.question, first.state, first.answer) == (DAYS, "done", turn.answer)
    assert (first.scope, first.model) == (Scope(("отпуск.txt",)), "transformers:held")
    assert (second.state, second.answer, second.error) == ("failed", None, "It fell over")
    saved = export_conversation(conversation.rounds(), "json", "ru").decode()
    assert [each.quote for each in citations(saved)] == [SENTENCE.strip()]


# -- settings, history


def test_with_new_settings_a_turn_ends_with_the_model_it_began_with(
    desk: Desk, models: list[Any], model: HeldModel
) -> None:
    first, second = desk.talks.begin(), desk.talks.begin()
    turn = first.ask(desk.app(), DAYS)
    reached(turn, lambda turn: turn.state == "writing")
    models.append(scripted("Заявление подают в отдел кадров."))
    desk.settle(settings("transformers:other"))
    other = second.ask(desk.app(), WHERE)
    reached(other, lambda turn: turn.ahead == 1)  # both are asked on this machine
    model.say(SENTENCE, END)
    assert (text_of(ended(turn)), turn.model) == (SENTENCE.strip(), "transformers:held")
    assert text_of(ended(other)) == "Заявление подают в отдел кадров."
    assert other.model == "transformers:other"


def test_a_model_that_is_no_longer_set_is_let_go_though_the_conversation_lasts(
    desk: Desk, models: list[Any]
) -> None:
    models.append(scripted(SENTENCE))
    desk.settle(settings("transformers:held"))
    conversation = desk.talks.begin()
    ended(conversation.ask(desk.app(), DAYS))
    loaded = weakref.ref(desk.app().model)
    desk.settle(settings())
    ended(conversation.ask(desk.app(), DAYS))  # by the same thread, or after it
    gc.collect()
    assert loaded() is None


def test_a_conversation_is_kept_where_that_is_set_and_stays_one(desk: Desk) -> None:
    desk.settle(settings(history=True))
    conversation = desk.talks.begin()
    ended(conversation.ask(desk.app(), DAYS))
    desk.settle(settings(history=True, passages=3))
    ended(conversation.ask(desk.app(), WHERE))
    conversation.clear()
    ended(conversation.ask(desk.app(), WHERE))
    kept = desk.app().history.find()
    assert [[each.question for each in one.exchanges] for one in kept] == [[DAYS, WHERE], [WHERE]]
    desk.settle(settings(history=False))
    ended(conversation.ask(desk.app(), DAYS))
    assert sum(len(each.exchanges) for each in desk.app().history.find()) == 3


def test_what_was_stopped_without_a_word_is_not_kept(desk: Desk, models: list[Any]) -> None:
    models.append(held_model())
    desk.settle(settings("transformers:held", history=True))
    conversation = desk.talks.begin()
    turn = conversation.ask(desk.app(), DAYS)
    reached(turn, lambda turn: turn.state == "writing")
    conversation.stop()
    desk.settle(settings(history=True))
    ended(conversation.ask(desk.app(), WHERE))
    (kept,) = desk.app().history.find()
    assert [each.question for each in kept.exchanges] == [WHERE]


# -- what is held


def talks_with(*asked: int, **bounds: int) -> tuple[Talks, list[Conversation]]:
    """Conversations of so many turns each, in the order in which they were used."""
    talks = Talks(**bounds)
    made = []
    for count in asked:
        conversation = talks.begin()
        conversation._turns = tuple(_Ended() for _ in range(count))  # type: ignore[misc]
        made.append(conversation)
    return talks, made


class _Ended:
    done = True


def test_of_too_many_conversations_those_unused_for_longest_are_forgotten() -> None:
    talks, made = talks_with(1, 1, 1, 1, 1, most=3)
    assert [talks.get(each.id) is each for each in made] == [False, False, True, True, True]
    assert talks.get("made up") is None


def test_of_too_many_turns_too() -> None:
    talks, made = talks_with(5, 5, 1, 1, most_turns=7)
    talks.begin()
    assert [talks.get(each.id) is each for each in made] == [False, True, True, True]


def test_what_is_being_answered_is_not_forgotten(desk: Desk, model: HeldModel) -> None:
    desk.talks = Talks(most=1)
    conversation = desk.talks.begin()
    turn = conversation.ask(desk.app(), DAYS)
    desk.talks.begin()
    assert desk.talks.get(conversation.id) is conversation
    model.say(SENTENCE, END)
    ended(turn)
    desk.talks.begin()
    assert desk.talks.get(conversation.id) is None


def test_a_question_in_an_old_conversation_saves_it() -> None:
    talks, (old, young) = talks_with(1, 1, most=2)
    old.used = young.used + 1
    talks.begin()
    assert talks.get(old.id) is old
    assert talks.get(young.id) is None


def test_nobody_can_guess_a_conversation() -> None:
    talks = Talks()
    ids = {talks.begin().id for _ in range(50)}
    assert len(ids) == 50
    assert min(map(len, ids)) >= 22  # 128 bits
