"""The line at the foot of the page that tells what is not saved, and saves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag import config
from rag.desk import choosing
from rag.errors import RagError
from ui.parts import literal, show_error

if TYPE_CHECKING:
    from ui.settings.draft import Draft

_FAILED = "set-failed"  # in the session's state: why the last saving failed
#: Settings with a place of their own, beside those in groups.
_OWN = ("model", "base_url", "window", "quantize", "reranker", "nli")


def show(draft: Draft) -> None:
    """Where choices are kept, and the line while there are some."""
    file, texts = config.file_to_write(), draft.texts
    st.caption(literal(texts["set_where" if file.exists() else "set_where_new"].format(file)))
    every = (*_OWN, *(name for names in choosing.GROUPS.values() for name in names))
    kept = [name for name in every if choosing.origin(draft.configured, name) == "file"]
    if kept:
        st.button(
            texts["set_reset_all"],
            help=texts["set_reset_all_why"],
            key="set-reset-all",
            type="tertiary",
            icon=":material/undo:",
            on_click=lambda: draft.reset(*kept),
        )
    with st.bottom, st.container(key="set-bar"):  # also while it is empty: it keeps its place
        if draft.changes:
            _bar(draft)


def _bar(draft: Draft) -> None:
    texts = draft.texts
    if (error := st.session_state.get(_FAILED)) is not None:
        show_error(error)
    told = (f"{name} → {_shown(value, draft)}" for name, value in draft.changes.items())
    st.caption(literal(texts["set_changed"].format(", ".join(told))))
    with st.container(horizontal=True):
        if st.button(
            texts["set_save"],
            type="primary",
            key="set-save",
            icon=":material/save:",
            on_click=lambda: _save(draft),
        ):
            st.rerun()  # all of the page: the desk settles on what was saved
        st.button(
            texts["set_discard"],
            key="set-discard",
            icon=":material/close:",
            on_click=draft.discard,
        )


def _save(draft: Draft) -> None:
    """Save; the choices stay where it fails."""
    try:
        saved = config.save(draft.changes)
    except RagError as error:
        st.session_state[_FAILED] = error
        return
    st.session_state.pop(_FAILED, None)
    draft.discard()
    st.toast(literal(draft.texts["set_saved"].format(saved.file)), icon=":material/check:")


def _shown(value: object, draft: Draft) -> str:
    """A value as it stands in the file."""
    if value is None:
        return draft.texts["set_to_default"]
    return str(value).lower() if isinstance(value, bool) else f"{value}" or '""'
