"""Models that say what a test wants, behind the seam that real ones are asked through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from rag.models import ByteCounter, Model

#: Given the messages and the options of one call, what the model says.
Said = Callable[[Sequence[BaseMessage], dict[str, Any]], str]


class ChatDouble(BaseChatModel):
    """Says what `said` gives, word by word, and keeps what it was asked."""

    said: Any
    _calls: list[tuple[list[BaseMessage], dict[str, Any]]] = PrivateAttr(default_factory=list)

    @property
    def calls(self) -> list[tuple[list[BaseMessage], dict[str, Any]]]:
        """The messages and options of each call so far."""
        return self._calls

    @property
    def _llm_type(self) -> str:
        return "double"

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
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 (langchain's signature)
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        options = {**kwargs, "stop": stop}
        self._calls.append((messages, options))
        for piece in self.said(messages, options).split(" "):
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece + " "))


def model_of(said: Said, window: int = 4096) -> Model:
    """A model that says what a function makes of what it is asked."""
    return Model("double", ChatDouble(said=said), window, window // 4, ByteCounter(), local=True)


def scripted(*replies: str, window: int = 4096) -> Model:
    """A model that gives these replies one after another, the last one ever again."""
    left = list(replies)
    return model_of(lambda *_: left.pop(0) if len(left) > 1 else left[0], window)


def calls(model: Model) -> list[tuple[list[BaseMessage], dict[str, Any]]]:
    """What a double was asked so far."""
    assert isinstance(model.chat, ChatDouble)
    return model.chat.calls
