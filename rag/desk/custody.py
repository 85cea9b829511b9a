"""The bytes of files on their way into a collection: kept, wanted by somebody, dealt with by one.

One process of several that fill a collection. Whoever brings a file in says so on the disk, so that
no other one takes its bytes away, and a process that is gone leaves nothing that is not taken up.
"""

from __future__ import annotations

import logging
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from rag.desk import uploads
from rag.desk.drops import THERE, Drop
from rag.desk.publishing import held, settled
from rag.errors import LibraryBusy, LibraryError, StorageError
from rag.holdings.causes import LOCKED
from rag.store import received
from rag.store.opening import open_catalogue
from rag.store.received import Received
from rag.store.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager

    from filelock import FileLock

    from rag.app import App
    from rag.desk.publishing import Outcome
    from rag.desk.uploads import Sent
    from rag.store.catalogue import Catalogue
    from rag.store.processes import Presence
    from rag.store.received import Kept
    from rag.store.rows import FileRow

log = logging.getLogger(__name__)


class Custody:
    """What one process keeps of the files that are sent in for one collection."""

    def __init__(self, app: Callable[[], App], presence: Presence) -> None:
        self._app = app
        self._presence = presence
        self._received = Received(app().paths.uploads)
        self._locks: dict[str, FileLock] = {}  # by id of a drop, of those that are dealt with

    def door(self) -> AbstractContextManager[None]:
        """Let no file and no job come in, and let the collection stay as it is called.

        Raises LibraryBusy and StorageError.
        """
        return self._received.door()

    # -- bringing in

    def take(self, files: Sequence[Sent]) -> list[Drop]:
        """Keep files that were dropped; gives a row for each, which tells why one is not kept."""
        taken = []
        with self._catalogue() or nullcontext() as catalogue:
            for sent in files:
                drop = Drop(uploads.safe_name(sent.name), sent.size)
                try:
                    self._admit(drop, sent, catalogue)
                except (LibraryBusy, StorageError) as error:
                    drop.end("failed", "storage", str(error), error.hint)
                taken.append(drop)
        return taken

    def admit(self, files: Sequence[Sent], job: str) -> list[Drop]:
        """Keep files for a job, so that not even a power cut takes them away; a row for each.

        Raises LibraryBusy and StorageError, and then none of them is kept.
        """
        taken: list[Drop] = []
        try:
            with self.door(), self._catalogue() or nullcontext() as catalogue:
                for sent in files:
                    drop = Drop(uploads.safe_name(sent.name), sent.size, job=job)
                    taken.append(drop)
                    self._admit(drop, sent, catalogue)
                self._received.sync()
        except BaseException:
            for drop in taken:
                self.release(drop)
            raise
        return taken

    def _admit(self, drop: Drop, sent: Sent, catalogue: Catalogue | None) -> None:
        """Keep a file, or tell why not. Raises LibraryBusy and StorageError."""
        with sent.opened() as data:
            checked = uploads.check(drop.name, data, self._app().settings.max_upload_mb)
        drop.kind = checked.kind
        if checked.cause:
            drop.end("refused", checked.cause, checked.reason, checked.hint)
        elif rows := held(catalogue, sent.digest):
            settled("unchanged", rows).tell(drop)
        else:
            by, durable = self._who(drop), bool(drop.job)
            drop.kept = self._received.keep(
                drop.name, sent.digest, checked.suffix, sent.data, by=by, durable=durable
            )

    def rejoin(self, name: str, digest: str, size: int, job: str) -> Drop:
        """A row for a file of a job that another process was at.

        Raises LibraryBusy and StorageError.
        """
        drop = Drop(name, size, job=job, resumed=True, again=True)
        drop.kept = self._received.want(digest, received.job(job))
        if drop.kept is None:
            if rows := self.documents(digest):
                settled("added", rows).tell(drop)
            else:
                drop.end("failed", "gone", "its bytes are gone", "Send it again.")
        return drop

    def left(self, *, at_start: bool) -> list[Kept]:
        """Files that processes had on their way which are gone; from now on this one has.

        At the start also what waits and nobody has on its way. Raises LibraryBusy, StorageError.
        """
        if not self._received.folder.is_dir():
            return []
        found = self._received.orphans(self._presence.token, self._presence.lives)
        if at_start:
            tasks = Tasks(self._app().paths.jobs)
            found += self._received.left(self._presence.token, tasks.open)
        return found

    # -- dealing with

    def begin(self, drop: Drop) -> bool:
        """Be the one who deals with the bytes of a file; not where another process is at them."""
        lock = self._received.begin_reading(drop.digest)
        if lock is not None:
            self._locks[drop.id] = lock
        return lock is not None

    def end(self, drop: Drop) -> None:
        """Another process may deal with the bytes of a file."""
        lock = self._locks.pop(drop.id, None)
        if lock is not None:
            self._received.end_reading(lock)

    def end_all(self) -> None:
        """Let go of all that was begun."""
        for lock in list(self._locks.values()):
            self._received.end_reading(lock)
        self._locks.clear()

    def documents(self, digest: str) -> list[FileRow]:
        """The documents that the library holds of bytes."""
        with self._catalogue() or nullcontext() as catalogue:
            return held(catalogue, digest)

    # -- what becomes of them

    def want(self, drop: Drop) -> None:
        """A file is on its way once more."""
        with suppress(LibraryBusy, StorageError):  # what is wrong shows when it is read
            self._received.want(drop.digest, self._who(drop))

    def release(self, drop: Drop, others: Iterable[Drop] = ()) -> None:
        """A file is not wanted any more, but by `others` that have the same bytes."""
        if drop.kept is None or any(self._who(other) == self._who(drop) for other in others):
            return
        try:
            self._received.release(drop.digest, [self._who(drop)])
        except (LibraryBusy, StorageError) as error:
            log.warning("%s", error)

    def put_down(self, kept: Kept, outcome: Outcome, alike: Sequence[Drop]) -> None:
        """A file is done, and all that are `alike` with it.

        The bytes of a job's file wait for the job to be told of: until then a kill must leave what
        to begin again with.
        """
        there = outcome.state in THERE
        by = {self._who(each) for each in alike if there or not each.job}
        try:
            if there:
                self._received.settle(kept, by)
            elif outcome.state == "refused" and outcome.cause not in LOCKED:
                self._received.release(kept.digest, by)
            else:
                self._received.leave(kept.digest, by)
        except (LibraryBusy, StorageError) as error:  # the next process looks at it again
            log.warning("%s", error)

    def _who(self, drop: Drop) -> str:
        """Who wants a file in the library."""
        return received.job(drop.job) if drop.job else received.process(self._presence.token)

    def _catalogue(self) -> Catalogue | None:
        try:
            return open_catalogue(self._app().paths)
        except (LibraryError, StorageError):  # what is wrong shows when the file is taken in
            return None
