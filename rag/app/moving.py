"""A library as a folder of Parquet files, and one made of such a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag import __version__, config
from rag.app.keeping import Keeping
from rag.embed import load_embedder
from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rag.embed import Embedder, EmbedderIdentity
    from rag.parquet.exporting import Moved


class Moving(Keeping):
    """A library that can be moved to another store."""

    def export(
        self,
        folder: Path,
        *,
        overwrite: bool = False,
        on_progress: Callable[[int, int], None] = lambda *_: None,
    ) -> Moved:
        """Write the library into a folder; see `rag.parquet.exporting.export`."""
        from rag.parquet.exporting import export

        return export(
            self.paths, folder, version=__version__, overwrite=overwrite, on_progress=on_progress
        )

    def import_(
        self,
        folder: Path,
        *,
        fresh: bool = False,
        roots: Mapping[str, str] | None = None,
        on_progress: Callable[[int, int], None] = lambda *_: None,
    ) -> Moved:
        """Make the library of an export; see `rag.parquet.importing.import_`.

        A model that made its vectors has to be set: no name of one is taken from the folder.
        """
        from rag.parquet.importing import import_

        moved = import_(
            folder,
            self.paths,
            self._embedder_of,
            asked=self._asked(anew=fresh),
            fresh=fresh,
            roots=roots,
            on_progress=on_progress,
        )
        if fresh:
            self._note_folders([], anew=True)
        return moved

    def _embedder_of(self, identity: EmbedderIdentity) -> Embedder:
        """The embedder that is set, run as the one of an identity was."""
        if not self.settings.embedder:
            raise UsageError(
                f"The vectors were made by the embedder {identity}",
                "Name its folder, or its name in rag models: rag import FOLDER --embedder NAME",
            )
        options = config.encoding(self.settings).as_made(identity.prefixes, identity.dimension)
        return load_embedder(self.settings.embedder, options)
