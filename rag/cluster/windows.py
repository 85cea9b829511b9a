"""How many files go out together, and which of them make a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.cluster.table import Sent

#: Of a window: files at least, and for each file that is read at once; bytes for each of these.
_FILES, _SLOT_FILES, _SLOT_BYTES = 2048, 64, 512 * 1024**2
#: Of a task: files, and their bytes unless one alone has more. A task costs some milliseconds.
_TASK_FILES, _TASK_BYTES = 16, 8 * 1024**2
#: Tasks for each file that is read at once, as far as there are files.
_TASKS = 4


class Window:
    """Files that go out together, until it is full: it is begun before any of them is read."""

    def __init__(self, slots: int) -> None:
        """Make room for files of which `slots` are read at once."""
        self.files: list[Sent] = []
        self._files = max(_FILES, _SLOT_FILES * slots)
        self._bytes = _SLOT_BYTES * slots

    def fill(self, coming: Iterator[Sent], most: int | None = None) -> None:
        """Take files while there is room for them, at most so many."""
        while most != 0 and len(self.files) < self._files and self._bytes > 0:
            file = next(coming, None)
            if file is None:
                return
            self.files.append(file)
            self._bytes -= file.size
            most = None if most is None else most - 1


def tasks(files: Sequence[Sent], slots: int) -> Iterator[list[Sent]]:
    """The files in order, some to a task, numbered by their places."""
    most = max(1, min(_TASK_FILES, len(files) // (_TASKS * slots)))
    task: list[Sent] = []
    size = 0
    for place, file in enumerate(files):
        if task and (len(task) == most or size + file.size > _TASK_BYTES):
            yield task
            task, size = [], 0
        task.append(file._replace(place=place))
        size += file.size
    if task:
        yield task
