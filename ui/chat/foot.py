"""What stands below an answer: who wrote it and how long it took, and what can be done with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from rag.exports.plain import plain_answer
from rag.types import Scope
from ui import browser, spelling
from ui.chat import address, field
from ui.parts import escaped
from ui.sources import place_text

if TYPE_CHECKING:
    from rag.desk.talks import Conversation, Turn
    from ui.texts import Texts
    from ui.visit import Visit


def show(visit: Visit, held: Conversation, turn: Turn, key: str, *, last: bool) -> None:
    """The line below an answer; of the last one, the question may be put again."""
    texts, answer = visit.texts, turn.answer
    narrowed = turn.scope is not None and not turn.scope.everything
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-foot"):
        st.html(f'<span class="by">{escaped(_by(turn, texts))}</span>', width="content")
        if answer is not None and not answer.refusal:
            said = plain_answer(answer, partial(place_text, texts=texts))
            browser.copy_button(said, texts["copy"], texts["copied"], f"{key}-copy")
        if not last:
            return
        st.button(
            texts["again"],
            key="ask-again",
            type="tertiary",
            icon=":material/refresh:",
            on_click=field.ask,
            args=(visit, turn.question, turn.scope),
        )
        st.button(
            texts["edit"],
            key="edit-question",
            type="tertiary",
            icon=":material/edit:",
            on_click=field.write,
            args=(turn.question,),
        )
        if narrowed and (answer is None or answer.refusal):
            st.button(
                texts["everywhere"],
                key="ask-everywhere",
                type="tertiary",
                icon=":material/travel_explore:",
                on_click=_ask_everywhere,
                args=(visit, held, turn.question),
            )
    if answer is not None and answer.refusal:
        st.caption(texts["refused_next"])


def _ask_everywhere(visit: Visit, held: Conversation, question: str) -> None:
    address.choose(held, Scope())
    field.ask(visit, question, Scope())


def _by(turn: Turn, texts: Texts) -> str:
    """Whose words the answer is made of, and the seconds it took."""
    seconds = texts["seconds"].format(spelling.decimal(turn.seconds, texts, 1))
    answer = turn.answer
    if answer is None or answer.refusal:
        return seconds
    if answer.by == "model":
        return f"{texts['by_model'].format(turn.model)} · {seconds}"
    return f"{texts['by_documents']} · {seconds}"
