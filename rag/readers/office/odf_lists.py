"""The numbers and bullets that OpenDocument sets before the items of lists and before headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.readers.office.numbering import Level, List, Lists

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.etree import _Element

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
#: how a format of numbers begins, and what WordprocessingML calls it
_FORMS = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "а": "russianLower",
    "А": "russianUpper",
}
_LEVELS = tuple(
    f"{_TEXT}{tag}"
    for tag in ("list-level-style-number", "list-level-style-bullet", "outline-level-style")
)
#: the list that numbers headings
OUTLINE = ""


def odf_lists(roots: Iterable[_Element]) -> Lists:
    """The lists of the parts that define styles, by the names of their styles."""
    lists = {}
    for root in roots:
        for style in root.iter(f"{_TEXT}list-style", f"{_TEXT}outline-style"):
            outline = style.tag == f"{_TEXT}outline-style"
            name = OUTLINE if outline else style.get(f"{_STYLE}name", "")
            items = {
                _integer(item.get(f"{_TEXT}level")) - 1: item
                for item in style.iterchildren(*_LEVELS)
            }
            lists[name] = List(name, {place: _level(place, items) for place in items}, {})
    return Lists(lists)


def _level(place: int, items: Mapping[int, _Element]) -> Level:
    """How a level counts; its number may be made up of those of the levels above it."""
    item = items[place]
    bullet = item.get(f"{_TEXT}bullet-char")
    if bullet:
        return Level(1, "bullet", bullet)
    shown = range(max(place + 1 - _integer(item.get(f"{_TEXT}display-levels")), 0), place + 1)
    numbers = ".".join(f"%{above + 1:X}" for above in shown if _form(items.get(above, item)))
    before, after = (item.get(f"{_STYLE}num-{end}", "") for end in ("prefix", "suffix"))
    text = f"{before}{numbers}{after}" if _form(item) else ""
    return Level(_integer(item.get(f"{_TEXT}start-value")), _form(item), text)


def _form(item: _Element) -> str:
    return _FORMS.get(item.get(f"{_STYLE}num-format", "")[:1], "")


def _integer(text: str | None) -> int:
    """A number of the file, 1 where it says none."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 1
