"""Question to answer: the one place that puts the steps in order.

follow-up? ─ made to stand alone
register?  ─ rows of promises or decisions, as their meetings hold them
summary?   ─ the sentences that say most of the documents
retrieve   ─ evidence; too thin: refused, with the nearest passages
no model   ─ verbatim sentences
model      ─ prompt within its window, its text cited and checked; nothing left: verbatim
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag import extract, register
from rag.observe import observer
from rag.orders import ordered
from rag.summary.requests import asks_for_summary
from rag.types import REFUSAL, Answer, Scope
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from rag.cite.entailment import Entailment
    from rag.models import Model
    from rag.retrieve import Retriever
    from rag.store.catalogue import Catalogue
    from rag.types import Citation, Evidence, Exchange, Passage, Sentence

_NEAREST = 5  # passages shown with a refusal
_LINES_BEFORE = 8  # of a promise, in which it may be said what it is about


def _ignore(_: str) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class _Clock:
    """Seconds by step; whoever wants to know is told when one begins."""

    on_step: Callable[[str], None] = _ignore
    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.on_step(name)
        began = time.perf_counter()
        try:
            with observer().step(name):
                yield
        finally:
            passed = time.perf_counter() - began
            self.timings[name] = self.timings.get(name, 0.0) + passed


@dataclass(frozen=True, slots=True)
class _Request:
    """A question that stands alone, and how it is to be answered; see `Answerer.answer`."""

    question: str
    k: int
    scope: Scope
    past: Sequence[Exchange]
    on_text: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, by name, and the day it is for them: "what do I owe", "what is overdue"."""

    me: str = ""
    today: date | None = None


