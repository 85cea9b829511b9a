"""Promises of many meetings joined over time: what was repeated, moved, handed over, done, dropped.

Meetings are gone through by their days; those of one day, and those without one, know nothing of
each other. A later promise continues an earlier one where the same person names the same act on
the same things, and only where no other promise fits as well: what is not sure stays apart. A
report («смету отправил», "we dropped the van") closes the one promise it can be about.
After Kalia et al., "Determining team hierarchy from broadcast communications" (2014), as
`rag.minutes.dialogue.changes` within a meeting: create, discharge, delegate, cancel.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.clauses import tokens_of
from rag.minutes.people.names import Roster
from rag.register.deeds import deed
from rag.register.people import GROUPS, Directory, Person
from rag.register.threads import Index, Place, Thread
from rag.types import WE, Entry, Link
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.register.deeds import Deed
    from rag.types import Due, LinkKind, Minutes, Promise, Report, State

#: likeness of deeds from which a handover, or taking what nobody had, is one
_SURE = 0.9
#: people two meetings have in common where «мы» of both are one
_SAME_GROUP = 2
#: words by which somebody takes over what was another's
_OVER = re.compile(
    r"\b(?:вместо|лучше|пусть|забер[уё]\w*|забираю|переда(?:ли|ем|ю|й|йте)|перехват\w+|на\s+себя|беру|"
    r"возьм[уё]\w*|теперь|тогда\s+я|подхвач\w+|instead|take\s+over|taking\s+over|take\s+(?:it|that|"
    r"this)|i'll\s+take|hand(?:ing|ed)?\s+over|pick\s+(?:it|that|this)\s+up|rather|now)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_SEVERAL = re.compile(r",|\b(?:и|and)\b", re.IGNORECASE)


class Joined(NamedTuple):
    """The register: entries by day, document and line, and who the people are."""

    entries: tuple[Entry, ...]
    people: Directory


class _Match(NamedTuple):
    """That a later promise or report may be about a thread, how likely, and what it does."""

    score: float
    thread: Thread
    kind: LinkKind


def join(meetings: Iterable[tuple[str, str, Minutes]]) -> Joined:
    """The register of all promises of these meetings, given as document name, title, minutes.

    Every promise is an entry or a link of one, whatever the order the meetings come in.
    """
    places = sorted(
        (Place(*each) for each in meetings), key=lambda p: (p.minutes.date or "", p.document)
    )
    people = directory(places)
    threads: list[Thread] = []
    index = Index()
    for day, group in itertools.groupby(places, key=lambda p: p.minutes.date):
        todays = list(group)
        new = [_thread(place, p, people) for place in todays for p in _in_order(place.minutes)]
        if day is not None:
            _close(todays, index, people)
            new = _continue(new, index, people)
            index.enter(new)
        threads += new
    for thread in threads:
        if any(edit.field in ("state", "own") for edit in thread.promise.edits):
            thread.state = state_of(thread.promise)  # the person's word is the last one
    entries = [thread.entry for thread in threads]
    entries.sort(key=lambda e: (e.date or "", e.document, e.promise.line, e.promise.start))
    return Joined(tuple(entries), people)


def directory(meetings: Iterable[tuple[str, str, Minutes]]) -> Directory:
    """Who the people of these meetings are."""
    return Directory(
        {
            document: [
                *minutes.participants,
                *(name for p in minutes.promises for name in (p.who, p.to_whom) if name),
                *(report.who for report in minutes.reports if report.who),
            ]
            for document, _, minutes in meetings
        }
    )


def state_of(promise: Promise) -> State:
    """How a promise stands by its own meeting."""
    tentative = promise.status == "open" and promise.force == "tentative"
    return "tentative" if tentative else promise.status


def _in_order(minutes: Minutes) -> list[Promise]:
    return sorted(minutes.promises, key=lambda p: (p.line, p.start))


def _thread(place: Place, promise: Promise, people: Directory) -> Thread:
    who, to_whom = (
        people.person(place.document, name) if name else None
        for name in (promise.who, promise.to_whom)
    )
    named = deed(_thing(promise.what, promise.to_whom))
    return Thread(place, promise, who, to_whom, state_of(promise), [named])


def _thing(what: str, to_whom: str | None) -> str:
    """The words of an act without the name of the person it is for («пришлю Анне смету»)."""
    if to_whom is None or to_whom in GROUPS:
        return what
    tokens = tokens_of(what, 0, len(what))
    for mention in reversed(Roster((to_whom,)).mentions(tokens)):
        if mention.known:
            first, last = tokens[mention.first], tokens[mention.last - 1]
            what = what[: first.start] + what[last.end :]
    return what


# -- promises said again


def _continue(new: list[Thread], index: Index, people: Directory) -> list[Thread]:
    """Put the promises of a day to the threads that they continue; the threads that are left.

    A thread takes one of them, the one that fits it best; where two fit as well, neither.
    """
    wanted: dict[int, list[tuple[_Match, Thread]]] = defaultdict(list)
    for thread in new:
        match = _best(_matches_of(thread, index, people))
        if match is not None:
            wanted[id(match.thread)].append((match, thread))
    taken: set[int] = set()
    continued: list[Thread] = []
    for claims in wanted.values():
        claims.sort(key=lambda claim: -claim[0].score)
        if len(claims) > 1 and claims[0][0].score == claims[1][0].score:
            continue
        match, later = claims[0]
        _take(match.thread, later, match.kind)
        taken.add(id(later))
        continued.append(match.thread)
    index.enter(continued)
    return [thread for thread in new if id(thread) not in taken]


def _matches_of(later: Thread, index: Index, people: Directory) -> list[_Match]:
    if later.again:
        return []
    (named,) = later.deeds
    found = []
    for thread in _candidates(later, named, index, people):
        score = thread.likeness(named)
        if not score or thread.again or _other(thread, later):
            continue
        kind = _kind(thread, later, score)
        if kind is not None:
            found.append(_Match(score, thread, kind))
    return found


def _candidates(later: Thread, named: Deed, index: Index, people: Directory) -> list[Thread]:
    """Threads that a later promise may continue: its owner's, and those it may take over.

    It takes over what was nobody's, and of others where its words say so or name who had it.
    """
    who, quote = later.who, later.promise.quote
    if who is None:
        return index.of_any(named) if later.closed else []
    of_all = _OVER.search(quote) is not None
    said = people.called.intersection(_WORD.findall(fold(quote)))
    own = index.of_owner(who, named)
    others = index.of_things(named) if of_all or said else index.of_owner(None, named)
    return own + [
        thread
        for thread in others
        if thread.who is not who
        and (thread.who is None or of_all or not said.isdisjoint(thread.who.called))
    ]


def _best(matches: Sequence[_Match]) -> _Match | None:
    """The one match that is sure: the only whole one, or the only one there is."""
    whole = [match for match in matches if match.score == 1.0]
    for sure in (whole, matches):
        if sure:
            return sure[0] if len(sure) == 1 else None
    return None


def _other(thread: Thread, later: Thread) -> bool:
    """Whether the two name different people to do it for."""
    one, other = thread.to_whom, later.to_whom
    return one is not None and other is not None and one != other


def _kind(thread: Thread, later: Thread, score: float) -> LinkKind | None:
    """What a later promise of the like deed does to a thread; None where they are strangers."""
    if _same_owner(thread, later):
        if later.closed:
            return "done" if later.state == "done" else "cancelled"
        moved = _differ(thread.promise.when, later.promise.when)
        return "moved" if moved else "repeated"
    if score < _SURE or later.closed or later.who is None or later.who.name in GROUPS:
        return None
    return "handed over"


def _same_owner(thread: Thread, later: Thread) -> bool:
    if thread.who is None or later.who is None:
        return later.who is None and later.closed
    if thread.who != later.who:
        return False
    if thread.who.name not in GROUPS:
        return True
    both = set(thread.place.minutes.participants) & set(later.place.minutes.participants)
    return len(both) >= _SAME_GROUP


def _differ(old: Due | None, new: Due | None) -> bool:
    """Whether two deadlines are both given and not the same."""
    if old is None or new is None:
        return False
    if old.end and new.end:
        return old.end != new.end
    return fold(old.raw) != fold(new.raw)


def _take(thread: Thread, later: Thread, kind: LinkKind) -> None:
    """Carry a thread on by a later promise: its last place is where something new was said."""
    old, new = thread.promise, later.promise
    thread.deeds += [each for each in later.deeds if each not in thread.deeds]
    dated = old.when is None and new.when is not None
    firmer = later.state != thread.state and later.state != "tentative"
    if kind in ("done", "cancelled") or not (kind != "repeated" or dated or firmer):
        thread.links.append(_link(kind, later.place, new, later.who, new.when))
        thread.state = later.state if kind in ("done", "cancelled") else thread.state
        return
    thread.links.append(_link(kind, thread.place, old, thread.who, old.when))
    thread.place = later.place
    undated = any(edit.field == "when" for edit in new.edits)
    thread.promise = new if undated else replace(new, when=new.when or old.when)
    thread.who, thread.to_whom = later.who, later.to_whom or thread.to_whom
    thread.state = later.state if firmer else thread.state


def _link(
    kind: LinkKind, place: Place, said: Promise | Report, who: Person | None, when: Due | None
) -> Link:
    return Link(
        kind=kind,
        document=place.document,
        title=place.title,
        date=place.minutes.date,
        line=said.line,
        start=said.start,
        end=said.end,
        quote=said.quote,
        who=who.name if who else None,
        when=when,
    )


# -- reports


def _close(places: Sequence[Place], index: Index, people: Directory) -> None:
    """Close the threads that the reports of a day are about."""
    for place in places:
        for report in sorted(place.minutes.reports, key=lambda r: (r.start, r.end)):
            match = _best(_reported(place, report, index, people))
            if match is not None:
                who = people.person(place.document, report.who) if report.who else None
                match.thread.links.append(_link(match.kind, place, report, who, None))
                match.thread.state = report.kind
                index.leave(match.thread)


def _reported(place: Place, report: Report, index: Index, people: Directory) -> list[_Match]:
    """Threads that a report may be about."""
    named = deed(report.what)
    done = report.kind == "done"
    if named.act is None and done:
        named = replace(named, act=deed(report.quote).act)
    found = []
    for thread in _told_of(place, report, named, index, people):
        score = thread.likeness(named, acts=done or named.act is not None)
        if not score:
            continue
        part = done and _SEVERAL.search(thread.promise.what) is not None
        if not part or any(each.objects <= named.objects for each in thread.deeds):
            found.append(_Match(score, thread, report.kind))
    return found


def _told_of(
    place: Place, report: Report, named: Deed, index: Index, people: Directory
) -> list[Thread]:
    """Threads that whoever reports can have done: their own, nobody's, a group's; or anybody's."""
    if report.kind == "cancelled" or report.who is None:
        return index.of_any(named)
    who = people.person(place.document, report.who)
    groups = [people.person(place.document, name) for name in WE.values()]
    found = index.of_owner(who, named)
    for other in (None, *groups):
        found += index.of_owner(other, named)
    return found
