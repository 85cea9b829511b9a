"""The settings: who answers, how it searches, the last question's budget, and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag import config
from rag.desk import choosing
from rag.errors import RagError
from ui.parts import show_error
from ui.settings import budget, finding, model, saving
from ui.settings.draft import Draft

if TYPE_CHECKING:
    from ui.visit import Visit


def show(visit: Visit) -> None:
    """The tab: one fragment, so that a choice in it leaves the rest of the page alone."""

    @st.fragment(key="settings")
    def settings() -> None:
        try:
            draft = Draft(visit, config.load({}))
            with st.container(key="settings"):
                model.show(draft)
                finding.show(draft)
                budget.show(visit)
                _more(draft)
                saving.show(draft)
        except RagError as error:
            show_error(error)

    settings()


def _more(draft: Draft) -> None:
    """All other settings, in groups."""
    panel = st.expander(draft.texts["set_more"], key="set-more", on_change="rerun")
    if not panel.open:
        return
    with panel:
        for group, names in choosing.GROUPS.items():
            st.markdown(f"**{draft.texts[f'set_{group}']}**")
            draft.controls(names)
