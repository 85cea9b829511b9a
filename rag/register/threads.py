"""Promises on their way through the meetings, and how the ones that may be meant are found."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from rag.register.deeds import act_key, likeness
from rag.types import Entry

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from rag.register.deeds import Deed
    from rag.register.people import Person
    from rag.types import Link, Minutes, Promise, State

#: a duty that comes again is not the last one moved
_AGAIN = re.compile(
    r"\b(?:кажд(?:ый|ую|ое|ые)|ежедневн|еженедельн|ежемесячн|регулярн|всегда|очередн\w+|следующий\s+"
    r"(?:отч[её]т|выпуск|номер)|every|each|weekly|daily|monthly|always|another)\w*\b",
    re.IGNORECASE,
)


class Place(NamedTuple):
    """A meeting that something stands in."""

    document: str
    title: str
    minutes: Minutes


@dataclass(eq=False)
class Thread:
    """A promise on its way through the meetings; `deeds` are all that it was named by."""

    place: Place
    promise: Promise
    who: Person | None
    to_whom: Person | None
    state: State
    deeds: list[Deed]
    links: list[Link] = field(default_factory=list)

    def likeness(self, named: Deed, *, acts: bool = True) -> float:
        """How sure it is that a deed is one of those the promise was named by; see `likeness`."""
        if len(self.deeds) == 1:
            return likeness(self.deeds[0], named, acts=acts)
        return max(likeness(each, named, acts=acts) for each in self.deeds)

    @property
    def closed(self) -> bool:
        """Whether nothing is to be done any more."""
        return self.state in ("done", "cancelled")

    @property
    def again(self) -> bool:
        """Whether it is done over and over."""
        return _AGAIN.search(self.promise.quote) is not None

    @property
    def entry(self) -> Entry:
        """The thread as a row of the register."""
        place = self.place
        return Entry(
            document=place.document,
            title=place.title,
            date=place.minutes.date,
            promise=self.promise,
            who=self.who.name if self.who else None,
            to_whom=self.to_whom.name if self.to_whom else None,
            state=self.state,
            links=tuple(sorted(self.links, key=lambda k: (k.date or "", k.document, k.start))),
        )


class Index:
    """Open threads by what they can be found by: owner and act on a thing, all things, a thing.

    What `likeness` holds against two deeds is told by keys as far as it can be: words that
    distinguish are part of each, and of two deeds with one thing in common that are like each
    other, one has only this thing, and both begin with it.
    """

    def __init__(self) -> None:
        self._held: dict[Hashable, dict[int, Thread]] = defaultdict(dict)
        self._keys: dict[int, set[Hashable]] = {}

    def enter(self, threads: Iterable[Thread]) -> None:
        """Let threads be found as they stand now."""
        for thread in threads:
            self.leave(thread)
            if thread.closed:
                continue
            keys: set[Hashable] = set()
            for named in thread.deeds:
                keys |= self._keys_of(thread.who, named)
                keys |= {(named.telling, each) for each in named.objects}
                keys |= {(named.telling, named.objects), (named.telling, "begins", named.head)}
                if len(named.objects) == 1:
                    keys.add((named.telling, "is", named.head))
            self._keys[id(thread)] = keys
            for key in keys:
                self._held[key][id(thread)] = thread

    def leave(self, thread: Thread) -> None:
        """Let a thread be found no more."""
        for key in self._keys.pop(id(thread), ()):
            del self._held[key][id(thread)]

    def of_owner(self, who: Person | None, named: Deed) -> list[Thread]:
        """Threads of an owner with an act like this on one of its things, or on just these."""
        found: dict[int, Thread] = {}
        for key in self._keys_of(who, named):
            found |= self._held.get(key, {})
        return list(found.values())

    def of_things(self, named: Deed) -> list[Thread]:
        """Anybody's threads on these very things."""
        return list(self._held.get((named.telling, named.objects), {}).values())

    def of_any(self, named: Deed) -> list[Thread]:
        """Anybody's threads that are on several of these things, or on the one that matters."""
        how = "begins" if len(named.objects) == 1 else "is"
        found = dict(self._held.get((named.telling, how, named.head), {}))
        seen: dict[int, Thread] = {}
        for each in named.objects:
            held = self._held.get((named.telling, each), {})
            found |= {key: held[key] for key in held.keys() & seen.keys()}
            seen |= held
        return list(found.values())

    @staticmethod
    def _keys_of(who: Person | None, named: Deed) -> set[Hashable]:
        act, telling = act_key(named.act), named.telling
        keys: set[Hashable] = {(id(who), act, telling, each) for each in named.objects}
        return keys | {(id(who), telling, named.objects)}
