"""A question that asks for a summary: which documents it means, and what they say as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag import extract, register, summary
from rag.summary.requests import names_in
from rag.types import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.models import Model
    from rag.retrieve import Retriever
    from rag.store.catalogue import Catalogue
    from rag.types import Scope, Sentence

_READ_BY_MODEL = 5  # documents at most that a model reads whole for a question
_OF_SEVERAL = 2  # sentences of each where no model reads them


class Overview:
    """Summaries for questions over one library, by a model or verbatim."""

    def __init__(
        self, catalogue: Catalogue, retriever: Retriever, model: Model | None, secret: bytes
    ) -> None:
        self._catalogue = catalogue
        self._retriever = retriever
        self._model = model
        self._secret = secret

    def answer(
        self, question: str, scope: Scope, k: int, on_text: Callable[[str], None]
    ) -> Answer | None:
        """The summary that a question asks for; None where its words lead to no document.

        A model reads the documents where they are few. The arguments are those of
        `rag.answer.Answerer.answer`, and so is what is raised.
        """
        chosen = self._chosen(question, scope, k)
        if not chosen:
            return None
        if self._model is not None and len(chosen) <= _READ_BY_MODEL:
            return self._by_model(self._model, chosen, on_text)
        return self._verbatim(chosen)

    def _chosen(self, question: str, scope: Scope, k: int) -> Sequence[str]:
        """Ids of the documents in scope, or of those the question's other words lead to, or all."""
        rows = self._catalogue.documents()
        chosen = self._retriever.select(scope)
        if chosen is not None:
            return list(chosen)
        everything = list(dict.fromkeys(row.id for row in rows))
        named = names_in(question)
        if not named:
            return everything
        if titled := register.titled(named, {row.id: f"{row.title} {row.name}" for row in rows}):
            return titled
        evidence = self._retriever.retrieve(" ".join(named), k=k)
        if evidence.confidence < extract.REFUSE_BELOW:
            return []
        return [evidence.passages[0].chunk.document_id]

    def _sources(self, chosen: Sequence[str]) -> Iterator[tuple[str, summary.Source]]:
        """Documents with their names, read one after another."""
        held = dict(self._catalogue.minutes())
        names = {row.id: row.name for row in self._catalogue.documents()}
        for document_id in chosen:
            name = names[document_id]
            document = self._catalogue.document(document_id)
            yield name, summary.source_of(document, held.get(name))

    def _verbatim(self, chosen: Sequence[str]) -> Answer | None:
        """The sentences that say most of each document."""
        most = summary.LENGTHS["medium"] if len(chosen) == 1 else _OF_SEVERAL
        sentences: list[Sentence] = []
        for _, source in self._sources(chosen):
            sentences += summary.summarise([source], self._retriever.cite, most=most)
        if not sentences:
            return None
        return Answer("\n".join(sentence.text for sentence in sentences), tuple(sentences))

    def _by_model(
        self, model: Model, chosen: Sequence[str], on_text: Callable[[str], None]
    ) -> Answer | None:
        """A model's summary of documents of any length, each sentence cited and checked."""
        from rag.mapreduce import Watch, map_reduce

        found = map_reduce(
            model,
            dict(self._sources(chosen)),
            summary.Brief(),
            secret=self._secret,
            watch=Watch(text=on_text),
        )
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
