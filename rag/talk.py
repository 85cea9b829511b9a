"""A conversation: questions that know of those before them, kept beside the library.

What goes wrong with keeping them is told and stops nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import RagError, UsageError
from rag.types import Answer, Exchange

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rag.store.history import History

log = logging.getLogger(__name__)

#: Exchanges that a question may lean on, and that a model is told of.
PAST = 8


@dataclass(frozen=True, slots=True)
class SoFar:
    """A conversation without what answers it: what was said last, and where it is kept.

    `number` is that of the conversation in the history at `place`.
    """

    past: tuple[Exchange, ...] = ()
    place: Path | None = None
    number: int | None = None


class Talk:
    """Questions one after another; see `ask`."""

    def __init__(
        self,
        answer: Callable[..., Answer],
        history: History | None,
        model: str | None,
        resume: bool = False,
        after: SoFar | None = None,
    ) -> None:
        """Begin a conversation, or go on with the last one where `resume` says so.

        Args:
            answer: Answers a question that has a past, as `App.answer` does.
            history: Where it is kept; None for nowhere.
            model: The name of the model that answers, where one does.
            resume: Whether what was kept last is what came before.
            after: A conversation that goes on here: with other settings, or over other documents.

        Raises UsageError where there is no history to resume from.
        """
        self._answer = answer
        self._history = history
        self._model = model
        self._number: int | None = None
        self._past: list[Exchange] = []
        if after is not None:
            self._past = list(after.past)
            if history is not None and history.path == after.place:
                self._number = after.number
        if resume:
            self._resume()

    @property
    def so_far(self) -> SoFar:
        """The conversation as it stands, to go on elsewhere."""
        place = self._history.path if self._history else None
        return SoFar(tuple(self._past), place, self._number)

    def _resume(self) -> None:
        if self._history is None:
            raise UsageError(
                "There is nothing to go on with: the setting history is off",
                "Switch it on: RAG_HISTORY=1, or --history",
            )
        try:
            last = self._history.last()
        except RagError as error:
            log.warning("%s", error)
            return
        if last is None:
            log.warning("There is no conversation to go on with; this question begins one")
            return
        self._number, self._past = last.id, list(last.exchanges[-PAST:])

    def ask(self, question: str, **options: Any) -> Answer:
        """Answer the next question, and keep it. `options` and errors are those of `App.answer`."""
        answer = self._answer(question, past=tuple(self._past), **options)
        exchange = Exchange(
            question.strip(),
            answer.asked or question.strip(),
            answer.text,
            answer.refusal,
            answer.by,
            self._model if "model" in answer.timings else None,
            answer.citations,
        )
        self._past = [*self._past, exchange][-PAST:]
        self._keep(exchange)
        return answer

    def _keep(self, exchange: Exchange) -> None:
        if self._history is None:
            return
        try:
            self._number = self._history.add(exchange, self._number)
        except RagError as error:
            log.warning("%s", error)
            self._history = None
