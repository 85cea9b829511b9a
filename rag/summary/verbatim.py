"""A summary without a model, as one noun with those that a model writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.summary.extractive import summarise
from rag.summary.nouns import Summary
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rag.summary.extractive import Source
    from rag.summary.nouns import Brief
    from rag.types import Citation, Document
    from rag.words import Language

SAMPLE = 20_000  # characters of a document that tell its language


def language_of_all(documents: Iterable[Document]) -> Language:
    """The language that most of the documents' text is in."""
    return language_of(" ".join(document.text[:SAMPLE] for document in documents))


def without_model(sources: Mapping[str, Source], brief: Brief) -> Summary:
    """The documents' own sentences."""
    by_id = {each.document.id: (each.document, name) for name, each in sources.items()}

    def cite(document_id: str, start: int, end: int) -> Citation:
        document, name = by_id[document_id]
        return document.citation(name, start, end)

    found = summarise(sources.values(), cite, most=brief.most, about=brief.about)
    language = language_of_all(each.document for each in sources.values())
    return Summary(tuple(sources), language, tuple(found), refused=not found)
