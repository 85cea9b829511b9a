"""A model tried with one line, so that a person sees whether it answers and how fast."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Literal

from rag.desk.line import Caller, calling
from rag.errors import ModelError, RagError, Stopped
from rag.types import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.models import Model

log = logging.getLogger(__name__)

#: Longest answer, in tokens: enough to read a speed from, over in seconds.
_TOKENS = 48
_PIECES = 4  # with fewer a speed says nothing

State = Literal["loading", "writing", "done", "stopped", "failed"]
_ENDS = ("done", "stopped", "failed")


class Trial:
    """One question put to a model that `load` gives, in a thread of its own. Any thread may look.

    text: What it has said so far.
    ahead: Turns of the line that come before this one.
    loading: Seconds until it could be asked; it may have been loaded already.
    first: Seconds from there to its first words.
    rate: Tokens a second after these; None where there were too few.
    error: Why it failed.
    """

    def __init__(self, load: Callable[[], Model | None], question: str, person: str) -> None:
        self.text = ""
        self.ahead = 0
        self.loading: float | None = None
        self.first: float | None = None
        self.rate: float | None = None
        self.error: RagError | None = None
        self.state: State = "loading"
        self._load = load
        self._question = question
        self._caller = Caller(person, self._moved)
        self._ended = threading.Event()
        threading.Thread(target=self._run, name="rag-trial", daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self.state in _ENDS

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; gives whether it has come."""
        return self._ended.wait(seconds)

    def stop(self) -> None:
        """Call it off. A model that is being loaded is loaded to the end."""
        self._caller.stop()

    def _run(self) -> None:
        state: State = "failed"
        try:
            with calling(self._caller):
                self._ask()
            state = "done"
        except Stopped:
            state = "stopped"
        except RagError as error:
            self.error = error
        except BaseException as error:  # whatever a model's library raises is told, not raised
            log.exception("A model could not be tried")
            self.error = ModelError(
                f"The model failed ({type(error).__name__})", "Look at what the program prints."
            )
        finally:
            self.state = state
            self._ended.set()

    def _ask(self) -> None:
        from rag.models import Sampling

        began = time.monotonic()
        model = self._load()
        self._caller.heed()
        if model is None:
            raise ModelError("No model is chosen", "Choose one first.")
        asked = time.monotonic()
        self.loading = asked - began
        self.state = "writing"
        told, pieces = None, 0
        for piece in model.stream([Message("user", self._question)], Sampling(max_tokens=_TOKENS)):
            told, pieces = told or time.monotonic(), pieces + 1
            self.text += piece
        if told is None:
            raise ModelError("The model said nothing", "Try another one, or another temperature.")
        self.first = told - asked
        passed, tokens = time.monotonic() - told, model.counter.count_text(self.text) - 1
        self.rate = tokens / passed if pieces >= _PIECES and tokens > 0 and passed > 0 else None

    def _moved(self, before: int) -> None:
        self.ahead = before
