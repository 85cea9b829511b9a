"""Work that goes on for clients of a service: what it is, how far it has come, what came of it.

Its own API calls these jobs, as others do; what `rag job` does by a template is another thing.

    <home>/<collection>+jobs/
        <id>.json            the task as it was told of last
        <id>.<token>.open    it has not ended; the process of this token is at it
        <id>.cancel          somebody does not want it any more

Any process may look. One alone writes: that which holds the open mark, and a mark passes from a
process that is gone to another by a rename, which succeeds once. Each file is written aside and
renamed, and whatever a client has been promised is on the disk before it hears of it.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from rag.store.place import storage_error
from rag.whole import sync_folder, write_whole

State = Literal["queued", "running", "done", "failed", "cancelled"]
#: States in which nothing more comes of it.
ENDED: tuple[State, ...] = ("done", "failed", "cancelled")

_ID = re.compile(r"[0-9a-f]{20}")
_OPEN = re.compile(r"([0-9a-f]{20})\.([0-9a-f]{16})\.open")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of work. Times are ISO, UTC.

    `kind` is a word for programs, such as "ingest"; `client` who began it. `revision` rises with
    whatever changes. `progress` is what the work told last, `files` are those that an ingest was
    given, each with what became of it, `result` is what came of it all, and `error` why it failed,
    as a problem.
    """

    id: str
    kind: str
    client: str
    state: State
    created: str
    changed: str
    revision: int = 0
    progress: Json = field(default_factory=dict)
    files: tuple[Json, ...] = ()
    result: Any = None
    error: Json | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ENDED


def new_id() -> str:
    """A name for a task that nobody guesses."""
    return secrets.token_hex(10)


def now() -> str:
    """The present moment, ISO, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Tasks:
    """The tasks of one collection; the folder is made with the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, task: Task, token: str) -> None:
        """Keep a new task, which the process of this token is at. Raises StorageError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._mark(task.id, token).touch()
            self._write(task, durable=True)
        except OSError as error:
            self._mark(task.id, token).unlink(missing_ok=True)
            raise storage_error(error, self.folder) from error

    def note(self, task: Task) -> None:
        """Note how far a task has come. Raises StorageError."""
        try:
            self._write(task, durable=False)
        except OSError as error:
            raise storage_error(error, self.folder) from error

    def end(self, task: Task, token: str) -> None:
        """Note what came of a task. Raises StorageError, and then it goes on for others."""
        try:
            self._write(task, durable=True)
            self._mark(task.id, token).unlink(missing_ok=True)
            self._cancelled(task.id).unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(error, self.folder) from error

    def find(self, task_id: str) -> Task | None:
        """The task of this id, as it was told of last."""
        if not _ID.fullmatch(task_id):
            return None
        names = {each.name for each in fields(Task)}
        try:
            value = json.loads(self._place(task_id).read_bytes())
            known = {name: told for name, told in value.items() if name in names}
            return Task(**{**known, "files": tuple(known.get("files", ()))})
        except (OSError, ValueError, TypeError, AttributeError):
            return None

    def stamp(self, task_id: str) -> tuple[int, int]:
        """What changes whenever a task is told of anew."""
        try:
            state = self._place(task_id).stat()
        except OSError:
            return (0, 0)
        return (state.st_mtime_ns, state.st_ino)

    def all(self) -> list[Task]:
        """Every task, the newest first."""
        found = (self.find(name.removesuffix(".json")) for name in self._names(".json"))
        return sorted((task for task in found if task), key=lambda task: task.created, reverse=True)

    def open(self) -> dict[str, str]:
        """Tasks that have not ended, with the token of the process that is, or was, at each."""
        marks = (_OPEN.fullmatch(name) for name in self._names(".open"))
        return {mark[1]: mark[2] for mark in marks if mark}

    def adopt(self, task_id: str, gone: str, token: str) -> bool:
        """Take a task over from a process that is gone; whether this is the one to do so."""
        try:
            self._mark(task_id, gone).rename(self._mark(task_id, token))
        except OSError:
            return False
        return True

    def drop(self, task_id: str, token: str) -> None:
        """Forget a mark of which there is no task."""
        self._mark(task_id, token).unlink(missing_ok=True)

    def cancel(self, task_id: str) -> None:
        """Let whatever process is at a task know that it is not wanted. Raises StorageError."""
        try:
            self._cancelled(task_id).touch()
        except OSError as error:
            raise storage_error(error, self.folder) from error

    def is_cancelled(self, task_id: str) -> bool:
        """Whether a task is not wanted any more."""
        return self._cancelled(task_id).exists()

    def prune(self, most: int, days: float) -> None:
        """Forget tasks that have ended: those older than so many days, then beyond so many."""
        going_on = self.open()
        try:
            notes = [entry for entry in os.scandir(self.folder) if entry.name.endswith(".json")]
            aged = sorted(((entry.stat().st_mtime, Path(entry)) for entry in notes), reverse=True)
        except OSError:
            return
        oldest = (datetime.now(UTC) - timedelta(days=days)).timestamp()
        ended = [(time, path) for time, path in aged if path.stem not in going_on]
        for number, (time, path) in enumerate(ended):
            if time < oldest or number >= most:
                path.unlink(missing_ok=True)
                self._cancelled(path.stem).unlink(missing_ok=True)

    def _names(self, end: str) -> list[str]:
        try:
            return [name for name in os.listdir(self.folder) if name.endswith(end)]
        except OSError:
            return []

    def _place(self, task_id: str) -> Path:
        return self.folder / f"{task_id}.json"

    def _mark(self, task_id: str, token: str) -> Path:
        return self.folder / f"{task_id}.{token}.open"

    def _cancelled(self, task_id: str) -> Path:
        return self.folder / f"{task_id}.cancel"

    def _write(self, task: Task, *, durable: bool) -> None:
        data = json.dumps(asdict(task), ensure_ascii=False).encode(errors="replace")
        write_whole(self._place(task.id), data, durable=durable)
        if durable:
            sync_folder(self.folder)
