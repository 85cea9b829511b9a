"""Rows of a foreign folder as what a catalogue takes; everything is held against what it must be.

A reason why a row is none comes as ValueError or TypeError; whoever reads the folder tells it.
"""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import is_dataclass
from datetime import date
from functools import cache, partial
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from rag.chunk import chunk_id, coverage
from rag.corrections import Correction
from rag.prepare import Prepared, words_of
from rag.readers.options import DEFAULT
from rag.store import layout
from rag.store.rows import FileRow, Versions
from rag.types import Chunk, Document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from rag.types import Minutes

    Floats = NDArray[np.float32]
    T = TypeVar("T")

#: Characters of a name, a title or a reason; far more than any has.
LONGEST = 1 << 16
_NUMBERS = range(-(1 << 63), 1 << 63)
_ID = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"[0-9]{1,9}")
_UNIT = 0.02  # by which the length of a vector may miss 1: half floats do by 0.001


def conform(value: T) -> T:
    """A dataclass whose fields are of their types, those within it as well. Raises TypeError."""
    kind: Any = type(value)
    _test(kind)(value)
    return value


@cache
def _test(kind: Any) -> Callable[[Any], bool]:
    """What tells whether a value is of a type; that of a dataclass raises what is wrong in it."""
    origin, arguments = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return partial(_fits, kind)
    if origin in (Union, UnionType):
        tests = [_test(each) for each in arguments]
        return lambda value: any(test(value) for test in tests)
    if origin is Literal:
        return lambda value: type(value) is str and value in arguments
    if origin is tuple and arguments[-1] is ...:
        each = _test(arguments[0])
        return lambda value: type(value) is tuple and all(map(each, value))
    if origin is tuple:
        several = [_test(each) for each in arguments]
        return lambda value: (
            type(value) is tuple
            and len(value) == len(several)
            and all(test(held) for test, held in zip(several, value, strict=True))
        )
    if origin is dict:
        key, held = map(_test, arguments)
        return lambda value: (
            type(value) is dict and all(map(key, value)) and all(map(held, value.values()))
        )
    if kind is float:
        return lambda value: type(value) in (int, float) and math.isfinite(value)
    if kind is int:
        return lambda value: type(value) is int and value in _NUMBERS
    return lambda value: type(value) is kind


def _fits(kind: Any, value: Any) -> bool:
    fields = _fields(kind)
    if type(value) is not kind:
        return False
    for name, test in fields:
        held = getattr(value, name)
        if not test(held):
            raise TypeError(f"{str(held)[:60]!r} is no {name} of {kind.__name__}")
    return True


@cache
def _fields(kind: Any) -> list[tuple[str, Callable[[Any], bool]]]:
    return [(name, _test(hint)) for name, hint in get_type_hints(kind).items()]


def document(row: Mapping[str, Any]) -> tuple[Document, Minutes | None]:
    """A document of a row, and the minutes of a meeting."""
    text = row["text"]
    if not _ID.fullmatch(row["id"]) or len(text) > DEFAULT.limits.characters:
        raise ValueError("a document has no sound id, or too much text")
    short(row["title"], row["attempt"], row["encoding"] or "", *row["notes"])
    places = layout.unpack(json.loads(row["layout"]), text)
    found = conform(
        Document(
            *(row["id"], row["title"], text),
            kind=row["kind"],
            date=row["date"],
            encoding=row["encoding"],
            notes=tuple(row["notes"]),
            **places,
        )
    )
    minutes = None
    if row["minutes"] is not None:
        minutes = conform(layout.minutes_from_json(json.loads(row["minutes"])))
        _check_minutes(minutes, text)
    _check_places(found)
    return found, minutes


def _check_places(found: Document) -> None:
    """Raise ValueError for a span outside of the text, and for no day."""
    size = len(found.text)
    for spans in (found.pages, found.marks, found.turns, found.boxes):
        if not all(0 <= part.start <= part.end <= size for part in spans):
            raise ValueError("a span lies outside of its text")
    if not all(0 <= line.start <= size for line in found.lines):
        raise ValueError("a line lies outside of its text")
    _check_days(found.date, *{turn.day for turn in found.turns})


