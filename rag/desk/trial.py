"""A model tried with one line, so that a person sees whether it answers and how fast."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from rag.desk.background import Background
from rag.desk.line import Caller, calling
from rag.errors import ModelError
from rag.types import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.models import Model, Sampling

#: Longest answer, in tokens: enough to read a speed from, over in seconds.
_TOKENS = 48
_PIECES = 4  # with fewer a speed says nothing

State = Literal["loading", "writing", "done", "stopped", "failed"]


class Trial(Background):
    """One question put to a model that `load` gives, in a thread of its own. Any thread may look.

    text: What it has said so far.
    ahead: Turns of the line that come before this one.
    loading: Seconds until it could be asked; it may have been loaded already.
    first: Seconds from there to its first words.
    rate: Tokens a second after these; None where there were too few.
    """

    state: State
    broke = ("The model failed", "Look at what the program prints.")

    def __init__(self, load: Callable[[], Model | None], question: str, person: str) -> None:
        super().__init__("loading")
        self.text = ""
        self.ahead = 0
        self.loading: float | None = None
        self.first: float | None = None
        self.rate: float | None = None
        self._load = load
        self._question = question
        self._caller = Caller(person, self._moved)
        self.begin(self._ask, "rag-trial")

    def stop(self) -> None:
        """Call it off. A model that is being loaded is loaded to the end."""
        self._caller.stop()

    def _ask(self) -> None:
        from rag.models import Sampling

        began = time.monotonic()
        with calling(self._caller):
            model = self._load()
            self._caller.heed()
            if model is None:
                raise ModelError("No model is chosen", "Choose one first.")
            self.loading = time.monotonic() - began
            self.state = "writing"
            self._listen(model, Sampling(max_tokens=_TOKENS))

    def _listen(self, model: Model, sampling: Sampling) -> None:
        """Hear what it says, and how fast."""
        asked, told, pieces = time.monotonic(), None, 0
        for piece in model.stream([Message("user", self._question)], sampling):
            told, pieces = told or time.monotonic(), pieces + 1
            self.text += piece
        if told is None:
            raise ModelError("The model said nothing", "Try another one, or another temperature.")
        self.first = told - asked
        passed, tokens = time.monotonic() - told, model.counter.count_text(self.text) - 1
        self.rate = tokens / passed if pieces >= _PIECES and tokens > 0 and passed > 0 else None

    def _moved(self, before: int) -> None:
        self.ahead = before
