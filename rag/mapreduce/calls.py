"""The calls of a model that one summary takes: within the window, accounted for, kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.asking import Said, ask
from rag.cite.clean import Words
from rag.errors import ModelError, Stopped
from rag.store.replies import key_of
from rag.summary import Call
from rag.summary.asking import of_notes, receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from rag.models import Model
    from rag.store.replies import Replies
    from rag.summary import Brief
    from rag.summary.nouns import Step
    from rag.types import Message
    from rag.words import Language

_STEPS: tuple[Step, ...] = ("map", "reduce", "final")
_TRIES = 2  # before a call is given up


class Calls:
    """Asks a model, and looks first whether the same was replied to before."""

    def __init__(
        self,
        model: Model,
        brief: Brief,
        language: Language,
        replies: Replies | None,
        sampling: Sequence[object],
    ) -> None:
        self._model = model
        self._replies = replies
        self._sampling = (*sampling, model.reserve)
        self._language = language
        self.notes: list[str] = []
        empty = {step: of_notes((), step, brief, language) for step in _STEPS}
        self._bare = {step: model.counter.count(messages) for step, messages in empty.items()}
        self.made: list[Call] = []

    @property
    def kept(self) -> int:
        """Calls so far whose replies were there."""
        return sum(call.kept for call in self.made)

    def room(self, step: Step) -> int:
        """Tokens for text, beside the instructions and the reply."""
        return self._model.window - self._model.reserve - self._bare[step]

    def fits(self, messages: Sequence[Message]) -> bool:
        """Whether the messages and the reply fit the window."""
        return self._model.counter.count(messages) + self._model.reserve <= self._model.window

    def ask(
        self,
        step: Step,
        turn: int,
        messages: Sequence[Message],
        documents: Collection[str],
        on_text: Callable[[str], None] = lambda _: None,
    ) -> str:
        """The reply to messages that are made of documents with these ids.

        `on_text` gets it as it comes, harmless. It is empty where the model was silent twice. The
        last step's is what was written by the time `on_text` raised Stopped; that is not kept.
        Raises ModelError when it has failed twice, and Stopped in the steps before.
        """
        key = key_of(self._model.name, self._sampling, messages)
        text = self._replies.get(key) if self._replies else None
        kept = text is not None
        if text is None:
            said = self._write(messages, on_text)
            if said.stopped and step != "final":
                raise Stopped(said.text)
            text = said.text.strip()
            if text and self._replies and not said.stopped:
                self._replies.put(key, text, documents)
        model = self._model
        account = receipt(messages, self._bare[step], model.counter, model.window, model.reserve)
        self.made.append(Call(step, turn, account, kept))
        return text

    def _write(self, messages: Sequence[Message], on_text: Callable[[str], None]) -> Said:
        """The one place where a summary's model is asked: again where it fails."""
        sources = [message.content for message in messages]
        words = Words(on_text)
        for attempt in range(1, _TRIES + 1):
            try:
                said, _ = ask(self._model, messages, self._language, sources, words.add)
                if not said.stopped:
                    words.end()
                self.notes += said.notes
                return said
            except ModelError:
                if attempt == _TRIES:
                    raise
        return Said("")
