"""What the styles of a DOCX say of its paragraphs and runs: headings, lists, hidden text.

A style is made from another; what it does not say itself is said by that one. Values are read as
they are written, since python-docx refuses a file for a single one that is out of order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.readers.office.numbering import value_of

if TYPE_CHECKING:
    from docx.styles.style import BaseStyle
    from docx.styles.styles import Styles as DocxStyles
    from lxml.etree import _Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"(?:heading|заголовок)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|название", re.IGNORECASE)
_OFF = frozenset({"0", "false", "off", "none"})
#: levels of an outline, counted from 0; one more stands for running text
_OUTLINE_LEVELS = 9
#: styles that one is made from, each by the next; they may go in a circle
_MAX_BASES = 50


def is_on(properties: _Element | None, tag: str) -> bool:
    """Whether properties of a run or a paragraph turn something on."""
    switch = None if properties is None else properties.find(f"{W}{tag}")
    return switch is not None and switch.get(f"{W}val", "") not in _OFF


def heading_level(name: str) -> int:
    """Level of the headings that a style of this name is for, 0 for none."""
    if heading := _HEADING.match(name):
        return int(heading[1])
    return 1 if _TITLE.fullmatch(name) else 0


class Styles:
    """The styles of a document, followed to those they are made from."""

    def __init__(self, styles: DocxStyles) -> None:
        self._styles = styles
        self._resolved: dict[str, tuple[int, str, str]] = {}
        #: ids of styles whose text nobody sees
        self.hidden = frozenset(
            style.styleId for style in styles.element.style_lst if is_on(style.rPr, "vanish")
        )

    def list_of(self, key: str) -> str:
        """The list of a list style, "" where it has none."""
        return value_of(self._styles.element.get_by_id(key), "pPr", "numPr", "numId")

    def level(self, paragraph: _Element) -> int:
        """Level of the heading that a paragraph is, counted from 1; 0 for running text."""
        outline = value_of(paragraph, "pPr", "outlineLvl")
        return _outline_level(outline) if outline else self._style_of(paragraph)[0]

    def place_in_list(self, paragraph: _Element) -> tuple[str, int] | None:
        """The list that numbers a paragraph and the level there, counted from 0."""
        _, number, level = self._style_of(paragraph)
        number = value_of(paragraph, "pPr", "numPr", "numId") or number
        level = value_of(paragraph, "pPr", "numPr", "ilvl") or level
        if number in ("", "0"):
            return None
        return number, int(level) if level.isdecimal() else 0

    def _style_of(self, paragraph: _Element) -> tuple[int, str, str]:
        """Level as a heading, list and level there that the style of a paragraph gives it."""
        from docx.enum.style import WD_STYLE_TYPE

        key = value_of(paragraph, "pPr", "pStyle")
        if key not in self._resolved:
            level, number, place = None, "", ""
            style = self._styles.get_by_id(key or None, WD_STYLE_TYPE.PARAGRAPH)
            for _ in range(_MAX_BASES):
                if style is None:
                    break
                level = _level_of(style) if level is None else level
                number = number or value_of(style.element, "pPr", "numPr", "numId")
                place = place or value_of(style.element, "pPr", "numPr", "ilvl")
                style = style.base_style
            self._resolved[key] = level or 0, number, place
        return self._resolved[key]


def _level_of(style: BaseStyle) -> int | None:
    """Level of the headings that a style is for, None where it does not say itself."""
    outline = value_of(style.element, "pPr", "outlineLvl")
    return heading_level(style.name or "") or (_outline_level(outline) if outline else None)


def _outline_level(outline: str) -> int:
    level = int(outline) if outline.isdecimal() and len(outline) < 3 else _OUTLINE_LEVELS
    return level + 1 if level < _OUTLINE_LEVELS else 0
