"""Small things that all parts of the page use.

Words of documents and models go in as escaped HTML or as cells, never as Markdown: a document must
not be able to put a link, a picture or a formula on the page.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, TypeVar, cast

import streamlit as st

from rag.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.errors import RagError

T = TypeVar("T")

_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
#: Where Streamlit makes a link of an address, though its signs are escaped.
_ADDRESS = re.compile(r"(?<=://)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)
_JOINER = "\N{WORD JOINER}"  # of no width


def escaped(text: str) -> str:
    """Text as HTML that shows it as it is, in the order in which it is written."""
    return html.escape(shown(text))


def literal(text: str) -> str:
    """Text that reads as it is where Markdown would be understood; no address in it is a link."""
    return _MARKDOWN.sub(r"\\\1", _ADDRESS.sub(_JOINER, shown(text)))


def shortened(text: str, most: int) -> str:
    """A text on one line, of a long one the first words, so many characters at most."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0]} …"


def show_error(error: RagError) -> None:
    """What happened, and what to do about it."""
    if error.hint:
        st.error(literal(error.hint), title=literal(error.message))
    else:
        st.error(literal(error.message))


def page_of(rows: Sequence[T], size: int, key: str) -> Sequence[T]:
    """The rows of the page that is chosen, and where there are more pages the way to them."""
    pages = -(-len(rows) // size)
    page = st.pagination(pages, key=key) if pages > 1 else 1
    return rows[(page - 1) * size : page * size]


def watch(key: str, seconds: float, ended: Callable[[], bool], show: Callable[[], None]) -> None:
    """Show what goes on, anew every so many seconds; when it has ended, all of the page."""

    @st.fragment(key=key, run_every=seconds)
    def look() -> None:
        if ended():
            st.rerun()
        show()

    look()


def selected_rows(state: object) -> list[int]:
    """The rows ticked in a table that `st.dataframe` gave back."""
    return list(cast("Any", state).selection.rows)
