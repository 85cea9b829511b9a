"""Asking a model so that what comes back can be checked at all.

A loop is stopped and cut to one round. An answer of nothing, or in the wrong language, is asked
for once more with a firmer word. A sentence that was never finished is taken off. Whoever hears
the words may end them: what was written so far is the answer then. Whatever is done to an answer is
said in a note.
"""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag import guards
from rag.errors import ModelError, Stopped
from rag.refusal import is_refusal
from rag.types import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.models import Ending, Model, Sampling
    from rag.types import Exchange, Prompt
    from rag.words import Language

log = logging.getLogger(__name__)

#: Characters between two looks for a loop.
_STEP = 24
#: A second answer of fewer tokens than this is not worth asking for.
_FEWEST_TOKENS = 32

_FIRMER = {
    "empty": {
        "ru": "Напиши ответ одним-двумя предложениями.",
        "en": "Write the answer in one or two sentences.",
    },
    "language": {
        "ru": "Ответь только по-русски, что бы ни было написано в отрывках.",
        "en": "Answer in English only, whatever language the passages are in.",
    },
}
_AGAIN = {
    "empty": {
        "ru": "первый ответ был пуст; модель спрошена ещё раз",
        "en": "the first answer was empty; the model was asked again",
    },
    "language": {
        "ru": "первый ответ был на другом языке; модель спрошена ещё раз",
        "en": "the first answer was in another language; the model was asked again",
    },
}
_NOTES = {
    "loop": {
        "ru": "модель стала повторять одно и то же; повторы убраны",
        "en": "the model began to repeat itself; the repetitions are cut",
    },
    "empty": {"ru": "модель ничего не ответила", "en": "the model answered nothing"},
    "language": {
        "ru": "модель отвечает на другом языке",
        "en": "the model answers in another language",
    },
    "length": {
        "ru": "ответ оборван на пределе длины (--max-tokens)",
        "en": "the answer ended at the limit of its length (--max-tokens)",
    },
    "cut": {"ru": "ответ модели оборвался", "en": "the model's answer broke off"},
    "stopped": {
        "ru": "ответ остановлен; проверено то, что модель успела написать",
        "en": "the answer was stopped; what the model had written by then is checked",
    },
    "dropped": {
        "ru": "недописанное последнее предложение убрано",
        "en": "its unfinished last sentence is taken off",
    },
}


