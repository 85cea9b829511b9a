"""The page as a whole: the language, the field for files, and the four tabs."""

from __future__ import annotations

import secrets
from pathlib import Path

import streamlit as st

from rag import config
from rag.desk import Desk
from rag.errors import RagError
from ui import access, browser, chat, intake, launch, library, minutes, settings
from ui.library import choosing
from ui.parts import show_error
from ui.texts import LANGUAGES, TEXTS, Texts, first_language
from ui.visit import Visit

_HERE = Path(__file__).parent
#: A file of our own: for an emoji or a Material icon the browser would ask a server elsewhere.
_ICON = _HERE / "icon.svg"
_TABS = {"chat": chat.show, "minutes": minutes.show, "library": library.show}
_TABS["settings"] = settings.show
_FIRST = "chat"
_TAB = "tab"  # in the address of the page, unless it is the first
_OPENED = "tab-opened"  # in the session's state: what the run before showed


@st.cache_resource(show_spinner=False)
def open_desk(home: Path) -> Desk:
    """One desk for all visitors of a library: a model is loaded once."""
    desk = Desk(home, launch.configured().settings)
    desk.resume()
    return desk


def main() -> None:
    """One run of the page."""
    state = st.session_state
    if "language" not in state:
        state.language = first_language(st.context.locale)
    texts = TEXTS[state.language]
    st.set_page_config(texts["title"], _ICON, layout="wide", initial_sidebar_state="auto")
    st.html(f"<style>{_style()}</style>")
    access.check_served_here(texts)
    browser.speak(state.language)
    with st.sidebar:
        _language(texts)
    st.header(texts["title"])
    try:
        visit = _visit()
        with st.sidebar:
            choosing.show(visit)
        intake.begin()
        try:
            _tabs(visit)
        except RagError as error:  # which takes nobody the field for files
            show_error(error)
        with st.sidebar:
            intake.show(visit)
            access.show(visit)
    except RagError as error:
        show_error(error)
        st.button(texts["error_again"], icon=":material/refresh:")


def _visit() -> Visit:
    state = st.session_state
    settings = launch.configured().settings
    desk = open_desk(config.library_home(settings))
    desk.settle(settings)
    person = state.setdefault("person", secrets.token_urlsafe(8))
    app = desk.app(choosing.chosen(desk))
    return Visit(desk, app, person, state.language, TEXTS[state.language])


@st.cache_resource(show_spinner=False)
def _style() -> str:
    sheets = sorted((_HERE / "styles").glob("*.css"))
    return "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)


def _language(texts: Texts) -> None:
    st.segmented_control(
        texts["language"],
        list(LANGUAGES),
        key="language",
        required=True,
        format_func=LANGUAGES.__getitem__,
        label_visibility="collapsed",
    )


def _opened(chosen: str | None) -> str:
    """The tab to show: one that was just chosen, else the one that the address names.

    So a reload, a way back and another language lead to where the person was.
    """
    addressed = st.query_params.get(_TAB, _FIRST)
    if chosen is None or chosen == st.session_state.get(_OPENED):
        return addressed if addressed in _TABS else _FIRST
    return chosen


def _tabs(visit: Visit) -> None:
    """The tab that is open; the others cost nothing."""
    state, names = st.session_state, {visit.texts[name]: name for name in _TABS}
    # the state of tabs is the name of one, so each language has its own
    key = f"tab-{visit.language}"
    opened = _opened(names.get(state.get(key, "")))
    state[_OPENED], state[key] = opened, visit.texts[opened]
    if opened != _FIRST:
        st.query_params[_TAB] = opened
    else:
        st.query_params.pop(_TAB, None)
    tabs = st.tabs(list(names), key=key, on_change="rerun")
    for tab, show in zip(tabs, _TABS.values(), strict=True):
        if tab.open:
            with tab:
                show(visit)
