"""Documents made of nothing but a text, put into a library without a file to read."""

from __future__ import annotations

import hashlib

from rag.chunk import coverage
from rag.index import Writer
from rag.prepare import Prepared, words_of
from rag.store.rows import Delta, FileRow
from rag.types import Chunk, Document


def of_text(text: str, title: str = "", chunks: int = 1) -> Prepared:
    """A document of a text that is cut into so many chunks of one size."""
    name = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
    document = Document(name, title, text, kind="text", encoding="utf-8")
    size = -(-len(text) // chunks)
    cut = tuple(
        Chunk(
            f"{name[:24]}{start:08d}",
            name,
            start,
            start + len(text[start : start + size]),
            text[start : start + size],
            "",
        )
        for start in range(0, len(text), size)
    )
    words = tuple(words_of(chunk.text) for chunk in cut)
    return Prepared(document, cut, words, coverage(document, cut), {}, None)


def row_of_text(name: str, prepared: Prepared, root: str = "/papers") -> FileRow:
    """The file that such a document would have come from."""
    document = prepared.document
    return FileRow(name, root, name, len(document.text), 0, document.id, document.id)


def shelved(writer: Writer, name: str, text: str) -> Delta:
    """Publish a text under a name."""
    prepared = of_text(text)
    writer.stage(prepared)
    return writer.publish([row_of_text(name, prepared)], [])
