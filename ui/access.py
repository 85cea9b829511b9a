"""What the page shows of who may see it: the way out, and that it may not be shown at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from streamlit import config

from rag.access.names import is_loopback
from ui.parts import escaped, literal

if TYPE_CHECKING:
    from ui.texts import Texts
    from ui.visit import Visit

#: What Streamlit listens on where nothing is set.
_EVERY = "0.0.0.0"


def check_served_here(texts: Texts) -> None:
    """Show nothing else where Streamlit itself serves other machines, without a gate."""
    if config.get_option(
        "global.appTest"
    ):  # Streamlit runs the page for a test, and serves nothing
        return
    address = st.get_option("server.address")
    if not is_loopback(address or _EVERY):
        hint = texts["access_closed_hint"].format(address or _EVERY)
        st.error(literal(hint), title=literal(texts["access_closed"]))
        st.stop()


def show(visit: Visit) -> None:
    """The way out, for who has signed in."""
    port = st.get_option("server.port")
    signed = {f"rag-{port}", f"__Host-rag-{port}"} & set(st.context.cookies)
    if signed or st.user.get("is_logged_in"):
        text = escaped(visit.texts["access_leave"])
        st.html(f'<a class="leave" href="/sign-out" target="_self">{text}</a>')
