"""Answers as OpenAI's API gives them: one object, or the events of a stream."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rag import __version__
from rag.service import sse
from rag.service.openai.errors import body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.errors import RagError
    from rag.service.openai.errand import Told
    from rag.service.openai.metering import Usage

#: What ends a stream.
_END = b"data: [DONE]\n\n"
_ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class Reply:
    """What all parts of one answer share. `with_usage` says that a stream is to tell tokens."""

    model: str
    with_usage: bool = False
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(_ID_BYTES)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, told: Told) -> dict[str, Any]:
        """An answer that is not streamed."""
        message = {"role": "assistant", "content": told.text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": told.finish, "logprobs": None}
        head = self._head("chat.completion")
        return {**head, "choices": [choice], "usage": _usage(told.usage), "rag": told.extras}

    def first(self) -> bytes:
        """The event that begins a stream: who speaks."""
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def piece(self, text: str) -> bytes:
        """The event that brings text."""
        return self._chunk({"content": text})

    def last(self, told: Told) -> Iterator[bytes]:
        """The events that end a stream: how it ended with the field `rag`, tokens, the end."""
        yield self._chunk({}, told.finish, rag=told.extras)
        if self.with_usage:
            head = self._head("chat.completion.chunk")
            yield sse.event({**head, "choices": [], "usage": _usage(told.usage)})
        yield _END

    def _chunk(self, delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        usage = {"usage": None} if self.with_usage else {}
        head = self._head("chat.completion.chunk")
        return sse.event({**head, "choices": [choice], **usage, **more})

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": f"rag-{__version__}",
        }


def failed(error: RagError) -> Iterator[bytes]:
    """The events that end a stream that went wrong after it had begun."""
    yield sse.event(body(error))
    yield _END


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.answer,
        "total_tokens": usage.prompt + usage.answer,
    }
