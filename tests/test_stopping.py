"""Whoever hears a model's words may end them: what was written so far is the answer then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from held_models import END, HeldModel, held_model
from model_doubles import calls, scripted

from rag.answer import Answerer
from rag.app import App
from rag.asking import ask_model
from rag.errors import Stopped
from rag.mapreduce import Watch, map_reduce
from rag.models import Model
from rag.store.replies import Replies
from rag.summary import Brief
from rag.summary import Progress as Step
from rag.summary.extractive import source_of
from rag.types import Answer, Document, Prompt, Receipt

QUOTE = "На следующий год переносится не более 10 календарных дней неиспользованного отпуска."
QUESTION = "Сколько дней отпуска переносится?"


def stop_at(word: str) -> Callable[[str], None]:
    """Hears words until a certain one."""

    def hear(text: str) -> None:
        if word in text:
            raise Stopped

    return hear


def answered(app: App, model: Model, on_text: Callable[[str], None]) -> Answer:
    with app._opened() as (library, retriever):
        return Answerer(library.catalogue, retriever, model).answer(QUESTION, on_text=on_text)


@pytest.fixture
def library(app: App, folder: Path) -> App:
    app.ingest([folder])
    return app


def test_what_was_written_is_cited_and_the_model_writes_no_more(library: App) -> None:
    model = held_model()
    model.say(f"{QUOTE} ", "Кроме того ", "дни ")
    answer = answered(library, model, stop_at("дни"))
    assert answer.by == "model"
    assert answer.text == QUOTE
    assert [each.quote for each in answer.citations] == [QUOTE]
    (note,) = answer.notes
    assert note.startswith("ответ остановлен")
    assert note.endswith("недописанное последнее предложение убрано")
    assert model.closed.is_set()


def test_where_nothing_whole_was_written_the_documents_speak(library: App) -> None:
    answer = answered(
        library, scripted("Переносится примерно десять дней или больше."), stop_at("дней")
    )
    assert (answer.by, len(answer.notes)) == ("documents", 1)
    assert QUOTE in answer.text


def test_a_whole_answer_loses_nothing(library: App) -> None:
    model = held_model()
    model.say(f"{QUOTE} ", "\n", END)
    answer = answered(library, model, stop_at("\n"))
    assert answer.text == QUOTE
    assert "недописанное" not in answer.notes[0]


def test_before_the_first_word_there_is_no_answer(library: App) -> None:
    def hear(step: str) -> None:
        if step == "model":
            raise Stopped

    with library._opened() as (held, retriever), pytest.raises(Stopped):
        Answerer(held.catalogue, retriever, scripted(QUOTE)).answer(QUESTION, on_step=hear)


def test_steps_are_told_as_they_begin(library: App) -> None:
    with library._opened() as (held, retriever):
        told: list[str] = []
        answerer = Answerer(held.catalogue, retriever, scripted(QUOTE))
        answerer.answer(QUESTION, on_step=told.append)
        assert told == ["register", "retrieve", "extract", "prompt", "model", "cite", "answered"]


def test_an_answer_in_the_wrong_language_is_not_asked_for_again_once_stopped() -> None:
    model = scripted("Ten days are carried over to the next year.", QUOTE)
    prompt = Prompt((), (), Receipt((), 0, 4096, 512, "", exact=True))
    said = ask_model(model, prompt, "ru", stop_at("year"))
    assert said.stopped
    assert len(calls(model)) == 1


def test_only_thoughts_are_no_words() -> None:
    model: HeldModel = held_model()
    model.say("<think>Сколько же дней? ", "Посмотрим ")
    prompt = Prompt((), (), Receipt((), 0, 4096, 512, "", exact=True))
    with pytest.raises(Stopped):
        ask_model(model, prompt, "ru", stop_at("Посмотрим"))


# -- summaries

LONG = "\n\n".join(
    f"Глава {n}. В доме номер {n} живёт {n} кошек, и каждая из них любит рыбу и молоко."
    for n in range(60)
)


def summarised(model: Model, path: Path, watch: Watch) -> tuple[str, tuple[str, ...]]:
    document = Document("0" * 64, "Дома", LONG)
    with Replies.open(path) as replies:
        found = map_reduce(
            model, {"дома.txt": source_of(document, None)}, Brief(), replies=replies, watch=watch
        )
    return found.text, found.notes


def test_a_summary_is_what_was_written_of_it_and_is_not_kept(tmp_path: Path) -> None:
    whole = "В доме номер 7 живёт 7 кошек, и каждая из них любит рыбу и молоко. "
    model = held_model()
    model.say(whole, "А ещё ")
    watch = Watch(text=stop_at("ещё"))
    object.__setattr__(model, "window", 60_000)
    text, notes = summarised(model, tmp_path / "replies", watch)
    assert text == whole.strip()
    assert notes[0].startswith("ответ остановлен")
    model.say(whole, END)
    again, notes = summarised(model, tmp_path / "replies", Watch())
    assert (again, notes) == (whole.strip(), ())
    assert len(model.asked) == 2  # what was stopped is asked for anew


def test_a_summary_that_is_stopped_while_it_reads_goes_on_later_where_it_was(
    tmp_path: Path,
) -> None:
    steps: list[Step] = []

    def progress(step: Step) -> None:
        steps.append(step)
        if step.step == "map" and step.done == 2:
            raise Stopped

    model = scripted(
        "В доме номер 7 живёт 7 кошек, и каждая из них любит рыбу и молоко.", window=2048
    )
    with pytest.raises(Stopped):
        summarised(model, tmp_path / "replies", Watch(progress))
    assert len(calls(model)) == 2
    summarised(model, tmp_path / "replies", Watch(steps.append))
    assert steps[-1].kept == 2
