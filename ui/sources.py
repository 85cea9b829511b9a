"""What is shown for a citation: the page with the quote marked, or the lines around the quote."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.shown import shown

if TYPE_CHECKING:
    from rag.app import App
    from rag.picture import Drawing
    from rag.types import Citation, Document

_LINES_AROUND = 2
_AROUND = 300  # characters on either side at most; a paragraph may be one long line


@dataclass(frozen=True, slots=True)
class Around:
    """A quote and the text on both sides of it."""

    before: str
    quote: str
    after: str

    def as_html(self) -> str:
        """The text with the quote marked, everything in it escaped."""
        before, quote, after = map(escaped, (self.before, self.quote, self.after))
        return f'<div class="around">{before}<mark>{quote}</mark>{after}</div>'


def escaped(text: str) -> str:
    """Text as HTML that shows it as it is, in the order in which it is written."""
    return html.escape(shown(text))


def around(document: Document, citation: Citation) -> Around:
    """The quote with up to two lines before and after it."""
    text, start, end = document.text, citation.start, citation.end
    before = text[max(start - _AROUND, 0) : start].split("\n")[-_LINES_AROUND - 1 :]
    after = text[end : end + _AROUND].split("\n")[: _LINES_AROUND + 1]
    return Around("\n".join(before), text[start:end], "\n".join(after))


def picture(app: App, citation: Citation) -> Drawing | None:
    """The page that a citation points at, the quote marked where it is found there.

    None where the file is gone or no longer the one that was read. Raises ReadError where the page
    cannot be drawn.
    """
    if citation.page is None:
        raise ReadError("it has no pages")
    return app.drawing(citation.document, citation.page, (citation.start, citation.end))
