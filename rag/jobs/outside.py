"""A document that is in no library: a file, or what came on standard input, read within bounds."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rag.errors import ReadError, UsageError
from rag.readers import supported
from rag.workers.pool import Done

if TYPE_CHECKING:
    from rag.types import Document
    from rag.workers.pool import ReaderPool

#: Bytes of standard input; a longer text is a file given by mistake.
STDIN_LIMIT = 64 * 1024**2
_SHOWN = 5  # members named in an error


def read_outside(path: Path, pool: ReaderPool) -> Document:
    """The document in a file; one of a suffix that nobody knows, such as a program, is text.

    Raises ReadError where it cannot be read, UsageError where it holds several documents.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder", "Name a file, or a document of the library")
    if supported(path):
        return _read(path, pool)
    with TemporaryDirectory(prefix="rag-") as folder:
        copy = Path(folder) / f"{path.name}.txt"
        try:
            shutil.copyfile(path, copy)
        except (OSError, shutil.SpecialFileError) as error:
            raise ReadError(f"{path} cannot be read ({error})") from error
        return _read(copy, pool)


def read_given(data: bytes, pool: ReaderPool) -> Document:
    """The text that came on standard input. Raises ReadError where it is none, or too long."""
    if len(data) > STDIN_LIMIT:
        raise UsageError(
            f"Standard input has more than {STDIN_LIMIT:,} bytes", "Put it into a file"
        )
    with TemporaryDirectory(prefix="rag-") as folder:
        path = Path(folder) / "stdin.txt"
        path.write_bytes(data)
        return _read(path, pool)


def _read(path: Path, pool: ReaderPool) -> Document:
    """The one document of a file; of a mail with files in it the mail's own text."""
    found: dict[str, Document] = {}
    reason: ReadError | None = None
    for event in pool.read_all([path]):
        if isinstance(event.result, ReadError):
            reason = reason or event.result
        elif not isinstance(event.result, Done):
            found[event.member] = event.result.document
    name = path.name
    if "" in found:
        return found[""]
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        named = ", ".join(list(found)[:_SHOWN])
        raise UsageError(
            f"{name} holds {len(found)} documents: {named}",
            f"Bring them into a library and name one: rag ingest {name}",
        )
    raise reason or ReadError(f"{name} holds no document")
