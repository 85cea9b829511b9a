"""Calls as they go on: progress, several at once, called off, and mistakes of this program."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from agent_driver import PATIENCE, call, fault, host_of, refused, talk, text, told
from anyio import to_thread
from held_models import END, HeldModel, held_model
from mcp import Client

import rag.models
from rag.app import App
from rag.errors import ModelError
from rag.mcp.stdio import Alone

QUESTION = "Сколько дней отпуска переносится на следующий год?"
CARRIED = "На следующий год переносится не более 10 календарных дней неиспользованного отпуска."


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> HeldModel:
    made = held_model()
    monkeypatch.setattr(rag.models, "load_model", lambda *_, **__: made)
    return made


@pytest.fixture
def answering(papers: Path, model: HeldModel) -> Iterator[Alone]:
    """A server whose answers a model writes, when it is let."""
    host = host_of(papers, model=model.name)
    yield host
    host.close()


async def seen(happened: Any) -> None:
    assert await to_thread.run_sync(happened.wait, PATIENCE)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_answer_tells_how_far_it_is(answering: Alone, model: HeldModel, mode: str) -> None:
    steps: list[tuple[float, str | None]] = []

    async def note(progress: float, _total: float | None, message: str | None) -> None:
        steps.append((progress, message))

    async def work(client: Client) -> Any:
        model.say(CARRIED, END)
        return await client.call_tool("ask", {"question": QUESTION}, progress_callback=note)

    answer = told(talk(answering, work, mode))
    assert (answer["by"], answer["answered"]) == ("model", True)
    assert answer["sentences"][0]["verdict"] == "supported"
    assert [step for step, _ in steps] == sorted({step for step, _ in steps})
    messages = [message for _, message in steps]
    assert messages.index("searching") < messages.index("the model writes")


def test_a_models_words_stand_beside_the_quote_and_without_what_was_struck(
    answering: Alone, model: HeldModel
) -> None:
    model.say("Переносится не более 10 календарных дней отпуска. Луна сделана из сыра.", END)
    result = call(answering, "ask", question=QUESTION, details=True)
    answer = told(result)
    assert (answer["by"], answer["struck"]) == ("model", 1)
    assert answer["sentences"][0]["citations"][0]["quote"] == CARRIED
    assert f': "{CARRIED}"' in text(result)
    assert "Луна" not in text(result)
    assert answer["details"]["struck"][0]["text"] == "Луна сделана из сыра."
    assert answer["details"]["receipt"]["total"] > 0


def test_pieces_of_a_text_are_counted_as_they_are_checked(answering: Alone) -> None:
    steps: list[tuple[float, float | None]] = []

    async def note(progress: float, total: float | None, _message: str | None) -> None:
        steps.append((progress, total))

    async def work(client: Client) -> Any:
        said = f"# Отпуск\n\n{CARRIED}"
        return await client.call_tool("verify", {"text": said}, progress_callback=note)

    told(talk(answering, work))
    assert steps == [(1, 2), (2, 2)]


def test_a_search_does_not_wait_for_a_model_that_writes(answering: Alone, model: HeldModel) -> None:
    async def work(client: Client) -> None:
        asking = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
        await seen(model.begun)
        found = await asyncio.gather(
            client.call_tool("search", {"query": QUESTION}),
            client.call_tool("list_documents", {}),
            client.read_resource("rag://library/default/binder.txt"),
        )
        assert told(found[0])["passages"]
        assert not asking.done()
        model.say(CARRIED, END)
        assert told(await asking)["answered"]

    talk(answering, work)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_call_that_is_cancelled_stops_the_model(
    answering: Alone, model: HeldModel, mode: str
) -> None:
    async def work(client: Client) -> None:
        asking = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
        await seen(model.begun)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        assert await to_thread.run_sync(model.mumble)
        assert told(await client.call_tool("search", {"query": QUESTION}))["passages"]

    talk(answering, work, mode)


def test_who_waits_for_the_model_is_told_and_can_give_up(
    answering: Alone, model: HeldModel
) -> None:
    waiting = asyncio.Event()

    async def note(_progress: float, _total: float | None, message: str | None) -> None:
        if message == "waiting for the model, 1 before this":
            waiting.set()

    async def work(client: Client) -> None:
        first = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
        await seen(model.begun)
        second = asyncio.create_task(
            client.call_tool("ask", {"question": QUESTION}, progress_callback=note)
        )
        await waiting.wait()
        second.cancel()
        with suppress(asyncio.CancelledError):
            await second
        model.say(CARRIED, END)
        assert told(await first)["answered"]
        assert len(model.asked) == 1

    talk(answering, work)


def test_a_model_that_fails_leaves_search(
    answering: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise ModelError("The server does not answer", "Start it: vllm serve NAME")

    monkeypatch.setattr(rag.models, "load_model", failing)
    code, said = refused(call(answering, "ask", question=QUESTION))
    assert code == "model-error"
    assert said == (
        "The server does not answer. Read for yourself: search and read_passage need no model."
    )
    assert told(call(answering, "search", query=QUESTION))["passages"]


def test_a_mistake_of_the_program_tells_nobody_the_question(
    host: Alone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise KeyError("тайна")

    monkeypatch.setattr(App, "search", failing)
    monkeypatch.setattr(App, "documents", failing)
    with caplog.at_level(logging.DEBUG, "rag"):
        code, said = refused(call(host, "search", query="тайна"))
        assert (code, said) == ("failed", "This tool has failed; another call may work.")
        error = fault(host, lambda client: client.read_resource("rag://library/default/тайна"))
        assert error.error.message == "This has failed; another call may work"
    told_of = [record.getMessage() for record in caplog.records if record.name == "rag.mcp.faults"]
    assert len(told_of) == 2
    assert "KeyError at " in told_of[0]
    assert "тайна" not in " ".join(told_of)
