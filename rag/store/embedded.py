"""Words and vectors in the library's own folder: tantivy and FAISS, a folder a generation."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from rag.store import derived
from rag.store.rows import Delta
from rag.store.where import where

if TYPE_CHECKING:
    from pathlib import Path

    from rag.embed import Embedder, EmbedderIdentity
    from rag.store.backend import Draft
    from rag.store.catalogue import Catalogue
    from rag.store.derived import Indexes
    from rag.store.place import LibraryPaths


class Embedded:
    """The backend of a library whose indexes lie beside its catalogue."""

    def __init__(self, paths: LibraryPaths) -> None:
        self._paths = paths
        self._shared = bool(where(paths).postgres)

    def load(self, catalogue: Catalogue, identity: EmbedderIdentity) -> Indexes | None:
        """As `Backend.load`."""
        generation = catalogue.generation
        return derived.load(self._folder(catalogue, generation), generation, identity)

    def draft(
        self, catalogue: Catalogue, embedder: Embedder, *, anew: bool = False
    ) -> derived.Draft:
        """As `Backend.draft`: a folder beside the present one, which links what stays."""
        generation = catalogue.generation
        final = self._folder(catalogue, generation + 1)
        present = (self._folder(catalogue, generation), generation)
        base = None if anew or not generation else present
        return derived.Draft(final, embedder, base, self._paths.staged)

    def overtaken(
        self, draft: Draft, catalogue: Catalogue, embedder: Embedder, generation: int
    ) -> derived.Draft:
        """As `Backend.overtaken`: what was published on another machine is in no folder here."""
        draft.close()
        final = self._folder(catalogue, generation)
        return derived.Draft(final, embedder, None, self._paths.staged)

    def repair(self, catalogue: Catalogue, embedder: Embedder) -> None:
        """As `Backend.repair`."""
        generation = catalogue.generation
        final = self._folder(catalogue, generation)
        shutil.rmtree(final, ignore_errors=True)
        draft = derived.Draft(final, embedder, None, self._paths.staged)
        draft.finish(catalogue, Delta(generation, (), ()), None)
        draft.discard_vectors()

    def tidy(self, catalogue: Catalogue) -> None:
        """As `Backend.tidy`."""
        current = self._folder(catalogue, catalogue.generation)
        if current.parent.is_dir():
            for path in current.parent.iterdir():
                if path != current:
                    shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """As `Backend.close`: nothing is held."""

    def _folder(self, catalogue: Catalogue, generation: int) -> Path:
        """Where the indexes of a generation are: of this very library, where another machine may
        put a new one in its place."""
        folder = self._paths.index(generation)
        if not self._shared:
            return folder
        return folder.with_name(f"{catalogue.meta('identity')}-{generation}")
