"""What is shown for a citation: the page with the quote marked, or the lines around the quote."""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.picture import page_picture

if TYPE_CHECKING:
    from PIL.Image import Image

    from rag.app import App
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
        before, quote, after = map(html.escape, (self.before, self.quote, self.after))
        return f'<div class="around">{before}<mark>{quote}</mark>{after}</div>'


def around(document: Document, citation: Citation) -> Around:
    """The quote with up to two lines before and after it."""
    text, start, end = document.text, citation.start, citation.end
    before = text[max(start - _AROUND, 0) : start].split("\n")[-_LINES_AROUND - 1 :]
    after = text[end : end + _AROUND].split("\n")[: _LINES_AROUND + 1]
    return Around("\n".join(before), text[start:end], "\n".join(after))


def picture(app: App, document: Document, citation: Citation) -> tuple[Image, bool] | None:
    """The page of a PDF that a citation points at, and whether the quote is marked on it.

    None where the file is gone or no longer the one that was read. Raises ReadError where the page
    cannot be drawn.
    """
    if citation.page is None:
        raise ReadError("it has no pages")
    try:
        data = app.file(citation.document).read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data).hexdigest() != document.id:
        return None
    return page_picture(data, citation.page, quote_on_page(document, citation))


def quote_on_page(document: Document, citation: Citation) -> str:
    """The part of a quote that stands on its first page; it may run on to the next."""
    ends = [page.end for page in document.pages if page.number == citation.page]
    return document.text[citation.start : min([citation.end, *ends])]
