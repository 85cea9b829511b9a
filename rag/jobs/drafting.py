"""Drafts of an answer: drawn, taken apart, asked for again where they will not do.

Best of n: several drafts are drawn at a temperature, each with a seed of its own. The majority of
them decides (self-consistency: Wang et al., "Self-Consistency Improves Chain of Thought Reasoning
in Language Models", 2022), see `rag.jobs.voting`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rag.asking import listen
from rag.cite.clean import inert, legible
from rag.errors import DoesNotFit, ModelError
from rag.guards import without_thoughts
from rag.jobs import mending
from rag.jobs.conform import faults
from rag.jobs.fields import bare_choice, ready
from rag.models import Sampling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.jobs.asking import Ask
    from rag.models import Model
    from rag.types import Message

#: How often a model is asked again after an answer that will not do.
RETRIES = 2
#: Drafts of one answer differ by this temperature where none is set.
SPREAD = 0.7
_SHOWN = 300  # characters of a refused answer in the error


@dataclass(frozen=True, slots=True)
class Draft:
    """One answer that will do: its text, or its value where JSON was asked for.

    `mended` says that its JSON was broken, `cut` that its end is missing.
    """

    text: str
    value: Any = None
    mended: bool = False
    cut: bool = False


class Unfit(Exception):
    """An answer will not do; the message says why, for the model."""


class NothingUsable(ModelError):
    """A model answered, asked again and again, but never so that it would do."""


@dataclass
class Writer:
    """A model and how it is drawn from; counts what it was sent."""

    model: Model
    temperature: float
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    sent: list[int] = field(default_factory=list)

    @property
    def room(self) -> int:
        """Tokens that a prompt may take."""
        return self.model.window - self.model.reserve

    @property
    def answer(self) -> int:
        """Tokens that an answer may take; an encoder–decoder's has a window of its own."""
        most = self.model.reserve or self.model.window
        return min(most, self.max_tokens or most)

    def fits(self, messages: Sequence[Message]) -> bool:
        """Whether a prompt leaves the answer its room."""
        return self.model.counter.count(messages) <= self.room

    def drafts(self, ask: Ask, text: str, samples: int) -> list[Draft]:
        """The drafts that will do, of `samples` that are drawn; one or more.

        Raises ModelError where none does, even when asked again, and DoesNotFit.
        """
        if samples == 1:
            return [self._insisted(ask, text)]
        found = []
        for seed in range(samples):
            try:
                temperature = self.temperature or SPREAD
                found.append(taken(ask, self._write(ask.messages(text), temperature, seed)))
            except Unfit:
                continue
        return found or [self._insisted(ask, text)]

    def _insisted(self, ask: Ask, text: str) -> Draft:
        """One draft, asked for again with what is wrong where it will not do."""
        messages, temperature = ask.messages(text), self.temperature
        for attempt in range(RETRIES + 1):
            answer = self._write(messages, temperature, attempt)
            try:
                return taken(ask, answer)
            except Unfit as error:
                fault = str(error)
            longer = ask.again(text, without_thoughts(answer).strip(), fault)
            if self.fits(longer):
                messages = longer
            else:  # the same prompt again has to be drawn another way
                messages, temperature = ask.messages(text), self.temperature or SPREAD
        raise NothingUsable(
            f"{self.model.name} was asked {RETRIES + 1} times and gave nothing usable: {fault}. "
            f"It wrote: {shown(answer)}",
            f"This job needs {ask.template.needs['en']}: name another with -m",
        )

    def _write(self, messages: Sequence[Message], temperature: float, seed: int) -> str:
        size = self.model.counter.count(messages)
        if size > self.room:
            raise DoesNotFit(
                f"The prompt takes {size} tokens; the window of {self.model.window} less "
                f"{self.model.reserve} for the answer leaves {self.room}",
                "Use a model with a longer window, or fewer examples",
            )
        self.sent.append(size)
        most = self.max_tokens and self.answer
        sampling = Sampling(temperature, seed, max_tokens=most, stop=self.stop)
        reply = listen(self.model, messages, lambda _: None, sampling)
        if reply.ending is not None and reply.ending.reason == "cut":
            raise ModelError(f"The answer broke off: {reply.ending.trouble}", "Ask again")
        return reply.text


def shown(answer: str) -> str:
    """The beginning of an answer in one line, harmless; "(nothing)" for an empty one."""
    line = " ".join(inert(answer).split())
    return (f"{line[:_SHOWN]}…" if len(line) > _SHOWN else line) or "(nothing)"


def taken(ask: Ask, answer: str) -> Draft:
    """An answer as what was asked for. Raises Unfit where it cannot be had."""
    answer = _after_marker(answer, ask.marker) if ask.marker else answer
    if ask.template.output == "code":
        code, cut = mending.code(answer)
        if not code.strip():
            raise Unfit("it holds no code")
        return Draft(legible(code).strip("\n"), cut=cut)
    if ask.template.output == "text":
        text = inert(answer)
        if not any(char.isalnum() for char in text):
            raise Unfit("it is empty")
        return Draft(text)
    return _json(ask, answer)


def _after_marker(answer: str, marker: str) -> str:
    """What follows the last line that is the marker, or begins with it."""
    found = list(
        re.finditer(rf"^[ \t*#>]*{re.escape(marker)}[ \t*]*", without_thoughts(answer), re.M | re.I)
    )
    if not found:
        raise Unfit(f"there is no line {marker} before the answer")
    return without_thoughts(answer)[found[-1].end() :]


def _json(ask: Ask, answer: str) -> Draft:
    """The first JSON value of the answer that conforms; of none the fault of the likeliest."""
    assert ask.schema is not None
    first = ""
    for found in mending.found(answer):
        value = _shaped(ask, _harmless(found.value))
        fault = faults(value, ask.schema)
        if not fault:
            return Draft("", value, found.mended, found.cut)
        first = first or fault
    if ask.fields and not ask.template.rows and (value := bare_choice(ask.fields, inert(answer))):
        return Draft("", value)
    raise Unfit(first or "it holds no JSON")


def _harmless(value: Any) -> Any:
    """The value with its texts made legible, and null for numbers that JSON cannot hold."""
    if isinstance(value, str):
        return legible(value.encode("utf-8", "ignore").decode())  # half a pair is no character
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_harmless(item) for item in value]
    if isinstance(value, dict):
        return {_harmless(str(key)): _harmless(item) for key, item in value.items()}
    return value


def _shaped(ask: Ask, value: Any) -> Any:
    """A value in the form that was asked for, where it is plain which was meant."""
    if not ask.fields:
        return value
    if not ask.template.rows:
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        return ready(ask.fields, value) if isinstance(value, dict) else value
    rows = value
    if isinstance(value, dict):
        lists = [each for each in value.values() if isinstance(each, list)]
        names = {each.name.lower() for each in ask.fields}
        if "rows" in value:
            rows = value["rows"]
        elif names & {str(key).lower() for key in value}:
            rows = [value]
        elif len(lists) == 1:
            rows = lists[0]
    if not isinstance(rows, list):
        return value
    made = [ready(ask.fields, row) if isinstance(row, dict) else row for row in rows]
    return {"rows": made}
