"""A transformers model in this process behind langchain's `BaseChatModel`.

Imported only once a model is loaded: it needs langchain-core, and torch when it writes.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict

from rag.errors import ModelError
from rag.models.encoding import Encoder  # noqa: TC001 (pydantic reads it at run time)
from rag.types import Message, Role

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from langchain_core.callbacks import CallbackManagerForLLMRun

_ROLES: dict[str, Role] = {"system": "system", "human": "user", "ai": "assistant"}


class TransformersChat(BaseChatModel):
    """Writes with a loaded transformers model, decoder-only or encoder–decoder.

    Greedy, hence deterministic, at temperature 0; otherwise sampled, repeatably for a given seed.
    `writer` is a `generate.Writer` and `drawing` an `options.Drawing`, its defaults.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())

    encoder: Encoder
    model: Any
    writer: Any
    drawing: Any

    @property
    def _llm_type(self) -> str:
        return "transformers"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = "".join(chunk.text for chunk in self._stream(messages, stop, run_manager, **kwargs))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        temperature: float | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        max_tokens: int | None = None,
        **kwargs: Any,  # noqa: ARG002 (langchain's signature)
    ) -> Iterator[ChatGenerationChunk]:
        ids = self.encoder.encode([_message(message) for message in messages])
        given = {"temperature": temperature, "top_p": top_p, "seed": seed}
        drawing = replace(
            self.drawing,
            **{name: value for name, value in given.items() if value is not None},
            max_new_tokens=min(
                max_tokens or self.drawing.max_new_tokens, self.drawing.max_new_tokens
            ),
            stop=(*self.drawing.stop, *(stop or ())),
        )
        with closing(_chunks(self.writer.write(ids, drawing))) as chunks:
            for chunk in chunks:
                if run_manager:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk


def _chunks(pieces: Generator[str, None, bool]) -> Generator[ChatGenerationChunk]:
    """The pieces as langchain wants them; the last chunk is empty and says why the text ended."""
    with closing(pieces):
        while True:
            try:
                yield ChatGenerationChunk(message=AIMessageChunk(content=next(pieces)))
            except StopIteration as end:
                about = {"finish_reason": "length" if end.value else "stop"}
                last = AIMessageChunk(content="", response_metadata=about)
                yield ChatGenerationChunk(message=last)
                return


def _message(message: BaseMessage) -> Message:
    role = _ROLES.get(message.type)
    if role is None:
        raise ModelError(f"A message of type {message.type!r} cannot be sent to this model")
    return Message(role, message.text)
