"""Files that were sent to the service, read and taken into a collection as a job.

Whoever is told of the job may forget the files: they, and the job, are on the disk by then, and go
on under the same id if the process is killed. Passwords are kept in memory alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from rag.desk.drops import THERE
from rag.errors import LibraryBusy, RagError, StorageError
from rag.service.problems import without_paths
from rag.store.tasks import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.desk.drops import Drop
    from rag.desk.intake import Intake
    from rag.desk.uploads import Sent
    from rag.service.entry import Client
    from rag.service.jobs import Jobs
    from rag.service.live import Live
    from rag.store.tasks import Json, State, Task

KIND = "ingest"
#: What may become of a file.
OUTCOMES = (*THERE, "refused", "failed", "cancelled")
_PASSWORD_HINT = "Send it again with its password."


@dataclass(slots=True)
class _Item:
    """A file of a job: what is told of it, and its row at the desk unless it was done before."""

    told: Json
    drop: Drop | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.drop is None or self.drop.done or self.drop.cancelled


class Ingests:
    """The jobs that take files in, of one process of the service."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        jobs.resumers[KIND] = self._resume

    def accept(
        self, client: Client, collection: str, files: Sequence[Sent], password: str = ""
    ) -> Task:
        """Keep files and begin to read them; the job is told of as soon as they are safe.

        Raises Refused: 404 where the collection is gone, 429 where too many jobs go on already;
        LibraryBusy and StorageError. Then nothing is kept.
        """
        desk, task_id = self._jobs.desk, new_id()
        with desk.intake(collection).custody.door():
            self._jobs.check_known(collection)
            intake = desk.intake(collection)
            drops = intake.custody.admit(files, task_id)
            items = [
                _Item(_row(sent.digest, drop), drop)
                for sent, drop in zip(files, drops, strict=True)
            ]
            try:
                told = [item.told for item in items]
                live = self._jobs.open(client, collection, KIND, task_id=task_id, files=told)
            except BaseException:
                for drop in drops:
                    intake.custody.release(drop)
                raise
        self._go_on(live, intake, items, password)
        return live.task

    def _resume(self, live: Live) -> bool:
        """Go on with a job of a process that is gone; whether that can be."""
        intake = self._jobs.desk.intake(live.collection)
        items = [_Item(row) for row in live.task.files]
        try:
            for item in items:
                told = item.told
                if told["state"] not in OUTCOMES:
                    item.drop = intake.custody.rejoin(
                        told["name"], told["sha256"], told["size"], live.task.id
                    )
        except (LibraryBusy, StorageError):  # the files are safe: at the next look
            live.look = partial(self._resume, live)
            return True
        except RagError:
            return False
        self._go_on(live, intake, items)
        return True

    def _go_on(
        self, live: Live, intake: Intake, items: Sequence[_Item], password: str = ""
    ) -> None:
        drops = [item.drop for item in items if item.drop is not None]
        intake.line_up(drops, password)
        live.on_end = partial(_put_away, intake, drops)
        live.look = partial(self._look, live, intake, items)

    def _look(self, live: Live, intake: Intake, items: Sequence[_Item]) -> None:
        """Tell what has become of the files since the last look."""
        if live.caller.stopped:
            for item in items:
                if item.drop is not None:
                    intake.cancel(item.drop)
        is_over = all(item.is_over for item in items)
        for item in items:
            if item.drop is not None:
                item.told = _row(item.told["sha256"], item.drop)
        files = tuple(item.told for item in items)
        if is_over:
            counts = {state: sum(row["state"] == state for row in files) for state in OUTCOMES}
            state: State = "cancelled" if counts["cancelled"] else "done"
            self._jobs.end(live, state, files=files, progress=_progress(files), result=counts)
        elif files != live.task.files:
            self._jobs.tell(live, state="running", files=files, progress=_progress(files))


def _put_away(intake: Intake, drops: Sequence[Drop]) -> None:
    """The job has told what became of its files: they need no rows, nor those refused bytes."""
    for drop in drops:
        intake.dismiss(drop)


def _progress(files: Sequence[Json]) -> Json:
    """How far a job has come, in files and pages, and what is being read."""
    return {
        "step": "files",
        "total": len(files),
        "done": sum(row["state"] in OUTCOMES for row in files),
        "pages": sum(row["pages"] for row in files),
        "reading": [row["name"] for row in files if row["state"] == "reading"][:8],
    }


def _row(digest: str, drop: Drop) -> Json:
    """What is told of a file of a job, as a JSON value."""
    hint = _PASSWORD_HINT if drop.locked else drop.hint
    reason = drop.reason
    if drop.hint and reason.endswith(drop.hint):
        reason = reason.removesuffix(drop.hint).removesuffix(". ")
    if drop.cause in ("library", "storage"):  # not for what the reader says of the file
        reason, hint = without_paths(reason), without_paths(hint)
    pairs = zip(drop.ids, drop.documents, strict=True)
    return {
        "name": drop.name,
        "size": drop.size,
        "sha256": digest,
        "state": "cancelled" if drop.cancelled and not drop.done else drop.state,
        "documents": [{"id": each, "document": name} for each, name in pairs],
        "unread": drop.unread,
        "cause": drop.cause,
        "reason": reason,
        "hint": hint,
        "notes": list(drop.notes),
        "pages": drop.pages,
        "total_pages": drop.total_pages,
    }
