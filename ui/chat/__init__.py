"""The conversation so far and the next question, whose field stays at the foot of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.app import QUESTION_LIMIT
from rag.errors import RagError
from rag.types import Exchange
from ui.chat.answers import Turn, show_turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.visit import Visit


def show(visit: Visit) -> None:
    """The tab."""
    turns: list[Turn] = st.session_state.setdefault("turns", [])
    documents, texts = visit.documents(), visit.texts
    if not documents:
        st.info(texts["empty"])
    elif not turns:
        st.caption(texts["ready"].format(len(documents)))
    for number, turn in enumerate(turns):
        show_turn(visit, turn, number)
    place = st.container()
    if turns and st.button(texts["forget"], type="tertiary", icon=":material/add_comment:"):
        turns.clear()
        st.rerun()
    with st.bottom:
        question = st.chat_input(texts["ask"], max_chars=QUESTION_LIMIT, disabled=not documents)
    if question and question.strip():
        with place:
            turns.append(_asked(visit, question, turns))
        st.rerun()


def _asked(visit: Visit, question: str, turns: Sequence[Turn]) -> Turn:
    """Put the question; a model's words appear as they come, before they are checked."""
    with st.chat_message("user"):
        st.text(question)
    with st.chat_message("assistant"), st.spinner(visit.texts["looking"]):
        draft = st.empty()
        pieces: list[str] = []

        def show_piece(piece: str) -> None:
            pieces.append(piece)
            draft.text("".join(pieces))

        try:
            answer = visit.app.answer(question, past=_past(turns), on_text=show_piece)
        except RagError as error:
            return Turn(question, error=error)
        return Turn(question, answer)


def _past(turns: Sequence[Turn]) -> list[Exchange]:
    """What was asked and answered before."""
    return [
        Exchange(turn.question, turn.answer.asked or turn.question, turn.answer.text)
        for turn in turns
        if turn.answer is not None
    ]
