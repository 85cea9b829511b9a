"""The conversation so far and the next question, whose field stays at the foot of the page.

A conversation lives in the desk and goes on while the page is reloaded: the address of the page
names it. All of this is one fragment: what is asked or pressed in it leaves the rest of the page
alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.errors import RagError
from ui import sources
from ui.chat import address, beginning, field, menu, turns
from ui.parts import show_error

if TYPE_CHECKING:
    from ui.visit import Visit


def show(visit: Visit) -> None:
    """The tab."""

    @st.fragment(key="chat")
    def chat() -> None:
        if address.has_moved():
            st.rerun()  # all of the page, or the fragment that watches a turn would be left on it
        try:
            _chat(visit)
        except RagError as error:  # what a fragment raises reaches nobody above it
            show_error(error)

    chat()


def _chat(visit: Visit) -> None:
    """The conversation, the field for the next question, and the drawer of the sources."""
    held = address.current(visit)
    asked = held is not None and bool(held.turns)
    with st.container(key="chat"):
        menu.show(visit, held)
        if held is not None and asked:
            turns.show(visit, held)
        else:
            beginning.show(visit)
    field.show(visit, held)
    if asked:
        sources.drawer(visit)
