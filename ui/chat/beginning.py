"""What stands where no question was asked yet: what to do next, and questions to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui.parts import escaped

if TYPE_CHECKING:
    from ui.visit import Visit

_KEPT = 32  # sets of first questions, for all visitors
_COUNT = 4


def show(visit: Visit) -> None:
    """The field for files where there are none; else how many there are, and first questions."""
    texts, documents = visit.texts, visit.documents()
    if not documents:
        with st.container(key="beginning"):
            st.html(_head(texts["begin_empty"], texts["begin_empty_how"]))
        return
    with st.container(key="beginning"):
        st.html(_head(texts["begin"], texts["ready"].format(len(documents))))


def _head(title: str, text: str) -> str:
    return f'<h2 class="begin">{escaped(title)}</h2><p class="begin">{escaped(text)}</p>'
