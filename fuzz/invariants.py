"""What must hold of everything a reader gives, whatever it was given."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from rag import readers
from rag.chunk import chunk, coverage
from rag.errors import ReaderFailed, ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.readers.options import Options
    from rag.types import Document

#: Files in one file, more of which no bound of `Limits` can have let through.
_ENDLESS = 100_000
_PACKAGE = Path(readers.__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must not be. `kind` is the same for the same fault met again."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one input: the documents in it, the reasons why there are none, the faults."""

    documents: int
    refused: int
    faults: tuple[Fault, ...]


def look(data: bytes, name: str, options: Options) -> Seen:
    """Read a file in this process, chunk what is in it, and check all of it."""
    documents = refused = 0
    faults: list[Fault] = []
    try:
        for part in readers.parts(data, name, options):
            if isinstance(part.result, ReadError):
                refused += 1
                faults += _of_error(part.result)
            else:
                documents += 1
                faults += _of_document(part.result)
            if documents + refused > _ENDLESS:
                faults.append(Fault("endless", f"more than {_ENDLESS} documents in one file"))
                break
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a panic of a library in Rust is no Exception
        faults.append(raised(error))
    if not documents and not refused and not faults:
        faults.append(Fault("silent", "neither a document nor a reason came of it"))
    return Seen(documents, refused, tuple(faults))


def raised(error: BaseException) -> Fault:
    """An exception that nobody turned into a reason, known again by where it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [(frame.filename, frame.lineno or 0) for frame in reversed(frames)]
    kind = f"{type(error).__name__} at {whence(places)}"
    return Fault(kind, "".join(traceback.format_exception(error)))


def whence(places: Sequence[tuple[str, int]]) -> str:
    """The last place of this project among files and lines, innermost first, and the innermost."""
    ours = [place for place in places if Path(place[0]).is_relative_to(_PACKAGE)]
    told = [f"{Path(path).parent.name}/{Path(path).name}:{line}" for path, line in places[:1]]
    told += [str(Path(path).relative_to(_PACKAGE)) + f":{line}" for path, line in ours[:1]]
    return " in ".join(dict.fromkeys(told)) or "a place unknown"


def _of_error(error: ReadError) -> Iterator[Fault]:
    if isinstance(error, ReaderFailed):
        yield raised(error.__cause__ or error)
    elif not error.message.strip():
        yield Fault("no reason", "a ReadError without a message")
    elif any(char in error.message for char in "\n\r\0"):
        yield Fault("reason of several lines", repr(error.message))


def _of_document(document: Document) -> Iterator[Fault]:
    """The faults of a document and of its chunks."""
    wrong = list(unsound(document))
    for what in wrong:
        yield Fault(what, f"{what} in {document.title!r}, {len(document.text)} characters")
    if wrong:
        return
    chunks = chunk(document)
    lost = coverage(document, chunks).lost
    if lost:
        yield Fault("lost characters", f"{lost} characters are neither in a chunk nor set aside")
    if any(document.text[piece.start : piece.end] != piece.text for piece in chunks):
        yield Fault("chunk is not its span", document.title)


def unsound(document: Document) -> Iterator[str]:
    """What the document says of places in its text and is not so."""
    text = document.text
    for name in ("pages", "turns", "boxes", "marks"):
        if any(not 0 <= item.start <= item.end <= len(text) for item in getattr(document, name)):
            yield f"{name} outside of the text"
    if any(not 0 <= line.start <= len(text) for line in document.lines):
        yield "lines outside of the text"
    if any(text[turn.start : turn.end] != turn.text for turn in document.turns):
        yield "a turn that is not its span"
    for name in ("pages", "turns", "boxes"):
        if not _apart([(item.start, item.end) for item in getattr(document, name)]):
            yield f"{name} out of order"
    tables = [(mark.start, mark.end) for mark in document.marks if mark.kind == "table"]
    if not _apart(sorted(tables)):
        yield "tables over each other"
    if any(left.number >= right.number for left, right in pairwise(document.pages)):
        yield "pages out of count"
    if not _ascending([line.start for line in document.lines]):
        yield "lines out of order"
    if any(mark.kind == "heading" and mark.level < 1 for mark in document.marks):
        yield "a heading of no level"
    if any(mark.kind == "aside" and not mark.note for mark in document.marks):
        yield "an aside without a reason"
    if any(
        not (0 <= b.left <= b.right <= 1 and 0 <= b.top <= b.bottom <= 1) for b in document.boxes
    ):
        yield "a box outside of its page"
    if len(document.id) != 64:
        yield "an id that is no hash"


def _apart(spans: Sequence[tuple[int, int]]) -> bool:
    """Whether every span ends before the next begins."""
    return all(left[1] <= right[0] for left, right in pairwise(spans))


def _ascending(numbers: Sequence[int]) -> bool:
    return all(left <= right for left, right in pairwise(numbers))
