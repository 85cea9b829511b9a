"""What is taken from a meeting: promises, decisions, topics, questions, each with its line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Act = Literal["self", "accepted", "assigned", "reported", "joint"]
Status = Literal["open", "conditional", "done", "cancelled"]
Force = Literal["firm", "tentative"]
#: What needs a look of a person: the name fits several people; nobody is named; a model and the
#: rules disagree.
Flag = Literal["ambiguous owner", "ambiguous recipient", "check"]
#: What another meeting says of a promise.
LinkKind = Literal["repeated", "moved", "handed over", "done", "cancelled"]
#: How a promise stands after all meetings; whether it is overdue is a matter of the day one asks.
State = Literal["open", "conditional", "tentative", "done", "cancelled"]
#: What a person may set of a promise; "own" is a promise that is the person's altogether.
Field = Literal["who", "to_whom", "what", "when", "state", "own"]

#: Stands in `Promise.who` and `Promise.to_whom` for a group: the speakers together, everybody.
WE = {"ru": "МЫ", "en": "WE"}
ALL = {"ru": "ВСЕ", "en": "ALL"}


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline: the words as said, and the ISO days they mean, both inclusive.

    `start` None is an open start («к пятнице»); both None: no calendar anchor. `assumption` names
    the reading that was taken where the words allow more than one.
    """

    raw: str
    start: str | None
    end: str | None
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """An earlier state of a promise: the line that held it and the deadline it had there."""

    line: int
    when_raw: str | None


@dataclass(frozen=True, slots=True)
class Edit:
    """A field of a promise that a person has set: when (ISO, UTC), and who, "" where unknown."""

    field: Field
    time: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """Who does what for whom by when, and the line of the meeting it stands on.

    `quote` is verbatim: `document.text[start:end]`. `who` is None where the text does not say.
    `support` are further lines (the request before an assent, repeats). `time` is the stamp of the
    turn as the file writes it, None without one. `flags` say why a person should look at the line.

    `edits` are the fields that a person has set, and `read` is the promise as it was read before
    that. A promise that a person has added has the edit "own" and no `read`; where it stands on no
    line of the meeting, `line` is 0 and the quote is empty.
    """

    who: str | None
    to_whom: str | None
    what: str
    when: Due | None
    act: Act
    status: Status
    quote: str
    line: int
    start: int
    end: int
    support: tuple[int, ...] = ()
    history: tuple[Change, ...] = ()
    force: Force = "firm"
    condition: str | None = None
    time: str | None = None
    flags: tuple[Flag, ...] = ()
    edits: tuple[Edit, ...] = ()
    read: Promise | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Something a meeting settled without an actor; `document.text[start:end] == text`."""

    text: str
    line: int
    start: int
    end: int
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """What a part of a meeting was about: `document.text[start:end]` is that part.

    `title` is made of the words of the part, or is a heading or an agenda item of the file;
    `line` and `time` are those where the part begins.
    """

    title: str
    line: int
    start: int
    end: int
    time: str | None = None


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question of a meeting that nobody answered in it; `document.text[start:end] == text`."""

    text: str
    asker: str | None
    line: int
    start: int
    end: int
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a meeting says of a promise made before: that it is done, or not to be done any more.

    `what` are the words that name the act, verbatim; `quote == document.text[start:end]`.
    """

    kind: Literal["done", "cancelled"]
    who: str | None
    what: str
    quote: str
    line: int
    start: int
    end: int
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Minutes:
    """What was taken from one meeting. `date` is ISO, or None where the file does not tell."""

    date: str | None
    participants: tuple[str, ...]
    promises: tuple[Promise, ...]
    decisions: tuple[Decision, ...]
    topics: tuple[Topic, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Another place where a promise is spoken of, in another meeting.

    `kind` is what became of the promise between that place and the entry's own: an earlier place
    was repeated, moved or handed over, a later one repeats it, or says that it is done or
    cancelled. `who` and `when` are what was said there; `quote` is verbatim.
    """

    kind: LinkKind
    document: str
    title: str
    date: str | None
    line: int
    start: int
    end: int
    quote: str
    who: str | None
    when: Due | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A promise in the register of all meetings, as it was said last.

    `promise` stands in `document`, a meeting of the day `date`; its deadline, and the recipient,
    may be kept from an earlier place. `who` and `to_whom` are the fullest names the meetings have
    for these people. `links` are the other places, oldest first.
    """

    document: str
    title: str
    date: str | None
    promise: Promise
    who: str | None
    to_whom: str | None
    state: State
    links: tuple[Link, ...] = ()
