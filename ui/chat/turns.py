"""The turns of a conversation: the last ones, and the one that is being answered as it grows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from ui import browser
from ui.chat import field, foot
from ui.chat.answers import show_answer
from ui.parts import escaped, show_error, watch

if TYPE_CHECKING:
    from rag.desk.talks import Conversation, Turn
    from ui.texts import Texts
    from ui.visit import Visit

_SHOWN = 5  # turns at first; more of the earlier ones at every press of a button
_EARLIER = 10
_AT_ONCE = 1.0  # seconds an answer may take to be drawn without a look in between
_LOOK = 0.3  # seconds between two looks at a turn that goes on


def show(visit: Visit, held: Conversation) -> None:
    """The last turns, and a way to those before them."""
    turns = held.turns
    key = f"earlier-{held.id}"
    first = max(len(turns) - _SHOWN - st.session_state.get(key, 0), 0)
    if first:
        st.button(
            visit.texts["earlier"].format(first),
            key="show-earlier",
            type="tertiary",
            icon=":material/expand_less:",
            on_click=_show_earlier,
            args=(key,),
        )
    for number in range(first, len(turns)):
        last = number == len(turns) - 1
        if last:
            browser.scroll_here(f"{held.id} {number}")
        _show_turn(visit, held, turns[number], f"turn-{number}", last=last)


def _show_earlier(key: str) -> None:
    st.session_state[key] = st.session_state.get(key, 0) + _EARLIER


def _show_turn(visit: Visit, held: Conversation, turn: Turn, key: str, *, last: bool) -> None:
    """A question and its answer; `key` keeps the widgets of turns apart."""
    there = replace(visit, app=visit.desk.app(turn.collection))
    with st.chat_message(visit.texts["you"], avatar=":material/person:"):
        st.html(f'<div class="question">{escaped(turn.question)}</div>')
        chosen = field.scope_text(turn.scope, visit.texts)
        if chosen:
            said = visit.texts["scope"].format(chosen)
            st.html(f'<div class="asked-in">{escaped(said)}</div>')
    with st.chat_message(visit.texts["answer"], avatar=":material/menu_book:"):
        if not turn.done:
            turn.wait(_AT_ONCE)
        if turn.done:
            _show_end(there, held, turn, key, last=last)
        else:
            _watch(there, held, turn)


def _show_end(visit: Visit, held: Conversation, turn: Turn, key: str, *, last: bool) -> None:
    """What came of a question."""
    if turn.error is not None:
        show_error(turn.error)
    if turn.state == "stopped":
        st.html(f'<div class="stopped">{escaped(visit.texts["stopped"])}</div>')
    if turn.answer is not None:
        show_answer(visit, turn.answer, key)
    foot.show(visit, held, turn, key, last=last)


def _watch(visit: Visit, held: Conversation, turn: Turn) -> None:
    """A turn that goes on: how far it is, and a model's words, which nothing has checked yet."""

    def growing() -> None:
        texts = visit.texts
        st.html(f'<div class="working" role="status">{escaped(_progress(turn, texts))}</div>')
        if turn.text:
            st.html(f'<div class="draft">{escaped(turn.text)}</div>')
        st.button(
            texts["stop"],
            key="stop",
            icon=":material/stop_circle:",
            shortcut="Esc",
            on_click=held.stop,
        )

    watch("chat-turn", _LOOK, lambda: turn.done, growing)


def _progress(turn: Turn, texts: Texts) -> str:
    if turn.state == "waiting" and turn.ahead:
        return texts["ahead"].format(turn.ahead)
    return texts[f"turn_{turn.state}"]
