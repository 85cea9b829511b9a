"""One library in PostgreSQL that several machines fill and read, each with a home of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.embed import HashedEmbedder
from rag.index import Library, Writer
from rag.query import understand
from rag.store.opening import open_catalogue
from rag.store.place import LibraryPaths
from rag.store.replacing import replacing
from rag.store.where import EMBEDDED, Where, where

EMBEDDER = HashedEmbedder()
#: A writer on a machine of its own that stages what it is told, says so and waits to be killed.
STAGES = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from store_of_rows import of_text
from rag.embed import HashedEmbedder
from rag.index import Writer
from rag.store.place import LibraryPaths
from rag.store.where import EMBEDDED, Where
home, address, *texts = sys.argv[1:]
asked = Where(EMBEDDED, address)
with Writer.open(LibraryPaths(Path(home), "default"), HashedEmbedder(), asked=asked) as writer:
    for text in texts:
        writer.stage(of_text(text, chunks=3))
    print("here", flush=True)
    sys.stdin.read()
"""


class Machines:
    """Writers and readers of one library, each with a home of its own."""

    def __init__(self, database: str, folder: Path, store: str = EMBEDDED) -> None:
        self.database = database
        self.folder = folder
        self.store = store

    def paths(self, name: str) -> LibraryPaths:
        """The library as a machine has it."""
        return LibraryPaths(self.folder / name, "default")

    @contextmanager
    def writing(self, name: str) -> Iterator[Writer]:
        """Open it on a machine for writing."""
        asked = Where(self.store, self.database)
        with Writer.open(self.paths(name), EMBEDDER, asked=asked) as writer:
            yield writer

    @contextmanager
    def remaking(self, name: str, asked: str = "") -> Iterator[Writer]:
        """Make it anew on a machine; in its place at the end, where it was published."""
        there = where(self.paths(name))
        with (
            replacing(self.paths(name)) as new,
            Writer.open(new, EMBEDDER, asked=Where(self.store, asked or there.catalogue)) as writer,
        ):
            yield writer

    def found(self, machine: str, word: str) -> list[str]:
        """Texts of the chunks that hold a word, as a machine finds them."""
        with Library.open(self.paths(machine), EMBEDDER) as library:
            hits = library.words.search(understand(word, library.words), 10)
            return [r.chunk.text for r in library.catalogue.chunks([key for key, _ in hits])]

    def names(self, machine: str) -> list[str]:
        """What is in the library, as a machine sees it that has opened it before."""
        with open_catalogue(self.paths(machine)) as catalogue:
            return [row.name for row in catalogue.documents()]

    def whole(self, machine: str) -> int:
        """Chunks of the library, which its indexes on a machine hold, each once."""
        with Library.open(self.paths(machine), EMBEDDER) as library:
            keys = library.catalogue.live_keys()
            held = [int(key) for block, _ in library.vectors.blocks() for key in block]
            assert sorted(held) == sorted(set(held)) == list(keys)
            assert len(library.words) == len(keys)
            for row in library.catalogue.documents():
                (span,) = library.catalogue.spans_of([row.id]).tolist()
                assert library.catalogue.keys_within(row.id, 0, 1 << 30) == list(range(*span))
            assert library.catalogue.check() == []
            return len(keys)

    def killed_after(self, machine: str, *texts: str) -> None:
        """Stage texts in a process on a machine, and kill it."""
        program = STAGES.format(tests=str(Path(__file__).parent))
        home = str(self.paths(machine).home)
        with subprocess.Popen(
            [sys.executable, "-c", program, home, self.database, *texts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"here\n"
            process.kill()
