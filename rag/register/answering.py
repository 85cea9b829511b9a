"""Rows of the register as an answer, each with every place that tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.register.lines import link_line, promise_line, state_text
from rag.types import Answer, Sentence
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.register.questions import Rows
    from rag.types import Citation, Entry
    from rag.words import Language

    Cite = Callable[[str, int, int], Citation]
    CiteLine = Callable[[str, int], Citation | None]


def answer(rows: Rows, cite: Cite, line: CiteLine = lambda *_: None) -> Answer:
    """Rows as an answer.

    `cite` cites a span of a document by its name, `line` a whole line of it, where it has lines:
    the earlier words of a promise that changed within its meeting.
    """
    sentences = []
    for entry in rows.entries:
        promise = entry.promise
        said = [cite(entry.document, promise.start, promise.end)] if promise.quote else []
        others = [cite(k.document, k.start, k.end) for k in entry.links if k.quote]
        within = [c for number in _telling(entry) if (c := line(entry.document, number))]
        cited = tuple(dict.fromkeys((*said, *within, *others)))
        if said:
            sentences.append(Sentence(said[0].quote, "supported", cited))
        else:  # a person's own words, which stand in no document
            sentences.append(Sentence(promise_line(promise), "unchecked", cited))
    for name, decision in rows.decisions:
        own = cite(name, decision.start, decision.end)
        sentences.append(Sentence(own.quote, "supported", (own,)))
    lines = [entry_line(entry, language_of(entry.promise.what)) for entry in rows.entries]
    lines += [decision.text for _, decision in rows.decisions]
    return Answer("\n".join(lines), tuple(sentences), entries=rows.entries)


def entry_line(entry: Entry, language: Language) -> str:
    """An entry in one line: the promise, how it stands, and what other meetings say of it."""
    told = [promise_line(entry.promise)]
    if state := state_text(entry, language):
        told.append(state)
    told += [link_line(link, language) for link in entry.links]
    return "; ".join(told)


def _telling(entry: Entry) -> Iterator[int]:
    """Lines of the entry's own meeting that say how it came to be as it is."""
    promise = entry.promise
    yield from (change.line for change in promise.history)
    if promise.status in ("done", "cancelled") or promise.act == "accepted" or promise.history:
        yield from promise.support
