"""Summaries of documents of a library, or of files beside it, with a model or without."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.mapreduce import Watch, map_reduce
from rag.named import Unread, named
from rag.store.replies import Replies
from rag.store.secret import secret_of
from rag.summary import Source, Summary, source_of
from rag.summary.verbatim import without_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rag.models import Model
    from rag.store.place import LibraryPaths
    from rag.summary import Brief
    from rag.workers.pool import ReaderPool

log = logging.getLogger(__name__)


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
    beside: bool = True,
) -> Summary:
    """Summarise what is named: documents of the library, or files, which `readers` read.

    `beside` as in `rag.named.named`; `fresh` forgets what a model has said of these documents
    before. Raises UsageError where a name means nothing or too much, LibraryMissing where it would
    have to be in a library, ReadError where a file cannot be read, and what the model raises.
    """
    sources: dict[str, Source] = {}
    for each in named(names, paths, readers, beside=beside):
        if isinstance(each, Unread):
            raise each.error
        sources[each.name] = source_of(each.document, each.minutes)
    return summary_of_sources(
        sources, paths, brief, model=model, sampling=sampling, fresh=fresh, watch=watch
    )


def summary_of_sources(
    sources: Mapping[str, Source],
    paths: LibraryPaths,
    brief: Brief,
    *,
    model: Model | None,
    sampling: Sequence[object] = (),
    fresh: bool = False,
    watch: Watch | None = None,
) -> Summary:
    """Summarise documents by their names; the replies of a model are kept in the library.

    `fresh` as in `summary_of`. Raises what the model raises.
    """
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
