"""A report in the making, and what both languages ask of one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rag.minutes.clauses import Sentence, Token
    from rag.minutes.view import Scene

#: Long ago: no promise of these meetings.
LONG_AGO = re.compile(
    r"\b(?:в\s+прошл\w+\s+(?!понед|вторн|сред|четв|пятн|субб|воскр|недел|месяц)|прошл\w+\s+год|"
    r"в\s+том\s+году|в\s+детстве|год\w*\s+назад|лет\s+назад|когда-то|"
    r"раньше|бывало|давным-давно|в\s+20\d\d|last\s+(?:year|time|season|quarter)|years?\s+ago|"
    r"back\s+in|once\s+upon|used\s+to|in\s+20\d\d)\b",
    re.IGNORECASE,
)
_SAID = 80  # characters of what a report names, at most; more is a story


class Told(NamedTuple):
    """A report by offsets into the document: its kind, who did it, what it names, its sentence."""

    kind: Literal["done", "cancelled"]
    who: str | None
    what: tuple[int, int]
    start: int
    end: int


def told_of(
    kind: Literal["done", "cancelled"],
    who: str | None,
    what: tuple[int, int] | None,
    sentence: Sentence,
) -> Told | None:
    """A report of a sentence, if it names anything, and not too much."""
    if what is None or not 0 < what[1] - what[0] <= _SAID:
        return None
    return Told(kind, who, what, sentence.start, sentence.end)


def trimmed(tokens: Iterable[Token], idle: Callable[[str], bool]) -> tuple[int, int] | None:
    """From the first to the last token that is not idle; None without one."""
    kept = [token for token in tokens if not idle(token.word)]
    return (kept[0].start, kept[-1].end) if kept else None


def person_at(scene: Scene, tokens: tuple[Token, ...], case: str) -> str | None:
    """The one known person that the tokens name in a case; None for none or several."""
    names = {m.name for m in scene.mentions(tokens) if m.known and case in m.cases}
    return names.pop() if len(names) == 1 else None
