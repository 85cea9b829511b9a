"""The register of one library: its meetings joined, and what a person wishes to see of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.naming import in_scope
from rag.record import Record
from rag.register import EVERY, OPEN, Wish, due_of, groups_of, join, select, the_person
from rag.store.opening import open_catalogue
from rag.summary import Summary
from rag.words import language_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from rag.register.view import Group
    from rag.store.catalogue import Catalogue
    from rag.store.place import LibraryPaths
    from rag.types import Entry, Minutes, Scope, State

_MYSELF = frozenset({"me", "i", "я", "мне"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the register is asked for, in the words of a person; see `rag promises --help`.

    `who` and `to` are names in any form, or "me"; `due` is a word or a day.
    """

    who: str = ""
    to: str = ""
    due: str = ""
    states: frozenset[State] = OPEN


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows of the register by deadline, and for whom and which day they were asked.

    `me` is the fullest name of who asks, None where nobody said it. `meetings` counts those in
    scope, `kept` the promises of theirs in any state.
    """

    entries: tuple[Entry, ...]
    today: date
    me: str | None
    meetings: int
    kept: int

    def groups_of(self, entry: Entry) -> tuple[Group, ...]:
        """The groups an entry belongs to: overdue, mine, to me, …"""
        return groups_of(entry, self.me, self.today)


def listed(paths: LibraryPaths, asked: Asked, scope: Scope, *, today: date, me: str) -> Listed:
    """The rows asked for. All meetings are joined; the scope keeps what stands in some of them.

    Raises LibraryMissing, and UsageError for a name of nobody or of several, for "me" where nobody
    said who that is, and for a deadline that cannot be read.
    """
    with open_catalogue(paths) as catalogue:
        meetings = _meetings(catalogue)
    when = due_of(asked.due, today) if asked.due else None
    joined = join(meetings)
    names = {name for name, _, _ in meetings}
    documents = frozenset(n for n, _, m in meetings if _is_asked_for(n, m, scope, names))
    myself = joined.people.find(me) if me else ()
    wish = Wish(states=EVERY, documents=documents)
    kept = len(select(joined, wish, today))
    who, to = (
        the_person(joined.people, _name(name, me)) if name and kept else None
        for name in (asked.who, asked.to)
    )
    wish = replace(wish, who=who, to=to, when=when, states=asked.states)
    known = myself[0].name if len(myself) == 1 else None
    return Listed(tuple(select(joined, wish, today)), today, known, len(documents), kept)


def records(paths: LibraryPaths, entries: Iterable[Entry]) -> dict[str, Record]:
    """The meetings that rows of the register stand in, by their names; no summary is made."""
    wanted = {entry.document for entry in entries}
    found = {}
    with open_catalogue(paths) as catalogue:
        files = {row.name: Path(row.root) / row.path for row in catalogue.files()}
        ids = {row.name: row.id for row in catalogue.documents()}
        for name, minutes in catalogue.minutes():
            if name in wanted:
                document = catalogue.document(ids[name])
                summary = Summary((name,), language_of(document.text))
                found[name] = Record(name, files[name], document, minutes, summary)
    return found


def _meetings(catalogue: Catalogue) -> list[tuple[str, str, Minutes]]:
    titles = {row.name: row.title for row in catalogue.documents()}
    return [(name, titles[name], minutes) for name, minutes in catalogue.minutes()]


def _is_asked_for(name: str, minutes: Minutes, scope: Scope, names: set[str]) -> bool:
    day = minutes.date or ""
    return (
        (not scope.documents or in_scope(name, scope.documents, names))
        and (scope.since is None or day >= scope.since)
        and (scope.until is None or "" < day <= scope.until)
    )


def _name(given: str, me: str) -> str:
    """A name as given, or that of who asks. Raises UsageError where nobody has said it."""
    if given.casefold() not in _MYSELF:
        return given
    if not me:
        raise UsageError(
            "Nobody has said who you are",
            'Say it: --me NAME, me = "NAME" in rag.toml, or RAG_ME=NAME',
        )
    return me
