"""Documents that are in no library: those in a file, or a text by itself, read within bounds."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from rag.errors import ReadError, UsageError
from rag.prepare import Prepared
from rag.readers import supported

if TYPE_CHECKING:
    from rag.types import Document
    from rag.workers.pool import ReaderPool

#: How a text without a format of its own is read.
Form = Literal["md", "txt"]

#: Bytes of a text by itself; a longer one is a file given by mistake.
LONGEST = 64 * 1024**2
_SHOWN = 5  # members named in an error


def read_outside(source: Path | bytes, pool: ReaderPool, form: Form) -> dict[str, Prepared]:
    """The documents of a file, or of a text as bytes, by the names they have inside it.

    That of the file itself is named "". Files of no known kind are text of the given form.

    Raises:
        UsageError: There is no such file, or the text is too long.
        ReadError: There is nothing in it that can be read.
    """
    if isinstance(source, Path) and not source.is_file():
        kind = "a folder" if source.is_dir() else "no file"
        fault = f"{source} is {kind}" if source.exists() else f"There is no file {source}"
        raise UsageError(fault, 'Name one, or "-" for standard input')
    if isinstance(source, Path) and supported(source):
        return _read(source, source.name, pool)
    with TemporaryDirectory(prefix="rag-") as folder:
        if isinstance(source, Path):
            copy = Path(folder) / f"{source.name}.{form}"
            try:
                shutil.copyfile(source, copy)
            except OSError as error:
                raise ReadError(f"{source} cannot be read ({error})") from error
            return _read(copy, source.name, pool)
        if len(source) > LONGEST:
            raise UsageError(f"The text has more than {LONGEST:,} bytes", "Put it into a file")
        copy = Path(folder) / f"text.{form}"
        copy.write_bytes(source)
        return _read(copy, "the text", pool)


def the_document_in(source: Path | bytes, pool: ReaderPool, form: Form) -> Document:
    """The one document of a file or a text; of a mail with files in it the mail's own text.

    Raises UsageError where it holds several documents, and as `read_outside` does.
    """
    found = read_outside(source, pool, form)
    if "" in found:
        return found[""].document
    if len(found) == 1:
        return next(iter(found.values())).document
    named = ", ".join(list(found)[:_SHOWN])
    raise UsageError(
        f"{source!s} holds {len(found)} documents: {named}",
        f"Bring them into a library and name one: rag ingest {source!s}",
    )


def _read(path: Path, name: str, pool: ReaderPool) -> dict[str, Prepared]:
    found: dict[str, Prepared] = {}
    reasons: list[str] = []
    for event in pool.read_all([path.resolve()]):
        if isinstance(event.result, ReadError):
            reasons.append(event.result.message)
        elif isinstance(event.result, Prepared):
            found[event.member] = event.result
    if not found:
        why = "; ".join(dict.fromkeys(reasons)) or "there is nothing in it"
        hint = "Save it anew in the program it is from"
        raise ReadError(f"{name} cannot be read: {why.replace(path.name, name)}", hint)
    return found
