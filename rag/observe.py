"""Who watches an answer being made: the steps it takes, what a model wrote, what came of it.

Nobody does on the command line. A service that counts or traces sets an observer for a request;
whatever is called for it, in whichever thread, finds it here.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from rag.types import Answer


class Observer:
    """Is told what goes on; this one takes no notice."""

    def step(self, name: str) -> AbstractContextManager[object]:  # noqa: ARG002
        """Entered for as long as a step of an answer takes, such as "retrieve" or "model"."""
        return nullcontext()

    def waited(self, seconds: float) -> None:
        """A model was waited for, while it wrote for others."""

    def wrote(self, prompt_tokens: int | None, tokens: int) -> None:
        """A model has written so many tokens to a prompt of so many; None where nobody counted.

        Where its server does not tell, those it wrote are the pieces that came, about one each.
        """

    def answered(self, answer: Answer) -> None:
        """A question has its answer, or its refusal."""


_OBSERVER: ContextVar[Observer | None] = ContextVar("observer", default=None)
_NOBODY = Observer()


def observer() -> Observer:
    """Who watches here."""
    return _OBSERVER.get() or _NOBODY


@contextmanager
def observed_by(observer: Observer) -> Iterator[None]:
    """Have whatever is done here, and in threads that are begun with this context, watched."""
    token = _OBSERVER.set(observer)
    try:
        yield
    finally:
        _OBSERVER.reset(token)
