"""What stands where no question was asked yet: what to do next, and questions to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import intake
from ui.chat import address, field
from ui.parts import escaped, literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.app import App
    from rag.types import Scope
    from rag.words import Language
    from ui.visit import Visit

_KEPT = 32  # sets of first questions, for all visitors
_COUNT = 4


def show(visit: Visit) -> None:
    """The field for files where there are none; else how many there are, and first questions."""
    texts, documents = visit.texts, visit.documents()
    if not documents:
        with st.container(key="beginning"):
            st.html(_head(texts["begin_empty"], texts["begin_empty_how"]))
            intake.field(visit, key="chat")
        return
    with st.container(key="beginning"):
        st.html(_head(texts["begin"], texts["ready"].format(len(documents))))
        scope = address.scope_of(address.current(visit))
        for at, question in enumerate(_openers(visit.app.state, visit.language, scope, visit.app)):
            st.button(
                literal(question),
                key=f"opener-{at}",
                icon=":material/arrow_forward:",
                on_click=field.ask,
                args=(visit, question, scope),
            )


def _head(title: str, text: str) -> str:
    return f'<h2 class="begin">{escaped(title)}</h2><p class="begin">{escaped(text)}</p>'


@st.cache_resource(show_spinner=False, max_entries=_KEPT)
def _openers(
    state: str,  # noqa: ARG001 (a part of the key)
    language: Language,
    scope: Scope,
    _app: App,
) -> Sequence[str]:
    from rag.openers import openers

    return openers(_app, language, scope)[:_COUNT]
