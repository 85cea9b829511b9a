"""A meeting that is dropped on the tab, and what is said of a document that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import intake
from ui.parts import literal, show_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.desk.meetings import Shelf
    from ui.visit import Visit

_CAME, _STRANGERS = "minutes-came", "minutes-strangers"  # of the session's state: names


def show(visit: Visit) -> None:
    """The field for a meeting."""
    state, texts = st.session_state, visit.texts
    drops = state.setdefault("minutes-drops", 0)
    files = st.file_uploader(
        texts["minutes_drop"],
        accept_multiple_files=True,
        key=f"minutes-drop-{drops}",
        help=texts["minutes_drop_help"],
    )
    if files:
        state["minutes-drops"] = drops + 1
        rows = intake._take(visit.app, [(f.name, f.getvalue()) for f in files], texts)
        if not isinstance(rows, list):
            show_error(rows)
            return
        _came([name for name, kind, _ in rows if kind != "skipped"])
        st.rerun()


def _came(names: Sequence[str]) -> None:
    """Remember documents that were dropped here, to look at what they are when they are read."""
    st.session_state[_CAME] = list(names)


def taken(shelf: Shelf) -> str | None:
    """The meeting among the documents that were dropped last; the others are told of."""
    state = st.session_state
    names: list[str] = state.pop(_CAME, [])
    found = [name for name in names if shelf.named(name)]
    if names:
        state[_STRANGERS] = [name for name in names if name not in found]
    return found[0] if found else None


def show_strangers(visit: Visit) -> None:
    """What was dropped and is no meeting, and the way to the questions."""
    texts, state = visit.texts, st.session_state
    for name in state.get(_STRANGERS, []):
        st.info(literal(texts["minutes_no_meeting"].format(name)), icon=":material/info:")
    if state.get(_STRANGERS):
        st.button(
            texts["minutes_to_chat"],
            key="minutes-to-chat",
            icon=":material/chat:",
            on_click=_to_chat,
            args=(visit,),
        )


def _to_chat(visit: Visit) -> None:
    """Open the tab of questions."""
    state = st.session_state
    state[_STRANGERS] = []
    state[f"tab-{visit.language}"] = visit.texts["chat"]
