"""A folder to a library: read by a child process, staged as it comes, published all at once.

The library is made beside its place and put there when it is whole: a kill before that leaves what
was there, and what was staged is cleared away by the next who writes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from rag.corrections import Correction
from rag.embed import BUILTIN, HashedEmbedder
from rag.errors import LibraryMismatch, LibraryMissing, UsageError
from rag.index import Writer, replacing
from rag.parquet import manifest, reading
from rag.parquet.exporting import Moved
from rag.parquet.manifest import Damaged
from rag.store.checks import check_made
from rag.store.corrections import Corrections
from rag.store.opening import open_catalogue
from rag.store.queries import FORMER_NAMES
from rag.store.rows import FileRow, Versions
from rag.workers import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rag.embed import Embedder, EmbedderIdentity
    from rag.parquet.manifest import Manifest
    from rag.store.place import LibraryPaths
    from rag.store.where import Where

_CHILD = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1])\n"
    "from rag.parquet.reading import main; main()"
)


def import_(
    folder: Path,
    paths: LibraryPaths,
    embedder_of: Callable[[EmbedderIdentity], Embedder],
    *,
    asked: Where,
    fresh: bool = False,
    roots: Mapping[str, str] | None = None,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Moved:
    """Make the library at `paths` of an export, its parts where they are `asked` to be.

    With `fresh` it takes the place of the one there. `embedder_of` gives the embedder of an
    identity. Files below a folder among `roots` lie below another one from now on. `on_progress` is
    told chunks done and in all.

    Raises UsageError for a folder that is no whole export, and where there is a library already;
    LibraryMismatch for another embedder or what a newer program made; LibraryBusy and StorageError
    as `Writer.open`.
    """
    began = time.perf_counter()
    told, text = manifest.read(folder)
    embedder = _embedder(told, embedder_of)
    with replacing(paths) as new:
        if not fresh:
            _check_free(paths)
        with Writer.open(new, embedder, asked=asked) as writer, _frames(folder, text) as frames:
            taken = _Taken(writer, folder, told, on_progress)
            for kind, payload in frames:
                taken.take(kind, payload)
            moved = {told.uploads: str(paths.uploads.resolve()), **(roots or {})}
            files = [replace(row, root=_moved(row.root, moved)) for row in taken.files]
            former = json.dumps(taken.names, ensure_ascii=False)
            facts = {"fitted_on": str(told.fitted_on)} if told.fitted_on else {}
            writer.publish(files, [], facts={**facts, FORMER_NAMES: former})
            documents, chunks = writer.catalogue.counts()
        _keep(Corrections(paths.corrections), taken.corrections)
    return Moved(
        *(documents, chunks, len(files), taken.meetings, len(taken.corrections)),
        *(told.size, time.perf_counter() - began),
    )


def _embedder(told: Manifest, embedder_of: Callable[[EmbedderIdentity], Embedder]) -> Embedder:
    """The embedder of the vectors. Raises LibraryMismatch where there is another one alone."""
    builtin = told.embedder.provider == BUILTIN
    embedder = HashedEmbedder() if builtin else embedder_of(told.embedder)
    if embedder.identity != told.embedder:
        raise LibraryMismatch(
            f"The vectors were made by the embedder {told.embedder}, not by {embedder.identity}",
            "Name the one that made them: rag import FOLDER --embedder NAME",
        )
    return embedder


def _check_free(paths: LibraryPaths) -> None:
    with suppress(LibraryMissing):
        open_catalogue(paths).close()
        raise UsageError(
            f"There is a library at {paths.folder} already",
            "Name another collection with -c, or let that library go: --fresh",
        )


def _moved(root: str, moved: Mapping[str, str]) -> str:
    """Where a folder lies now."""
    for old, new in moved.items():
        if f"{root}{os.sep}".startswith(f"{old.rstrip(os.sep)}{os.sep}"):
            return os.path.normpath(new + root[len(old.rstrip(os.sep)) :])
    return root


def _keep(held: Corrections, new: Sequence[Correction]) -> None:
    """Keep corrections, but those that are there already."""
    there = {replace(each, id=0) for each in held.all()}
    held.replace([], [each for each in new if each not in there])


class _Taken:
    """What has come of a folder so far; documents are staged as they come."""

    def __init__(
        self,
        writer: Writer,
        folder: Path,
        told: Manifest,
        on_progress: Callable[[int, int], None],
    ) -> None:
        self.files: list[FileRow] = []
        self.names: dict[str, str] = {}
        self.corrections: list[Correction] = []
        self.meetings = 0
        self._writer = writer
        self._folder = folder
        self._dimension = told.embedder.dimension
        self._total = told.rows("chunks")
        self._done = 0
        self._on_progress = on_progress
        self._idf: NDArray[np.float32] | None = None
        self._document: tuple[Any, ...] = ()
        self._prepared: Any = None

    def take(self, kind: bytes, payload: bytes) -> None:
        """Take a frame. Raises RagError for one that tells of an error."""
        match kind:
            case reading.VECTORS:
                self._stage(payload)
            case reading.MADE:
                self._document = tuple(json.loads(payload))
            case reading.DOCUMENT:
                _, self._prepared = wire.prepared_from_json(payload)
            case reading.IDF:
                self._idf = np.frombuffer(payload, np.float32)
            case reading.FILES:
                self.files += [FileRow(*row) for row in json.loads(payload)]
            case reading.NAMES:
                self.names.update(json.loads(payload))
            case reading.CORRECTIONS:
                self.corrections += [Correction(*row) for row in json.loads(payload)]
            case _:
                raise UsageError(*json.loads(payload))

    def _stage(self, vectors: bytes) -> None:
        readers, chunker, attempt = self._document
        made = Versions(readers, chunker)
        check_made(made)
        found = np.frombuffer(vectors, np.float32).reshape(-1, self._dimension)
        moved = replace(self._prepared, vectors=found)
        self._writer.stage_moved(moved, made, attempt, self._idf)
        self.meetings += self._prepared.minutes is not None
        self._done += len(self._prepared.chunks)
        self._on_progress(self._done, self._total)


@contextmanager
def _frames(folder: Path, told: str) -> Iterator[Iterator[tuple[bytes, bytes]]]:
    """What a child process answers that opens the folder; it is gone at the end."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _CHILD, json.dumps(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        place = os.fsencode(folder.resolve()).decode("latin-1")
        with suppress(BrokenPipeError):
            process.stdin.write(wire.dump([place, told]))
            process.stdin.close()
        yield _heard(folder, process, process.stdout)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _heard(
    folder: Path, process: subprocess.Popen[bytes], stream: IO[bytes]
) -> Iterator[tuple[bytes, bytes]]:
    """The frames of a child up to its last. Raises UsageError where it dies before that."""
    while head := stream.read(wire.LENGTH_BYTES):
        body = stream.read(int.from_bytes(head, "big"))
        if body[:1] == reading.END:
            return
        yield body[:1], body[1:]
    status = process.wait()
    died = signal.Signals(-status).name if status < 0 else f"exit code {status}"
    raise Damaged(folder, f"what read its files crashed ({died})")
