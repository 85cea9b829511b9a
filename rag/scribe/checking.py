"""A model's items held against the lines: what of them is there to be believed.

Words have to stand in the lines that are named, letter for letter. People have to be of the roster,
exactly one each, and in the lines: who speaks, who is spoken to, who is named. Days are counted by
code from the words that were said. What fails is emptied, and an item without lines or words goes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.minutes.clauses import tokens_of
from rag.minutes.dates import Found, dates_in
from rag.orders import ordered
from rag.scribe.quotes import find
from rag.types import ALL, WE
from rag.words import fold, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.scribe.claims import Claim
    from rag.scribe.lines import Numbered, Stretch
    from rag.scribe.meeting import Meeting
    from rag.scribe.quotes import Span
    from rag.types import Act, Status

_I = frozenset("я i me мне меня speaker говорящий".split())
_GROUP = frozenset("мы we us нас нам команда team".split())
_EVERYBODY = frozenset("все всем всех вам all everyone everybody".split())
#: words by which a sentence speaks of or to a group
_SAYS_WE = re.compile(r"\b(?:мы|нам|нас|наш\w*|we|we'll|us|our|let's)\b|\w{3,}[еи]м(?:те)?\b", re.I)
_SAYS_ALL = re.compile(r"\b(?:все|всем|всех|вам|ребят\w*|коллег\w*|all|everyone|everybody)\b", re.I)


@dataclass(frozen=True, slots=True)
class Checked:
    """An item that stands: `what` and `condition` are spans of the document, `due` likewise.

    `line` is where it arises and `turn` the turn of that line; `support` are its other lines.
    People are names of the roster or of a group, None where the lines do not bear them out.
    """

    claim: Claim
    line: int
    support: tuple[int, ...]
    turn: Stretch
    what: Span
    who: str | None = None
    to_whom: str | None = None
    due: Found | None = None
    condition: Span | None = None

    @property
    def lines(self) -> frozenset[int]:
        """All lines it stands on."""
        return frozenset((self.line, *self.support))

    @property
    def act(self) -> Act | None:
        """Of which kind the model says it is."""
        return self.claim.act

    @property
    def status(self) -> Status:
        """How it stands, as far as the model's words hold: a condition has to be in the text."""
        if self.condition is not None:
            return "conditional"
        return "open" if self.claim.status == "conditional" else self.claim.status


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of one item within its window: whole turns, and spans to look for words in."""

    numbers: tuple[int, ...]
    turns: tuple[Stretch, ...]
    spans: tuple[Span, ...]


class Unproved(Exception):
    """An item does not stand; the message says why."""


def checked(meeting: Meeting, rows: Numbered, claim: Claim) -> Checked:
    """What of a claim about the rows of a window stands. Raises Unproved where nothing does."""
    lines = _lines(rows, claim.lines)
    what = find(meeting.text, claim.what, lines.spans)
    if what is None:
        raise Unproved("its words do not stand in its lines" if claim.what else "it has no words")
    if ordered(meeting.text, *what):
        raise Unproved("it stands in an order to the model")
    line, turn = lines.numbers[0], lines.turns[0]
    told = [number for number in lines.numbers if number != line]
    home = meeting.turn_at(what[0])
    at = next((row.number for row in home.rows if row.start <= what[0] < row.end), line)
    support = tuple(sorted({*told, at} - {line}))
    if claim.kind != "promise":
        return Checked(claim, at, tuple(sorted({*lines.numbers} - {at})), home, what)
    who = _owner(meeting, lines, claim.who)
    to_whom = _recipient(meeting, lines, claim.to_whom)
    return Checked(
        claim,
        line,
        support,
        turn,
        what,
        who,
        None if to_whom == who else to_whom,
        _due(meeting, lines, claim.when),
        find(meeting.text, claim.condition, lines.spans) if claim.condition else None,
    )


def _lines(rows: Numbered, numbers: Sequence[int]) -> _Lines:
    """The lines that are in the window, and where words may stand: they first, then their turns."""
    known: list[int] = []
    turns: list[Stretch] = []
    spans: list[Span] = []
    for number in numbers:
        for stretch, row in rows.get(number, ()):
            spans.append((row.start, row.end))
            if number not in known:
                known.append(number)
            if stretch not in turns:
                turns.append(stretch)
    if not known:
        raise Unproved("it names no line of its window")
    whole = [(stretch.start, stretch.end) for stretch in turns]
    return _Lines(tuple(known), tuple(turns), (*spans, *whole))


# -- people


def _owner(meeting: Meeting, lines: _Lines, said: str) -> str | None:
    name = _meant(meeting, lines, said)
    if name == WE[meeting.language]:
        return name if any(_SAYS_WE.search(part) for part in _texts(meeting, lines)) else None
    if name == ALL[meeting.language]:
        return None
    return name if name in _present(meeting, lines) else None


def _recipient(meeting: Meeting, lines: _Lines, said: str) -> str | None:
    name = _meant(meeting, lines, said)
    if name == ALL[meeting.language]:
        return name if any(_SAYS_ALL.search(part) for part in _texts(meeting, lines)) else None
    return name if name in _present(meeting, lines) else None


def _meant(meeting: Meeting, lines: _Lines, said: str) -> str | None:
    """The one person of the roster, or the group, that a model's words for somebody mean."""
    if not said:
        return None
    if said in meeting.roster.names:
        return said
    spoken = words(fold(said))
    if len(spoken) == 1:
        if spoken[0] in _I:
            return meeting.speaker(lines.turns[0])
        if spoken[0] in _GROUP:
            return WE[meeting.language]
        if spoken[0] in _EVERYBODY:
            return ALL[meeting.language]
    title = said if any(char.isupper() for char in said) else said.title()
    named = {m.name for m in meeting.roster.mentions(tokens_of(title, 0, len(title))) if m.known}
    return named.pop() if len(named) == 1 else None


def _present(meeting: Meeting, lines: _Lines) -> set[str]:
    """Who speaks in the lines, is spoken to there, or is named there."""
    found = {name for turn in lines.turns if (name := meeting.speaker(turn))}
    if (other := meeting.addressee(lines.turns[0])) is not None:
        found.add(other)
    for turn in lines.turns:
        found |= {mention.name for mention in meeting.mentions((turn.start, turn.end))}
    return found


def _texts(meeting: Meeting, lines: _Lines) -> Iterator[str]:
    return (meeting.text[turn.start : turn.end] for turn in lines.turns)


# -- days


def _due(meeting: Meeting, lines: _Lines, said: str) -> Found | None:
    """The deadline phrase that the model copied, with the days that code reads in it.

    Words in which code sees no deadline are none, whatever the model takes them for.
    """
    span = find(meeting.text, said, lines.spans) if said else None
    if span is None:
        return None
    known = [f for f in phrases(meeting, span) if f.start < span[1] and span[0] < f.end]
    return max(known, key=lambda found: found.end - found.start, default=None)


def phrases(meeting: Meeting, span: Span) -> list[Found]:
    """The deadline phrases of the sentence that a span begins in."""
    start, end = meeting.sentence_span(span)
    found = dates_in(meeting.text[start:end], meeting.scene.base, meeting.language)
    return [Found(start + each.start, start + each.end, each.due) for each in found]
