"""The tool `verify`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rag.mcp.places import Places, counted, where
from rag.mcp.results import Verified
from rag.mcp.scopes import scope_of
from rag.mcp.texts import Block, fenced

if TYPE_CHECKING:
    from rag.mcp.arguments import Verify
    from rag.mcp.host import Visit
    from rag.mcp.results import Sentence

_SENTENCES = 100  # that one result holds
_CITATIONS = 2  # of a sentence
_FINE = frozenset({"supported", "unchecked"})


def verify(visit: Visit, wanted: Verify) -> tuple[Verified, str]:
    """The sentences of a text, and what the documents say of each."""
    collection = visit.collection(wanted.collection)
    app = visit.app(collection)
    sentences = app.verify(
        wanted.text.encode(),
        scope=scope_of(wanted),
        on_checked=lambda done, total: visit.errand.tell("checking", done, total),
    )
    places = Places.of(collection, app)
    told = [places.sentence(each) for each in sentences[:_SENTENCES]]
    for each in told:
        del each.citations[_CITATIONS:]
    left = len(sentences) - len(told)
    verified = Verified(
        collection=collection,
        supported=all(each.verdict in _FINE for each in sentences),
        counts=dict(Counter(each.verdict for each in sentences)),
        sentences=told,
        more=f"{left} more sentences: check the rest of the text by itself." if left else None,
    )
    return verified, _text(visit, wanted.text, verified)


def _text(visit: Visit, text: str, verified: Verified) -> str:
    if not verified.sentences:
        return "There is no sentence to check."
    head = f"{counted(verified.counts)}:"
    block = Block(head, "\n".join(map(_row, verified.sentences)))
    told = fenced(visit.host.secret, text, [block])
    return f"{told}\n\n{verified.more}" if verified.more else told


def _row(sentence: Sentence) -> str:
    why = f" ({sentence.reason})" if sentence.reason else ""
    at = "; ".join(
        f"{where(each.document, each.page, each.line)} {each.uri}" for each in sentence.citations
    )
    return f"[{sentence.verdict}] {sentence.text}{why}{f' — {at}' if at else ''}"
