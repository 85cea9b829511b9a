"""A paper as items and grids: lines that belong together, the section and the list they stand in.

An item is a line with what continues it: wrapped words, labelled fields below it (a blank line or a
bullet of their own notwithstanding). A line that ends in a colon heads the list under it («Титову
О. В.:», "By Friday:"). A grid is a run of rows with bars, tabs or columns of spaces.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.minutes.morphology import reading
from rag.minutes.paper.fields import SENTENCE_END, Field, fields_in, label_of
from rag.minutes.paper.grid import columns_of
from rag.minutes.paper.lines import (
    ANNOUNCED,
    BULLET,
    CHECKBOX,
    Row,
    continues,
    heading_of,
    indent_of,
    is_rule,
    rows_of,
    section_of,
)
from rag.minutes.stretches import FAR, LINE
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.minutes.paper.lines import Section

#: sections whose lines are no promises
IDLE = frozenset({"agenda", "template", "people"})
#: «РЕШИЛИ: …», «3. СЛУШАЛИ: …», "Resolved: …" with the words behind on the same line
_OPENING = re.compile(
    r"^[\s*_>#]*(?:\d+(?:\.\d+)*[.)]?\s+)?(?P<verb>слушали|выступили|решили|постановили|решение|поручили|поручения"
    r"|участники|присутствовали|повестка(?:\s+дня)?|agenda|present|attendees|apologies|resolved|agreed|decided"
    r"|actions?(?:\s+(?:items?|points?))?)"
    r"[*_]*\s*:[*_]*\s*(?=\S)",
    re.IGNORECASE,
)
#: who was heard about what is no task; who spoke can report one
_HEARD: dict[str, Section] = {"слушали": "agenda", "выступили": ""}
_GAP = re.compile(r"\t+| {2,}")
_FIELD_KINDS = frozenset({"owner", "helper", "due", "status", "control", "other"})
#: the short form of an office, whose full stop ends no sentence («доц. Миронову»)
_ABBREVIATED = re.compile(r"\b(?:доц|проф|зав|нач|зам|гл|инж|ст|асс|акад|докл|тов|дир)\.$")
#: a line that lists who was there
_WHO = re.compile(r"\s*(?:who|кто)\s*:\s*[^,\n]+,[^,\n]+,", re.IGNORECASE)
#: capitalised names or initials and nothing else
_NAMES = re.compile(
    r"[A-Z][\w'’.]*(?:\s+[A-Z][\w'’]+)?(?:\s*(?:,|/|&|\band\b)\s*[A-Z][\w'’.]*(?:\s+[A-Z][\w'’]+)?)*"
)
#: characters of an item with all that continues it, at most
_ITEM_LONGEST = 2 * LINE
#: words of a heading inside a list of tasks that can be those who do them
_NAME_WORDS = 3
_HASHED = re.compile(r"^[^\S\n]*+#{1,6}\s", re.MULTILINE)


@dataclass(slots=True)
class Item:
    """Lines that belong together: `rows[0]` is the head; `body` is where its words begin.

    `checked` is the mark in its box, None without a box. `heads` are the lines over it that end in
    a colon, outermost first, as spans. `alone` tells that the item has no bullet or number.
    """

    rows: list[Row]
    body: int
    section: Section
    checked: str | None = None
    heads: tuple[tuple[int, int], ...] = ()
    alone: bool = True
    kinds: set[str] = field(default_factory=set)

    @property
    def start(self) -> int:
        """Where its first line begins."""
        return self.rows[0].start

    @property
    def end(self) -> int:
        """Where its last line ends."""
        return self.rows[-1].end


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a table with their cells, `kind` one of "bars", "tabs", "gaps"."""

    rows: tuple[tuple[Row, tuple[tuple[int, int], ...]], ...]
    kind: str
    section: Section


@dataclass(slots=True)
class _State:
    """What holds at a line: its section, the lists it is in, the item that is still open.

    No row before `unpaired` begins a table that has its labels in the first of two columns.
    """

    section: Section = ""
    heads: list[tuple[int, int, int, str]] = field(default_factory=list)
    item: Item | None = None
    blank: bool = False
    unpaired: int = 0


def layout(text: str) -> Iterator[Item | Grid]:
    """The items and grids of a paper, in order."""
    rows = list(rows_of(text))
    hashed = _HASHED.search(text) is not None
    state = _State()
    at = 0
    while at < len(rows):
        row = rows[at]
        if state.item and _is_apart(row, state.item):
            yield state.item
            state.item = None
        if not text[row.start : row.end].strip() or is_rule(text, row):
            state.blank = True
            if state.section in IDLE and not hashed:
                state.section = ""
            at += 1
            continue
        grid = _grid(text, rows, at, state)
        if grid is not None:
            if state.item:
                yield state.item
            state.item, state.heads = None, []
            yield grid
            at += len(grid.rows)
            continue
        yield from _line(text, rows, at, state)
        state.blank = False
        at += 1
    if state.item:
        yield state.item


