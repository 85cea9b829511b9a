"""Proof that a library is whole: every character accounted for, every index in step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rag.chunk import coverage
from rag.errors import RagError
from rag.store import derived
from rag.store.backend import backend_of
from rag.store.checks import Older, check_embedder, check_versions, library_embedder
from rag.store.elsewhere import is_own
from rag.store.opening import open_catalogue
from rag.store.vectors.codes import NEAREST, recall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.embed import Embedder
    from rag.store.backend import NearIndex
    from rag.store.catalogue import Catalogue
    from rag.store.place import LibraryPaths


_FRESH = "rag ingest FOLDER --fresh"
_ANEW = "rag reindex"
_REREAD = "rag ingest FOLDER --reread"
_RECALL = 0.97  # of the nearest vectors, below which the search of vectors misses too much


#: What mends a library: its indexes derived anew, its documents read anew, its folders looked over,
#: or all of it made anew.
Mend = Literal["", "reindex", "reread", "sync", "fresh"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `remedy` names the command that mends it.

    `state` and `values` say the same as `detail`, for a face with words of its own; `mend` is the
    remedy as a deed.
    """

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    state: str = ""
    values: tuple[str | int | float, ...] = ()
    mend: Mend = ""


def examine(paths: LibraryPaths, embedder: Embedder) -> Iterator[Check]:
    """Look at everything a library consists of; the checks come as they are done."""
    try:
        with open_catalogue(paths) as catalogue:
            documents, chunks = catalogue.counts()
            held = f"{documents} documents, {chunks} chunks in {paths.folder}"
            yield Check("library", True, held, state="held", values=(documents, chunks))
            problems = "; ".join(catalogue.check())
            state = "damaged" if problems else "sound"
            told = problems or "sound"
            yield Check("catalogue", not problems, told, _FRESH, state, (problems,), "fresh")
            if (older := check_versions(catalogue)) != Older(0, 0):
                yield _older(older)
            check_embedder(catalogue, embedder.identity)
            yield from _indexes(paths, catalogue, chunks, embedder)
            yield from _offsets_and_coverage(catalogue)
            yield _files(catalogue)
    except RagError as error:
        mend: Mend = "reindex" if "rag reindex" in error.hint else ""
        yield Check("library", False, error.message, error.hint, "failed", (error.message,), mend)


def _older(older: Older) -> Check:
    """What older versions made: told, but no fault of the library."""
    told = [
        f"an older version {did} {count} of the documents, {command} {does} them anew"
        for did, count, command, does in (
            ("read", older.read, _REREAD, "reads"),
            ("cut", older.cut, _ANEW, "cuts"),
        )
        if count
    ]
    remedy: tuple[str, Mend] = (_REREAD, "reread") if older.read else (_ANEW, "reindex")
    values = (older.read, older.cut)
    return Check("versions", True, "; ".join(told), remedy[0], "older", values, remedy[1])


def _indexes(
    paths: LibraryPaths, catalogue: Catalogue, chunks: int, embedder: Embedder
) -> Iterator[Check]:
    """Whether the indexes are whole as they lie there; nothing is repaired."""
    indexes = backend_of(paths).load(catalogue, library_embedder(catalogue))
    if indexes is None and is_own(paths):
        elsewhere = "to be built here by the next search: other machines may have published"
        yield Check("indexes", True, elsewhere, state="missing")
        return
    if indexes is None:
        damaged = "missing, damaged or of another version"
        yield Check("indexes", False, damaged, _ANEW, "missing", (), "reindex")
        return
    try:
        words, near = len(indexes[0]), len(indexes[1])
        detail = f"{words} chunks by words, {near} by vectors"
        found = (words, near, chunks)
        yield Check("indexes", words == near == chunks, detail, _ANEW, "counted", found, "reindex")
        yield _recall(catalogue, indexes[1], embedder)
    finally:
        indexes[0].close()


def _recall(catalogue: Catalogue, near: NearIndex, embedder: Embedder) -> Check:
    """Whether the search of vectors finds the nearest there are."""
    if not near.approximate:
        return Check("recall", True, "every vector is looked at", state="exact")
    asked = derived.queries(catalogue, derived.of_library(embedder, near.idf))
    found = ([key for key, _ in near.search(query, NEAREST)] for query in asked)
    nearest = [[key for key, _ in near.search(query, NEAREST, exact=True)] for query in asked]
    share = recall(found, nearest)
    detail = f"{share:.3f} of the {NEAREST} nearest vectors are found, over {len(asked)} questions"
    found_of = (share, NEAREST, len(asked))
    return Check("recall", share >= _RECALL, detail, _ANEW, "measured", found_of, "reindex")


def _offsets_and_coverage(catalogue: Catalogue) -> Iterator[Check]:
    shifted: list[str] = []
    lossy: list[tuple[str, int]] = []
    characters = aside = 0
    for row in catalogue.documents():
        document = catalogue.document(row.id)
        chunks = catalogue.chunks_of(row.id)
        if any(document.text[c.start : c.end] != c.text for c in chunks):
            shifted.append(row.name)
        counted = coverage(document, chunks)
        characters += counted.characters
        aside += counted.aside
        if counted.lost:
            lossy.append((row.name, counted.lost))
    names = ", ".join(shifted)
    state, told = ("shifted", names) if names else ("whole", "every chunk is its span of its text")
    yield Check("offsets", not names, told, _FRESH, state, (names,), "reread")
    whole = f"all of {characters} characters accounted for, {aside} set aside"
    names = ", ".join(name for name, _ in lossy)
    detail = ", ".join(f"{name} ({lost} characters)" for name, lost in lossy) or whole
    if lossy:
        yield Check("coverage", False, detail, _FRESH, "lossy", (names,), "reread")
    else:
        yield Check("coverage", True, detail, _FRESH, "whole", (characters, aside), "reread")


def _files(catalogue: Catalogue) -> Check:
    """Files that changed or went since they were read: told, but no fault of the library."""
    stale, gone, changed = [], 0, 0
    for row in catalogue.files():
        path = Path(row.root) / row.path
        try:
            stat = path.stat()
        except OSError:
            stale.append(f"{row.name} is gone")
            gone += 1
            continue
        if (stat.st_size, stat.st_mtime_ns) != (row.size, row.mtime_ns):
            stale.append(f"{row.name} may have changed")
            changed += 1
    detail = "; ".join(stale[:10]) + (f"; and {len(stale) - 10} more" if len(stale) > 10 else "")
    told, state = detail or "as they were read", "stale" if stale else "same"
    remedy = "rag ingest FOLDER --sync"
    return Check("files", True, told, remedy, state, (gone, changed), "sync" if stale else "")