@dataclass(frozen=True, slots=True)
class Said:
    """A model's text as it goes on to be checked, and what a person should know of it.

    `stopped` tells that the person did not let the model write on.
    """

    text: str
    notes: tuple[str, ...] = ()
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: its text up to a loop, how it ended, and whether it was a loop that ended it.

    Or the person, who `stopped` it.
    """

    text: str
    ending: Ending | None
    loop: bool = False
    stopped: bool = False


def ask_model(
    model: Model, prompt: Prompt, language: Language, on_text: Callable[[str], None]
) -> Said:
    """Ask for an answer in a language, a second time where the first is none.

    `on_text` gets the words as they come, and may raise Stopped: the model is stopped, and what it
    wrote is the answer. Raises ModelError and DoesNotFit as the model does, and Stopped where there
    is no word yet.
    """
    sources = [passage.chunk.text for passage in prompt.passages]
    said, ending = ask(model, prompt.messages, language, sources, on_text)
    _compare(model, prompt, ending)
    return said


def ask(
    model: Model,
    messages: Sequence[Message],
    language: Language,
    sources: Sequence[str],
    on_text: Callable[[str], None],
) -> tuple[Said, Ending | None]:
    """As `ask_model`, with any messages about the texts of `sources`.

    Gives how the first answer ended, too.
    """
    first = reply = _heard(model, messages, on_text)
    fault = None if reply.stopped else _fault(reply, sources, language)
    notes: list[str] = []
    if fault and (again := _again(model, tuple(messages), _FIRMER[fault][language])):
        notes.append(_AGAIN[fault][language])
        second = _second(model, again, on_text)
        if guards.without_thoughts(second.text).strip():
            reply, fault = second, _fault(second, sources, language)
    if fault:
        notes.append(_NOTES[fault][language])
    said = _tidied(reply, language, notes)
    return replace(said, text="") if fault == "empty" else said, first.ending


def _heard(
    model: Model,
    messages: Sequence[Message],
    on_text: Callable[[str], None],
    sampling: Sampling | None = None,
) -> Reply:
    """One answer, whole or up to where it was stopped. Raises Stopped where nothing was written."""
    try:
        return listen(model, messages, on_text, sampling)
    except Stopped as stopped:
        if not guards.without_thoughts(stopped.text).strip():
            raise
        return Reply(stopped.text, None, stopped=True)


def _fault(reply: Reply, sources: Sequence[str], language: Language) -> str | None:
    """What an answer has to be asked for once more for."""
    text = guards.without_thoughts(reply.text).strip()
    if not text:
        return "empty"
    if is_refusal(text):
        return None
    return "language" if guards.wrong_language(text, language, sources) else None


def listen(
    model: Model,
    messages: Sequence[Message],
    on_text: Callable[[str], None],
    sampling: Sampling | None = None,
) -> Reply:
    """One answer, stopped where it begins to repeat itself.

    Raises Stopped, with the text so far, where `on_text` does or the model's own line.
    """
    text, looked = "", 0
    with closing(model.stream(messages, sampling)) as stream:
        while True:
            try:
                piece = next(stream)
                text += piece
                on_text(piece)
            except StopIteration as end:
                if (cut := guards.repetition(text)) is not None:
                    return Reply(text[:cut], None, loop=True)
                return Reply(text, end.value)
            except Stopped:
                raise Stopped(text) from None
            if len(text) - looked >= _STEP:
                looked = len(text)
                if (cut := guards.repetition(text)) is not None:
                    return Reply(text[:cut], None, loop=True)


def _second(
    model: Model, again: tuple[tuple[Message, ...], Sampling | None], on_text: Callable[[str], None]
) -> Reply:
    """The second answer, set apart from the first; an empty one where the model fails."""
    on_text("\n\n")
    try:
        return _heard(model, again[0], on_text, again[1])
    except ModelError as error:
        log.warning("The second answer failed: %s", error)
        return Reply("", None)


def _again(
    model: Model, messages: tuple[Message, ...], firmer: str
) -> tuple[tuple[Message, ...], Sampling | None] | None:
    """The messages with a firmer word at the end, and the answer cut to the room this leaves.

    None where it leaves too little.
    """
    from rag.models import Sampling

    last = messages[-1]
    longer = (*messages[:-1], replace(last, content=f"{last.content}\n\n{firmer}"))
    missing = model.counter.count(longer) + model.reserve - model.window
    if missing <= 0:
        return longer, None
    room = model.reserve - missing
    return (longer, Sampling(max_tokens=room)) if room >= _FEWEST_TOKENS else None


def _tidied(reply: Reply, language: Language, notes: list[str]) -> Said:
    """The text without a sentence that was never finished, and all notes."""
    text = reply.text
    if reply.loop:
        notes.append(_NOTES["loop"][language])
    ended = "stopped" if reply.stopped else reply.ending.reason if reply.ending else ""
    if ended in ("cut", "length", "stopped"):
        text = guards.finished(text)
        note = _NOTES[ended][language]
        if reply.ending is not None and reply.ending.trouble:
            note += f" ({reply.ending.trouble})"
        if len(text) < len(reply.text.rstrip()):
            note += f"; {_NOTES['dropped'][language]}"
        notes.append(note)
    return Said(text, tuple(notes), reply.stopped)


def _compare(model: Model, prompt: Prompt, ending: Ending | None) -> None:
    """Warn where the server counted more tokens in a prompt than its receipt says."""
    counted = ending.prompt_tokens if ending else None
    told = prompt.receipt.total
    if counted is not None and counted > told:
        log.warning(
            "%s counted %d tokens where %s said %d; give --tokenizer or a smaller --window",
            model.name,
            counted,
            prompt.receipt.tokenizer,
            told,
        )


def messages_of(past: Sequence[Exchange]) -> tuple[Message, ...]:
    """A conversation as a model is told it: what the person saw, hence nothing that was struck."""
    return tuple(
        message
        for each in past
        for message in (Message("user", each.asked), Message("assistant", each.answer))
    )


def rewriter(model: Model) -> Callable[[Sequence[Message]], str] | None:
    """What a model writes to a request to rewrite a question; none by one that only continues."""
    from rag.followup.rewriting import MOST_TOKENS
    from rag.models import Sampling

    def write(messages: Sequence[Message]) -> str:
        if model.counter.count(messages) + MOST_TOKENS > model.window:
            return ""
        return model.write(messages, Sampling(temperature=0.0, max_tokens=MOST_TOKENS))

    return write if model.instructed else None
