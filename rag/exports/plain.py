"""An answer as plain text with its citations, for a mail or a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.register import due_text, entry_place, state_text
from rag.shown import shown
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Answer, Citation, Entry


def plain_answer(answer: Answer, where: Callable[[Citation], str]) -> str:
    """The sentences that stand with the numbers of their citations, then these, written out.

    `where` says where a citation stands. A promise is a line that names its own place. What was
    struck is left out.
    """
    if answer.refusal:
        return shown(answer.refusal)
    rows = [_promise(entry) for entry in answer.entries]
    numbers: dict[Citation, int] = {}
    for sentence in answer.sentences[len(answer.entries) :]:
        marks = "".join(f"[{numbers.setdefault(c, len(numbers) + 1)}]" for c in sentence.citations)
        rows.append(f"{_line(sentence.text)} {marks}".rstrip())
    said = {sentence.text for sentence in answer.sentences}
    for citation, number in numbers.items():
        quote = "" if citation.quote in said else f": «{_line(citation.quote)}»"
        rows.append(f"{'' if number > 1 else chr(10)}[{number}] {_line(where(citation))}{quote}")
    return "\n".join(rows)


def _promise(entry: Entry) -> str:
    """Who → whom: what (state), by when — file:line."""
    promise = entry.promise
    language = language_of(promise.what)
    people = " → ".join(filter(None, (entry.who or "—", entry.to_whom)))
    state = state_text(entry, language)
    what = f"{promise.what} ({state})" if state else promise.what
    due = f", {due_text(promise.when)}" if promise.when else ""
    return _line(f"{people}: {what}{due} — {entry_place(entry)}")


def _line(text: str) -> str:
    return " ".join(shown(text).split())
