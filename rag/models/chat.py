"""A transformers model in this process behind langchain's `BaseChatModel`.

Imported only once a model is loaded: it needs langchain-core, and torch when it writes.
"""

from __future__ import annotations

import itertools
import threading
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict

from rag.errors import DoesNotFit, ModelError, RagError
from rag.models.encoding import Encoder  # noqa: TC001 (pydantic reads it at run time)
from rag.types import Message, Role

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from langchain_core.callbacks import CallbackManagerForLLMRun

_ROLES: dict[str, Role] = {"system": "system", "human": "user", "ai": "assistant"}


@dataclass(frozen=True, slots=True)
class _Drawing:
    """How one answer is drawn."""

    temperature: float
    seed: int | None
    max_new_tokens: int
    stop: list[str] | None


class TransformersChat(BaseChatModel):
    """Writes with a loaded transformers model, decoder-only or encoder–decoder.

    Greedy, hence deterministic, at temperature 0; otherwise sampled, repeatably for a given seed.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())

    encoder: Encoder
    model: Any
    max_new_tokens: int
    temperature: float = 0.0
    seed: int | None = 0

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
        seed: int | None = None,
        max_tokens: int | None = None,
        **kwargs: Any,  # noqa: ARG002 (langchain's signature)
    ) -> Iterator[ChatGenerationChunk]:
        ids = self.encoder.encode([_message(message) for message in messages])
        drawing = _Drawing(
            self.temperature if temperature is None else temperature,
            self.seed if seed is None else seed,
            min(max_tokens or self.max_new_tokens, self.max_new_tokens),
            stop,
        )
        with closing(self._write(ids, drawing)) as pieces:
            for piece in itertools.chain(pieces, [""]):  # an empty answer is an answer too
                chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
                if run_manager:
                    run_manager.on_llm_new_token(piece, chunk=chunk)
                yield chunk

    def _write(self, ids: list[int], drawing: _Drawing) -> Generator[str]:
        """Generate in a thread of its own and hand out the text as it comes.

        What fails in the thread is raised here; a reader that goes away stops the generation.
        """
        from transformers import TextIteratorStreamer

        streamer = TextIteratorStreamer(
            self.encoder.tokenizer, skip_prompt=True, skip_special_tokens=True
        )
        abandoned = threading.Event()
        failures: list[BaseException] = []

        def work() -> None:
            try:
                self._run(ids, drawing, streamer, abandoned)
            except BaseException as error:
                failures.append(error)
            finally:
                streamer.on_finalized_text("", stream_end=True)

        thread = threading.Thread(target=work, name="rag-generate", daemon=True)
        thread.start()
        try:
            for piece in streamer:
                if piece:
                    yield piece
        finally:
            abandoned.set()
            thread.join()
        if failures:
            raise mapped(failures[0], self.encoder.name) from failures[0]

    def _run(
        self, ids: list[int], drawing: _Drawing, streamer: Any, abandoned: threading.Event
    ) -> None:
        import torch
        from transformers import StoppingCriteriaList

        inputs = torch.tensor([ids], device=self.model.device)
        sampled = drawing.temperature > 0
        options: dict[str, Any] = {"do_sample": sampled}
        if sampled:
            options["temperature"] = drawing.temperature
        if drawing.stop:
            options |= {"stop_strings": drawing.stop, "tokenizer": self.encoder.tokenizer}

        def gone(input_ids: Any, _scores: Any, **_kwargs: Any) -> Any:
            return torch.full(
                (input_ids.shape[0],), abandoned.is_set(), device=input_ids.device, dtype=torch.bool
            )

        with torch.random.fork_rng(enabled=sampled), torch.inference_mode():
            if sampled and drawing.seed is not None:
                torch.manual_seed(drawing.seed)
            self.model.generate(
                inputs,
                attention_mask=torch.ones_like(inputs),
                max_new_tokens=drawing.max_new_tokens,
                stopping_criteria=StoppingCriteriaList([gone]),
                streamer=streamer,
                **options,
            )


def mapped(error: BaseException, name: str) -> BaseException:
    """The error of the tree for one from torch or transformers; those of the tree come back."""
    if isinstance(error, RagError) or not isinstance(error, Exception):
        return error
    text = str(error)
    lowered = text.lower()
    if (
        isinstance(error, MemoryError)
        or "out of memory" in lowered
        or "can't allocate memory" in lowered
        or "not enough memory" in lowered
    ):
        return DoesNotFit(
            f"{name} ran out of memory",
            "Use a smaller model or a smaller window (--window), or close other programs",
        )
    return ModelError(f"{name} failed: {text or type(error).__name__}", "Try another model")


def _message(message: BaseMessage) -> Message:
    role = _ROLES.get(message.type)
    if role is None:
        raise ModelError(f"A message of type {message.type!r} cannot be sent to this model")
    return Message(role, message.text)
