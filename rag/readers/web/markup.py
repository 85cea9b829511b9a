"""A tree of HTML as text with marks: what a browser shows of it, block by block.

Headings and rows of tables are one line each, items of lists begin with their dash or number, and
preformatted text keeps its lines. Nothing is left out that is shown, but fields and buttons, which
go with the navigation. The walk is a loop, so that no nesting ends it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers.web.flow import LINE, PARAGRAPH, Flow
from rag.readers.web.grids import data_tables, rows_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lxml.etree import _Element

#: what is never shown; a browser that runs scripts shows no <noscript>
SKIPPED = frozenset(
    "script style template noscript iframe audio video canvas object noembed datalist title "
    "meta link base rp annotation annotation-xml metadata defs desc".split()
)
CONTROLS = frozenset(("button", "select", "option", "optgroup", "input", "progress", "meter"))
HEADINGS = {f"h{level}": level for level in range(1, 7)}
_PARAGRAPHS = frozenset(
    "p pre table dl ul ol hr blockquote figure section article form fieldset address details "
    "hgroup header footer main nav aside".split()
)
_LINES = frozenset(
    "head body div li dt dd tr td th caption figcaption summary legend center dir menu option "
    "thead tbody tfoot dialog noframes frameset multicol title-group".split()
)
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
#: A longer text under a heading's tag is a tag left open.
MAX_HEADING = 300
#: signs that link to the heading they stand in
_ANCHOR_SIGNS = frozenset("¶#§🔗∞")


@dataclass(slots=True)
class Content:
    """What is read of a page: its text, its navigation, and what nobody sees of it."""

    main: Flow = field(default_factory=Flow)
    navigation: Flow = field(default_factory=Flow)
    hidden: Flow = field(default_factory=Flow)


def parse(text: str) -> _Element:
    """The tree of an HTML text. Raises ReadError where there is none to be had."""
    from lxml import etree

    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except etree.LxmlError as error:
        raise ReadError("the page holds no text") from error
    if root is None:
        raise ReadError("the page holds no text")
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise ReadError("its elements are nested too deeply")
    return root


def render(
    root: _Element,
    *,
    aside: Collection[_Element] = (),
    hidden: Collection[_Element] = (),
    content: Content | None = None,
) -> Content:
    """The text of a tree, behind that of `content` where there is some already.

    What lies in `aside` is the page's navigation; the words of `hidden` nobody sees.
    """
    return _Walk(root, frozenset(aside), frozenset(hidden), content or Content()).content


class _Walk:
    """One way through a tree, from the first tag to the last."""

    def __init__(
        self,
        root: _Element,
        aside: frozenset[_Element],
        hidden: frozenset[_Element],
        content: Content,
    ) -> None:
        from lxml import etree

        self.content = content
        self._aside, self._hidden = aside, hidden
        self._grids = data_tables(root)
        self._flow = self.content.main
        self._set_aside: list[_Element] = []
        self._numbers: list[int | None] = []
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                if self._start(element):
                    walk.skip_subtree()
            else:
                self._end(element)
                if element.tail and element is not root:
                    self._write(element.tail, element.getparent())

    def _start(self, element: _Element) -> bool:
        """Begin an element; True where nothing inside it is left to walk through."""
        tag = _tag(element)
        if element in self._aside or tag in CONTROLS:
            self._flow.end_line(self._gap(tag))
            self._set_aside.append(element)
            self._flow = self.content.navigation
            self._flow.end_line()
        if tag in SKIPPED:
            return True
        if tag in HEADINGS or (tag in ("div", "p") and element.get("role") == "heading"):
            words = self._short(element)
            if words is not None:
                self._flow.heading(words, _level(element))
                return True
        if element in self._grids:
            self._flow.table(rows_of(element, self._plain))
            return True
        if tag == "pre":
            self._flow.verbatim("".join(self._plain(element, "\n")))
            return True
        self._open(element, tag)
        self._write(element.text or "", element)
        return False

    def _open(self, element: _Element, tag: str) -> None:
        """The white space before an element, and the dash or number of an item."""
        if tag == "br":
            self._flow.end_line()
        elif tag == "li":
            self._flow.begin_item(self._bullet(element))
        else:
            self._flow.end_line(self._gap(tag))
        if tag in _LISTS:
            self._numbers.append(_first_number(element) if tag == "ol" else None)

    def _end(self, element: _Element) -> None:
        tag = _tag(element)
        if tag in _LISTS and self._numbers:
            self._numbers.pop()
        if tag == "li":
            self._flow.end_item()
        elif tag in _PARAGRAPHS or tag in _LINES:
            self._flow.end_line(self._gap(tag))
        if self._set_aside and self._set_aside[-1] is element:
            self._set_aside.pop()
            if not self._set_aside:
                self._flow = self.content.main

    def _gap(self, tag: str) -> int:
        """Line ends around a tag; items of lists stand close together."""
        if tag in _PARAGRAPHS:
            return LINE if self._numbers else PARAGRAPH
        return LINE if tag in _LINES else 0

    def _bullet(self, element: _Element) -> str:
        number = self._numbers[-1] if self._numbers else None
        if number is None:
            return "- "
        number = _integer(element.get("value", ""), number)
        self._numbers[-1] = number + 1
        return f"{number}. "

    def _write(self, text: str, owner: _Element | None) -> None:
        """Write words into the flow they belong to."""
        if owner is not None and owner in self._hidden and self._flow is self.content.main:
            self.content.hidden.words(text)
            self.content.hidden.end_line()
        else:
            self._flow.words(text)

    def _plain(self, element: _Element, line_end: str = " ") -> Iterator[str]:
        """All that is shown inside an element, in pieces, `line_end` where a block begins or ends.

        Hidden words go where they belong.
        """
        from lxml import etree

        walk = etree.iterwalk(element, events=("start", "end"))
        for event, inner in walk:
            tag = _tag(inner)
            text, owner = inner.text, inner
            if event == "end":
                text, owner = inner.tail, inner.getparent()
            if inner is element and event == "end":
                return
            block = tag in _LINES or tag in _PARAGRAPHS
            if (block and inner is not element) or (tag == "br" and event == "start"):
                yield line_end
            if event == "start" and tag in SKIPPED:
                walk.skip_subtree()
            elif not text:
                continue
            elif owner in self._hidden and self._flow is self.content.main:
                self.content.hidden.words(text)
                self.content.hidden.end_line()
            else:
                yield text

    def _short(self, element: _Element) -> str | None:
        """The words of a heading; None where there are too many for one."""
        size = sum(1 for _ in zip(element.iter(), range(MAX_HEADING), strict=False))
        length = 0
        for text, _ in zip(element.itertext(), range(MAX_HEADING), strict=False):
            length += len(text.strip())
            if length > MAX_HEADING:
                return None
        if size >= MAX_HEADING:
            return None
        words = " ".join("".join(self._plain(element)).split())
        return words[:-1].rstrip() if words and words[-1] in _ANCHOR_SIGNS else words


def _tag(element: _Element) -> str:
    """The element's name; "" for what is no element."""
    return element.tag if isinstance(element.tag, str) else ""


def _level(element: _Element) -> int:
    level = HEADINGS.get(_tag(element)) or _integer(element.get("aria-level", ""), 2)
    return min(max(level, 1), 6)


def _first_number(element: _Element) -> int:
    return _integer(element.get("start", ""), 1)


def _integer(text: str, default: int) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else default
