"""Question to answer: the one place that puts the steps in order.

follow-up? ─ made to stand alone
register?  ─ rows of promises or decisions, as their meetings hold them
summary?   ─ the sentences that say most of the documents
retrieve   ─ evidence; too thin: refused, with the nearest passages
no model   ─ verbatim sentences
model      ─ prompt within its window, its text cited and checked; nothing left: verbatim
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag import extract, register, summary
from rag.orders import ordered
from rag.types import REFUSAL, Answer, Decision, Message, Promise, Scope, Sentence
from rag.words import STOP_WORDS, language_of, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.cite import Entailment
    from rag.models import Model
    from rag.retrieve import Retriever
    from rag.store.catalogue import Catalogue
    from rag.types import Due, Evidence, Exchange, Passage

_SUMMARY = re.compile(
    r"^\W*(?:(?:сделай|дай|напиши|составь|подготовь|покажи|можешь|нужн[оа])\w*\s+)?(?:мне\s+)?"
    r"(?:кратк\w+\s+)?(?:резюм\w+|саммари|перескаж\w*|пересказ\w*|выжимк\w+|суммариз\w+|обобщ\w+"
    r"|кратко(?:е содержание)?\b|(?:коротко\s+)?о ч[её]м (?:этот |эта |данный |были? |шла )?"
    r"(?:документ|текст|файл|речь|говорил|говорит)\w*|главное\b"
    r"|summar\w+|sum up|tl;?dr|give (?:me )?(?:a |an )?(?:short |brief )?(?:summary|overview)"
    r"|what (?:is|was|are) (?:this|the) (?:document|meeting|text|file|report)s? about)",
    re.IGNORECASE,
)
#: Words of such a question that lead to no document.
_FRAME = frozenset("говорили говорится шла речь этот этого документ документа текст файл".split())
_READ_BY_MODEL = 5  # documents at most that a model reads whole for a question
_NEAREST = 5  # passages shown with a refusal


@dataclass(slots=True)
class _Clock:
    """Seconds by step."""

    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            passed = time.perf_counter() - began
            self.timings[name] = self.timings.get(name, 0.0) + passed


class Answerer:
    """Answers questions over one library, with a model or without."""

    def __init__(
        self,
        catalogue: Catalogue,
        retriever: Retriever,
        model: Model | None = None,
        entailment: Entailment | None = None,
        secret: bytes = b"",
    ) -> None:
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
        on_text: Callable[[str], None] = lambda _: None,
    ) -> Answer:
        """Answer a question, or refuse it.

        `past` is what was asked and answered before, oldest first: a question that leans on it is
        made to stand alone, and a model sees it. `on_text` gets a model's words as they come,
        harmless but before they are checked. Raises ModelError and DoesNotFit as the model does.
        """
        clock = _Clock()
        scope = scope or Scope()
        typed, history = question, told(past)
        if past:
            with clock.step("followup"):
                question = self._standalone(question, past)
        with clock.step("register"):
            found = self._from_register(question, scope)
        if found is None and _SUMMARY.search(question):
            with clock.step("summary"):
                found = self._summary(question, scope, k, on_text)
        if found is None:
            with clock.step("retrieve"):
                evidence = self._retriever.retrieve(question, k=k, scope=scope)
            found = replace(
                self._from_evidence(question, evidence, scope, history, on_text, clock),
                query=evidence.query,
            )
        asked = question if question != typed else None
        return replace(found, timings=clock.timings, asked=asked)

    def _standalone(self, question: str, past: Sequence[Exchange]) -> str:
        from rag.followup import standalone

        return standalone(question, past, _rewriter(self._model) if self._model else None)

    def _from_register(self, question: str, scope: Scope) -> Answer | None:
        """Rows of the register of promises, when the question asks for them and there are any."""
        if register.wanted(question) is None:
            return None
        held = self._catalogue.minutes()
        titles = {row.name: (row.id, row.title) for row in self._catalogue.documents()}
        chosen = self._retriever.select(scope)
        meetings = [
            (name, titles[name][1], minutes)
            for name, minutes in held
            if chosen is None or titles[name][0] in chosen
        ]
        rows = register.look_up(question, meetings)
        if not rows.promises and not rows.decisions:
            return refusal(question, ()) if rows.whole and meetings else None
        items: list[tuple[str, Promise | Decision]] = [*rows.promises, *rows.decisions]
        sentences = tuple(
            Sentence(citation.quote, "supported", (citation,))
            for name, item in items
            for citation in [self._retriever.cite(titles[name][0], item.start, item.end)]
        )
        lines = [
            promise_line(item) if isinstance(item, Promise) else item.text for _, item in items
        ]
        return Answer("\n".join(lines), sentences, promises=rows.promises)

    def _summary(
        self, question: str, scope: Scope, k: int, on_text: Callable[[str], None]
    ) -> Answer | None:
        """A summary of the documents in scope, or of those the question's other words lead to."""
        chosen = self._retriever.select(scope)
        named = _named(_SUMMARY.sub(" ", question))
        if chosen is None and named:
            rows = self._catalogue.documents()
            chosen = register.titled(named, {r.id: f"{r.title} {r.name}" for r in rows}) or None
        if chosen is None and named:
            evidence = self._retriever.retrieve(" ".join(named), k=k)
            if evidence.confidence < extract.REFUSE_BELOW:
                return None
            chosen = [evidence.passages[0].chunk.document_id]
        if chosen is None:
            chosen = list(dict.fromkeys(row.id for row in self._catalogue.documents()))
        if self._model is not None and len(chosen) <= _READ_BY_MODEL:
            return self._by_map_reduce(self._model, dict(self._sources(chosen)), on_text)
        sentences: list[Sentence] = []
        most = summary.LENGTHS["medium"] if len(chosen) == 1 else 2
        for _, source in self._sources(chosen):
            sentences += summary.summarise([source], self._retriever.cite, most=most)
        if not sentences:
            return None
        return Answer("\n".join(sentence.text for sentence in sentences), tuple(sentences))

    def _sources(self, chosen: Sequence[str]) -> Iterator[tuple[str, summary.Source]]:
        """Documents to summarise, with their names, read one after another."""
        held = dict(self._catalogue.minutes())
        names = {row.id: row.name for row in self._catalogue.documents()}
        for document_id in chosen:
            name = names[document_id]
            document = self._catalogue.document(document_id)
            yield name, summary.source_of(document, held.get(name))

    def _by_map_reduce(
        self,
        model: Model,
        sources: dict[str, summary.Source],
        on_text: Callable[[str], None],
    ) -> Answer | None:
        """A model's summary of documents of any length, each sentence cited and checked."""
        from rag.mapreduce import Watch, map_reduce

        watch = Watch(text=on_text)
        found = map_reduce(model, sources, summary.Brief(), secret=self._secret, watch=watch)
        if not found.sentences:
            return None
        return Answer(
            found.text,
            found.sentences,
            struck=found.struck,
            receipt=found.calls[-1].receipt if found.calls else None,
            by=found.by,
            notes=found.notes,
        )

    def _from_evidence(
        self,
        question: str,
        evidence: Evidence,
        scope: Scope,
        history: Sequence[Message],
        on_text: Callable[[str], None],
        clock: _Clock,
    ) -> Answer:
        with clock.step("extract"):
            verbatim = self._for_readers(extract.answer(evidence))
        if not verbatim:
            return refusal(question, evidence.passages)
        if self._model is not None:
            answer = self._from_model(question, evidence, scope, history, on_text, clock)
            if answer.sentences or answer.refusal:
                return answer
        else:
            answer = Answer("")
        return replace(
            answer,
            text=" ".join(sentence.text for sentence in verbatim),
            sentences=tuple(verbatim),
            passages=evidence.passages,
            by="documents",
        )

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
        self,
        question: str,
        evidence: Evidence,
        scope: Scope,
        history: Sequence[Message],
        on_text: Callable[[str], None],
        clock: _Clock,
    ) -> Answer:
        """A model's answer over the passages, each sentence cited and checked."""
        from rag.asking import ask_model
        from rag.cite import inert
        from rag.cite.clean import Words
        from rag.grounding import ground
        from rag.prompt import build_prompt
        from rag.refusal import is_refusal

        assert self._model is not None
        model, passages = self._model, evidence.passages
        with clock.step("prompt"):
            prompt = build_prompt(
                question,
                passages,
                counter=model.counter,
                window=model.window,
                reserve=model.reserve,
                language=language_of(question),
                history=history,
                secret=self._secret,
                found=evidence.sentences,
                instructed=model.instructed,
            )
        words = Words(on_text)
        with clock.step("model"):
            said = ask_model(model, prompt, language_of(question), words.add)
            words.end()
        if is_refusal(inert(said.text)):
            refused = refusal(question, passages)
            return replace(refused, receipt=prompt.receipt, notes=said.notes)
        with clock.step("cite"):
            standing, struck = ground(
                said.text,
                prompt.passages,
                self._retriever,
                scope=scope,
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


def _named(text: str) -> list[str]:
    """Words of a request for a summary that may name what is to be summarised."""
    return [w for w in words(text) if w not in STOP_WORDS and w not in _FRAME]


def _rewriter(model: Model) -> Callable[[Sequence[Message]], str] | None:
    """What a model writes to a request to rewrite a question; none by one that only continues."""
    from rag.followup.rewriting import MOST_TOKENS
    from rag.models import Sampling

    def write(messages: Sequence[Message]) -> str:
        if model.counter.count(messages) + MOST_TOKENS > model.window:
            return ""
        return model.write(messages, Sampling(temperature=0.0, max_tokens=MOST_TOKENS))

    return write if model.instructed else None


def told(past: Sequence[Exchange]) -> tuple[Message, ...]:
    """A conversation as a model is told it: what the person saw, hence nothing that was struck."""
    return tuple(
        message
        for each in past
        for message in (Message("user", each.asked), Message("assistant", each.answer))
    )


def refusal(question: str, passages: Sequence[Passage]) -> Answer:
    """The one refusal, in the question's language, with the nearest passages."""
    text = REFUSAL[language_of(question)]
    return Answer(text, passages=tuple(passages[:_NEAREST]), refusal=text)


def promise_line(promise: Promise) -> str:
    """A promise in one line of plain words: who → to whom: what — by when."""
    line = promise.who or "—"
    if promise.to_whom:
        line += f" → {promise.to_whom}"
    line += f": {promise.what}"
    return f"{line} — {due_text(promise.when)}" if promise.when else line


def due_text(when: Due) -> str:
    """A deadline for a person: the days it means, then the words as said."""
    days = " … ".join(dict.fromkeys(day for day in (when.start, when.end) if day))
    return f"{days} ({when.raw})" if days else f"({when.raw})"
