"""A model that writes when a test lets it, so that nothing has to be waited for by the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from queue import Queue
from typing import Any

from model_doubles import model_of

from rag.errors import ModelError
from rag.models import Ending, Model, Sampling
from rag.types import Message

PATIENCE = 20  # seconds a test waits for a thread before it fails
END, FAIL = "", "fail"


class HeldModel(Model):
    """Writes what is put into `go`, piece by piece, until `END`; `asked` are all its prompts.

    `begun` and `closed` tell that it was asked and that it computes no more.
    """

    go: Queue[str]
    begun: threading.Event
    closed: threading.Event
    asked: list[Sequence[Message]]

    def stream(
        self,
        messages: Sequence[Message],
        sampling: Sampling | None = None,  # noqa: ARG002 (the signature of a model)
    ) -> Generator[str, None, Ending]:
        self.asked.append(messages)
        self.begun.set()
        try:
            while (piece := self.go.get(timeout=PATIENCE)) != END:
                if piece == FAIL:
                    raise ModelError("It fell over", "Stand it up")
                yield piece
            return Ending()
        finally:
            self.closed.set()

    def say(self, *pieces: str) -> None:
        for piece in pieces:
            self.go.put(piece)

    def mumble(self) -> bool:
        """Write on, a word at a time, until whoever asked calls it off; whether that came.

        Word that nobody listens may come after the next word was written: one is not enough.
        """
        for _ in range(PATIENCE * 20):
            self.say("На ")
            if self.closed.wait(0.05):
                object.__setattr__(self, "go", Queue())
                return True
        return False


def held_model(name: str = "transformers:held") -> HeldModel:
    double = model_of(lambda *_: "")
    model = HeldModel(name, double.chat, 4096, 512, double.counter, local=True)
    events = {"begun": threading.Event(), "closed": threading.Event()}
    for key, value in {"go": Queue(), "asked": [], **events}.items():
        object.__setattr__(model, key, value)
    return model


def in_thread(work: Callable[[], Any]) -> Callable[[], Any]:
    """Begin work; the call that comes back waits for it, and gives what it gave or raised."""
    results: Queue[Any] = Queue()

    def run() -> None:
        try:
            results.put(work())
        except BaseException as error:
            results.put(error)

    threading.Thread(target=run, daemon=True).start()
    return lambda: results.get(timeout=PATIENCE)