class Answerer:
    """Answers questions over one library, with a model or without."""

    def __init__(
        self,
        catalogue: Catalogue,
        retriever: Retriever,
        model: Model | None = None,
        entailment: Entailment | None = None,
        secret: bytes = b"",
        asker: Asker | None = None,
    ) -> None:
        self._asker = asker or Asker()
        self._catalogue = catalogue
        self._retriever = retriever
        self._model = model
        self._entailment = entailment
        self._secret = secret

    def answer(
        self,
        question: str,
        *,
        k: int = 8,
        scope: Scope | None = None,
        past: Sequence[Exchange] = (),
        on_text: Callable[[str], None] = _ignore,
        on_step: Callable[[str], None] = _ignore,
    ) -> Answer:
        """Answer a question, or refuse it.

        `past` is what was asked and answered before, oldest first: a question that leans on it is
        made to stand alone, and a model sees it. `on_text` gets a model's words as they come,
        harmless but before they are checked; where it raises Stopped the model is stopped, and the
        answer is made of what it wrote. `on_step` is told each step as it begins ("followup",
        "register", "summary", "retrieve", "extract", "prompt", "model", "cite") and "answered" at
        the end; what it raises ends the answer. Raises ModelError and DoesNotFit as the model does,
        and Stopped where a model that was stopped had written nothing.
        """
        clock = _Clock(on_step)
        typed = question
        if past:
            with clock.step("followup"):
                question = self._standalone(question, past)
        request = _Request(question, k, scope or Scope(), past, on_text)
        with clock.step("register"):
            found = self._from_register(request)
        if found is None and asks_for_summary(question):
            with clock.step("summary"):
                found = self._summary(request)
        if found is None:
            with clock.step("retrieve"):
                evidence = self._retriever.retrieve(question, k=k, scope=request.scope)
            found = replace(self._from_evidence(request, evidence, clock), query=evidence.query)
        on_step("answered")
        asked = question if question != typed else None
        answer = replace(found, timings=clock.timings, asked=asked)
        observer().answered(answer)
        return answer

    def _standalone(self, question: str, past: Sequence[Exchange]) -> str:
        from rag.asking import rewriter
        from rag.followup import standalone

        return standalone(question, past, rewriter(self._model) if self._model else None)

    def _from_register(self, request: _Request) -> Answer | None:
        """Rows of the register of promises, when the question asks for them and there are any."""
        question = request.question
        if register.wanted(question) is None and not register.may_ask(question):
            return None
        asker = self._asker
        found = register.look_up(
            question,
            self._retriever.meetings(),
            today=asker.today,
            me=asker.me,
            context=self._before,
            within=self._within(request.scope),
        )
        if not found.entries and not found.decisions:
            return refusal(question, ()) if found.whole else None
        return register.answer(found, self._span, self._line)

    def _beside(self, request: _Request, sentence: Sentence) -> Answer | None:
        """The promise that a sentence is a part of, where the question is who or by when."""
        if not register.may_ask(request.question) or not sentence.citations:
            return None
        place = sentence.citations[0]
        meetings = self._retriever.meetings()
        if all(name != place.document for name, _, _ in meetings):
            return None
        found = register.beside(request.question, meetings, place)
        return register.answer(found, self._span, self._line) if found.entries else None

    def _within(self, scope: Scope) -> frozenset[str] | None:
        """Names of the documents in scope; None for all."""
        chosen = self._retriever.select(scope)
        if chosen is None:
            return None
        ids = frozenset(chosen)
        return frozenset(row.name for row in self._catalogue.documents() if row.id in ids)

    def _span(self, name: str, start: int, end: int) -> Citation:
        return self._retriever.document(name).citation(name, start, end)

    def _before(self, name: str, line: int) -> str:
        """The words of a few lines up to a line of a document."""
        document = self._retriever.document(name)
        place = next((i for i, each in enumerate(document.lines) if each.number == line), None)
        if place is None:
            return ""
        first = document.lines[max(place - _LINES_BEFORE, 0)].start
        return document.text[first : document.lines[place].start]

    def _line(self, name: str, line: int) -> Citation | None:
        """A citation of a whole line; None where the document has no such line."""
        document = self._retriever.document(name)
        span = document.line_span(line)
        return document.citation(name, *span) if span else None

    def _summary(self, request: _Request) -> Answer | None:
        from rag.overview import Overview

        overview = Overview(self._catalogue, self._retriever, self._model, self._secret)
        return overview.answer(request.question, request.scope, request.k, request.on_text)

    def _from_evidence(self, request: _Request, evidence: Evidence, clock: _Clock) -> Answer:
        """A model's answer where one is left after the check, else the documents' own sentences."""
        with clock.step("extract"):
            verbatim = self._for_readers(extract.answer(evidence))
        if not verbatim and evidence.sentences and self._model is None:
            with clock.step("register"):
                verbatim = self._told(request.question, evidence)
        if not verbatim:
            return refusal(request.question, evidence.passages)
        answer = Answer("")
        if self._model is None:
            with clock.step("register"):
                promised = self._beside(request, verbatim[0])
            if promised is not None:
                return promised
            verbatim = register.replied(request.question, verbatim, self._retriever.document)
            if not verbatim:
                return refusal(request.question, evidence.passages)
        if self._model is not None:
            answer = self._from_model(self._model, request, evidence, clock)
            if answer.sentences or answer.refusal:
                return answer
        return replace(
            answer,
            text=" ".join(sentence.text for sentence in verbatim),
            sentences=tuple(verbatim),
            passages=evidence.passages,
            by="documents",
        )

    def _told(self, question: str, evidence: Evidence) -> Sequence[Sentence]:
        """What talk says of a question though its passages are unsure."""
        meetings = {name for name, _, _ in self._retriever.meetings()}
        found = [each for each in evidence.sentences if each.citation.document in meetings]
        return register.told(question, found, self._retriever.document) if found else ()

    def _for_readers(self, found: Sequence[Sentence]) -> Sequence[Sentence]:
        """The sentences without orders to a language model, where there are others."""
        told = [
            sentence
            for sentence in found
            for place in sentence.citations[:1]
            if not ordered(self._retriever.document(place.document).text, place.start, place.end)
        ]
        return told or found

    def _from_model(
        self, model: Model, request: _Request, evidence: Evidence, clock: _Clock
    ) -> Answer:
        """A model's answer over the passages, each sentence cited and checked."""
        from rag.asking import ask_model, messages_of
        from rag.cite.clean import Words, inert
        from rag.grounding import ground
        from rag.prompt import build_prompt
        from rag.refusal import is_refusal

        question, passages = request.question, evidence.passages
        with clock.step("prompt"):
            prompt = build_prompt(
                question,
                passages,
                counter=model.counter,
                window=model.window,
                reserve=model.reserve,
                language=language_of(question),
                history=messages_of(request.past),
                secret=self._secret,
                state=self._catalogue.state,
                found=evidence.sentences,
                instructed=model.instructed,
            )
        words = Words(request.on_text)
        with clock.step("model"):
            said = ask_model(model, prompt, language_of(question), words.add)
            if not said.stopped:
                words.end()
        if is_refusal(inert(said.text)):
            refused = refusal(question, passages)
            return replace(refused, receipt=prompt.receipt, notes=said.notes)
        with clock.step("cite"):
            standing, struck = ground(
                said.text,
                prompt.passages,
                self._retriever,
                scope=request.scope,
                entailment=self._entailment,
            )
        return Answer(
            " ".join(sentence.text for sentence in standing),
            tuple(standing),
            struck=tuple(struck),
            passages=passages,
            receipt=prompt.receipt,
            by="model",
            notes=said.notes,
        )


def refusal(question: str, passages: Sequence[Passage]) -> Answer:
    """The one refusal, in the question's language, with the nearest passages."""
    text = REFUSAL[language_of(question)]
    return Answer(text, passages=tuple(passages[:_NEAREST]), refusal=text)