def _check_minutes(minutes: Minutes, text: str) -> None:
    """Raise ValueError for a span outside of the text, other words than are there, and no day."""
    if not all(0 <= part.start <= part.end <= len(text) for part in minutes.topics):
        raise ValueError("a span lies outside of its text")
    quotes = [
        *((d.start, d.end, d.text) for d in minutes.decisions),
        *((q.start, q.end, q.text) for q in minutes.questions),
        *((p.start, p.end, p.quote) for p in minutes.promises),
        *((r.start, r.end, r.quote) for r in minutes.reports),
    ]
    for start, end, quote in quotes:
        if not 0 <= start <= end <= len(text) or text[start:end] != quote:
            raise ValueError("a quote is not in the text")
    dues = (promise.when for promise in minutes.promises)
    days = ({due.start, due.end} for due in dues if due is not None)
    _check_days(minutes.date, *set().union(*days))


def _check_days(*days: str | None) -> None:
    for day in days:
        if day is not None and date.fromisoformat(day).isoformat() != day:
            raise ValueError(f"{day[:20]!r} is no day")


def short(*texts: str) -> None:
    """Raise ValueError where one of some texts is longer than any of its kind."""
    if any(len(text) > LONGEST for text in texts):
        raise ValueError("a name or a note is too long")


def versions(row: Mapping[str, Any]) -> Versions:
    """What read and cut a document."""
    if not (_VERSION.fullmatch(row["readers"]) and _VERSION.fullmatch(row["chunker"])):
        raise ValueError("a document tells no versions")
    return Versions(row["readers"], row["chunker"])


def prepared(
    found: Document, minutes: Minutes | None, chunker: str, rows: Sequence[Sequence[Any]]
) -> Prepared:
    """A document with its chunks, by rows of id, document, start, end, text and context."""
    pieces = []
    last = -1
    for identity, document_id, start, end, text, context in rows:
        if document_id != found.id or identity != chunk_id(found.id, start, end, chunker):
            raise ValueError("the id of a chunk is not that of its place")
        if not last < start < end <= len(found.text) or found.text[start:end] != text:
            raise ValueError("a chunk is not its span of its text")
        pieces.append(Chunk(identity, found.id, start, end, text, context))
        last = start
    short(*(piece.context for piece in pieces))
    chunks = tuple(pieces)
    words = tuple(words_of(piece.text) for piece in chunks)
    return Prepared(found, chunks, words, coverage(found, chunks), {}, minutes)


def check_vectors(vectors: Floats) -> None:
    """Raise ValueError for rows of numbers that are none, or neither of length 1 nor 0."""
    with np.errstate(all="ignore"):
        lengths = np.linalg.norm(vectors, axis=1)
    if not ((np.abs(lengths - 1) <= _UNIT) | (lengths == 0)).all():  # nor is NaN any of it
        raise ValueError("a vector is not of unit length")


def check_frequencies(idf: Floats, count: int) -> None:
    """Raise ValueError for what are no inverse document frequencies."""
    if idf.shape != (count,) or not np.isfinite(idf).all() or (idf < 0).any():
        raise ValueError("the frequencies of the built-in embedder make no sense")


def file(row: Mapping[str, Any]) -> FileRow:
    """A file of a row. Its place is noted, never opened here."""
    found = conform(FileRow(**row))
    short(found.name, found.root, found.path, found.member, found.reason, found.attempt)
    path = os.path.normpath(found.path)
    outside = os.path.isabs(path) or path.split(os.sep)[0] == os.pardir
    if not found.name or outside or not os.path.isabs(found.root) or found.size < 0:
        raise ValueError("a file has no sound place")
    # members that lead out of their archive are told by their names, and never read
    if found.document_id is not None and any(map(_leads_out, (found.name, found.member))):
        raise ValueError("the name of a document leads to another place")
    return found


def _leads_out(name: str) -> bool:
    return name.startswith("/") or os.pardir in name.split("/")


def former_name(row: Mapping[str, Any]) -> tuple[str, str]:
    """A name that a document had, and the present one."""
    short(row["former"], row["present"])
    return row["former"], row["present"]


def correction(row: Mapping[str, Any]) -> Correction:
    """What a person has set right."""
    found = conform(Correction(**row))
    short(found.name, found.value or "", found.quote, found.what, found.was or "", found.by)
    short(found.time, found.document)
    if found.kind == "day":
        _check_days(found.value)
    return found
