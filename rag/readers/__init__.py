"""Readers: a file to a `Document`, one reader a suffix, each imported when first needed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from rag.errors import ReadError

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import Document

#: Takes the bytes of a file and its name; raises ReadError where they cannot be read.
Reader = Callable[[bytes, str], "Document"]

#: Changes whenever a reader's output for the same bytes does.
READERS_VERSION = "1"


def _lazy(module: str, function: str) -> Reader:
    """The reader `function` of `module`, imported at its first call."""

    def read_bytes(data: bytes, name: str) -> Document:
        reader: Reader = getattr(import_module(f"rag.readers.{module}"), function)
        return reader(data, name)

    return read_bytes


_text = _lazy("text", "read_text")
_markdown = _lazy("text", "read_markdown")

#: Suffix, in lower case, to the reader of such files.
READERS: dict[str, Reader] = {
    ".pdf": _lazy("pdf", "read_pdf"),
    ".docx": _lazy("office", "read_docx"),
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _text,
    ".text": _text,
    ".log": _text,
    ".vtt": _lazy("transcript", "read_vtt"),
    ".srt": _lazy("transcript", "read_srt"),
    ".json": _lazy("transcript", "read_telegram"),
}


def supported(path: Path) -> bool:
    """Whether there is a reader for files with this suffix."""
    return path.suffix.lower() in READERS


def read(path: Path) -> Document:
    """Read one file in this process; see `rag.readers.pool` for files nobody vouches for.

    Raises ReadError with the reason where the file cannot be read.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ReadError(f"unknown suffix {path.suffix or '(none)'}")
    try:
        if path.exists() and not path.is_file():
            raise ReadError("not a regular file")  # a pipe would never end
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(f"cannot be opened: {error.strerror or error}") from error
    if not data:
        raise ReadError("the file is empty")
    return reader(data, path.name)
