"""The one seam to language models: langchain's `BaseChatModel`, wherever it runs.

    options    how answers are drawn, and how a model in this process is loaded
    local      a folder to a loaded model, with window, room, weights and quantize
    chat       … behind langchain, with generate (the queue), prefix (what is read once) and pieces
    encoding   messages into token ids, and counts of them
    remote     servers and providers, with servers, server_chat and tokenizers
    nearby     which servers answer on this machine
    ending     how an answer ended
    failures   what goes wrong in torch, in the words of this program; troubles with a provider

Nothing heavy is imported before a model is loaded, and no text leaves the machine but to the model
that was named: langchain's tracing is switched off while one is asked.
"""

from __future__ import annotations

import time
from contextlib import closing
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from rag.errors import ModelAway, ModelError, UsageError
from rag.models.encoding import NEXT_QUESTION, ByteCounter, Encoder
from rag.models.ending import Ending, Tally
from rag.models.options import Drawing, LocalOptions
from rag.models.remote import TIMEOUT, load_remote, per_call
from rag.models.troubles import NoGenerationError, explain
from rag.prompt import TokenCounter

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from langchain_core.language_models.chat_models import BaseChatModel

    from rag.types import Message

__all__ = [
    "ByteCounter",
    "Encoder",
    "Ending",
    "Model",
    "Sampling",
    "TokenCounter",
    "load_model",
    "redrawn",
]

_T = TypeVar("_T")
#: Seconds in all that a server on this machine which has too much to do is waited for, where it
#: says how long; others' clients wait and ask again by themselves.
_PATIENCE = 20.0
_LOOK = 0.5  # seconds of waiting after which a caller may go away
_ROLES = {"system": "system", "user": "human", "assistant": "ai"}


@dataclass(frozen=True, slots=True)
class Sampling:
    """How one text is drawn from a model; None leaves it as the model was loaded.

    `max_tokens` bounds the answer. Writing ends before any of the `stop` strings.
    """

    temperature: float | None = None
    seed: int | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """A model ready to be asked.

    `window` is what it can take and `reserve` what of that its answer needs, both in tokens;
    `reserve` is 0 for an encoder–decoder, whose answer has a window of its own. `local` says that
    it runs on this machine. `instructed` is False for a base model, which has no chat template and
    only continues a text. `limit` is the longest answer a server is trusted to send, in tokens;
    0 is any.
    """

    name: str
    chat: BaseChatModel
    window: int
    reserve: int
    counter: TokenCounter
    local: bool
    instructed: bool = True
    limit: int = 0

    def write(self, messages: Sequence[Message], sampling: Sampling | None = None) -> str:
        """The answer whole. Raises as `stream` does, and ModelError for one that broke off."""
        pieces: list[str] = []
        ending = hand_on(pieces.append, self.stream(messages, sampling))
        if ending.reason == "cut":
            raise ModelError(f"The answer broke off: {ending.trouble}", "Ask again")
        return "".join(pieces)

    def stream(
        self, messages: Sequence[Message], sampling: Sampling | None = None
    ) -> Generator[str, None, Ending]:
        """The answer in pieces, as they come. Closing the iterator stops the model.

        While a server that has too much to do is waited for, pieces are empty.

        Returns:
            How it ended, when it is through: an answer of a server may break off, once there is
            some of it.

        Raises:
            ModelError: The model cannot be reached or fails.
            DoesNotFit: It runs out of memory.
        """
        left = _PATIENCE if self.local else 0.0
        while True:
            try:
                return (yield from self._once(messages, sampling))
            except ModelAway as error:
                if not 0 < error.wait <= left:
                    raise
                left -= error.wait
                yield from _waited(error.wait)

    def _once(
        self, messages: Sequence[Message], sampling: Sampling | None
    ) -> Generator[str, None, Ending]:
        """As `stream`, asked once. What a server says of waiting it says before any word."""
        provider = self.name.partition(":")[0]
        tells = provider == "openai"  # whose protocol has every answer say how it ended
        tally = Tally(max(self.limit, (sampling and sampling.max_tokens) or 0) if self.limit else 0)
        sent = [(_ROLES[message.role], message.content) for message in messages]
        chat, options = self.chat, _options(sampling)
        if self.limit:
            chat, options = per_call(provider, chat, options)
        try:
            with closing(_untraced(chat.stream(sent, **options))) as chunks:
                for chunk in chunks:
                    if text := tally.add(chunk):
                        yield text
                    if tally.over:
                        return tally.ending("length")
            if tells and not tally.answered:
                raise NoGenerationError
        except Exception as error:
            if str(error).startswith("No generation"):
                error = NoGenerationError()
            trouble = explain(error, self.name)
            if self.limit and tally.spoke:
                return tally.ending("cut", trouble.message)
            raise trouble from error
        if tells and not tally.reason:
            return tally.ending("cut", f"{self.name} sent no end of it")
        return tally.ending(tally.reason)


def _waited(seconds: float) -> Generator[str]:
    """Wait, with an empty piece now and then for whoever wants to close."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _LOOK))
        yield ""


def hand_on(on_text: Callable[[str], object], stream: Generator[str, None, Ending]) -> Ending:
    """Hand every piece of an answer on. Gives how it ended."""
    while True:
        try:
            piece = next(stream)
        except StopIteration as end:
            ending: Ending = end.value
            return ending
        on_text(piece)


def _options(sampling: Sampling | None) -> dict[str, Any]:
    """What was set, by the names that langchain's chat models share."""
    if sampling is None:
        return {}
    named = {
        "temperature": sampling.temperature,
        "seed": sampling.seed,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "stop": list(sampling.stop) or None,
    }
    return {name: value for name, value in named.items() if value is not None}


