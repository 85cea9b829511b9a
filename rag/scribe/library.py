"""A meeting read by a model, with the replies kept in a library where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.mapreduce.library import replies_in
from rag.scribe.reading import read
from rag.store.secret import secret_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.mapreduce import Watch
    from rag.models import Model
    from rag.scribe.nouns import Reading
    from rag.store.place import LibraryPaths
    from rag.types import Document, Minutes


def reading_of(
    document: Document,
    minutes: Minutes,
    paths: LibraryPaths,
    *,
    model: Model,
    sampling: Sequence[object] = (),
    fresh: bool = False,
    watch: Watch | None = None,
) -> Reading:
    """Have a model read a meeting beside the rules; see `rag.scribe.read`.

    `fresh` forgets what a model has said of this document before. Raises what `read` raises.
    """
    with replies_in(paths, {document.id}, fresh=fresh) as replies:
        return read(
            document,
            minutes,
            model,
            replies=replies,
            sampling=sampling,
            secret=secret_of(paths.folder),
            watch=watch,
        )
