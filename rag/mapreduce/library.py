"""Summaries of documents of a library, or of files beside it, with a model or without."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import LibraryMissing, RagError, UsageError
from rag.index import open_catalogue
from rag.mapreduce import Watch, language_of_all, map_reduce
from rag.outside import read_outside
from rag.retrieve import is_meant, is_name
from rag.store.replies import Replies
from rag.store.secret import secret_of
from rag.summary import Source, Summary, source_of, summarise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rag.models import Model
    from rag.store.catalogue import Catalogue, DocumentRow
    from rag.store.place import LibraryPaths
    from rag.summary import Brief
    from rag.types import Citation
    from rag.workers.pool import ReaderPool

log = logging.getLogger(__name__)

_ALIKE = 5  # documents named in an error


def summary_of(
    names: Sequence[str],
    paths: LibraryPaths,
    brief: Brief,
    *,
    model: Model | None,
    readers: Callable[[], ReaderPool],
    sampling: Sequence[object] = (),
    fresh: bool = False,
    watch: Watch | None = None,
) -> Summary:
    """Summarise what is named: documents of the library, or files, which `readers` read.

    `fresh` forgets what a model has said of these documents before. Raises UsageError where a name
    means nothing or too much, LibraryMissing where it would have to be in a library, and what the
    model raises.
    """
    sources = _sources(names, paths, readers)
    if model is None:
        return without_model(sources, brief)
    ids = {each.document.id for each in sources.values()}
    with replies_in(paths, ids, fresh=fresh) as replies:
        return map_reduce(
            model,
            sources,
            brief,
            replies=replies,
            sampling=sampling,
            secret=secret_of(paths.folder),
            watch=watch,
        )


def without_model(sources: Mapping[str, Source], brief: Brief) -> Summary:
    """The documents' own sentences."""
    by_id = {each.document.id: (each.document, name) for name, each in sources.items()}

    def cite(document_id: str, start: int, end: int) -> Citation:
        document, name = by_id[document_id]
        return document.citation(name, start, end)

    found = summarise(sources.values(), cite, most=brief.most, about=brief.about)
    language = language_of_all(each.document for each in sources.values())
    return Summary(tuple(sources), language, tuple(found), refused=not found)


def _sources(
    names: Sequence[str], paths: LibraryPaths, readers: Callable[[], ReaderPool]
) -> dict[str, Source]:
    """What is named, by the names that citations carry, each document once."""
    try:
        catalogue = open_catalogue(paths)
    except LibraryMissing:
        files = [Path(name) for name in names]
        if not all(file.is_file() for file in files):
            raise
        return {name: each for file in files for name, each in _read(file, readers)}
    found: dict[str, Source] = {}
    with catalogue:
        held = dict(catalogue.minutes())
        for name in names:
            rows = _meant(catalogue, name)
            for row in rows:
                found[row.name] = source_of(catalogue.document(row.id), held.get(row.name))
            if not rows:
                found |= dict(_read(Path(name), readers))
    first = {each.document.id: name for name, each in reversed(found.items())}
    return {name: each for name, each in found.items() if first[each.document.id] == name}


def _read(file: Path, readers: Callable[[], ReaderPool]) -> Iterator[tuple[str, Source]]:
    """The documents of a file that is not in the library, by name. Raises ReadError."""
    with readers() as pool:
        for member, read in read_outside(file, pool, "txt").items():
            name = f"{file.name}/{member}" if member else file.name
            yield name, source_of(read.document, read.minutes)


def _meant(catalogue: Catalogue, name: str) -> list[DocumentRow]:
    """The documents that a name means: one, or those of a folder or pattern; none for a file."""
    rows = catalogue.documents()
    exact = [row for row in rows if row.name == name]
    alike = exact or [row for row in rows if is_name(row.name, name)]
    if len(alike) == 1:
        return alike
    if alike:
        said = ", ".join(row.name for row in alike[:_ALIKE])
        raise UsageError(f"{name} may be any of {said}", "See what there is: rag list")
    several = [row for row in rows if is_meant(row.name, name)]
    if not several and not Path(name).is_file():
        raise UsageError(f"There is no document {name}", "See what there is: rag list")
    return several


@contextmanager
def replies_in(paths: LibraryPaths, ids: set[str], *, fresh: bool) -> Iterator[Replies | None]:
    """What was replied before; None where there is no library to keep it in."""
    if not paths.folder.is_dir():
        yield None
        return
    try:
        replies = Replies.open(paths.replies)
    except RagError as error:
        log.warning("What the model says is not kept: %s", error.message)
        yield None
        return
    with replies:
        if fresh:
            replies.forget(ids)
        yield replies
