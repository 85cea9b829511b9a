"""The lines of a protocol: items with what continues them, table rows, the parts of a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


HEADING = re.compile(r"^\s*(?:#{1,6}\s+(?P<md>.+)|(?P<caps>[А-ЯЁA-Z][А-ЯЁA-Z \d]{5,}):?)\s*$")
CHECKBOX = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[(?P<mark>[ xXхХvV✓]?)\]\s+(?P<body>.*\S)")
BULLET = re.compile(r"^\s*(?:[-*+•–—]|\d+(?:\.\d+)*[.)])\s+(?P<body>.*\S)")
OWNER_FIELD = re.compile(
    r"[(\[]?\b(?:(?:отв\.|отв(?=:)|ответственн(?:ый|ая|ые)(?:\s+исполнитель)?|исполнитель|исп\.|owner|assignee|responsible|who)"
    r"\s*[:—–-]|(?:отв|исп)\.(?=\s+[А-ЯЁ]))\s*(?P<owner>[^\n;|)\]]+?)(?=\s*(?:[;)\]]|\.?\s*(?:[,(]\s*)?\b(?:срок\w*|до|due|by|deadline|when)\b|\.\s*$|\.\s+[А-ЯЁA-Z][а-яёa-z]{2,}|$))",
    re.I | re.M,
)
DUE_FIELD = re.compile(
    r"\b(?:срок(?:\s+исполнения)?|due|deadline|дедлайн)\s*[:—–-]\s*(?P<due>[^\n;|)]+)", re.I
)
_SEPARATOR = re.compile(r"\s+[—–-]\s+|\s*:\s+|\s*[(,;]\s*|\s+(?=до\s|by\s|due\s)")
_COLUMNS = {
    "task": re.compile(r"задач|поручени|что|действи|мероприяти|task|action|what|item|topic", re.I),
    "owner": re.compile(r"ответственн|исполнител|кто|owner|assignee|who|lead|responsible", re.I),
    "due": re.compile(r"срок|дата|когда|дедлайн|due|when|deadline|by|date", re.I),
    "status": re.compile(r"статус|состояни|status|done", re.I),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the text that may hold a task: `text[start:end]`, without its line end."""

    start: int
    end: int


def rows_of(text: str) -> Iterator[Row]:
    """The lines of a text as spans."""
    start = 0
    for line in text.split("\n"):
        yield Row(start, start + len(line))
        start += len(line) + 1


def continues(text: str, row: Row) -> bool:
    """Whether a line goes on with the item above: indented, a field, or hard-wrapped."""
    line = text[row.start : row.end]
    if not line.strip() or CHECKBOX.match(line) or BULLET.match(line) or line.lstrip()[0] in "|#":
        return False
    field = OWNER_FIELD.match(line.strip()) or DUE_FIELD.match(line.strip())
    return line[0] in " \t" or field is not None or line.strip()[0].islower()


def cells_of(text: str, row: Row) -> list[tuple[int, int]]:
    """Offsets of a table row's cells, trimmed."""
    borders = [m.start() for m in re.finditer(r"\|", text[row.start : row.end])]
    spans = []
    for left, right in zip(borders, [*borders[1:], row.end - row.start], strict=True):
        start, end = row.start + left + 1, row.start + right
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        spans.append((start, end))
    return spans[:-1] if len(spans) > 1 and spans[-1][0] >= spans[-1][1] else spans


def columns_of(text: str, cells: Sequence[tuple[int, int]]) -> dict[str, int] | None:
    """Which column is what, where a row is the header of a task table."""
    found: dict[str, int] = {}
    for index, (start, end) in enumerate(cells):
        for name, pattern in _COLUMNS.items():
            if name not in found and pattern.match(text[start:end]):
                found[name] = index
                break
    return found if "task" in found and "owner" in found else None


def trim_space(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its edges."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space, marks of emphasis and punctuation at its edges."""
    while start < end and text[start] in " \t\n~*_—–-.,:;(":
        start += 1
    while end > start and text[end - 1] in " \t\n~*_—–-.,:;(":
        end -= 1
    return start, end


def pieces_of(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of a checkbox line between dashes, colons and commas."""
    cuts = [start]
    for match in _SEPARATOR.finditer(text, start, end):
        cuts += [match.start(), match.end()]
    cuts.append(end)
    spans = [trim(text, a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    return [span for span in spans if span[0] < span[1]]
