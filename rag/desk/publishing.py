"""Taking files that were read into the library, and what became of each."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rag.desk.drops import THERE
from rag.desk.patience import FOREVER, when_free
from rag.desk.reading import Replay, wants_password
from rag.errors import LibraryBusy, RagError, ReadError, Stopped, StorageError
from rag.holdings.causes import LOCKED, cause_of
from rag.store.opening import open_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from threading import Event

    from rag.app import App
    from rag.desk.drops import Drop, State
    from rag.desk.reading import WasRead
    from rag.desk.uploads import Cause
    from rag.report import Report
    from rag.store.catalogue import Catalogue
    from rag.store.rows import FileRow

log = logging.getLogger(__name__)


class Outcome(NamedTuple):
    """What became of a file; the fields are those of `Drop`."""

    state: State
    documents: tuple[str, ...] = ()
    unread: int = 0
    cause: Cause = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    hint: str = ""

    def tell(self, drop: Drop) -> None:
        """Let a row say what became of its file."""
        drop.documents, drop.ids, drop.unread = self.documents, self.ids, self.unread
        drop.notes, drop.held = self.notes, False
        drop.end(self.state, self.cause, self.reason, self.hint)


def refusal(read: WasRead) -> Outcome:
    """What becomes of a file in which nothing could be read."""
    locked = wants_password(read.errors)
    if locked is not None:
        cause, hint = cause_of(locked.message), locked.hint
        return Outcome("refused", cause=cause, reason=locked.message, hint=hint)
    error = read.errors[0] if read.errors else ReadError("it holds no files")
    cause = cause_of(str(error))
    cause = "protected" if cause in LOCKED else cause
    return Outcome("refused", cause=cause, reason=str(error), hint=error.hint)


def publish(
    app: Callable[[], App], batch: Sequence[WasRead], stop: Event
) -> Iterator[tuple[Drop, Outcome]]:
    """Take files in together, read with the same password, and tell what became of each.

    Waits while another process writes, and where files were promised to a client also while the
    disk is full: they are safe and nothing else would read them. Where one of them cannot be taken
    in, each is tried alone.
    Raises Stopped when `stop` is set while it waits.
    """

    def hold(_: LibraryBusy) -> None:
        for each in batch:
            each.drop.held = True

    try:
        taking = partial(_taken_in, app, batch)
        report = when_free(taking, seconds=FOREVER, on_wait=hold, stop=stop)
        with open_catalogue(app().paths) as catalogue:
            outcomes = [(each.drop, _outcome(each, report, catalogue)) for each in batch]
    except Stopped:
        raise
    except RagError as error:
        failed = Outcome("failed", cause="library", reason=str(error), hint=error.hint)
        yield from ((each.drop, failed) for each in batch)
    except Exception as error:
        log.exception("Taking in %d files failed", len(batch))
        if len(batch) > 1:
            for each in batch:
                yield from publish(app, [each], stop)
            return
        reason = f"it failed: {type(error).__name__}: {error}"
        yield batch[0].drop, Outcome("failed", cause="library", reason=reason)
    else:
        yield from outcomes


def _taken_in(app: Callable[[], App], batch: Sequence[WasRead]) -> Report:
    """As `_ingest`. A disk that cannot be written is a busy one where that is to be waited for."""
    try:
        return _ingest(app(), batch)
    except StorageError as error:
        if not any(each.drop.job for each in batch):
            raise
        raise LibraryBusy(error.message, error.hint) from error


def _ingest(app: App, batch: Sequence[WasRead]) -> Report:
    names = {each.path: each.drop.name for each in batch}
    password = batch[0].password
    report = app.ingest(list(names), names=names, reading=Replay(batch), password=password)
    if password:  # for pictures of its pages
        app.loaded.passwords.update(dict.fromkeys(names, password))
    return report


def _outcome(read: WasRead, report: Report, catalogue: Catalogue) -> Outcome:
    rows = catalogue.files_of(read.digest)
    own = [row for row in rows if Path(row.root) / row.path == read.path]
    there = [row for row in own if row.document_id]
    documents = tuple(row.name for row in there)
    locked = wants_password(read.errors)
    came = (state for state in THERE if not set(documents).isdisjoint(getattr(report, state)))
    return Outcome(
        next(came, "added"),
        documents,
        len(own) - len(documents),
        cause_of(locked.message) if locked else "",
        locked.message if locked else "",
        tuple(dict.fromkeys(n for each in read.documents for n in each.document.notes)),
        tuple(row.document_id or "" for row in there),
        locked.hint if locked else "",
    )


def held(catalogue: Catalogue | None, digest: str) -> list[FileRow]:
    """The documents in a file with these bytes that lies where it was read."""
    rows = catalogue.files_of(digest) if catalogue else []
    return [row for row in rows if row.document_id and (Path(row.root) / row.path).is_file()]


def settled(state: State, rows: Sequence[FileRow]) -> Outcome:
    """What becomes of a file whose documents are in the library."""
    names = tuple(row.name for row in rows)
    return Outcome(state, names, ids=tuple(row.document_id or "" for row in rows))
