"""One request for an answer, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from rag import schema
from rag.models import Sampling
from rag.service.openai.footnotes import correction, pieces, text_of
from rag.service.openai.metering import Bill, Usage, metered
from rag.service.openai.talk import asked, standing
from rag.types import Scope

if TYPE_CHECKING:
    from rag.app import App
    from rag.schema import Json
    from rag.service.entry import Entry
    from rag.service.openai.naming import Named
    from rag.service.openai.talk import Asked
    from rag.service.openai.wanted import Completion
    from rag.service.running import Tell
    from rag.types import Answer

Finish = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as a client gets it.

    `pieces` are its text, to be sent one after another. `extras` is what goes into the field `rag`.
    """

    pieces: tuple[str, ...]
    finish: Finish
    usage: Usage
    extras: Json

    @property
    def text(self) -> str:
        """The text whole."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Errand:
    """A question with all that is wanted of its answer.

    `live` says that a model's words are to be sent as they come.
    """

    app: App
    asked: Asked
    scope: Scope
    drawn: Sampling
    footnotes: bool
    live: bool
    ignored: tuple[str, ...]

    def run(self, tell: Tell) -> Told:
        """Answer the question. Words that are wanted live are told as "text".

        Raises as `App.answer` does.
        """
        bill, heard = Bill(), []

        def hear(words: str) -> None:
            heard.append(words)
            tell("text", words)

        answer = self.app.answer(
            self.asked.question,
            scope=self.scope,
            past=standing(self.asked.past),
            on_step=partial(tell, "step"),
            around=partial(metered, drawn=self.drawn, bill=bill),
            **({"on_text": hear} if self.live else {}),
        )
        limited = answer.by == "model" and not answer.refusal and bill.at_limit
        return Told(
            tuple(pieces(answer, self._text(answer, "".join(heard)))),
            "length" if limited else "stop",
            bill.usage(self.app.model),
            self._extras(answer),
        )

    def _text(self, answer: Answer, heard: str) -> str:
        """What is to be sent once the answer is there."""
        question = answer.asked or self.asked.question
        if heard:
            return correction(question, heard, answer, footnotes=self.footnotes)
        return text_of(question, answer, footnotes=self.footnotes)

    def _extras(self, answer: Answer) -> Json:
        told = schema.answer(answer)
        return {**told, "collection": self.app.settings.collection, "ignored": list(self.ignored)}


def errand(wanted: Completion, named: Named, entry: Entry) -> Errand:
    """What a request asks of a collection.

    Raises Wrong and UsageError for what cannot be served as it is.
    """
    wanted.check()
    settings, extras, options = entry.service.settings, wanted.extras, named.options
    verbatim = "extractive" in options
    by_model = bool(settings.model) and not verbatim
    changes = {"passages": extras.k, "me": extras.me, "model": "" if verbatim else None}
    given = {name: value for name, value in changes.items() if value is not None}

    def chosen(name: str, own: bool | None) -> bool:
        return name in options if own is None else own

    most = min(wanted.most_tokens or settings.max_tokens, settings.max_tokens)
    drawn = Sampling(wanted.temperature, wanted.seed, wanted.top_p, most, wanted.stops)
    return Errand(
        entry.app.with_settings(**given) if given else entry.app,
        asked(wanted.messages, settings.serve_question),
        Scope(tuple(extras.documents), extras.since, extras.until),
        drawn,
        footnotes=chosen("footnotes", extras.footnotes),
        live=bool(wanted.stream) and by_model and chosen("live", extras.live),
        ignored=tuple(wanted.ignored(by_model=by_model)),
    )