def load_model(
    spec: str,
    *,
    base_url: str | None = None,
    window: int | None = None,
    max_tokens: int = 512,
    temperature: float = 0.0,
    seed: int | None = 0,
    top_p: float = 1.0,
    repetition_penalty: float = 1.0,
    stop: Sequence[str] = (),
    device: str = "auto",
    dtype: str = "auto",
    quantize: str = "none",
    offline: bool = False,
    tokenizer: str | None = None,
    server_seconds: float = TIMEOUT,
) -> Model:
    """Load or connect to the model a spec names.

    Args:
        spec: `transformers:FOLDER` (or the id of a model in the local cache) to run in this
            process, `openai:NAME` for an OpenAI-compatible server, or `PROVIDER:NAME` for any
            provider of langchain's `init_chat_model`.
        base_url: Address of the server's API.
        window: Tokens to use; by default what the model reads, 4096 behind a server that does not
            say.
        max_tokens: Longest answer. Of a decoder-only model it takes at most a quarter of the
            window.
        temperature: 0 for the same answer every time.
        seed: For sampling, where the model takes one.
        top_p: Sampling draws from the likeliest tokens that make up this share; 1 is all of them.
        repetition_penalty: Above 1 what was read or written is less likely to come again. Of
            servers only those that know it are told.
        stop: Strings that end an answer. A model without a chat template also stops before the
            next question.
        device, dtype, quantize: Of a model in this process, see `rag.models.options`.
        offline: Refuse anything but this process and servers on this machine.
        tokenizer: Folder of the tokenizer to count with where a server does not count.
        server_seconds: How long a server may be silent.

    Raises:
        UsageError: The spec names no provider, or the window is longer than the model's.
        ModelError: The model cannot be had; the message says what to do.
        DoesNotFit: Not enough memory.
    """
    provider, colon, name = spec.partition(":")
    if not colon or not provider or not name:
        raise UsageError(
            f"{spec!r} does not say what runs the model",
            "Write transformers:FOLDER, openai:NAME or ollama:NAME",
        )
    drawing = Drawing(max_tokens, temperature, top_p, repetition_penalty, seed, tuple(stop))
    if provider == "transformers":
        return _in_process(spec, name, window, LocalOptions(device, dtype, quantize), drawing)
    remote = load_remote(
        provider,
        name,
        drawing,
        base_url=base_url,
        window=window,
        offline=offline,
        tokenizer=tokenizer,
        seconds=server_seconds,
    )
    return Model(
        spec,
        remote.chat,
        remote.window,
        remote.reserve,
        remote.counter,
        remote.local,
        limit=remote.reserve,
    )


def _in_process(
    spec: str, name: str, window: int | None, options: LocalOptions, drawing: Drawing
) -> Model:
    """A model that transformers runs in this process."""
    from rag.models.chat import TransformersChat
    from rag.models.generate import Writer
    from rag.models.local import load_local

    loaded = load_local(name, window=window, max_tokens=drawing.max_new_tokens, options=options)
    encoder = loaded.encoder
    drawing = _fitted(drawing, loaded.max_tokens, instructed=encoder.instructed)
    chat = TransformersChat(
        encoder=encoder,
        model=loaded.model,
        writer=Writer(loaded.model, encoder.tokenizer, encoder.name, loaded.window),
        drawing=drawing,
    )
    return Model(
        spec,
        chat,
        loaded.window,
        loaded.reserve,
        encoder,
        local=True,
        instructed=encoder.instructed,
    )


def redrawn(
    model: Model,
    *,
    max_tokens: int,
    temperature: float,
    seed: int | None,
    top_p: float,
    repetition_penalty: float,
    stop: Sequence[str],
) -> Model:
    """The same loaded model with its answers drawn so; see `load_model`.

    A model that does not run in this process comes back as it is.
    """
    chat: Any = model.chat
    if chat._llm_type != "transformers":
        return model
    from rag.models.local import answer_room

    reserve, most = answer_room(chat.model.config, model.window, max_tokens)
    drawing = Drawing(max_tokens, temperature, top_p, repetition_penalty, seed, tuple(stop))
    drawing = _fitted(drawing, most, instructed=model.instructed)
    if drawing == chat.drawing:
        return model
    return replace(model, chat=chat.model_copy(update={"drawing": drawing}), reserve=reserve)


def _fitted(drawing: Drawing, most: int, *, instructed: bool) -> Drawing:
    """How answers of at most so many tokens are drawn from a model in this process."""
    stop = drawing.stop if instructed else (*drawing.stop, *NEXT_QUESTION)
    return replace(drawing, max_new_tokens=most, stop=stop)


def _untraced(items: Iterator[_T]) -> Generator[_T]:
    """The items, made while langchain's tracing to a web service is off, whatever is exported.

    Each step runs in a context of its own, so that the caller's is left as it was.
    """
    from langsmith.run_helpers import tracing_context

    context = copy_context()
    off = tracing_context(enabled=False)
    context.run(off.__enter__)
    try:
        while True:
            try:
                item = context.run(next, items)
            except StopIteration:
                return
            yield item
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            context.run(close)
        context.run(off.__exit__, None, None, None)
