"""What is in a library, and pages of it as pictures."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rag.app.parts import Parts
from rag.errors import UsageError
from rag.index import open_catalogue
from rag.retrieve import is_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.locate import Span
    from rag.picture import Drawing, Picture, Wanted
    from rag.store.catalogue import DocumentRow, FileRow
    from rag.types import Document

    Row = TypeVar("Row", DocumentRow, FileRow)


class Showing(Parts):
    """A library that can be looked at."""

    def documents(self) -> list[DocumentRow]:
        """What is in the library."""
        with open_catalogue(self.paths) as catalogue:
            return catalogue.documents()

    def document(self, name: str) -> tuple[DocumentRow, Document]:
        """A document by its name, or by the last parts of its path that only one has."""
        with open_catalogue(self.paths) as catalogue:
            row = the_one(catalogue.documents(), name)
            return row, catalogue.document(row.id)

    def file(self, name: str) -> Path:
        """Where the file of a document lies, or lay when it was read; named as in `document`."""
        with open_catalogue(self.paths) as catalogue:
            held = [row for row in catalogue.files() if row.document_id]
            row = the_one(held, name)
        return Path(row.root) / row.path

    def picture(self, name: str, wanted: Wanted, password: str = "") -> Picture:
        """A page of a document as a picture, with what is wanted marked; see `rag.picture.draw`."""
        from rag.picture import draw

        row, document = self.document(name)
        source = self.file(row.name)
        with self._readers(password) as pool:
            return draw(document, row.name, source, wanted, partial(pool.draw, source))

    def drawing(self, name: str, page: int, span: Span) -> Drawing | None:
        """A page (from 1) of a document with a span marked where it can be found there.

        None where the file is gone or has changed. Raises ReadError where it cannot be drawn, as an
        encrypted file cannot that was not opened in this process.
        """
        from rag.picture import page_alone

        row, document = self.document(name)
        source = self.file(row.name)
        with self._readers(self.loaded.passwords.get(source, "")) as pool:
            return pool.draw(source, *page_alone(document, page, span))


def the_one(rows: Sequence[Row], name: str) -> Row:
    """The row that a name means, an exact one first. Raises UsageError for none or many."""
    exact = [row for row in rows if row.name == name]
    alike = exact or [row for row in rows if is_name(row.name, name)]
    if len(alike) == 1:
        return alike[0]
    said = ", ".join(row.name for row in alike[:5])
    raise UsageError(
        f"{name} may be any of {said}" if alike else f"There is no document {name}",
        "See what there is: rag list",
    )