def _is_apart(row: Row, item: Item) -> bool:
    """Whether a line is too far from an item, or the item too long, for it to be a part of it."""
    return row.start - item.end > FAR or row.end - item.start > _ITEM_LONGEST


def _line(text: str, rows: list[Row], at: int, state: _State) -> Iterator[Item]:
    row = rows[at]
    before = rows[at - 1] if at and not state.blank else None
    if state.item and _belongs(text, row, before, state):
        state.item.rows.append(row)
        state.item.kinds |= {f.kind for f in fields_in(text, row.start, row.end) if f.value}
        return
    title = heading_of(text, row)
    if state.item:
        yield state.item
        state.item = None
    if title is not None:
        known = section_of(title)
        deeper = state.section == "tasks" and len(title.split()) <= _NAME_WORDS
        state.section = known or ("tasks" if deeper else "")
        offset = text.index(title, row.start) if title in text[row.start : row.end] else row.start
        state.heads = [(offset, offset + len(title), -1, "title")] if not known else []
        return
    item, style = _opened(text, row, state)
    while state.heads and _leaves(state, row, text, style):
        state.heads.pop()
    item.heads = tuple((a, b) for a, b, _, _ in state.heads)
    state.item = item
    if text[row.start : row.end].rstrip(" *_").endswith(":") and not item.kinds:
        state.heads.append((item.body, row.end, indent_of(text, row), style))


def _opened(text: str, row: Row, state: _State) -> tuple[Item, str]:
    """A new item and the style of its marker."""
    line = text[row.start : row.end]
    checkbox = CHECKBOX.match(line)
    bullet = BULLET.match(line)
    opening = _OPENING.match(line)
    if _WHO.match(line):
        return Item([row], row.start, "people"), ""
    body, style, mark, section = row.start, "", None, state.section
    if checkbox:
        body, style = row.start + checkbox.start("body"), "box"
        mark = (checkbox["mark"] or checkbox["box"] or "").strip("☐- ")
    elif opening:
        verb = fold(opening["verb"])
        section = _HEARD.get(verb, section_of(verb))
        if section != "people":  # a list of those present ends with its line
            state.section = "" if verb in _HEARD else section
        state.heads = []
        body = row.start + opening.end()
        heard = SENTENCE_END.search(text, body, row.end) if verb == "слушали" else None
        if heard and not _ABBREVIATED.search(
            text[body : heard.start() + 1]
        ):  # what was said there stands behind who was heard
            section, body = "", heard.end()
        inner = BULLET.match(text[body : row.end])
        body += inner.start("body") if inner else 0
    elif bullet:
        body = row.start + bullet.start("body")
        style = re.sub(r"\d+", "1", line.split()[0])
        style = "а)" if re.fullmatch(r"\(?[а-яёa-z]\)", style) else style
    kinds = {f.kind for f in fields_in(text, body, row.end)}
    return Item([row], body, section, mark, alone=not style, kinds=kinds), style


def _belongs(text: str, row: Row, before: Row | None, state: _State) -> bool:
    """Whether a line is a part of the open item."""
    item = state.item
    if item is None:
        return False
    line = text[row.start : row.end]
    bullet = BULLET.match(line)
    body = row.start + (bullet.start("body") if bullet else len(line) - len(line.lstrip()))
    announced = ANNOUNCED.match(line)
    if announced and _NAMES.fullmatch(line[announced.end() :].strip(" .*_")):
        return "owner" not in item.kinds  # "Action – Paul" below what is to be done
    if announced and not _wants_task(text, item):
        return False
    found = fields_in(text, body, row.end)
    if found and found[0].start <= body and not _WHO.match(line):
        return _joins(found[0], item)
    if before is None or heading_of(text, row) is not None:
        return False
    if bullet is None and CHECKBOX.match(line) is None:
        closed = text[before.start : before.end].rstrip().endswith(":")
        return not closed and continues(text, row, before)
    return _is_listed(text, row, item) and not CHECKBOX.match(line)


def _wants_task(text: str, item: Item) -> bool:
    """Whether an item has begun with a field and has no task yet («Кто: …», then «Задача: …»)."""
    first = fields_in(text, item.body, item.rows[0].end)
    return "task" not in item.kinds and bool(first) and first[0].start <= item.body


def _joins(first: Field, item: Item) -> bool:
    """Whether a line that begins with a label goes with the item rather than opening another."""
    if first.kind == "task":
        return bool(item.kinds) and "task" not in item.kinds and item.alone
    return first.kind in _FIELD_KINDS and first.kind not in item.kinds


