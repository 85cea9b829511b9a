"""Files that could not be read: why, and what to do about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.holdings import LOCKED
from ui import spelling
from ui.library import words, work
from ui.parts import escaped, page_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.holdings import Unread
    from ui.visit import Visit

PAGE = 20  # files shown at once


def show(visit: Visit, rows: Sequence[Unread]) -> None:
    """The list, and a way to try all of it again, with a password where one is needed."""
    texts = visit.texts
    label = texts["library_unread"].format(spelling.number(len(rows), texts))
    with st.expander(label, icon=":material/report:", key="library-unread"):
        shown = page_of(rows, PAGE, "library_unread_page")
        st.html("".join(_row(visit, row) for row in shown))
        _again(visit, rows)


def _row(visit: Visit, row: Unread) -> str:
    why, mend = words.reason(row, visit.texts)
    return (
        f'<div class="library-unread"><b>{escaped(row.name)}</b><br>{escaped(why)}'
        f"<br><span>{escaped(mend)}</span></div>"
    )


def _again(visit: Visit, rows: Sequence[Unread]) -> None:
    texts = visit.texts
    with st.form("library-again", border=False):
        locked = any(row.cause in LOCKED for row in rows)
        word = ""
        if locked:
            label = texts["library_password"]
            word = st.text_input(label, type="password", key="library_password")
        if st.form_submit_button(texts["library_again"], icon=":material/refresh:"):
            work.chores_of(visit).reread(visit.app, [row.name for row in rows], word)
            st.rerun()
