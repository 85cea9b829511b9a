"""What names mean on a command line: documents of the library, or files beside it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import DocumentMissing, LibraryMissing, RagError, ReadError, UsageError
from rag.naming import is_meant, is_name
from rag.outside import read_outside
from rag.readers import supported
from rag.readers.scan import scan
from rag.store.corrections import Corrections
from rag.store.opening import open_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rag.corrections import Correction
    from rag.store.catalogue import Catalogue
    from rag.store.place import LibraryPaths
    from rag.store.rows import DocumentRow
    from rag.types import Document, Minutes
    from rag.workers.pool import ReaderPool

_ALIKE = 5  # documents named in an error


@dataclass(frozen=True, slots=True)
class Named:
    """A document, the name it is cited by, and the file it is in or was read from.

    `minutes` are those that were read, None but for a meeting; `corrections` are what a person has
    set right in them. `held` says that it is in the library.
    """

    name: str
    document: Document
    minutes: Minutes | None
    file: Path
    held: bool
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of which nothing came, and why."""

    name: str
    error: RagError


@dataclass(frozen=True, slots=True)
class _Beside:
    """A file that is in no library, and what it is called."""

    path: Path
    name: str


def named(
    names: Sequence[str],
    paths: LibraryPaths,
    readers: Callable[[], ReaderPool],
    *,
    beside: bool = True,
) -> Iterator[Named | Unread]:
    """What is named, each document once: documents of the library, or files, which `readers` read.

    A name is that of a document, the last parts of its path, a folder or a pattern of the library;
    what the library does not know is a file, a folder or a pattern on disk, but for callers who may
    not name files: then `beside` is false. All names are looked up before the first file is read.
    Raises UsageError where one means nothing or too much, and LibraryMissing where it would have to
    be in a library.
    """
    with ExitStack() as stack:
        catalogue = _catalogue(paths)
        if catalogue is not None:
            stack.enter_context(catalogue)
        pool = cache(lambda: stack.enter_context(readers()))
        meant = [each for name in names for each in _meant(name, catalogue, paths, beside)]
        yield from _distinct(_opened(meant, catalogue, pool, paths))


def _catalogue(paths: LibraryPaths) -> Catalogue | None:
    try:
        return open_catalogue(paths)
    except LibraryMissing:
        return None


def _distinct(found: Iterable[Named | Unread]) -> Iterator[Named | Unread]:
    """Each document once, under its first name; files of one name by their paths."""
    seen: set[str] = set()
    taken: set[str] = set()
    for each in found:
        if isinstance(each, Unread):
            yield each
        elif each.document.id not in seen:
            seen.add(each.document.id)
            one = each
            if each.name in taken and not each.held:
                one = replace(each, name=each.file.as_posix())
            taken.add(one.name)
            yield one


def _opened(
    meant: Iterable[DocumentRow | _Beside],
    catalogue: Catalogue | None,
    pool: Callable[[], ReaderPool],
    paths: LibraryPaths,
) -> Iterator[Named | Unread]:
    meetings = cache(lambda: {m.id: m for m in catalogue.meetings()} if catalogue else {})
    corrections = cache(Corrections(paths.corrections).all)
    files = cache(
        lambda: (
            {row.name: Path(row.root) / row.path for row in catalogue.files()} if catalogue else {}
        )
    )
    for each in meant:
        if isinstance(each, _Beside):
            for one in _read(each, pool()):
                if isinstance(one, Named) and one.minutes is not None:
                    one = replace(one, corrections=_of_text(one.document.id, corrections()))
                yield one
        else:
            assert catalogue is not None
            document = catalogue.document(each.id)
            file = files().get(each.name, Path(each.name))
            held = meetings().get(each.id)
            minutes, corrected = (held.minutes, held.corrections) if held else (None, ())
            yield Named(each.name, document, minutes, file, held=True, corrections=corrected)


def _of_text(document_id: str, held: Sequence[Correction]) -> tuple[Correction, ...]:
    """What was set right in the very text that a file beside the library holds."""
    return tuple(each for each in held if each.document == document_id)


def _read(beside: _Beside, pool: ReaderPool) -> Iterator[Named | Unread]:
    """The documents of a file that is not in the library, by name."""
    try:
        for member, read in read_outside(beside.path, pool, "txt").items():
            name = f"{beside.name}/{member}" if member else beside.name
            yield Named(name, read.document, read.minutes, beside.path, held=False)
    except ReadError as error:
        yield Unread(beside.name, error)


def _meant(
    name: str, catalogue: Catalogue | None, paths: LibraryPaths, beside: bool
) -> Sequence[DocumentRow | _Beside]:
    """What a name means, in the library before on disk."""
    found = (catalogue and _rows(name, catalogue.documents())) or (beside and _files(name))
    if found:
        return found
    if catalogue is None:
        raise LibraryMissing(
            f"There is no file {name}, and no library at {paths.folder}",
            "Name a file, or make a library: rag ingest FOLDER",
        )
    raise DocumentMissing(f"There is no document {name}", "See what there is: rag list")


def _rows(name: str, rows: Sequence[DocumentRow]) -> list[DocumentRow]:
    """The documents that a name means: one, or those of a folder or pattern."""
    exact = [row for row in rows if row.name == name]
    alike = exact or [row for row in rows if is_name(row.name, name)]
    if len(alike) > 1:
        said = ", ".join(row.name for row in alike[:_ALIKE])
        raise UsageError(f"{name} may be any of {said}", "See what there is: rag list")
    return alike or [row for row in rows if is_meant(row.name, name)]


def _files(name: str) -> list[_Beside]:
    """The file at a path, or those in a folder or of a pattern that are of a known kind."""
    path = Path(name)
    if path.is_file():
        return [_Beside(path, path.name)]
    if path.is_dir():
        inside = scan([path]).files.values()
        found = [_Beside(file.full, file.path) for file in inside if supported(file.full)]
    elif has_magic(name):
        matched = [Path(each) for each in sorted(glob(name, recursive=True))]
        found = [_Beside(file, file.name) for file in matched if file.is_file()]
    else:
        return []
    if not found:
        raise UsageError(f"There is nothing to read in {name}", "See what is there: ls")
    return found
