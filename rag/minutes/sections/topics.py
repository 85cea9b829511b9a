"""The parts of a meeting in their order: by its headings and agenda, or by where talk moves on.

Headings and agenda items of the file are borders and titles. Where there are none, a border is
where the words change their company (`rag.minutes.sections.cohesion`) or where somebody says so:
«теперь …», "moving on to …", a bare «Смета.» (`data/moves.tsv`). A short meeting has no parts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.places import time_at
from rag.minutes.sections import cohesion
from rag.minutes.sections.agenda import headed
from rag.minutes.sections.moves import Move, Moves
from rag.minutes.sections.titles import titles_of
from rag.types import Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.minutes.people.names import Roster
    from rag.minutes.sections.remarks import Remark
    from rag.types import Document
    from rag.words import Language

#: turns without which a meeting has no parts
_LEAST_TURNS = 10
#: units and content words that a part holds at least, and what a border costs
_LEAST_UNITS, _WEIGHT = 3, 3.0
#: content words up to which what is said on moving on tells more than the words
_FEW = 800
#: remarks up to which a part at either end is a greeting and joins its neighbour, and those of
#: a greeting behind which the first part may be called by name
_IDLE, _GREETING = 8, 5
#: a long meeting is cut into about so many units, none of them of more words than these
_UNITS, _UNIT_WORDS = 200, 20


class _Unit(NamedTuple):
    """Remarks `first` to `last` (exclusive), their content stems, and what is said on entering."""

    first: int
    last: int
    bag: tuple[str, ...]
    move: Move | None


def topics_in(
    document: Document,
    language: Language,
    remarks: Sequence[Remark],
    roster: Roster,
    line_of: Callable[[Document, int], int],
) -> tuple[Topic, ...]:
    """The parts of a meeting in order; they do not overlap. Linear in the length of the text."""
    found = headed(document)
    if not found and len(document.turns) >= _LEAST_TURNS:
        found = _by_words(document.text, language, remarks, roster)
    return tuple(
        Topic(title, line_of(document, start), start, end, time_at(document, start))
        for title, start, end in found
    )


def _by_words(
    text: str, language: Language, remarks: Sequence[Remark], roster: Roster
) -> list[tuple[str, int, int]]:
    moves = Moves(text, language, roster)
    units = _units(remarks, moves)
    trust = _trust(units)
    cues = [trust * unit.move.weight if unit.move else 0.0 for unit in units]
    borders = cohesion.parts([unit.bag for unit in units], cues, _LEAST_UNITS, _WEIGHT)
    firsts = _without_greetings(units, [0, *borders])
    if len(firsts) < 2:
        return []
    lasts = [*firsts[1:], len(units)]
    begins = [0, *(units[at].first for at in firsts[1:])]
    spans = [(a, units[b - 1].last) for a, b in zip(begins, lasts, strict=True)]
    said = [[remark.said for remark in remarks[a:b]] for a, b in spans]
    announced = [_announced(units, first) for first in firsts]
    titles = titles_of(said, announced, language, roster)
    return [
        (title, remarks[a].start, remarks[b - 1].end)
        for title, (a, b) in zip(titles, spans, strict=True)
    ]


def _trust(units: Sequence[_Unit]) -> float:
    """What is said on moving on counts whole where the words are few, less where they tell more."""
    held = sum(len(unit.bag) for unit in units)
    return min(1.0, math.sqrt(_FEW / max(held, 1)))


def _announced(units: Sequence[_Unit], first: int) -> str | None:
    """What a part is called where it begins; the first one, behind its greetings."""
    opening = units[first : first + (1 if first else _LEAST_UNITS)]
    moves = (unit.move for unit in opening if unit.first - units[first].first <= _GREETING)
    return next((move.title for move in moves if move and move.title), None)


def _without_greetings(units: Sequence[_Unit], firsts: list[int]) -> list[int]:
    """The parts without what is said before the first subject and after the last one."""

    def is_idle(first: int, last: int) -> bool:
        remarks = units[last - 1].last - units[first].first
        return remarks <= _IDLE and _announced(units, first) is None

    if len(firsts) > 2 and is_idle(0, firsts[1]) and units[firsts[1]].move:
        firsts = firsts[1:]
    if len(firsts) > 2 and is_idle(firsts[-1], len(units)):
        firsts = firsts[:-1]
    return firsts


def _units(remarks: Sequence[Remark], moves: Moves) -> list[_Unit]:
    """Turns, cut where somebody moves on, and joined up where they are many."""
    bags = [moves.bag(remark.said) for remark in remarks]
    least = min(_UNIT_WORDS, sum(map(len, bags)) // _UNITS)
    units: list[_Unit] = []
    first = 0
    move: Move | None = moves.of(remarks, 0) if remarks else None
    for at in range(1, len(remarks) + 1):
        found = moves.of(remarks, at) if at < len(remarks) else None
        turns = at == len(remarks) or remarks[at].turn != remarks[at - 1].turn
        held = sum(map(len, bags[first:at]))
        if at == len(remarks) or found or (turns and held >= least):
            units.append(_Unit(first, at, tuple(s for bag in bags[first:at] for s in bag), move))
            first, move = at, found
    return units
