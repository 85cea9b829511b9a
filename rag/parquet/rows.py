"""Rows of a foreign folder as what a catalogue takes; everything is held against what it must be.

A reason why a row is none comes as ValueError or TypeError; whoever reads the folder tells it.
"""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import fields, is_dataclass
from datetime import date
from functools import lru_cache
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from rag.chunk import chunk_id, coverage
from rag.corrections import Correction
from rag.prepare import Prepared, words_of
from rag.readers.options import DEFAULT
from rag.store import layout
from rag.store.rows import FileRow, Versions
from rag.types import Chunk, Decision, Document, Due, OpenQuestion, Promise, Report

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
    _check(value, type(value))
    return value


@lru_cache(maxsize=64)
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _check(value: Any, kind: Any) -> None:
    if not _fits(value, kind):
        raise TypeError(f"{str(value)[:60]!r} is no {getattr(kind, '__name__', kind)}")


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value is of a type; dataclasses are looked into and raise what is wrong there."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return any(_fits(value, each) for each in arguments)
    if origin is Literal:
        return type(value) is str and value in arguments
    if origin is tuple:
        each = arguments[:1] * len(value) if arguments[-1] is ... else arguments
        return type(value) is tuple and all(map(_fits, value, each)) and len(value) == len(each)
    if origin is dict:
        return type(value) is dict and all(
            _fits(key, arguments[0]) and _fits(held, arguments[1]) for key, held in value.items()
        )
    if kind is float:
        return type(value) in (int, float) and math.isfinite(value)
    if kind is int:
        return type(value) is int and value in _NUMBERS
    if not is_dataclass(kind):
        return type(value) is kind
    if type(value) is kind:
        same: Any = kind  # mypy takes no dataclass for hashable
        for name, hint in _hints(same).items():
            _check(getattr(value, name), hint)
    return type(value) is kind


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
    for part in (*_parts(found), *(_parts(minutes) if minutes else ())):
        _check_place(part, text)
    return found, minutes


def _parts(value: Any) -> Iterator[Any]:
    """A dataclass and all in it."""
    yield value
    for field in fields(value):
        held = getattr(value, field.name)
        for each in held if type(held) is tuple else (held,):
            if is_dataclass(each):
                yield from _parts(each)


def _check_place(part: Any, text: str) -> None:
    """Raise ValueError for a span outside of the text, other words than are there, and no day."""
    start, end = getattr(part, "start", 0), getattr(part, "end", None)
    if isinstance(part, Due):
        _check_days(part.start, part.end)
    elif not 0 <= start <= (start if end is None else end) <= len(text):
        raise ValueError("a span lies outside of its text")
    if isinstance(part, Promise | Report) and part.quote != text[start:end]:
        raise ValueError("a quote is not in the text")
    if isinstance(part, Decision | OpenQuestion) and part.text != text[start:end]:
        raise ValueError("a quote is not in the text")
    _check_days(getattr(part, "date", None), getattr(part, "day", None))


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
    return found


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
