"""The minutes of meetings: one of them whole, or the promises of all together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.shown import shown
from ui import spelling
from ui.minutes import adding, head, promises, sections

if TYPE_CHECKING:
    from rag.desk.meetings import Shelf
    from ui.visit import Visit

_ALL = ""  # among the names of meetings: all of them
_CHOSEN = "minutes-meeting"  # of the session's state: the name in the field
_KEPT = "minutes-kept"  # the same, which outlives a look at another tab


def show(visit: Visit) -> None:
    """The tab."""
    state = st.session_state
    came_in = adding.came_in(visit)
    shelf = visit.desk.meetings.shelf(visit.app)
    if came := adding.taken(came_in, shelf):
        state[_CHOSEN] = state[_KEPT] = came
    if not shelf.meetings:
        adding.show_strangers(visit)
        st.info(visit.texts["minutes_none"])
        adding.show(visit)
        return
    name = _choice(visit, shelf)
    label, icon = visit.texts["minutes_drop"], ":material/add:"
    folded = st.expander(label, icon=icon, type="compact", key="minutes-drop", on_change="rerun")
    if folded.open:  # else the field, and how far files are, would stand in the fold and not beside
        with folded:
            adding.show(visit)
    adding.show_strangers(visit)
    held = shelf.named(name)
    if held is None:
        promises.show_all(visit, shelf)
        return
    making = visit.desk.meetings.making(visit.app, shelf, held)
    head.show(visit, held)
    sections.show_summary(visit, making)
    promises.show(visit, shelf, held, making)
    sections.show_rest(visit, held)


def _choice(visit: Visit, shelf: Shelf) -> str:
    """The name of a meeting, "" for all of them."""
    texts, state = visit.texts, st.session_state
    names = [each.name for each in shelf.meetings]
    options = [*names, _ALL] if len(names) > 1 else names
    if state.get(_CHOSEN) not in options:
        kept = state.get(_KEPT)
        state[_CHOSEN] = kept if kept in options else names[0]

    def label(name: str) -> str:
        held = shelf.named(name)
        if held is None:
            return texts["minutes_all"].format(len(names))
        day = spelling.day(held.date, visit.texts) if held.date else texts["minutes_undated"]
        same = held.title in ("", held.name)
        return shown(f"{day} · {held.name}" if same else f"{day} · {held.title} ({held.name})")

    name = st.selectbox(texts["minutes_choose"], options, format_func=label, key=_CHOSEN)
    state[_KEPT] = name
    return name
