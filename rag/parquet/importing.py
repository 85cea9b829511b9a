"""A folder to a library: read by a child process, staged as it comes, published all at once.

The library is made beside its place and put there when it is whole: a kill before that leaves what
was there. The documents that were staged by then stay for the next import of the same export to the
same place, unless they are found to be damaged.
"""

from __future__ import annotations

import hashlib
import json
import logging
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
from rag.errors import LibraryCorrupt, LibraryMismatch, LibraryMissing, StorageError, UsageError
from rag.index import Writer
from rag.parquet import manifest, reading
from rag.parquet.exporting import Moved
from rag.store.checks import check_made
from rag.store.corrections import Corrections
from rag.store.opening import open_catalogue
from rag.store.queries import FORMER_NAMES
from rag.store.replacing import begin, give_over, is_begun, replacing
from rag.store.rows import FileRow, Versions
from rag.store.where import EMBEDDED, Where
from rag.workers import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rag.embed import Embedder, EmbedderIdentity
    from rag.parquet.manifest import Manifest
    from rag.store.place import LibraryPaths

log = logging.getLogger(__name__)

_GOING_ON = "An import of %s was interrupted; it goes on after the first %d of %d documents."
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
    made_of = _made_of(text, asked)
    with replacing(paths, made_of) as new:
        if not fresh:
            _check_free(paths)
        asked = Where() if is_begun(new) else asked  # it has its place
        with _unless_damaged(new), Writer.open(new, embedder, asked=asked) as writer:
            taken = _Taken(writer, folder, told, lambda: begin(new, made_of), on_progress)
            with _frames(folder, text, taken.before) as frames:
                for kind, payload in frames:
                    taken.take(kind, payload)
            moved = {told.uploads: str(paths.uploads.resolve()), **(roots or {})}
            files = [replace(row, root=_moved(row.root, moved)) for row in taken.files]
            former = json.dumps(taken.names, ensure_ascii=False)
            facts = {"fitted_on": str(told.fitted_on)} if told.fitted_on else {}
            if not writer.catalogue.generation:
                writer.publish(files, [], facts={**facts, FORMER_NAMES: former})
            documents, chunks = writer.catalogue.counts()
            meetings = len(writer.catalogue.meeting_ids())
        _keep(Corrections(paths.corrections), taken.corrections)
    return Moved(
        *(documents, chunks, len(files), meetings, len(taken.corrections)),
        *(told.size, time.perf_counter() - began),
    )


def _made_of(manifest_text: str, asked: Where) -> str:
    """A name for what a library is made of, and where: an export, which its manifest tells."""
    named = json.dumps([manifest_text, asked.store or EMBEDDED, asked.catalogue or EMBEDDED])
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()


@contextmanager
def _unless_damaged(new: LibraryPaths) -> Iterator[None]:
    """Have nobody go on with what is damaged, or no library of this program."""
    try:
        yield
    except (UsageError, LibraryMismatch, LibraryCorrupt):
        give_over(new)
        raise


def _embedder(told: Manifest, embedder_of: Callable[[EmbedderIdentity], Embedder]) -> Embedder:
    """The embedder of the vectors. Raises LibraryMismatch where there is another one alone."""
    builtin = told.embedder.provider == BUILTIN
    embedder = HashedEmbedder() if builtin else embedder_of(told.embedder)
    if embedder.identity != told.embedder:
        raise LibraryMismatch(
            f"The vectors were made by the embedder {told.embedder}, not by {embedder.identity}",
            "Bring rag up to date: another version made them, without a model"
            if builtin
            else "Name the one that made them: rag import FOLDER --embedder NAME",
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
    """What has come of a folder so far; documents are staged as they come.

    `before` is how many of them an import that was interrupted has staged, the first ones.
    """

    def __init__(
        self,
        writer: Writer,
        folder: Path,
        told: Manifest,
        begun: Callable[[], None],
        on_progress: Callable[[int, int], None],
    ) -> None:
        """`begun` is called when the first document is staged."""
        self.files: list[FileRow] = []
        self.names: dict[str, str] = {}
        self.corrections: list[Correction] = []
        self.before, self._done = writer.take_up()
        self._writer = writer
        self._begun, self._is_begun = begun, bool(self.before)
        self._dimension = told.embedder.dimension
        self._total = told.rows("chunks")
        self._on_progress = on_progress
        self._document: tuple[Any, ...] = ()
        self._prepared: Any = None
        if self.before:
            log.warning(_GOING_ON, folder, self.before, told.rows("documents"))
            on_progress(self._done, self._total)

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
                self._writer.fitted(np.frombuffer(payload, np.float32))
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
        self._writer.stage_moved(moved, made, attempt)
        if not self._is_begun:
            self._begun()
            self._is_begun = True
        self._done += len(self._prepared.chunks)
        self._on_progress(self._done, self._total)


@contextmanager
def _frames(folder: Path, told: str, before: int) -> Iterator[Iterator[tuple[bytes, bytes]]]:
    """What a child process answers that opens the folder; it is gone at the end.

    It leaves out as many documents as were there `before`.
    """
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
            process.stdin.write(wire.dump([place, told, before]))
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
    """The frames of a child up to its last. Raises StorageError where it dies before that."""
    while head := stream.read(wire.LENGTH_BYTES):
        body = stream.read(int.from_bytes(head, "big"))
        if body[:1] == reading.END:
            return
        yield body[:1], body[1:]
    status = process.wait()
    died = signal.Signals(-status).name if status < 0 else f"exit code {status}"
    raise StorageError(
        f"What read the files of {folder} crashed ({died})",
        "Run it again, it goes on where it was; where it does so again, make another export.",
    )
