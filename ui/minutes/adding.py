"""A meeting that is dropped on the tab, and what is said of a document that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.desk.drops import THERE
from ui import intake
from ui.parts import literal

if TYPE_CHECKING:
    from rag.desk.meetings import Shelf
    from ui.visit import Visit

_FIELD = "minutes"  # the key of the field for files
#: Of the session's state: how often something was dropped here, what was there before, what was
#: dropped and is not done, and names of documents that are no meetings.
_COUNT, _KNOWN, _MINE, _STRANGERS = (
    f"minutes-{name}" for name in ("drops", "known", "mine", "strangers")
)


def show(visit: Visit) -> None:
    """The field for a meeting."""
    st.caption(visit.texts["minutes_drop_help"])
    intake.field(visit, _FIELD)


def came_in(visit: Visit) -> list[str]:
    """Names of the documents that were dropped here and have just come into the library."""
    state = st.session_state
    drops = visit.desk.intake(visit.app.settings.collection).drops
    count = state.get("drops", {}).get(_FIELD, 0)
    known: set[str] = state.get(_KNOWN, set())
    mine: set[str] = state.get(_MINE, set())
    if count != state.get(_COUNT, 0):
        mine |= {drop.id for drop in drops if drop.id not in known}
    ended = [drop for drop in drops if drop.id in mine and drop.done]
    state[_COUNT], state[_KNOWN] = count, {drop.id for drop in drops}
    state[_MINE] = mine - {drop.id for drop in ended}
    return [name for drop in ended if drop.state in THERE for name in drop.documents]


def taken(names: list[str], shelf: Shelf) -> str | None:
    """The first meeting among documents that have come in; those that are none are told of."""
    found = [name for name in names if shelf.named(name)]
    if names:
        st.session_state[_STRANGERS] = [name for name in names if name not in found]
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
