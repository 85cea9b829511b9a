"""Says when files in folders have changed, once they have been quiet for a moment.

The system tells of changes (inotify, FSEvents) through watchdog; where it can watch no more
folders, they are looked over every few seconds instead.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.polling import PollingObserver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from watchdog.observers.api import BaseObserver

log = logging.getLogger(__name__)

#: Seconds without a change after which changes are told.
_QUIET = 1.0
#: Seconds after which they are told even while more come.
_LONGEST = 15.0
_LOOK_EVERY = 0.1
#: Reading a file is an event, too, but no change.
_CHANGES = frozenset({"created", "modified", "moved", "deleted", "closed"})


class _Handler(FileSystemEventHandler):
    """Notes when something changed that an ingest would look at."""

    def __init__(self, sources: Sequence[Path]) -> None:
        self._sources = sources
        self.changed = Event()
        self.last = 0.0

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take one event of the system."""
        places = [Path(_text(place)) for place in (event.src_path, event.dest_path) if place]
        if event.event_type in _CHANGES and any(map(self._matters, places)):
            self.last = time.monotonic()
            self.changed.set()

    def _matters(self, place: Path) -> bool:
        """Whether it lies at or below a source, and nothing on the way there is hidden."""
        for source in self._sources:
            if place == source:
                return True
            if place.is_relative_to(source):
                return not any(part.startswith(".") for part in place.relative_to(source).parts)
        return False


def changes(sources: Sequence[Path], *, stop: Event) -> Iterator[None]:
    """Yield at once, and after every bout of changes at or below resolved paths, until `stop`.

    A bout ends when nothing has changed for `_QUIET` seconds, or after `_LONGEST`. What changes
    while the caller is busy is told next.
    """
    handler = _Handler(sources)
    folders = {path.parent: False for path in sources if not path.is_dir()}
    folders |= {path: True for path in sources if path.is_dir()}
    observer = _observe(handler, folders)
    try:
        yield
        while not stop.is_set():
            if handler.changed.wait(_LOOK_EVERY):
                _wait_for_quiet(handler, stop)
                handler.changed.clear()
                if not stop.is_set():
                    yield
    finally:
        observer.stop()
        observer.join()


def _wait_for_quiet(handler: _Handler, stop: Event) -> None:
    began = time.monotonic()
    while not stop.wait(_LOOK_EVERY):
        now = time.monotonic()
        if now - handler.last >= _QUIET or now - began >= _LONGEST:
            return


def _observe(handler: _Handler, folders: Mapping[Path, bool]) -> BaseObserver:
    """An observer at work: the system's, or one that looks itself where that has no room.

    `folders` say whether all below them is watched too.
    """
    for make in (Observer, PollingObserver):
        observer: BaseObserver = make()
        for folder, below in folders.items():
            observer.schedule(handler, str(folder), recursive=below)
        try:
            observer.start()
        except OSError as error:  # too many folders for the system
            if make is PollingObserver:
                raise
            log.warning("The system cannot watch these folders (%s): looking them over", error)
            continue
        return observer
    raise AssertionError("one of the two observers starts or raises")


def _text(place: str | bytes) -> str:
    return place if isinstance(place, str) else place.decode(errors="replace")
