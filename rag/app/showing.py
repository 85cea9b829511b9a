"""What is in a library, and pages of it as pictures."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar, cast

from rag.app.parts import Parts
from rag.errors import DocumentMissing, LibraryMissing, UsageError
from rag.naming import is_name
from rag.store.opening import open_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from rag.holdings import Holdings
    from rag.locate import Span
    from rag.picture import Drawing, Picture, Wanted
    from rag.store.catalogue import Catalogue
    from rag.store.disk import Part
    from rag.store.folders import Folder
    from rag.store.rows import DocumentRow, FileRow
    from rag.types import Document

    Row = TypeVar("Row", DocumentRow, FileRow)
T = TypeVar("T")

#: Things that are kept of a library: its lists, and first questions for each scope that was chosen.
_REMEMBERED = 64


class Showing(Parts):
    """A library that can be looked at."""

    @property
    def state(self) -> str:
        """A name for the library as it is now, which changes with it. Raises LibraryMissing."""
        with open_catalogue(self.paths) as catalogue:
            return catalogue.state

    @cached_property
    def _read(self) -> dict[Hashable, tuple[str, object]]:
        """What was read of the library last, with the state of the library it is of."""
        return {}

    def documents(self) -> list[DocumentRow]:
        """What is in the library; asked again, it is read again only after a publication."""
        with open_catalogue(self.paths) as catalogue:
            return list(self._kept("documents", catalogue, catalogue.documents))

    def holdings(self) -> Holdings:
        """What is in the library with all that is known of it, and the files it could not read."""
        from rag.holdings import holdings

        uploads = str(self.paths.uploads.resolve())
        with open_catalogue(self.paths) as catalogue:

            def read() -> Holdings:
                rows, files = catalogue.documents(), catalogue.files()
                return holdings(rows, files, catalogue.promises(), uploads)

            held = self._kept("holdings", catalogue, read)
            # files that could not be read are noted without a publication
            return replace(held, unread=holdings((), catalogue.unread(), {}, uploads).unread)

    def _kept(self, name: Hashable, catalogue: Catalogue, read: Callable[[], T]) -> T:
        """What was read before of this state of the library, or else is read now."""
        state = catalogue.state
        found = self._read.get(name)
        if found is None or found[0] != state:
            found = (state, read())
            if len(self._read) >= _REMEMBERED:
                self._read.clear()
            self._read[name] = found
        return cast("T", found[1])

    def document(self, name: str) -> tuple[DocumentRow, Document]:
        """A document by its name, or by the last parts of its path that only one has.

        A name that it had before it was given another one will do, too.
        """
        with open_catalogue(self.paths) as catalogue:
            row = the_one(catalogue.documents(), name, catalogue.former_names())
            return row, catalogue.document(row.id)

    def opening(self, document_id: str, characters: int) -> str:
        """The first words of a document by its id; none where it has no text that is searched."""
        with open_catalogue(self.paths) as catalogue:
            return catalogue.openings([document_id], characters).get(document_id, "")

    def text_sizes(self, document_ids: Sequence[str]) -> dict[str, int]:
        """How many bytes the texts of documents have in UTF-8, by id."""
        with open_catalogue(self.paths) as catalogue:
            return catalogue.text_sizes(document_ids)

    def file(self, name: str) -> Path:
        """Where the file of a document lies, or lay when it was read; named as in `document`."""
        with open_catalogue(self.paths) as catalogue:
            held = [row for row in catalogue.files() if row.document_id]
            row = the_one(held, name, catalogue.former_names())
        return Path(row.root) / row.path

    def files(self) -> list[FileRow]:
        """The files of the library, those among them that could not be read; none without one."""
        try:
            with open_catalogue(self.paths) as catalogue:
                return catalogue.files()
        except LibraryMissing:
            return []

    def folders(self) -> list[Folder]:
        """The folders the library was filled from; see `rag.store.folders`."""
        from rag.store.folders import folders_of

        return folders_of(self.paths, self.files())

    def disk_used(self) -> dict[Part, int]:
        """Bytes on the disk by part; see `rag.store.disk`."""
        from rag.store.disk import disk_used

        return disk_used(self.paths)

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


def the_one(
    rows: Sequence[Row], name: str, former: Mapping[str, str] = MappingProxyType({})
) -> Row:
    """The row that a name means, an exact one first.

    Raises DocumentMissing where there is none, UsageError where there are many.

    `former` are names that some had before, with the present ones; they count last.
    """
    exact = [row for row in rows if row.name == name]
    alike = exact or [row for row in rows if is_name(row.name, name)]
    if not alike and name in former:
        alike = [row for row in rows if row.name == former[name]]
    if len(alike) == 1:
        return alike[0]
    if not alike:
        raise DocumentMissing(f"There is no document {name}", "See what there is: rag list")
    said = ", ".join(row.name for row in alike[:5])
    raise UsageError(f"{name} may be any of {said}", "See what there is: rag list")
