"""Tables of HTML: which hold data and which only place things on a page; the rows of the former."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element

_CELLS = frozenset(("td", "th"))
_GROUPS = frozenset(("thead", "tbody", "tfoot"))
_HEADINGS = frozenset(("h1", "h2", "h3"))
_PARAGRAPHS = frozenset(("p", "div", "ul", "ol"))
_LAYOUT_ROLES = frozenset(("presentation", "none"))
#: A cell with more characters than this and several paragraphs is a part of a page.
_LONG_CELL = 1500
_MAX_SPAN = 999


@dataclass(slots=True)
class _Facts:
    """What was seen of a table so far; `parts` says that it holds parts of a page."""

    element: _Element
    labelled: bool = False
    nested: bool = False
    parts: bool = False
    code: bool = False
    rows: int = 0
    cells: int = 0
    widest: int = 0
    characters: int = 0
    blocks: int = 0

    @property
    def is_data(self) -> bool:
        """Whether its rows mean something."""
        if self.element.get("role") in _LAYOUT_ROLES or self.widest < 2:
            return False
        if self.code and self.rows < 2:
            return False  # numbers of lines beside a listing
        return self.labelled or not (self.nested or self.parts)


def data_tables(root: _Element) -> set[_Element]:
    """The tables whose rows and columns mean something."""
    from lxml import etree

    found: set[_Element] = set()
    stack: list[_Facts] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag == "table":
            if event == "start":
                if stack:
                    stack[-1].nested = True
                stack.append(_Facts(element))
            elif stack.pop().is_data:
                found.add(element)
        elif stack and event == "start":
            _note(stack[-1], element)
        elif stack and element.tag in _CELLS:
            facts = stack[-1]
            facts.parts |= facts.characters > _LONG_CELL and facts.blocks > 1
    return found


def _note(facts: _Facts, element: _Element) -> None:
    """Take account of an element inside a table and outside the tables in it."""
    tag = element.tag
    facts.characters += len(element.text or "") + len(element.tail or "")
    if tag == "tr":
        facts.rows += 1
        facts.cells = 0
    elif tag in _CELLS:
        facts.cells += 1
        facts.widest = max(facts.widest, facts.cells)
        facts.labelled |= tag == "th"
        facts.characters, facts.blocks = len(element.text or ""), 0
    elif tag in ("thead", "caption"):
        facts.labelled = True
    elif tag == "pre":
        facts.code = True
    elif tag in _HEADINGS:
        facts.parts = True
    elif tag in _PARAGRAPHS:
        facts.blocks += 1


def rows_of(table: _Element, plain: Callable[[_Element], Iterator[str]]) -> Iterator[list[str]]:
    """The cells of each row; `plain` gives the words of a cell in pieces.

    A cell that spans rows has its words in the first of them and is empty in the others. A
    caption, and whatever else stands between rows, is a row of its own.
    """
    below: dict[int, int] = {}
    room = sum(1 for _ in table.iter("td", "th"))
    for item in _items(table):
        if isinstance(item, str):
            yield [item]
        elif item.tag != "tr":
            yield ["".join(plain(item))]
        else:
            cells: list[str] = [item.text] if (item.text or "").strip() else []
            for cell in item:
                while below.get(len(cells)) and room > 0:
                    below[len(cells)] -= 1
                    cells.append("")
                    room -= 1
                if (span := _span(cell)) > 1:
                    below[len(cells)] = span - 1
                cells.append("".join(plain(cell)) + (cell.tail or ""))
            yield cells


def _span(cell: _Element) -> int:
    text = cell.get("rowspan", "")
    return min(int(text), _MAX_SPAN) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _items(table: _Element) -> Iterator[_Element | str]:
    """Rows, captions and stray words, in order, whatever groups they are in."""
    yield table.text or ""
    for child in table:
        if child.tag in _GROUPS:
            yield child.text or ""
            for row in child:
                yield row
                yield row.tail or ""
        elif child.tag not in ("colgroup", "col"):
            yield child
        yield child.tail or ""
