"""Words and vectors in Milvus."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.embed import Embedder, EmbedderIdentity
    from rag.store.backend import Draft, Indexes
    from rag.store.catalogue import Catalogue
    from rag.store.place import LibraryPaths


class Milvus:
    """The backend of a library whose words and vectors are in Milvus."""

    def __init__(self, paths: LibraryPaths) -> None:
        raise NotImplementedError(paths)

    def load(self, catalogue: Catalogue, identity: EmbedderIdentity) -> Indexes | None:
        """As `Backend.load`."""
        raise NotImplementedError

    def draft(self, catalogue: Catalogue, embedder: Embedder, *, anew: bool = False) -> Draft:
        """As `Backend.draft`."""
        raise NotImplementedError

    def overtaken(
        self, draft: Draft, catalogue: Catalogue, embedder: Embedder, generation: int
    ) -> Draft:
        """As `Backend.overtaken`."""
        raise NotImplementedError

    def repair(self, catalogue: Catalogue, embedder: Embedder) -> None:
        """As `Backend.repair`."""

    def tidy(self, catalogue: Catalogue) -> None:
        """As `Backend.tidy`."""
