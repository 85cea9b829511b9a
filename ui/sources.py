"""What is shown for a citation: the page with the quote marked, or the lines around the quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from rag.errors import RagError, ReadError
from rag.picture import DRAWN
from ui.parts import escaped, literal, show_error

if TYPE_CHECKING:
    from rag.app import App
    from rag.picture import Drawing
    from rag.types import Citation, Document
    from ui.texts import Texts
    from ui.visit import Visit

_PICTURE_WIDTH = 700  # CSS pixels; the full-screen button shows all there are
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


def show(visit: Visit, citation: Citation) -> None:
    """Where a quote stands: the lines around it and the picture of its page, if there is one."""
    texts = visit.texts
    try:
        _, document = visit.app.document(citation.document)
        st.html(around(document, citation).as_html())
        if document.kind in DRAWN and citation.page is not None:
            _show_page(picture(visit.app, citation), citation.page, texts)
    except ReadError as error:
        st.caption(literal(texts["no_picture"].format(error.message)))
    except RagError as error:
        show_error(error)


def _show_page(found: Drawing | None, page: int, texts: Texts) -> None:
    if found is None:
        st.caption(texts["no_picture"].format(texts["moved"]))
        return
    caption = texts["marked" if found.marked else "unmarked"].format(page)
    st.image(found.png, caption=caption, width=_PICTURE_WIDTH)


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
