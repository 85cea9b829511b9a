"""A model's text set against its passages, and what they do not hold against the library.

A model may say what is true of the documents but stands in none of its passages: it goes on in the
document, or draws on an earlier question. Such a sentence is looked for on its own before it is
struck; what contradicts a passage is not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.cite.citing import cite
from rag.orders import without_orders

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.cite.entailment import Entailment
    from rag.retrieve import Retriever
    from rag.types import Passage, Scope, Sentence

#: Passages looked at for a sentence; more take longer and find no more.
_PASSAGES = 3
#: Sentences that are looked for again; a text with more of them was made up.
_MOST = 8


def ground(
    text: str,
    passages: Sequence[Passage],
    retriever: Retriever,
    *,
    scope: Scope | None = None,
    entailment: Entailment | None = None,
) -> tuple[list[Sentence], list[Sentence]]:
    """The sentences of a text that stand and those that are struck; see `rag.cite.citing.cite`.

    Args:
        text: As the model wrote it.
        passages: Those of its prompt, in order.
        retriever: Finds further passages, and the documents of all.
        scope: Where else to look.
        entailment: See `cite`.
    """
    standing, struck = cited(text, passages, retriever, entailment)
    unheld = [each for each in struck if each.verdict == "unsupported"]
    if not unheld or len(unheld) > _MOST:
        return standing, struck
    known = {(each.document, each.chunk.start) for each in passages}
    further = [
        each
        for each in found_for((sentence.text for sentence in unheld), retriever, scope)
        if (each.document, each.chunk.start) not in known
    ]
    if not further:
        return standing, struck
    apart = "\n\n".join(each.text for each in unheld)
    again, _ = cited(apart, further, retriever, entailment)
    held = {each.text: each for each in again}
    found = [replace(held[each.text], place=each.place) for each in unheld if each.text in held]
    kept = [each for each in struck if each not in unheld or each.text not in held]
    return sorted([*standing, *found], key=lambda each: each.place or 0), kept


def cited(
    text: str,
    passages: Sequence[Passage],
    retriever: Retriever,
    entailment: Entailment | None,
) -> tuple[list[Sentence], list[Sentence]]:
    """What `rag.cite.citing.cite` says of a text, but that orders to a model support nothing."""
    documents = {each.document: retriever.document(each.document) for each in passages}
    return without_orders(*cite(text, passages, documents, entailment=entailment), documents)


def found_for(sentences: Iterable[str], retriever: Retriever, scope: Scope | None) -> list[Passage]:
    """The passages that sentences lead to, each sentence searched for on its own."""
    found: dict[tuple[str, int], Passage] = {}
    for sentence in sentences:
        for passage in retriever.nearest(sentence, k=_PASSAGES, scope=scope):
            found.setdefault((passage.document, passage.chunk.start), passage)
    return list(found.values())
