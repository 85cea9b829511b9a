"""Labels found in a text, and how far the words behind each of them reach."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.turns.shapes import CLOCK_LINE, Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLANK = re.compile(r"^[ \t]*$", re.MULTILINE)
#: what chats put before a message, or in its place, that its sender did not write
_NOT_WRITTEN = re.compile(
    r"(?:Replying to|В ответ на|Ответ на)\s[«\"“][^\n]*\n\s*"
    r"|(?:Reacted to|Removed an? \S+ reaction from|Отреагировал[аи]?)\s[^\n]*"
    r"|\u200e?<(?:Media omitted|Без медиафайлов|[^<>\n]{1,40}\s(?:omitted|опущен\w?|пропущен\w?))>"
    r"|\u200e(?:\w+ ){1,2}(?:omitted|опущен\w?|пропущен\w?|отсутствует)[ \t]*$"
    r"|(?:This message was deleted|You deleted this message|Данное сообщение удалено|"
    r"Вы удалили данное сообщение)\.?[ \t]*$",
    re.MULTILINE,
)


class Start(NamedTuple):
    """The label of a turn: its place, where the words begin, and what it says."""

    at: int
    words: int
    label: str
    time: str | None
    day: str | None


class Span(NamedTuple):
    """A turn's label with the place of its words."""

    of: Start
    start: int
    end: int


class Candidates(NamedTuple):
    """All that looks like labels of one shape in a text, to be judged."""

    shape: Shape
    starts: list[Start]
    text: str

    def words(self, spans: Sequence[Span]) -> list[str]:
        """What is said in the spans."""
        return [self.text[span.start : span.end] for span in spans]


def candidates(shape: Shape, text: str) -> Candidates:
    """Everything in `text` that the pattern of a shape finds; a label is "" where it has none."""
    found = []
    for match in shape.pattern.finditer(text):
        groups = match.groupdict()
        label = groups.get("name") or groups.get("name2") or ""
        time = groups.get("time") or groups.get("time2")
        day = groups.get("day") or groups.get("day2") or groups.get("day3")
        found.append(Start(match.start(), match.end(), label, time, day))
    return Candidates(shape, found, text)


def spans_of(
    starts: Sequence[Start], text: str, *, paragraphs: bool, stops: Sequence[int] = ()
) -> list[Span]:
    """Each start with its words: up to the next start or stop, or to a line that is no speech.

    With `paragraphs` words go on over blank lines. A start without words is left out.
    """
    borders = sorted({*(start.at for start in starts), *stops, len(text)})
    found = []
    for start in starts:
        begin, end = start.words, borders[bisect_right(borders, start.at)]
        written = _NOT_WRITTEN.match(text, begin, end)
        if written:
            begin = written.end()
        if not paragraphs:
            end = _gap(text, begin, end)
        while end > begin and text[end - 1].isspace():
            end -= 1
        while begin < end and text[begin].isspace():
            begin += 1
        if end > begin:
            found.append(Span(start, begin, end))
    return found


def _gap(text: str, start: int, end: int) -> int:
    """Where the first blank line, or line that only tells the time, begins; `end` without one."""
    line_end = text.find("\n", start, end)
    if line_end < 0:
        return end
    gaps = (pattern.search(text, line_end + 1, end) for pattern in (_BLANK, CLOCK_LINE))
    return min([end, *(gap.start() for gap in gaps if gap)])


def share_of(
    starts: Sequence[Start], text: str, *, paragraphs: bool, stops: Sequence[int] = ()
) -> float:
    """The share of lines that are not blank and begin or continue a turn, 0..1."""
    begun = {start.at for start in starts} | set(stops)
    lines = inside = offset = 0
    speaking = False
    for line in text.split("\n"):
        if offset in begun:
            speaking = True
        elif not line.strip() and not paragraphs:
            speaking = False
        if line.strip():
            lines += 1
            inside += speaking
        offset += len(line) + 1
    return inside / lines if lines else 0.0


def timed(spans: Sequence[Span], text: str) -> list[Span]:
    """The turns with the time that stands on a line of its own before them, where some do."""
    clocks = [(match.start(), match[1]) for match in CLOCK_LINE.finditer(text)]
    found = []
    for span in spans:
        place = bisect_right(clocks, span.of.at, key=lambda clock: clock[0]) - 1
        time = clocks[place][1] if place >= 0 else None
        found.append(span._replace(of=span.of._replace(time=span.of.time or time)))
    return found
