"""Whether the quotes of a saved answer still stand in the files they were taken from.

Nothing is taken on trust: not the answer, which anyone may have edited, nor the library, which may
be older than its files. Every file is read again.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import ReadError, UsageError
from rag.prepare import Prepared
from rag.types import Citation
from rag.words import language_of
from rag.workers.events import Done

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.store.catalogue import Catalogue
    from rag.store.rows import FileRow
    from rag.types import Document
    from rag.words import Language
    from rag.workers.pool import ReaderPool

#: "holds": the file is the one that was read, and the quote stands in it where the answer says.
#: "moved": it stands elsewhere, or the file has changed since. "gone": it stands nowhere in the
#: file. "missing": there is no such file now. "unknown": no such document is in the library.
State = Literal["holds", "moved", "gone", "missing", "unknown"]

_SCHEMA = 1
_ANSWERS = "the output of rag ask, rag chat or rag verify with --json, or a saved conversation"
_NOTES: dict[str, dict[Language, str]] = {
    "unknown": {
        "ru": "в библиотеке нет такого документа",
        "en": "the library has no such document",
    },
    "missing": {"ru": "файла больше нет", "en": "the file is gone"},
    "unread": {"ru": "файл не читается", "en": "the file cannot be read"},
    "changed": {"ru": "файл изменился", "en": "the file has changed"},
    "never": {"ru": "в этом файле такого никогда не было", "en": "it never stood in this file"},
    "library": {
        "ru": "в библиотеке другой текст этого файла",
        "en": "the library holds another text of this file",
    },
    "elsewhere": {
        "ru": "это стоит не там, где сказано в ответе",
        "en": "it stands elsewhere than the answer says",
    },
}
_KEYS: dict[str, type] = {"document": str, "start": int, "end": int, "quote": str}


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of one quote. `now` is where it stands today, None where it does not."""

    citation: Citation
    state: State
    note: str = ""
    now: Citation | None = None

    @property
    def stands(self) -> bool:
        """Whether the quote stands in its file today."""
        return self.now is not None


def citations(text: str) -> list[Citation]:
    """The citations of saved answers, in order, each once.

    Raises UsageError where the text is no such answer, or one of another version.
    """
    found = [
        _citation(each)
        for answer in _answers(text)
        for name in ("sentences", "struck")
        for sentence in _list(answer.get(name, []), name)
        for each in _list(_dict(sentence).get("citations"), "citations")
    ]
    return list(dict.fromkeys(found))


def prove(cited: Sequence[Citation], catalogue: Catalogue, pool: ReaderPool) -> Iterator[Proof]:
    """Look every quote up again in its file, which the pool reads.

    The proofs of one file come together, the files in the order in which they are first cited.
    """
    rows = {row.name: row for row in catalogue.files()}
    former = catalogue.former_names()
    by_document: dict[str, list[Citation]] = defaultdict(list)
    for citation in cited:
        by_document[citation.document].append(citation)
    for name, group in by_document.items():
        row = rows.get(name) or rows.get(former.get(name, ""))
        if row is None or row.document_id is None:
            yield from (Proof(each, "unknown", _note(each, "unknown")) for each in group)
            continue
        try:
            fresh = _reread(row, row.document_id, pool)
        except FileNotFoundError:
            yield from (Proof(each, "missing", _note(each, "missing")) for each in group)
        except ReadError as error:
            why = f": {error.message}"
            yield from (Proof(each, "gone", _note(each, "unread") + why) for each in group)
        else:
            known = catalogue.document(row.document_id)
            yield from (_proof(each, known, fresh) for each in group)


def _reread(row: FileRow, document_id: str, pool: ReaderPool) -> Document:
    """A document as its file is now: the same one, or else what stands at its place."""
    source = Path(row.root) / row.path
    if not source.is_file():
        raise FileNotFoundError(source)
    events = [event for event in pool.read_all([source]) if not isinstance(event.result, Done)]
    found = [(e.member, e.result.document) for e in events if isinstance(e.result, Prepared)]
    same = [document for _, document in found if document.id == document_id]
    there = [document for member, document in found if member == row.member]
    if same or there:
        return (same or there)[0]
    reasons = "; ".join(e.result.message for e in events if isinstance(e.result, ReadError))
    raise ReadError(reasons or f"{row.member} is no longer in it")


