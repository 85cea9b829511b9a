"""The numbers that programs set before paragraphs by themselves: «3.2.», «б)», «IV», and bullets.

They are no part of a paragraph's text in the file, but a person sees them and asks for «пункт 3.2».
A list is an abstract one with a format for each level; several lists may count on in the same
abstract one. Levels count from 0, as in DOCX; forms of numbers are named as there.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VALUE = f"{_W}val"
_PLACEHOLDER = re.compile(r"%([1-9A])")
#: Bullets that keep their shape; others are often characters of a symbol font.
BULLETS = frozenset("-–—*•▪●◦")
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
)
_MAX_ROMAN = 4999
_LATIN = "abcdefghijklmnopqrstuvwxyz"
#: Word counts without ё, й, ъ, ы and ь
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщэюя"
_MAX_REPEATS = 5


class Level(NamedTuple):
    """How one level of a list counts: where it starts, and its text, in which «%1» is a number.

    `restarts` says that it begins anew after a higher one, `legal` that all numbers are decimal.
    """

    start: int
    form: str
    text: str
    restarts: bool = True
    legal: bool = False


class List(NamedTuple):
    """A list: the name of the abstract one it counts in, its levels, where it starts them anew."""

    abstract: str
    levels: dict[int, Level]
    starts: dict[int, int]


class Lists:
    """The lists of a document while it is read from its beginning to its end."""

    def __init__(self, lists: Mapping[str, List]) -> None:
        self._lists = lists
        self._counters: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()

    def begin(self, abstract: str) -> None:
        """A list that counts anew begins."""
        self._counters.pop(abstract, None)

    def next(self, key: str, level: int, start: str | None = None) -> str:
        """What stands before the next paragraph on a level of list `key`, "" for nothing.

        `start` is the number that the paragraph itself asks for.
        """
        known = self._lists.get(key)
        if known is None or level not in known.levels:
            return ""
        counters = self._counters.setdefault(known.abstract, {})
        if key not in self._begun:
            self._begun.add(key)
            counters.update({place: first - 1 for place, first in known.starts.items()})
        own = known.levels[level]
        number = counters.get(level, own.start - 1) + 1
        counters[level] = int(start) if start and start.isdecimal() else number
        for deeper in [place for place in counters if place > level]:
            if known.levels.get(deeper, own).restarts:
                del counters[deeper]
        if own.form == "bullet":
            return own.text if own.text in BULLETS else "•"

        def figure_of(match: re.Match[str]) -> str:
            place = int(match[1], 16) - 1
            at = known.levels.get(place, own)
            return figure(counters.get(place, at.start), "decimal" if own.legal else at.form)

        return _PLACEHOLDER.sub(figure_of, own.text).strip()


def docx_lists(root: _Element | None, list_of: Callable[[str], str]) -> Lists:
    """The lists of numbering.xml; `list_of` names the list of a list style."""
    lists: dict[str, List] = {}
    if root is not None:
        abstracts, numbers = _by_id(root, "abstractNum"), _by_id(root, "num")
        for key, item in numbers.items():
            abstract = value_of(item, "abstractNumId")
            link = value_of(abstracts.get(abstract), "numStyleLink")
            if link:
                abstract = value_of(numbers.get(list_of(link)), "abstractNumId")
            lists[key] = _list(abstract, abstracts.get(abstract), item)
    return Lists(lists)


def _by_id(root: _Element, tag: str) -> dict[str, _Element]:
    """The elements of a kind by their id."""
    return {item.get(f"{_W}{tag}Id", ""): item for item in root.iter(f"{_W}{tag}")}


def value_of(element: _Element | None, *tags: str) -> str:
    """Attribute `val` of the element that a path of WordprocessingML tags leads to, "" without."""
    found = None if element is None else element.find(_path(tags))
    return "" if found is None else found.get(_VALUE, "")


@lru_cache
def _path(tags: tuple[str, ...]) -> str:
    return "/".join(f"{_W}{tag}" for tag in tags)


def figure(number: int, form: str) -> str:
    """A number in a form of WordprocessingML; decimal for forms that are not known."""
    if form == "none" or number < 0:
        return ""
    if form == "decimalZero":
        return f"{number:02}"
    written = ""
    if form.endswith("Roman") and 0 < number <= _MAX_ROMAN:
        written = _roman(number)
    elif form.endswith("Letter"):
        written = _letters(number, _LATIN)
    elif form.startswith("russian"):
        written = _letters(number, _RUSSIAN)
    return (written.upper() if "pper" in form else written) or str(number)


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def _letters(number: int, alphabet: str) -> str:
    """a … z, then aa, bb and so on; "" where that gets out of hand."""
    repeats, place = divmod(number - 1, len(alphabet))
    return alphabet[place] * (repeats + 1) if 0 <= repeats < _MAX_REPEATS else ""


def _list(abstract: str, template: _Element | None, number: _Element) -> List:
    levels = _levels(template)
    starts = {}
    for override in number.iter(f"{_W}lvlOverride"):
        levels.update(_levels(override))
        start = value_of(override, "startOverride")
        if start.isdecimal():
            starts[_integer(override.get(f"{_W}ilvl"))] = int(start)
    return List(abstract, levels, starts)


def _levels(parent: _Element | None) -> dict[int, Level]:
    found = {}
    for item in parent.iter(f"{_W}lvl") if parent is not None else ():
        start = value_of(item, "start")
        found[_integer(item.get(f"{_W}ilvl"))] = Level(
            start=_integer(start) if start else 1,
            form=value_of(item, "numFmt") or "decimal",
            text=value_of(item, "lvlText"),
            restarts=value_of(item, "lvlRestart") != "0",
            legal=item.find(f"{_W}isLgl") is not None,
        )
    return found


def _integer(text: str | None) -> int:
    """A number of the file that counts from 0; 0 where it is none."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
