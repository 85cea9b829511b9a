"""The meetings of a collection as they stand now, and the records that are made of them.

What is read of all meetings is kept until the library or a correction changes. A record (text and
summary) is made by a thread of its own, once for each state of a document, and survives the page.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from rag.desk.background import Background
from rag.errors import LibraryMissing
from rag.record import Record, with_corrections
from rag.register import join

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.app import App
    from rag.app.correcting import Held
    from rag.register.linking import Joined

_T = TypeVar("_T")

#: Records kept for all visitors, and states of collections; a record may have a few MB.
_RECORDS, _SHELVES = 12, 8


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """The meetings of a collection in one state of it, latest first, those without a day last."""

    key: tuple[object, ...]
    meetings: tuple[Held, ...]

    def named(self, name: str) -> Held | None:
        """A meeting by the name of its document."""
        return next((each for each in self.meetings if each.name == name), None)


class Making(Background):
    """A record on its way, without corrections; `record` or `error` is there when it is `done`."""

    broke = ("The minutes cannot be shown", "Read the file anew.")

    def __init__(self, make: Callable[[], Record]) -> None:
        super().__init__("running")
        self.record: Record | None = None
        self._make = make
        self.begin(self._write, "rag-minutes")

    def _write(self) -> None:
        self.record = self._make()


class Meetings:
    """The meetings of all collections of a desk."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._shelves: OrderedDict[object, Shelf] = OrderedDict()
        self._joined: OrderedDict[object, Joined] = OrderedDict()
        self._records: OrderedDict[object, Making] = OrderedDict()

    def shelf(self, app: App) -> Shelf:
        """The meetings as they stand now; none where there is no library yet."""
        try:
            stamp = app.meetings_stamp()
        except LibraryMissing:
            return Shelf((app.paths.folder,), ())
        key = (app.paths.folder, *stamp)
        found = self._got(self._shelves, key)
        if found is None:
            held = sorted(app.held_meetings(), key=lambda each: each.name)
            held.sort(key=lambda each: each.date or "", reverse=True)
            found = self._put(self._shelves, key, Shelf(key, tuple(held)), _SHELVES)
        return found

    def joined(self, shelf: Shelf, name: str | None = None) -> Joined:
        """The register of all meetings, or the promises of one alone."""
        key = (*shelf.key, name)
        found = self._got(self._joined, key)
        if found is None:
            meant = [each for each in shelf.meetings if name in (None, each.name)]
            rows = [(each.name, each.title, each.corrected.minutes) for each in meant]
            found = self._put(self._joined, key, join(rows), _SHELVES)
        return found

    def making(self, app: App, shelf: Shelf, held: Held) -> Making:
        """The record of a meeting, begun by who asks first."""
        key = (shelf.key[:2], held.id)  # corrections change no summary
        with self._lock:
            found = self._records.get(key)
            if found is None or (found.done and found.error is not None):
                found = self._records[key] = Making(lambda: app.record(held.name))
            self._records.move_to_end(key)
            while len(self._records) > _RECORDS:
                self._records.popitem(last=False)
        return found

    def _got(self, held: OrderedDict[object, _T], key: object) -> _T | None:
        with self._lock:
            if key in held:
                held.move_to_end(key)
            return held.get(key)

    def _put(self, held: OrderedDict[object, _T], key: object, value: _T, most: int) -> _T:
        with self._lock:
            kept = held.setdefault(key, value)
            while len(held) > most:
                held.popitem(last=False)
        return kept


def as_corrected(record: Record, held: Held) -> Record:
    """A record with the corrections of its meeting as they are now."""
    if not held.corrections:
        return record
    return replace(with_corrections(record, held.corrections), name=held.name)
