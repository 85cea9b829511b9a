"""Words and vectors in the library's own folder: tantivy and FAISS, a folder a generation."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from rag.store import derived
from rag.store.rows import Delta

if TYPE_CHECKING:
    from rag.embed import Embedder, EmbedderIdentity
    from rag.store.catalogue import Catalogue
    from rag.store.derived import Indexes
    from rag.store.place import LibraryPaths


class Embedded:
    """The backend of a library whose indexes lie beside its catalogue."""

    def __init__(self, paths: LibraryPaths) -> None:
        self._paths = paths

    def load(self, catalogue: Catalogue, identity: EmbedderIdentity) -> Indexes | None:
        """As `Backend.load`."""
        generation = catalogue.generation
        return derived.load(self._paths.index(generation), generation, identity)

    def draft(
        self, catalogue: Catalogue, embedder: Embedder, *, anew: bool = False
    ) -> derived.Draft:
        """As `Backend.draft`: a folder beside the present one, which links what stays."""
        generation = catalogue.generation
        base = None if anew or not generation else (self._paths.index(generation), generation)
        return derived.Draft(self._paths.index(generation + 1), embedder, base, self._paths.staged)

    def repair(self, catalogue: Catalogue, embedder: Embedder) -> None:
        """As `Backend.repair`."""
        generation = catalogue.generation
        final = self._paths.index(generation)
        shutil.rmtree(final, ignore_errors=True)
        draft = derived.Draft(final, embedder, None, self._paths.staged)
        draft.finish(catalogue, Delta(generation, (), ()), None)
        draft.discard_vectors()

    def tidy(self, catalogue: Catalogue) -> None:
        """As `Backend.tidy`."""
        current = self._paths.index(catalogue.generation)
        if current.parent.is_dir():
            for path in current.parent.iterdir():
                if path != current:
                    shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """As `Backend.close`: nothing is held."""
