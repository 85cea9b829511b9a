"""Small things that all parts of the page use.

Words of documents and models go in as escaped HTML or as cells, never as Markdown: a document must
not be able to put a link, a picture or a formula on the page.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, TypeVar, cast

import streamlit as st

from rag.errors import (
    LibraryBusy,
    LibraryCorrupt,
    LibraryMismatch,
    LibraryMissing,
    ModelError,
    RagError,
    ReadError,
    StorageError,
)
from rag.shown import shown
from ui.texts import TEXTS, first_language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ui.texts import Texts

T = TypeVar("T")

_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
#: Errors that there are words for in every language, and kinds of the others.
_TROUBLES: dict[type[RagError], str] = {
    LibraryBusy: "busy",
    LibraryMissing: "missing",
    LibraryCorrupt: "corrupt",
    LibraryMismatch: "mismatch",
    StorageError: "storage",
}
_KINDS: dict[type[RagError], str] = {ModelError: "model", ReadError: "read"}
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


def error_text(error: RagError, texts: Texts) -> tuple[str, str]:
    """What happened and what to do about it, in the person's language.

    The program's own words are English. In another language they stand behind words for the kind
    of the error, or are left out where those say all.
    """
    for kind, name in _TROUBLES.items():
        if isinstance(error, kind):
            return texts[f"library_trouble_{name}"], texts[f"library_mend_{name}"]
    if texts is TEXTS["en"]:
        return error.message, error.hint
    name = next((name for kind, name in _KINDS.items() if isinstance(error, kind)), "other")
    said = texts["error_said"].format(". ".join(filter(None, (error.message, error.hint))))
    return texts[f"error_{name}"], f"{texts[f'error_{name}_hint']} {said}"


def show_error(error: RagError) -> None:
    """What happened, and what to do about it."""
    texts = TEXTS[st.session_state.get("language") or first_language(st.context.locale)]
    title, hint = error_text(error, texts)
    if hint:
        st.error(literal(hint), title=literal(title))
    else:
        st.error(literal(title))


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
