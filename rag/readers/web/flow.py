"""Text that grows piece by piece, with the white space and the marks that its structure asks for.

Readers of marked-up formats write words, lines and headings in the order they are shown; how many
line ends lie between them is settled here, when the next words come.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.readers.draft import CELL_SEPARATOR
from rag.types import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Line ends that part paragraphs, and those that part lines.
PARAGRAPH, LINE = 2, 1
#: characters without width that stand inside words: soft hyphen, zero-width space, byte order mark
_NO_WIDTH = re.compile("[\u00ad\u200b\ufeff]")


class Flow:
    """A text in the making; `text()` and `marks` are what came of it."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._line_ends = 0
        self._gap = False
        self._prefix = ""
        self.marks: list[Mark] = []

    def __len__(self) -> int:
        """Characters written so far."""
        return self._length

    @property
    def pieces(self) -> int:
        """Number of pieces written so far, for `text`."""
        return len(self._pieces)

    def text(self, since: int = 0) -> str:
        """All that was written, or what came after so many pieces."""
        return "".join(self._pieces[since:])

    def words(self, text: str) -> None:
        """Write running text; all white space in it counts as one space, as in HTML."""
        words = " ".join(_NO_WIDTH.sub("", text).split())
        if words:
            self._gap = self._gap or text[0].isspace()
            self._put(words)
            self._gap = text[-1].isspace()
        elif text:
            self._gap = True

    def end_line(self, count: int = LINE) -> None:
        """Let at least so many line ends stand before the words to come; none changes nothing."""
        if count:
            self._line_ends = max(self._line_ends, count)
            self._gap = False

    def begin_item(self, prefix: str) -> None:
        """Begin a line whose first words have `prefix` before them."""
        self.end_line()
        self._prefix = prefix

    def end_item(self) -> None:
        """End the item; where it had no words, it has no prefix either."""
        self._prefix = ""
        self.end_line()

    def verbatim(self, text: str, gap: int = PARAGRAPH) -> None:
        """Write lines as they are, indentation included, with `gap` line ends around them."""
        text = _NO_WIDTH.sub("", text).replace("\xa0", " ")
        lines = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
        self.end_line(gap)
        if lines:
            self._put(lines)
        self.end_line(gap)

    def heading(self, text: str, level: int) -> None:
        """Write a heading as one line set apart, and mark it; nothing where it has no words."""
        self.end_line(PARAGRAPH)
        words = " ".join(_NO_WIDTH.sub("", text).split())
        if words:
            start = self._put(words)
            self.marks.append(Mark("heading", start, self._length, level=level))
        self.end_line(PARAGRAPH)

    def table(self, rows: Iterable[Iterable[str]]) -> None:
        """Write a table, a line a row, rows without words left out, and mark it."""
        lines = []
        for row in rows:
            cells = [" ".join(_NO_WIDTH.sub("", cell).split()) for cell in row]
            if any(cells):
                lines.append(CELL_SEPARATOR.join(cells))
        self.end_line(PARAGRAPH)
        if lines:
            start = self._put("\n".join(lines))
            self.marks.append(Mark("table", start, self._length))
        self.end_line(PARAGRAPH)

    def aside(self, text: str, note: str) -> None:
        """Write a paragraph that is set aside, for the reason in `note`."""
        self.end_line(PARAGRAPH)
        if text.strip():
            start = self._put(text.strip())
            self.marks.append(Mark("aside", start, self._length, note=note))
        self.end_line(PARAGRAPH)

    def _put(self, text: str) -> int:
        """Write the white space that is due and then `text`; returns where the text begins."""
        space = "\n" * self._line_ends or (" " if self._gap else "")
        before = (space if self._pieces else "") + self._prefix
        self._pieces += (before, text)
        start = self._length + len(before)
        self._length = start + len(text)
        self._line_ends, self._gap, self._prefix = 0, False, ""
        return start
