"""Which elements of a page nobody sees: by attribute, by inline style, by simple rules of CSS.

A page can tell a program what it does not tell a person. Style sheets inside the page are read as
far as that needs no layout: rules whose selector is one tag, class or id, outside @media and its
like. Text that is `aria-hidden` is seen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element

#: Characters of style sheets, and declarations of one style, that are looked at.
MAX_CSS = 1_000_000
MAX_DECLARATIONS = 200

_Colour = tuple[int, int, int]
_WHITE: _Colour = (255, 255, 255)
_BLACK: _Colour = (0, 0, 0)
#: the same on every channel but for so much cannot be read
_ALIKE = 12
#: pixels or points, and shares of the letters around, that are too small to be read
_SMALL, _SMALL_SHARE = 1.0, 0.1
_FAINT = 0.05
#: pixels beyond which a shift puts text off the page
_FAR = 900.0

_NAMED: dict[str, _Colour] = {
    "white": _WHITE,
    "black": _BLACK,
    "red": (255, 0, 0),
    "yellow": (255, 255, 0),
    "lime": (0, 255, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "whitesmoke": (245, 245, 245),
}
_RGB = re.compile(r"rgba?\((\d{1,3})[, ]+(\d{1,3})[, ]+(\d{1,3})(?:[, /]+(\d*\.?\d+)%?)?\)")
_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})(?:[0-9a-f]{2})?")
_MEASURE = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))([a-z%]*)")
_NOTHING_LEFT = re.compile(r"rect\((?:[01](?:px)?[, ]*){4}\)|inset\((?:50|100)%.*\)|circle\(0.*\)")
_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?([.#][\w-]+)?")
_BRACE = re.compile(r"[{}]")
_COLOURS = frozenset(("color", "background", "background-color"))
#: attributes that say how text looks
_TELLING = frozenset(("hidden", "color", "text", "bgcolor", "background"))
_SHEET = re.compile(r"\bstylesheet\b", re.IGNORECASE)


class _Look(NamedTuple):
    """How text looks here: what is inherited of CSS, as far as it can hide words.

    `colour` and `ground` are None where they are not known.
    """

    gone: bool = False
    small: bool = False
    invisible: bool = False
    colour: _Colour | None = None
    ground: _Colour | None = _WHITE

    @property
    def unseen(self) -> bool:
        return self.gone or self.small or self.invisible or _alike(self.colour, self.ground)


def unseen(root: _Element) -> set[_Element]:
    """The elements of a page whose own words nobody sees; those inside them are listed too."""
    from lxml import etree

    sheets = _Sheets(root)
    found: set[_Element] = set()
    looks = [_Look(colour=None if sheets.foreign else _BLACK)]
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            looks.pop()
            continue
        looks.append(_look(element, sheets, looks[-1]))
        if looks[-1].unseen:
            found.add(element)
    return found


class _Sheets:
    """The simple rules of a page's own style sheets.

    `foreign` says that other rules, in other sheets or with other selectors, may set colours.
    """

    def __init__(self, root: _Element) -> None:
        css = "\n".join(sheet.text or "" for sheet in root.iter("style"))[:MAX_CSS]
        links = (link.get("rel", "") for link in root.iter("link"))
        self.foreign = "@import" in css or any(map(_SHEET.search, links))
        self._rules: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for selector, style in _rules(css):
            if _SELECTOR.fullmatch(selector):
                self._rules[selector] |= style
            elif not _COLOURS.isdisjoint(style):
                self.foreign = True

    def style(self, element: _Element) -> dict[str, str]:
        """Declarations that hold for an element, those of its own attribute last."""
        style: dict[str, str] = {}
        tag = str(element.tag)
        if self._rules:
            classes = element.get("class", "").split()[:MAX_DECLARATIONS]
            names = [f".{name}" for name in classes]
            if identity := element.get("id"):
                names.append(f"#{identity}")
            for key in (tag, *(key for name in names for key in (name, tag + name))):
                if key in self._rules:
                    style |= self._rules[key]
        if own := element.get("style"):
            style |= _declarations(own)
        return style


def _look(element: _Element, sheets: _Sheets, around: _Look) -> _Look:
    """How the words of `element` look, given how those `around` it do."""
    attributes = element.attrib
    style = sheets.style(element)
    if not style and _TELLING.isdisjoint(attributes):
        unknown = sheets.foreign and ("class" in attributes or "id" in attributes)
        return around._replace(ground=None) if unknown else around
    gone = "hidden" in attributes and style.get("display", "none") == "none"
    colour, ground = _colours(attributes, style, around, foreign=sheets.foreign)
    return _Look(
        gone=around.gone or gone or _is_gone(style),
        small=_is_small(style["font-size"]) if "font-size" in style else around.small,
        invisible=(
            style["visibility"] in ("hidden", "collapse")
            if "visibility" in style
            else around.invisible
        ),
        colour=colour,
        ground=ground,
    )


def _colours(
    attributes: Mapping[str, str], style: Mapping[str, str], around: _Look, *, foreign: bool
) -> tuple[_Colour | None, _Colour | None]:
    """The colour of the words and that behind them."""
    background = style.get("background-color") or style.get("background")
    background = background or attributes.get("bgcolor")
    if background:
        ground = next(filter(None, map(_colour, [background, *background.split()])), None)
        if "transparent" in background or "none" in background:
            ground = around.ground
    elif "background" in attributes or (foreign and ("class" in attributes or "id" in attributes)):
        ground = None
    else:
        ground = around.ground
    value = style.get("color") or attributes.get("color") or attributes.get("text")
    if not value or value == "inherit":
        return around.colour, ground
    clear = _RGB.fullmatch(value)
    if value == "transparent" or (clear and clear[4] and float(clear[4]) <= _FAINT):
        return ground, ground
    return _colour(value), ground


def _is_gone(style: Mapping[str, str]) -> bool:
    """Whether the element and all that is in it take no place that can be seen."""
    if style.get("display") == "none" or style.get("content-visibility") == "hidden":
        return True
    if "opacity" in style and _number(style["opacity"], 1.0) <= _FAINT:
        return True
    if _number(style.get("text-indent", ""), 0.0) <= -_FAR:
        return True
    if style.get("position") in ("absolute", "fixed", "relative"):
        sides = (style.get(side, "") for side in ("left", "top", "right", "bottom"))
        if any(abs(_number(side, 0.0)) >= _FAR and side.startswith("-") for side in sides):
            return True
    if any(_NOTHING_LEFT.match(style.get(key, "")) for key in ("clip", "clip-path")):
        return True
    if style.get("transform", "").startswith("scale(0)"):
        return True
    sizes = (style.get(size, "") for size in ("height", "max-height", "width", "max-width"))
    return style.get("overflow") in ("hidden", "clip") and any(
        size and _number(size, _FAR) <= _SMALL and not size.endswith("%") for size in sizes
    )


def _is_small(size: str) -> bool:
    found = _MEASURE.fullmatch(size)
    if not found:
        return False
    return float(found[1]) <= (_SMALL if found[2] in ("px", "pt") else _size_share(found[2]))


def _size_share(unit: str) -> float:
    return _SMALL_SHARE * 100 if unit == "%" else _SMALL_SHARE


def _number(value: str, default: float) -> float:
    found = _MEASURE.fullmatch(value)
    return float(found[1]) if found else default


def _colour(value: str) -> _Colour | None:
    value = value.strip().lower()
    if found := _RGB.fullmatch(value):
        red, green, blue = (min(int(part), 255) for part in found.groups()[:3])
        return red, green, blue
    if value in _NAMED:
        return _NAMED[value]
    if found := _HEX.fullmatch(value):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    return None


def _alike(colour: _Colour | None, ground: _Colour | None) -> bool:
    if colour is None or ground is None:
        return False
    return max(abs(one - other) for one, other in zip(colour, ground, strict=True)) <= _ALIKE


def _declarations(style: str) -> dict[str, str]:
    """Properties and values in lower case; of those said twice the last."""
    found = {}
    for declaration in _without_comments(style).lower().split(";")[:MAX_DECLARATIONS]:
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip()] = value.replace("!important", "").strip()
    return found


def _without_comments(css: str) -> str:
    pieces = []
    at = 0
    while (start := css.find("/*", at)) >= 0:
        pieces.append(css[at:start])
        at = css.find("*/", start + 2) + 2
        if at < 2:
            return "".join(pieces)
    return "".join([*pieces, css[at:]])


def _rules(css: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Selectors outside @media and its like with their declarations, in order."""
    css = _without_comments(css).replace("<!--", "").replace("-->", "")
    depth, begin, selectors = 0, 0, ""
    for brace in _BRACE.finditer(css):
        if brace.group() == "{":
            if depth == 0:
                selectors, begin = css[begin : brace.start()], brace.end()
            depth += 1
            continue
        depth = max(depth - 1, 0)
        if depth == 0:
            if "@" not in selectors:
                style = _declarations(css[begin : brace.start()])
                for selector in selectors.split(","):
                    if selector.strip():
                        yield selector.strip(), style
            begin, selectors = brace.end(), ""
