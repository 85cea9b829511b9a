"""A model is asked so that its answer can be checked, and what was done to it is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_doubles import calls, scripted
from model_server import as_json, chunk, event, says, serving, stream

from rag.asking import Said, ask_model
from rag.models import Model, load_model
from rag.prompt import build_prompt
from rag.types import REFUSAL, Chunk, Passage, Prompt
from rag.words import Language

TEXT = {
    "ru": "Поставщик передаёт насосы до 15 ноября. Пени — 5 % за каждую неделю опоздания.",
    "en": "The supplier delivers the pumps by 15 November. The penalty is 5 % for each week.",
}
QUESTION = {"ru": "Когда поставщик передаёт насосы?", "en": "When are the pumps delivered?"}
ANSWER = {
    "ru": "Насосы должны быть переданы до 15 ноября [1].",
    "en": "The pumps have to be delivered by 15 November [1].",
}


def prompt_for(model: Model, language: Language, source: Language | None = None) -> Prompt:
    text = TEXT[source or language]
    passage = Passage(Chunk("c", "d", 0, len(text), text), "a.txt", (), 1, 1.0, 1, ("words",))
    return build_prompt(
        QUESTION[language],
        [passage],
        counter=model.counter,
        window=model.window,
        reserve=model.reserve,
        language=language,
    )


def ask(model: Model, language: Language = "ru", source: Language | None = None) -> Said:
    return ask_model(model, prompt_for(model, language, source), language, lambda _: None)


def asked(model: Model) -> list[str]:
    """The last message of every call."""
    return [str(messages[-1].content) for messages, _ in calls(model)]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_sound_answer_comes_back_as_it_was(language: Language) -> None:
    model = scripted(ANSWER[language])
    heard: list[str] = []
    said = ask_model(model, prompt_for(model, language), language, heard.append)
    assert said == Said(ANSWER[language] + " ")
    assert "".join(heard) == said.text
    assert len(calls(model)) == 1


@settings(max_examples=30)
@given(st.permutations(["Насосы", "Пени", "Монтаж", "Срок", "Договор"]), st.integers(1, 5))
def test_nothing_is_lost_of_an_answer_that_goes_on(subjects: list[str], count: int) -> None:
    text = " ".join(f"{each} указаны в договоре поставки [1]." for each in subjects[:count])
    assert ask(scripted(text)) == Said(text + " ")


def test_a_loop_stops_the_model_and_is_cut() -> None:
    model = scripted(ANSWER["ru"] + " Пени платит поставщик [1]." * 200)
    heard: list[str] = []
    said = ask_model(model, prompt_for(model, "ru"), "ru", heard.append)
    assert said.text == ANSWER["ru"] + " Пени платит поставщик [1]."
    assert said.notes == ("модель стала повторять одно и то же; повторы убраны",)
    assert len("".join(heard)) < 400  # of more than five thousand


@pytest.mark.parametrize("empty", ["", "  \n", "<think>Надо подумать.</think>", "<think>И так"])
def test_an_answer_of_nothing_is_asked_for_once_more(empty: str) -> None:
    model = scripted(empty, ANSWER["ru"])
    said = ask(model)
    assert said.text.strip() == ANSWER["ru"]
    assert said.notes == ("первый ответ был пуст; модель спрошена ещё раз",)
    assert asked(model)[1].endswith("Напиши ответ одним-двумя предложениями.")
    assert asked(model)[1].startswith(asked(model)[0])
    model = scripted(empty)
    said = ask(model)
    assert (said.text, said.notes[-1]) == ("", "модель ничего не ответила")
    assert len(calls(model)) == 2


@pytest.mark.parametrize(("language", "other"), [("ru", "en"), ("en", "ru")])
def test_an_answer_in_another_language_is_asked_for_once_more(
    language: Language, other: Language
) -> None:
    model = scripted(ANSWER[other], ANSWER[language])
    said = ask(model, language, source=other)
    assert said.text.strip() == ANSWER[language]
    assert len(said.notes) == 1
    model = scripted(ANSWER[other])
    said = ask(model, language, source=other)
    assert said.text.strip() == ANSWER[other]  # taken as it is
    assert len(said.notes) == 2
    assert len(calls(model)) == 2
    model = scripted(ANSWER[other], "")
    assert ask(model, language).text.strip() == ANSWER[other]  # nothing is worse


def test_a_second_answer_that_fails_leaves_the_first() -> None:
    replies = iter([says(ANSWER["en"]), lambda _: as_json({"error": {"message": "no"}}, 500)])
    said, _ = _served(lambda body: next(replies)(body))
    assert said.text == ANSWER["en"]
    assert said.notes[-1] == "модель отвечает на другом языке"


def test_words_of_a_foreign_document_are_no_fault() -> None:
    model = scripted(TEXT["en"])
    assert ask(model, "ru", source="en") == Said(TEXT["en"] + " ")
    assert len(calls(model)) == 1


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_refusal_in_either_language_is_one(language: Language) -> None:
    model = scripted(REFUSAL[language])
    assert ask(model, "ru").notes == ask(model, "en").notes == ()


def test_a_second_answer_keeps_within_the_window() -> None:
    model = scripted(ANSWER["en"], ANSWER["ru"])
    prompt = prompt_for(model, "ru")
    tight = replace(model, window=model.reserve + prompt.receipt.total)
    ask_model(tight, prompt, "ru", lambda _: None)
    (_, first), (second, options) = calls(model)
    assert "max_tokens" not in first
    longer = model.counter.count(
        [*prompt.messages[:-1], replace(prompt.messages[-1], content=str(second[-1].content))]
    )
    assert longer + options["max_tokens"] == tight.window
    tiny = replace(scripted(ANSWER["en"]), reserve=20, window=20 + prompt.receipt.total)
    assert ask_model(tiny, prompt, "ru", lambda _: None).notes == (
        "модель отвечает на другом языке",
    )


def _served(completion: Callable[[Any], Any]) -> tuple[Said, Any]:
    with serving(completion) as server:
        model = load_model("openai:any", base_url=server.url, server_seconds=0.3)
        return ask(model), server


def test_an_answer_cut_at_its_limit_ends_with_a_whole_sentence() -> None:
    said, _ = _served(says(ANSWER["ru"], " Пени сос", finish="length"))
    assert said.text == ANSWER["ru"]
    assert said.notes == (
        "ответ оборван на пределе длины (--max-tokens); недописанное последнее предложение убрано",
    )
    said, _ = _served(says(ANSWER["ru"], finish="length"))
    assert said == Said(ANSWER["ru"], ("ответ оборван на пределе длины (--max-tokens)",))


def test_what_came_before_a_stream_broke_off_is_kept_and_the_break_is_said() -> None:
    said, _ = _served(lambda _: stream(chunk(ANSWER["ru"]), chunk(" Пени сос")))
    assert said.text == ANSWER["ru"]
    (note,) = said.notes
    assert note.startswith("ответ модели оборвался (openai:any sent no end of it)")
    error = event({"error": {"message": "CUDA error"}})
    said, _ = _served(lambda _: stream(chunk(ANSWER["ru"]), error))
    assert said.text == ANSWER["ru"]
    assert "CUDA error" in said.notes[0]


def test_a_server_that_never_stops_is_left_when_it_repeats_itself() -> None:
    def endless(_: Any) -> Any:
        return 200, {"Content-Type": "text/event-stream"}, iter(lambda: chunk("да, нет, "), None)

    said, _ = _served(endless)
    assert said.text.strip() == "да, нет,"
    assert said.notes == ("модель стала повторять одно и то же; повторы убраны",)


def test_an_estimate_that_was_too_low_is_told(caplog: pytest.LogCaptureFixture) -> None:
    usage = {"prompt_tokens": 100_000, "completion_tokens": 1, "total_tokens": 100_001}
    said, _ = _served(says(ANSWER["ru"], usage=usage))
    assert said.text == ANSWER["ru"]
    assert "counted 100000 tokens where estimate" in caplog.text
    caplog.clear()
    _served(says(ANSWER["ru"], usage={**usage, "prompt_tokens": 10}))
    assert caplog.text == ""


# -- through the command line


@pytest.fixture
def typed(rag: Any, folder: Any) -> Any:
    """Ask a library through a server that behaves as a test wants."""
    assert rag("ingest", folder).code == 0

    def ask_server(completion: Callable[[Any], Any], *options: str) -> Any:
        with serving(completion) as server:
            where = ("-m", "openai:any", "--base-url", server.url, "--offline")
            return rag("ask", "сколько дней отпуска переносится?", *where, *options)

    return ask_server


SOUND = "На следующий год переносится не более 10 календарных дней отпуска [1]."


def test_notes_are_told_beside_the_answer_and_in_json(typed: Any) -> None:
    cut = says(SOUND, " Заявление под", finish="length")
    said = typed(cut)
    assert said.code == 0
    assert "не более 10 календарных дней" in said.out
    assert "Заявление под" not in said.out
    assert said.err.count("rag: ответ оборван на пределе длины") == 1
    value = typed(cut, "--json").json
    assert value["by"] == "model"
    assert len(value["notes"]) == 1
    assert typed(says(SOUND), "--json").json["notes"] == []


def test_an_empty_answer_gives_the_words_of_the_documents_and_says_so(typed: Any) -> None:
    said = typed(says("", finish="stop"), "--json")
    assert said.code == 0
    assert said.json["by"] == "documents"
    assert said.json["answer"]
    assert said.json["notes"][-1] == "модель ничего не ответила"


def test_a_server_that_fails_is_exit_5_with_the_next_step(typed: Any) -> None:
    said = typed(lambda _: as_json({"error": {"message": "no GPU"}}, 500))
    assert (said.code, said.out) == (5, "")
    assert "no GPU" in said.err
    assert "Look at what the server prints" in said.err


def test_a_key_is_in_no_file_of_the_library(
    typed: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    key = "sk-very-secret-1234567890"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    said = typed(says(SOUND))
    assert said.code == 0
    assert key not in said.out + said.err
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not [path for path in files if key.encode() in path.read_bytes()]
