"""The conversation so far and the next question, whose field stays at the foot of the page.

A conversation lives in the desk and goes on while the page is reloaded: the address of the page
names it. All of this is one fragment: what is asked or pressed in it leaves the rest of the page
alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import sources
from ui.chat import address, beginning, field, menu, turns

if TYPE_CHECKING:
    from ui.visit import Visit


def show(visit: Visit) -> None:
    """The tab."""

    @st.fragment(key="chat")
    def chat() -> None:
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

    chat()
