"""A model as one request uses it: drawn as the client wants, and every token counted."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from rag.errors import ModelError
from rag.models import ByteCounter, Ending, Model, Sampling

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from rag.models import TokenCounter
    from rag.types import Message


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that models read and wrote for an answer; none where no model was asked."""

    prompt: int = 0
    answer: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One text of a model: what it was asked, what it wrote, and how that ended, if it did."""

    messages: tuple[Message, ...]
    text: str
    ending: Ending | None


@dataclass(slots=True)
class Bill:
    """What was asked of a model for one answer, a question made to stand alone among it."""

    calls: list[Call] = field(default_factory=list)

    def usage(self, model: Model | None) -> Usage:
        """Tokens of all calls, as the server counted them, else by the model's own counter."""
        if model is None or not self.calls:
            return Usage()
        try:
            return self._counted(model.counter)
        except ModelError:  # a server that has gone since no longer counts
            return self._counted(ByteCounter())

    def _counted(self, counter: TokenCounter) -> Usage:
        prompt = answer = 0
        for call in self.calls:
            ending = call.ending or Ending()
            prompt += ending.prompt_tokens or counter.count(call.messages)
            answer += ending.answer_tokens or counter.count_text(call.text)
        return Usage(prompt, answer)

    @property
    def at_limit(self) -> bool:
        """Whether the last text was as long as it may be."""
        ending = self.calls[-1].ending if self.calls else None
        return ending is not None and ending.reason == "length"


@dataclass(frozen=True)
class Metered(Model):
    """A model drawn by `drawn` where nothing else is said, which notes its calls in `bill`."""

    model: Model = field(kw_only=True)
    drawn: Sampling = field(kw_only=True)
    bill: Bill = field(kw_only=True)

    def stream(
        self, messages: Sequence[Message], sampling: Sampling | None = None
    ) -> Generator[str, None, Ending]:
        """As `Model.stream`. What is stopped on the way is counted as far as it came."""
        text = ""
        ending: Ending | None = None
        try:
            with closing(self.model.stream(messages, self._drawn(sampling))) as stream:
                while True:
                    piece = next(stream)
                    text += piece
                    yield piece
        except StopIteration as end:
            ending = end.value
            assert ending is not None
            return ending
        finally:
            self.bill.calls.append(Call(tuple(messages), text, ending))

    def _drawn(self, sampling: Sampling | None) -> Sampling:
        """How a text is drawn: as it must be, else as the client wants."""
        if sampling is None:
            return self.drawn
        told = {each.name: getattr(sampling, each.name) for each in fields(Sampling)}
        return replace(self.drawn, **{k: v for k, v in told.items() if v not in (None, ())})


def metered(model: Model, drawn: Sampling, bill: Bill) -> Metered:
    """The model for one request."""
    told = {each.name: getattr(model, each.name) for each in fields(Model)}
    return Metered(**told, model=model, drawn=drawn, bill=bill)
