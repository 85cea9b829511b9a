"""What can be done with the whole conversation: save it, leave it for another, begin anew."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from rag.exports import MIMES
from rag.exports.conversation import TALK_FORMS, export_conversation
from ui.chat import address
from ui.parts import literal, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from rag.desk.talks import Conversation
    from ui.visit import Visit

_TITLE = 60  # characters of the first question that name a conversation


def show(visit: Visit, held: Conversation | None) -> None:
    """The row of buttons above the conversation; nothing where nothing was asked."""
    earlier = [each for each in address.mine(visit) if held is None or each.id != held.id]
    asked = held is not None and bool(held.turns)
    if not earlier and not asked:
        return
    texts = visit.texts
    with st.container(horizontal=True, horizontal_alignment="right", key="chat-menu"):
        if earlier:
            _show_earlier(visit, earlier)
        if held is not None and asked:
            _show_downloads(visit, held)
            st.button(
                texts["forget"],
                key="new-talk",
                type="tertiary",
                icon=":material/add_comment:",
                on_click=address.go_to,
                args=("",),
            )


def _show_earlier(visit: Visit, earlier: Sequence[Conversation]) -> None:
    """The conversations of this visit; their names are their first questions."""
    names = {each.id: shortened(each.turns[0].question, _TITLE) for each in earlier}
    texts = visit.texts
    with st.popover(texts["talks"], type="tertiary", icon=":material/forum:", key="talks-menu"):
        for name, title in names.items():
            st.button(
                literal(title),
                key=f"talk-{name}",
                type="tertiary",
                on_click=address.go_to,
                args=(name,),
            )


def _show_downloads(visit: Visit, held: Conversation) -> None:
    """The conversation as files, which are made when the menu is opened."""
    texts = visit.texts
    menu = st.popover(
        texts["save"],
        type="tertiary",
        icon=":material/download:",
        key="save-menu",
        on_change="rerun",
    )
    if not menu.open:
        return
    with menu:
        for form in TALK_FORMS:
            st.download_button(
                texts[f"save_{form}"],
                export_conversation(held.rounds(), form, visit.language, _zone()),
                file_name=f"{texts['save_name']}.{form}",
                mime=MIMES[form],
                key=f"save-{form}",
                type="tertiary",
                icon=":material/draft:",
                on_click="ignore",
            )


def _zone() -> tzinfo:
    """Where the person is, as the browser tells."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, ZoneInfoNotFoundError):
        return UTC
