"""A document while it is read: its text grows block by block, with the marks and pages in it.

Office files come as paragraphs, headings and tables; every reader of such files lays them out the
same way here. Text that nobody can see is passed in between `HIDDEN_START` and `HIDDEN_END`, two
control characters that XML cannot hold, and is set aside where it ends up.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.types import HIDDEN_TEXT, Document, Mark, Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.types import DocumentKind, Line, MarkKind, PageKind, Turn

#: Stands between two cells of a row.
CELL_SEPARATOR = " | "
HIDDEN_START, HIDDEN_END = "\x0e", "\x0f"
#: For texts that are not XML: takes the two out, lest a file hide text with them.
UNMARKED = str.maketrans("", "", HIDDEN_START + HIDDEN_END)
#: What a title says that a program wrote, not a person.
_NO_TITLES = frozenset({"word document", "powerpoint presentation", "презентация powerpoint"})
_MIN_TITLE, _MAX_TITLE = 3, 200
_MAX_LISTED = 10
_HIDDEN = re.compile(f"([{HIDDEN_START}{HIDDEN_END}])")


def plain(text: str) -> str:
    """`text` with common spaces for those that do not break, and without soft hyphens."""
    return text.replace("\xa0", " ").replace("\xad", "")


def hide(text: str) -> str:
    """`text` as text that nobody can see."""
    return f"{HIDDEN_START}{text}{HIDDEN_END}" if text else ""


def row_of(cells: Iterable[str]) -> str:
    """The cells of a row as one line, empty ones at its end left out."""
    cells = [" ".join(cell.split()) for cell in cells]
    while cells and not cells[-1]:
        cells.pop()
    return CELL_SEPARATOR.join(cells).strip()


def lines_of(text: str) -> list[str]:
    """The lines of a text that are not blank, with single spaces."""
    return [line for line in (" ".join(line.split()) for line in text.split("\n")) if line]


def listed(numbers: Sequence[int], noun: str) -> str:
    """«slide 3», «slides 3, 4, 7», shortened where there are many."""
    if len(numbers) == 1:
        return f"{noun} {numbers[0]}"
    shown = ", ".join(map(str, numbers[:_MAX_LISTED]))
    more = len(numbers) - _MAX_LISTED
    return f"{noun}s {shown} and {more} more" if more > 0 else f"{noun}s {shown}"


class Draft:
    """The text so far. Blocks that are no plain paragraphs are set off by a blank line."""

    def __init__(self, *, keep_hidden: bool = False) -> None:
        self._keep_hidden = keep_hidden
        self._pieces: list[str] = []
        self._length = 0
        self._apart = False
        self._marks: list[Mark] = []
        self._pages: list[Page] = []
        self._label: str | None = None
        self._paged = False
        self._page_start: int | None = None
        self._hidden = 0
        self._running: set[tuple[str, str]] = set()

    @property
    def text(self) -> str:
        """What was added, in order."""
        return "".join(self._pieces)

    def page(self, label: str | None = None) -> None:
        """Begin the next page; what is added from now on stands on it."""
        self._close_page()
        self._label, self._paged, self._apart = label, True, True

    def paragraph(self, text: str, *, apart: bool = False) -> None:
        """Add a paragraph, set off by blank lines where it stands `apart`."""
        self._add(text.strip(), apart=apart)

    def heading(self, text: str, level: int) -> None:
        """Add a heading; levels count from 1."""
        self._marked(text.strip(), "heading", level=level)

    def table(self, rows: Iterable[str], *, header: bool = False) -> int:
        """Add a table, one line a row, and tell where it begins.

        Level 1 of its mark says that the first row names the columns.
        """
        return self._marked("\n".join(row for row in rows if row), "table", level=int(header))

    def aside(self, text: str, note: str) -> None:
        """Add text that is to enter no chunk; `note` says why."""
        self._marked(text.strip(), "aside", note=note)

    def running(self, text: str, note: str, *, first: bool = False) -> None:
        """Add a header or a footer once; that of a first page does not run and is no aside."""
        if (text, note) not in self._running:
            self._running.add((text, note))
            self.paragraph(text, apart=True) if first else self.aside(text, note)

    def document(
        self,
        data: bytes,
        name: str,
        *,
        title: str = "",
        title_in_text: bool = True,
        date: str | None = None,
        kind: DocumentKind = "office",
        turns: tuple[Turn, ...] = (),
        lines: tuple[Line, ...] = (),
        encoding: str | None = None,
        notes: Iterable[str] = (),
    ) -> Document:
        """The document of the file `name` with the bytes `data`.

        `title` is that of the file's properties. Without one it is the first heading, where a
        title stands in the text, or the name. Raises ReadError where nothing was added.
        """
        self._close_page()
        text = self.text
        if not text.strip():
            raise ReadError("the document holds no text")
        hidden = f"hidden text set aside: {self._hidden:,} characters"
        return Document(
            id=hashlib.sha256(data).hexdigest(),
            title=self._title(title, in_text=title_in_text) or PurePath(name).stem,
            text=text,
            pages=tuple(self._pages),
            marks=tuple(self._marks),
            turns=turns,
            lines=lines,
            kind="meeting" if turns else kind,
            date=date,
            encoding=encoding,
            notes=(*notes, hidden) if self._hidden else tuple(notes),
        )

    def _title(self, title: str, *, in_text: bool) -> str:
        """The title of the properties where a person wrote it, else the first heading, else ""."""
        if len(title.strip()) >= _MIN_TITLE and title.strip().lower() not in _NO_TITLES:
            return " ".join(title.split())[:_MAX_TITLE]
        for mark in self._marks if in_text else ():
            if mark.kind == "heading":
                return " ".join(self.text[mark.start : mark.end].split())[:_MAX_TITLE]
        return ""

    def _close_page(self) -> None:
        if self._paged:
            start = self._length if self._page_start is None else self._page_start
            kind: PageKind = "blank" if start == self._length else "text"
            self._pages.append(Page(len(self._pages) + 1, self._label, start, self._length, kind))
        self._page_start = None

    def _marked(self, text: str, kind: MarkKind, *, level: int = 0, note: str = "") -> int:
        """Add text with a mark over it and tell where it begins; no text, no mark."""
        place = len(self._marks)
        start = self._add(text, apart=True)
        if start < self._length:
            self._marks.insert(place, Mark(kind, start, self._length, level=level, note=note))
        return start

    def _add(self, text: str, *, apart: bool) -> int:
        """Append text behind its separator and tell where it begins; blank text is left out."""
        if not text.strip(f"{HIDDEN_START}{HIDDEN_END} \n\t"):
            return self._length
        if self._length:
            self._append("\n\n" if apart or self._apart else "\n")
        if self._page_start is None:
            self._page_start = self._length
        self._apart = apart
        start = self._length
        self._append_visibly(text)
        return start

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def _append_visibly(self, text: str) -> None:
        """Append text without the two control characters, and set aside what they enclose."""
        depth = begin = 0
        for piece in _HIDDEN.split(text.replace(HIDDEN_END + HIDDEN_START, "")):
            if piece == HIDDEN_START:
                begin = begin if depth else self._length
                depth += 1
            elif piece == HIDDEN_END:
                depth -= 1
                if depth == 0 and begin < self._length and not self._keep_hidden:
                    self._marks.append(Mark("aside", begin, self._length, note=HIDDEN_TEXT))
                    self._hidden += self._length - begin
            else:
                self._append(piece)
