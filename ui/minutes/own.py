"""A promise of the person's own; what the person has struck, and corrections without a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.exports.outline import cut
from ui.minutes.rows import attempt, fields
from ui.parts import escaped, literal

if TYPE_CHECKING:
    from rag.app.correcting import Held
    from rag.corrections import Correction
    from ui.texts import Texts
    from ui.visit import Visit


def show_own(visit: Visit, held: Held) -> None:
    """A form for a promise that is missing."""
    texts, state = visit.texts, st.session_state
    number = state.setdefault("minutes-added", 0)  # a new form when one was filled in
    key = f"own-{held.id[:12]}-{number}"
    with st.expander(texts["minutes_add"], icon=":material/add:", key=f"minutes-add-{key}"):
        with st.form(f"minutes-form-{key}", border=False):
            wanted = fields(visit, held, key, None)
            line = st.number_input(
                texts["minutes_add_line"],
                min_value=1,
                value=None,
                step=1,
                help=texts["minutes_add_line_help"],
                key=f"minutes-line-{key}",
            )
            add = st.form_submit_button(texts["minutes_add_save"], type="primary")
        if add:
            state["minutes-added"] = number + 1

            def work() -> None:
                try:
                    visit.app.add_promise(held.name, wanted, line)
                except BaseException:
                    state["minutes-added"] = number  # what was typed stays
                    raise

            attempt(visit, work)


def show_set_aside(visit: Visit, held: Held) -> None:
    """What was struck, and what has no place in the text any more."""
    texts, struck, lost = visit.texts, held.corrected.struck, held.corrected.lost
    if struck:
        with st.expander(texts["minutes_struck"].format(len(struck)), icon=":material/undo:"):
            for each in struck:
                _aside(visit, each, f"<s>{escaped(each.was or each.what)}</s>", "minutes_back")
    if lost:
        with st.expander(
            texts["minutes_lost"].format(len(lost)), icon=":material/link_off:", expanded=True
        ):
            st.write(texts["minutes_lost_help"])
            for each in lost:
                _aside(visit, each, _told(texts, each), "minutes_forget")


def _told(texts: Texts, correction: Correction) -> str:
    """A correction without a place, as HTML."""
    quote = escaped(cut(correction.quote))
    if correction.kind == "struck":
        return f"<s>{escaped(correction.was or correction.what)}</s> — {quote}"
    field = texts[f"minutes_field_{correction.kind}"]
    value = correction.value or texts["minutes_nothing"]
    if correction.kind == "state":
        value = texts.get(f"minutes_state_{value}", value)
    return f"{escaped(field)}: <b>{escaped(value)}</b> — {quote}"


def _aside(visit: Visit, correction: Correction, told: str, word: str) -> None:
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.html(f'<div class="minutes-item">{told}</div>')
        label = visit.texts[word].format(literal(cut(correction.what)))
        if st.button(label, key=f"minutes-aside-{correction.id}", type="tertiary"):
            attempt(visit, lambda: visit.app.undo([correction]))
