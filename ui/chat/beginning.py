"""What stands where no question was asked yet: what to do next, and questions to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import intake
from ui.chat import address, field
from ui.parts import escaped, literal

if TYPE_CHECKING:
    from ui.visit import Visit


def show(visit: Visit) -> None:
    """The field for files where there are none; else how many there are, and first questions."""
    texts, documents = visit.texts, visit.documents()
    if address.is_lost(visit):
        st.warning(texts["talk_lost"])
    if not documents:
        with st.container(key="beginning"):
            st.html(_head(texts["begin_empty"], texts["begin_empty_how"]))
            intake.field(visit, "chat")
            if _reads(visit):
                st.html(f'<div class="working" role="status">{escaped(texts["begin_busy"])}</div>')
        return
    with st.container(key="beginning"):
        st.html(_head(texts["begin"], texts["ready"].format(len(documents))))
        if _reads(visit):
            return  # what can be asked changes with every file
        scope = address.scope_of(address.current(visit))
        for at, question in enumerate(visit.app.openers(visit.language, scope)):
            st.button(
                literal(question),
                key=f"opener-{at}",
                icon=":material/arrow_forward:",
                on_click=field.ask,
                args=(visit, question, scope),
            )


def _reads(visit: Visit) -> bool:
    """Whether files are on their way into the collection."""
    return visit.desk.intake(visit.app.settings.collection).busy


def _head(title: str, text: str) -> str:
    return f'<h2 class="begin">{escaped(title)}</h2><p class="begin">{escaped(text)}</p>'
