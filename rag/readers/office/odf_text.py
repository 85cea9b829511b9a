"""The running text of OpenDocument: paragraphs, headings, lists, tables and what hangs on them."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from rag.readers.draft import hide, plain, row_of
from rag.readers.office.odf_lists import OUTLINE, odf_lists

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from rag.readers.draft import Draft
    from rag.readers.package import Package

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns"
OFFICE, STYLE, TABLE, TEXT, DRAW, CHART = (
    f"{{{_NAMESPACE}:{name}:1.0}}"
    for name in ("office", "style", "table", "text", "drawing", "chart")
)
_SVG = f"{{{_NAMESPACE}:svg-compatible:1.0}}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_MATH = "{http://www.w3.org/1998/Math/MathML}"
_PARAGRAPH, _HEADING, _LIST, _TABLE = f"{TEXT}p", f"{TEXT}h", f"{TEXT}list", f"{TABLE}table"
_ITEMS = frozenset({f"{TEXT}list-item", f"{TEXT}list-header"})
_NOTE, _ANNOTATION, _OBJECT = f"{TEXT}note", f"{OFFICE}annotation", f"{DRAW}object"
_CHARACTERS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n", f"{TEXT}soft-page-break": ""}
_SPACES = f"{TEXT}s"
_SKIPPED = frozenset(
    {
        f"{TEXT}tracked-changes",
        f"{TEXT}number",
        f"{TEXT}ruby-text",
        f"{OFFICE}forms",
        f"{OFFICE}event-listeners",
        f"{_SVG}title",
        f"{_SVG}desc",
    }
)
_SPACE = re.compile(r"[ \t\r\n]+")
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
#: spaces that one element may stand for
_MAX_SPACES = 100
_OUTLINE_LEVELS = 10


class Flow:
    """Puts running text into a draft, block by block."""

    def __init__(self, package: Package, draft: Draft) -> None:
        self._package = package
        self._draft = draft
        roots = [package.xml(part) for part in ("styles.xml", "content.xml")]
        found = [root for root in roots if root is not None]
        self._lists = odf_lists(found)
        self._hidden = frozenset(_hidden_styles(found))
        self._remarks: list[str] = []
        self._charts: list[_Element] = []

    def add_blocks(self, parent: _Element, *, unseen: bool = False) -> None:
        """Add the paragraphs, lists and tables of an element; nobody sees them if `unseen`."""
        for child in parent:
            self._add_block(child, unseen=unseen)

    def _add_block(self, item: _Element, label: str = "", *, unseen: bool = False) -> None:
        if item.tag in (_PARAGRAPH, _HEADING):
            self._add_paragraph(item, label, unseen=unseen)
        elif item.tag == _LIST:
            self._add_list(item, "", 1, unseen=unseen)
        elif item.tag == _TABLE:
            self.add_table(item)
        elif item.tag not in _SKIPPED:
            self.add_blocks(item, unseen=unseen or item.get(f"{TEXT}display") == "none")

    def _add_paragraph(self, item: _Element, label: str, *, unseen: bool) -> None:
        heading = item.tag == _HEADING
        level = _bounded(item.get(f"{TEXT}outline-level"), _OUTLINE_LEVELS) if heading else 0
        if heading and not label:
            label = self._lists.next(OUTLINE, level - 1)
        text = self.text(item)
        if text.strip():
            text = f"{label} {text.strip()}" if label else text
            text = hide(text) if unseen else text
            self._draft.heading(text, level) if heading else self._draft.paragraph(text)
        self.add_hanging()

    def _add_list(self, item: _Element, style: str, level: int, *, unseen: bool) -> None:
        """Add the items of a list; lists within it are its deeper levels."""
        style = item.get(f"{TEXT}style-name", style)
        if level == 1 and item.get(f"{TEXT}continue-numbering") != "true":
            self._lists.begin(style)
        for entry in item:
            label = ""
            if entry.tag == f"{TEXT}list-item" and _leads_with_text(entry):
                label = self._lists.next(style, level - 1, entry.get(f"{TEXT}start-value"))
            for child in entry if entry.tag in _ITEMS else ():
                if child.tag == _LIST:
                    self._add_list(child, style, level + 1, unseen=unseen)
                else:
                    self._add_block(child, label, unseen=unseen)
                    label = ""

    def add_table(self, table: _Element) -> None:
        """Add a table; cells that a merged one covers are left out."""
        rows = [
            row_of(map(self.text, row.iterchildren(f"{TABLE}table-cell"))) for row in _rows(table)
        ]
        header = table.find(f"{TABLE}table-header-rows") is not None
        self._draft.table(rows, header=header)
        self.add_hanging()

    def add_annotation(self, annotation: _Element) -> None:
        """Add a comment that hangs on no text."""
        self._inline(annotation)
        self.add_hanging()

    def add_hanging(self) -> None:
        """Add the footnotes, comments and charts that the last block refers to."""
        remarks, self._remarks = self._remarks, []
        charts, self._charts = self._charts, []
        for remark in remarks:
            self._draft.paragraph(remark, apart=True)
        for chart in charts:
            for title in chart.iter(f"{CHART}title"):
                self._draft.paragraph(self.text(title), apart=True)
            for table in chart.iter(_TABLE):
                self.add_table(table)

    def text(self, element: _Element) -> str:
        """The text inside an element; paragraphs within it, those of text boxes, on own lines."""
        pieces = [_SPACE.sub(" ", element.text or "")]
        for child in element:
            pieces.append(self._inline(child))
            pieces.append(_SPACE.sub(" ", child.tail or ""))
        text = plain("".join(pieces))
        return hide(text) if element.get(f"{TEXT}style-name") in self._hidden else text

    def _inline(self, child: _Element) -> str:
        if child.tag in _CHARACTERS:
            return _CHARACTERS[child.tag]
        if child.tag == _SPACES:
            return " " * _bounded(child.get(f"{TEXT}c"), _MAX_SPACES)
        if child.tag == _NOTE:
            number = (child.findtext(f"{TEXT}note-citation") or "").translate(_SUPERSCRIPT)
            self._remember(number, child.find(f"{TEXT}note-body"))
        elif child.tag == _ANNOTATION:
            author = child.findtext(f"{_DC}creator")
            self._remember(f"[{author}]" if author else "", child)
        elif child.tag == _OBJECT:
            return self._embedded(child)
        elif child.tag in (_PARAGRAPH, _HEADING):
            return f"\n{self.text(child)}\n"
        elif child.tag not in _SKIPPED:
            return self.text(child)
        return ""

    def _remember(self, lead: str, body: _Element | None) -> None:
        """Keep the text of a footnote or a comment until its paragraph has ended."""
        paragraphs = body.iter(_PARAGRAPH) if body is not None else ()
        text = " ".join(" ".join(map(self.text, paragraphs)).split())
        if text:
            self._remarks.append(f"{lead} {text}".strip())

    def _embedded(self, item: _Element) -> str:
        """The text of a formula; a chart is kept until the paragraph has ended."""
        folder = posixpath.normpath(item.get(_HREF, ""))
        root = item.find(f"{_MATH}math")
        if root is None:
            root = self._package.xml(f"{folder}/content.xml")
        if root is None:
            return ""
        if root.tag == f"{_MATH}math":
            symbols = root.iter(*(f"{_MATH}{tag}" for tag in ("mi", "mn", "mo", "mtext")))
            return " ".join((symbol.text or "").strip() for symbol in symbols)
        self._charts.extend(root.iter(f"{CHART}chart"))
        return ""


def _hidden_styles(roots: list[_Element]) -> Iterator[str]:
    """Names of the styles whose text nobody sees."""
    for root in roots:
        for style in root.iter(f"{STYLE}style"):
            properties = style.find(f"{STYLE}text-properties")
            if properties is not None and properties.get(f"{TEXT}display") == "none":
                yield style.get(f"{STYLE}name", "")


def _leads_with_text(entry: _Element) -> bool:
    """Whether an item of a list has a paragraph of its own and does not only hold another list."""
    return any(child.tag in (_PARAGRAPH, _HEADING) for child in entry)


def _rows(table: _Element) -> Iterator[_Element]:
    """The rows of a table and not of one inside it."""
    for child in table:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif child.tag.startswith(f"{TABLE}table-"):
            yield from _rows(child)


def _bounded(text: str | None, most: int) -> int:
    """A number of the file from 1 to `most`, 1 where it says none."""
    return min(max(int(text), 1), most) if text and text.isdecimal() else 1
