"""A job that this process is at, and what its task becomes as it goes on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, is_dataclass, replace
from threading import Event
from typing import TYPE_CHECKING

from rag.store.tasks import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.desk.line import Caller
    from rag.store.tasks import Json, Task


@dataclass(eq=False, slots=True)
class Live:
    """A job that this process is at. Whoever changes `task` holds the lock of its `Jobs`."""

    collection: str
    task: Task
    caller: Caller
    #: Looks how far it has come, where nobody tells.
    look: Callable[[], object] = lambda: None
    #: What is to be done once its end is on the disk.
    on_end: Callable[[], None] = lambda: None
    noted: float = 0.0
    dirty: bool = False
    #: How it has ended, until that is on the disk and can be told.
    final: Task | None = None
    told: bool = False
    ended: Event = field(default_factory=Event)


def changed(task: Task, changes: Json) -> Task:
    """The task with some fields changed, as of now."""
    return replace(task, **changes, changed=now(), revision=task.revision + 1)


def told(name: str, value: object) -> Json:
    """What work tells, as a JSON value that says which step it is at."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    return {"step": name, **(value if isinstance(value, dict) else {"value": value})}
