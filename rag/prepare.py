"""All that is derived from one document alone: chunks, their words, coverage, minutes.

It needs nothing of the library, so it is done where the document was read, in a child process.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from rag import minutes
from rag.chunk import Coverage, chunk, coverage
from rag.words import stems_of, words_and_figures

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.types import Chunk, Document, Minutes

    Floats = NDArray[np.float32]

log = logging.getLogger(__name__)

#: Characters; no meeting is longer, and the rules read all of it.
MINUTES_LIMIT = 3_000_000


class Words(NamedTuple):
    """The words of a text as the word index takes them, parted by spaces.

    `forms` are as written, `stems` those of the same words, and after them the values of figures.
    """

    forms: str
    stems: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document, its chunks with the words of each, and where its characters went.

    `asides` counts the characters set aside by reason, `minutes` is None but for a meeting.
    `vectors`, shape (chunks, dimension), are None but where a model embedded the chunks at once.
    """

    document: Document
    chunks: tuple[Chunk, ...]
    words: tuple[Words, ...]
    coverage: Coverage
    asides: dict[str, int]
    minutes: Minutes | None
    vectors: Floats | None = field(default=None, compare=False)


def prepare(document: Document, day: str | None = None) -> Prepared:
    """Cut a document, count its characters and take its minutes; `day` as in `minutes_of`."""
    chunks = tuple(chunk(document))
    return Prepared(
        document,
        chunks,
        tuple(words_of(piece.text) for piece in chunks),
        coverage(document, chunks),
        _asides(document),
        minutes_of(document, day),
    )


def words_of(text: str) -> Words:
    """The words of a text, their stems and its figures."""
    found, values = words_and_figures(text)
    return Words(" ".join(found), " ".join([*stems_of(found), *values]))


def embedded(chunk: Chunk) -> str:
    """What of a chunk is embedded: its headings and its text."""
    return f"{chunk.context}\n{chunk.text}" if chunk.context else chunk.text


def _asides(document: Document) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for mark in document.marks:
        if mark.kind == "aside":
            counts[mark.note] += sum(map(len, document.text[mark.start : mark.end].split()))
    return dict(counts)


def minutes_of(document: Document, day: str | None = None) -> Minutes | None:
    """The minutes of a meeting, of an ISO day where a person tells it; None for other documents.

    The rules meet text of every kind: one that fails costs this document its minutes, no more.
    """
    if len(document.text) > MINUTES_LIMIT:
        return None
    try:
        return minutes.extract(document, date=day) if minutes.is_meeting(document) else None
    except Exception:
        log.exception("No minutes could be made of %s", document.title)
        return None
