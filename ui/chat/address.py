"""Which conversation is on the page: the address of the page names it, so a reload finds it again.

What a person has chosen for it, such as where to look, is kept beside its name for this visit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.types import Scope

if TYPE_CHECKING:
    from rag.desk.talks import Conversation
    from ui.visit import Visit

_NAME = "talk"  # in the address
_MINE, _SCOPES, _MOVED = "talks", "scopes", "talk-moved"  # in the session's state
_NONE = Scope()


def current(visit: Visit) -> Conversation | None:
    """The conversation that the address names, if it is still held."""
    held = visit.desk.talks.get(st.query_params.get(_NAME, ""))
    if held is not None:
        _note(held.id)
    return held


def is_lost(visit: Visit) -> bool:
    """Whether the address names a conversation that is not held any more."""
    name = st.query_params.get(_NAME, "")
    return bool(name) and visit.desk.talks.get(name) is None


def mine(visit: Visit) -> list[Conversation]:
    """The conversations of this visit that have begun, the newest first."""
    known = (visit.desk.talks.get(name) for name in reversed(st.session_state.get(_MINE, [])))
    return [held for held in known if held is not None and held.turns]


def begun(visit: Visit) -> Conversation:
    """The conversation that the address names; a new one where there is none."""
    held = current(visit)
    if held is None:
        held = visit.desk.talks.begin(visit.person)
        scopes = st.session_state.setdefault(_SCOPES, {})
        scopes[held.id] = scopes.pop("", _NONE)
        st.query_params[_NAME] = held.id
        _note(held.id)
    return held


def go_to(name: str) -> None:
    """Have another conversation on the page; "" for one that is still to begin."""
    st.session_state[_MOVED] = True
    if name:
        st.query_params[_NAME] = name
        _note(name)
    else:
        st.query_params.pop(_NAME, None)


def has_moved() -> bool:
    """Whether another conversation is on the page than in the run before; told once."""
    return bool(st.session_state.pop(_MOVED, False))


def scope_of(held: Conversation | None) -> Scope:
    """Where the next question looks: as chosen, else as the last one did."""
    last = held.turns[-1].scope if held and held.turns else None
    chosen: Scope | None = st.session_state.get(_SCOPES, {}).get(held.id if held else "")
    return chosen or last or _NONE


def choose(held: Conversation | None, scope: Scope) -> None:
    """Keep where the next questions of a conversation look."""
    st.session_state.setdefault(_SCOPES, {})[held.id if held else ""] = scope


def _note(name: str) -> None:
    known: list[str] = st.session_state.setdefault(_MINE, [])
    if name not in known:
        known.append(name)
