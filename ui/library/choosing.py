"""Which collection a visit is about: chosen at the side, kept in the address of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.store import place
from rag.store.place import finish_moves
from ui.library import words
from ui.parts import literal

if TYPE_CHECKING:
    from rag.desk import Desk
    from ui.visit import Visit

_KEY = "collection"
#: What to choose at the next run; a widget's state cannot be set after it is shown.
_NEXT = "library_next"


def chosen(desk: Desk) -> str:
    """The collection to show: as chosen, else as the address says, else the one that is set."""
    state = st.session_state
    names = _names(desk)
    wanted = state.pop(_NEXT, None) or state.get(_KEY) or st.query_params.get(_KEY)
    if wanted not in names:
        state.library_lost = wanted
        wanted = desk.settings.collection
    state[_KEY] = wanted
    if wanted != desk.settings.collection:
        st.query_params[_KEY] = wanted
    elif _KEY in st.query_params:
        del st.query_params[_KEY]
    return str(wanted)


def choose(name: str) -> None:
    """Show this collection from the next run on."""
    st.session_state[_NEXT] = name


def show(visit: Visit) -> None:
    """The field at the side."""
    texts, state = visit.texts, st.session_state
    st.selectbox(
        texts["library_collection"],
        _names(visit.desk),
        key=_KEY,
        format_func=lambda name: words.collection(name, texts),
    )
    lost = state.pop("library_lost", None)
    if lost:
        st.warning(texts["library_lost"].format(literal(lost)))


def _names(desk: Desk) -> list[str]:
    finish_moves(desk.home)
    return sorted({*place.collections(desk.home), desk.settings.collection})
