"""How it searches: the embedder, to which a library has to move, and what orders and judges."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from rag.embed import HASHED
from rag.errors import LibraryError, UsageError
from ui import spelling
from ui.parts import literal, show_error, watch
from ui.settings import holding

if TYPE_CHECKING:
    from rag.desk.moving import Move
    from rag.installed import Task
    from ui.settings.draft import Draft

_LOOK_EVERY = 1.0  # seconds, while an index is built
_WATCHED = "set-move"  # in the session's state: the move that this visit has seen
_WANTED = "set-embedder"  # in the session's state: a choice that is saved when the index is whole


def show(draft: Draft) -> None:
    """The part of the tab."""
    st.subheader(draft.texts["set_find_head"], anchor=False)
    _embedder(draft)
    left, right = st.columns(2)
    with left:
        _encoder(draft, "reranker")
    with right:
        _encoder(draft, "nli")


def _embedder(draft: Draft) -> None:
    texts, desk = draft.texts, draft.visit.desk
    present = _present(draft)
    held = holding.of_task(draft, "embedder")
    options = list(dict.fromkeys([HASHED, *held, present]))

    def said(spec: str) -> str:
        if spec == HASHED:
            return texts["set_hashed"]
        return holding.label(held[spec], draft) if spec in held else spec

    def begin() -> None:
        with suppress(UsageError):  # somebody else was faster: that is shown then
            st.session_state[_WATCHED] = desk.move_to(wanted)

    moving = desk.move if desk.move is not None and not desk.move.done else None
    wanted = st.selectbox(
        texts["set_embedder"],
        options,
        options.index(present),
        format_func=said,
        key=f"{_WANTED}-{present}",
        disabled=moving is not None or draft.fixed("embedder"),
        filter_mode=None,
    )
    st.caption(texts["set_embedder_why"])
    if draft.fixed("embedder"):
        st.caption(draft.origin("embedder"))
    elif moving is not None:
        _moving(draft, moving)
    elif wanted != present:
        st.button(
            texts["set_move"],
            type="primary",
            key="set-move-begin",
            icon=":material/build:",
            on_click=begin,
        )
    if desk.move is not None and desk.move.done:
        _moved(draft, desk.move, watched=st.session_state.get(_WATCHED) is desk.move)


def _present(draft: Draft) -> str:
    """The embedder that made the library, by the setting that names it; else the one that is set.

    A library that cannot be opened is another tab's to tell of.
    """
    try:
        source = draft.visit.app.made_by()
    except (LibraryError, OSError):
        source = ""
    return source or draft.configured.settings.embedder or HASHED


def _moving(draft: Draft, move: Move) -> None:
    """How far the index is, looked at again and again."""

    def moving() -> None:
        texts = draft.texts
        st.session_state[_WATCHED] = move
        share = move.chunks / move.total if move.total else 0.0
        if move.state == "waiting":
            said = texts["set_move_waiting"]
        elif move.total:
            done = (spelling.number(number, texts) for number in (move.chunks, move.total))
            said = texts["set_moving"].format(*done, literal(move.collection))
        else:
            said = texts["set_move_loading"]
        st.progress(share, said)
        st.button(
            texts["set_move_stop"], key="set-move-stop", icon=":material/stop:", on_click=move.stop
        )

    watch("set-moving", _LOOK_EVERY, lambda: move.done, moving)


def _moved(draft: Draft, move: Move, *, watched: bool) -> None:
    """What came of it: a failure for everybody, the rest for who watched."""
    texts = draft.texts
    if move.error is not None:
        show_error(move.error)
    elif not watched:
        return
    elif move.state == "stopped":
        st.info(texts["set_move_stopped"])
    else:
        st.success(texts["set_moved"].format(spelling.decimal(move.seconds, texts, 1)))


def _encoder(draft: Draft, task: Task) -> None:
    """The field for a cross-encoder; one that is not listed may be typed."""
    texts, value = draft.texts, getattr(draft.settings, task)
    held = holding.of_task(draft, task)
    options = list(dict.fromkeys(["", *held, value]))
    key = draft.key(task)

    def take() -> None:
        draft.choose(**{task: st.session_state[key] or None})

    def said(spec: str) -> str:
        if not spec:
            return texts["set_nothing"]
        return holding.label(held[spec], draft) if spec in held else spec

    st.selectbox(
        texts[f"set_{task}"],
        options,
        options.index(value),
        format_func=said,
        key=key,
        on_change=take,
        filter_mode=None,
        disabled=draft.fixed(task),
    )
    draft.about(task)