def _is_listed(text: str, row: Row, item: Item) -> bool:
    """«Подготовить:» with things under it: the bullets are the objects of one act."""
    head = text[item.body : item.rows[0].end].rstrip()
    if not head.endswith(":"):
        return False
    words = re.findall(r"[^\W\d_]+", fold(head))
    bullet = BULLET.match(text[row.start : row.end])
    first = re.match(r"[^\W\d_]+", fold(bullet["body"])) if bullet else None
    acts = len(words) <= 4 and bool(words) and reading(words[0], "INFN", at_least=0.3) is not None
    return acts and first is not None and reading(first.group(), "INFN", at_least=0.3) is None


def _leaves(state: _State, row: Row, text: str, style: str) -> bool:
    """Whether a line is no more in the list of the last line that ended in a colon."""
    _, _, indent, head_style = state.heads[-1]
    if head_style == "title":
        return False
    if not style:
        return state.blank or not head_style or indent_of(text, row) <= indent
    return style == head_style and indent_of(text, row) <= indent


def _grid(text: str, rows: list[Row], at: int, state: _State) -> Grid | None:
    """The table that begins with a row, if one does."""
    for kind in ("bars", "tabs", "gaps"):
        if not _may_head(text, rows, at, kind, state):
            continue
        found = []
        for place in range(at, len(rows)):
            cells = _cells(text, rows[place], kind)
            if len(cells) < 2:
                break
            found.append((rows[place], tuple(cells)))
        while kind == "tabs" and found and not any(text[slice(*span)] for span in found[-1][1]):
            found.pop()
        least = 1 if kind == "bars" else 2
        if len(found) >= least and _is_table(text, found, kind):
            return Grid(tuple(found), kind, state.section)
    return None


def _may_head(text: str, rows: list[Row], at: int, kind: str, state: _State) -> bool:
    """Whether a table can begin with a row, without going through all rows below each time."""
    row = rows[at]
    cells = _cells(text, row, kind)
    if len(cells) < 2:
        return False
    if kind == "bars" and text[row.start : row.end].lstrip().startswith("|"):
        return True
    if columns_of(text, cells) is not None:
        return True
    return kind == "bars" and len(cells) == 2 and _is_paired(text, rows, at, state)


def _is_paired(text: str, rows: list[Row], at: int, state: _State) -> bool:
    """Whether rows of two cells, a label in one of them, begin here; `state` keeps a no."""
    if at < state.unpaired:
        return False
    last, labelled, count = at, False, 2
    while last < len(rows):
        cells = _cells(text, rows[last], "bars")
        count = len(cells)
        if count != 2:
            break
        labelled = labelled or label_of(text[slice(*cells[0])]) is not None
        last += 1
    if labelled and count <= 2 and last - at > 1:
        return True
    state.unpaired = last
    return False


def _is_table(text: str, rows: list[tuple[Row, tuple[tuple[int, int], ...]]], kind: str) -> bool:
    if kind == "bars" and text[rows[0][0].start : rows[0][0].end].lstrip().startswith("|"):
        return True
    if kind == "bars" and len(rows) > 1 and all(len(cells) == 2 for _, cells in rows):
        return any(label_of(text[slice(*cells[0])]) for _, cells in rows)
    return columns_of(text, rows[0][1]) is not None


def _cells(text: str, row: Row, kind: str) -> list[tuple[int, int]]:
    """Offsets of a row's cells, trimmed; with bars also the empty ones."""
    line = text[row.start : row.end]
    if kind == "bars":
        if "|" not in line:
            return []
        cuts = [m.start() for m in re.finditer(r"\|", line)]
        bounds = [-1, *cuts, len(line)]
        spans = [(a + 1, b) for a, b in itertools.pairwise(bounds)]
        if not line[: spans[0][1]].strip():
            spans = spans[1:]
        if len(spans) > 1 and not line[slice(*spans[-1])].strip() and line.rstrip().endswith("|"):
            spans = spans[:-1]
    elif kind == "tabs":
        if "\t" not in line.strip(" "):
            return []
        bounds = [-1, *(m.start() for m in re.finditer(r"\t", line)), len(line)]
        spans = [(a + 1, b) for a, b in itertools.pairwise(bounds)]
    else:
        stripped = line.strip()
        lead = len(line) - len(line.lstrip())
        spans, left = [], lead
        for gap in _GAP.finditer(line, lead, lead + len(stripped)):
            spans.append((left, gap.start()))
            left = gap.end()
        spans.append((left, lead + len(stripped)))
    return [_trimmed(text, row.start + a, row.start + b) for a, b in spans]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