def _proof(citation: Citation, known: Document, fresh: Document) -> Proof:
    """A quote against the file as it is now; `known` is the document as the library holds it."""
    changed = fresh.id != known.id
    span = _stands(citation, fresh)
    if span is None:
        return Proof(citation, "gone", _note(citation, "changed" if changed else "never"))
    start, end = span
    quote = fresh.text[start:end]
    now = fresh.citation(citation.document, start, end)
    if changed:
        return Proof(citation, "moved", _note(citation, "changed"), now)
    if known.text[start:end] != quote:
        return Proof(citation, "moved", _note(citation, "library"), now)
    if (start, end) != (citation.start, citation.end):
        return Proof(citation, "moved", _note(citation, "elsewhere"), now)
    return Proof(citation, "holds", now=now)


def _note(citation: Citation, key: str) -> str:
    """What is amiss, in the language of the quote."""
    return _NOTES[key][language_of(citation.quote)]


def _stands(citation: Citation, document: Document) -> tuple[int, int] | None:
    """Where the quote stands: at its place, else nearest to it, however its lines are broken."""
    words = citation.quote.split()
    if not words:
        return None
    if citation.start >= 0 and document.text.startswith(citation.quote, citation.start):
        return citation.start, citation.start + len(citation.quote)
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    spans = (match.span() for match in pattern.finditer(document.text))
    return min(spans, key=lambda span: abs(span[0] - citation.start), default=None)


def _answers(text: str) -> list[dict[str, Any]]:
    """The answers of a file: one, one a line, or those of a conversation."""
    try:
        values = [json.loads(text)]
    except (ValueError, RecursionError):
        values = [_parsed(line, number) for number, line in _lines(text)]
    if not values:
        raise UsageError("The file is empty", f"Give {_ANSWERS}.")
    return [answer for value in values for answer in _answers_in(value)]


def _answers_in(value: Any) -> list[dict[str, Any]]:
    """The answer that a value is, or those of the conversation that it is."""
    held = _of_this_version(value)
    if "rounds" not in held:
        return [_with_sentences(held)]
    given = [_dict(each).get("answer") for each in _list(held["rounds"], "rounds")]
    return [_with_sentences(_of_this_version(each)) for each in given if each is not None]


def _of_this_version(value: Any) -> dict[str, Any]:
    held = _dict(value)
    version = held.get("schema")
    if version != _SCHEMA or isinstance(version, bool):
        told = "no version" if version is None else f"version {version!r}"
        raise UsageError(
            f"This is no answer of version {_SCHEMA}: it has {told}", f"Give {_ANSWERS}."
        )
    return held


def _with_sentences(answer: dict[str, Any]) -> dict[str, Any]:
    if "sentences" not in answer:
        raise UsageError("There are no sentences in it", f"Give {_ANSWERS}.")
    return answer


def _lines(text: str) -> list[tuple[int, str]]:
    return [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]


def _parsed(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"Line {number} is no JSON ({error})", f"Give {_ANSWERS}.") from None


def _dict(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise UsageError(
        f"There is {type(value).__name__} where an object should be", f"Give {_ANSWERS}."
    )


def _list(value: Any, name: str) -> list[Any]:
    if isinstance(value, list):
        return value
    raise UsageError(f"{name!r} is no list", f"Give {_ANSWERS}.")


def _citation(value: Any) -> Citation:
    found = _dict(value)
    for key, kind in _KEYS.items():
        if not isinstance(found.get(key), kind) or isinstance(found[key], bool):
            raise UsageError(f"A citation has no {key!r}, or a wrong one", f"Give {_ANSWERS}.")
    page, line = (
        found.get(key) if type(found.get(key)) is int else None for key in ("page", "line")
    )
    return Citation(found["document"], page, line, found["start"], found["end"], found["quote"])
