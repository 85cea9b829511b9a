"""What is on this machine, looked up once for all visitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.installed import Installed, fits, installed
from rag.models.nearby import Nearby, look
from ui import spelling
from ui.meter import table as tabled
from ui.settings.fitting import devices

if TYPE_CHECKING:
    from rag.config import Settings
    from rag.installed import Task
    from ui.settings.draft import Draft

_SECONDS = 60  # that a look is good for: it reads the heads of many files
_LOOKS = 8
_COLUMNS = ("name", "task", "size", "fits", "kind", "languages", "licence")
_SMALL = 100_000_000  # bytes; less is told in megabytes
_SERVERS = "set-servers"  # in the session's state


@st.cache_resource(show_spinner=False, ttl=_SECONDS, max_entries=_LOOKS)
def here(models_folder: str) -> tuple[Installed, ...]:
    """The models in a folder and in the cache of Hugging Face."""
    return installed(models_folder)


@st.cache_resource(show_spinner=False, ttl=_SECONDS, max_entries=_LOOKS)
def _fitting(settings: Settings) -> dict[str, bool | None]:
    """Whether each of them fits, by the settings that name it."""
    found, cards = here(settings.models_folder), devices()
    return {held.spec: fits(held, settings, cards) for held in found}


def of_task(draft: Draft, task: Task) -> dict[str, Installed]:
    """The models for a task, by the setting that names each."""
    found = here(draft.settings.models_folder)
    return {held.spec: held for held in found if held.task == task}


def label(held: Installed, draft: Draft) -> str:
    """A model with what is known of it, on one line."""
    return " · ".join(filter(None, (held.name, _size(held, draft), held.kind, held.languages)))


def _size(held: Installed, draft: Draft) -> str:
    """What its files take, in the unit that suits it."""
    if held.bytes < _SMALL:
        return draft.texts["set_mb"].format(max(round(held.bytes / 1e6), 1))
    return draft.texts["set_gb"].format(spelling.decimal(held.bytes / 1e9, draft.texts, 1))


def servers() -> dict[str, Nearby]:
    """The models of servers that were found, by the setting that names each."""
    found: dict[str, Nearby] = st.session_state.setdefault(_SERVERS, {})
    return found


def look_for_servers(draft: Draft) -> None:
    """A button that asks the servers of this machine."""
    texts = draft.texts

    def ask() -> None:
        found = {each.spec: each for each in look()}
        st.session_state[_SERVERS] = found
        st.toast(texts["set_looked"].format(len(found)) if found else texts["set_looked_none"])

    st.button(
        texts["set_look"],
        help=texts["set_look_help"],
        icon=":material/search:",
        key="set-look",
        on_click=ask,
    )


def table(draft: Draft) -> None:
    """All models on this machine, folded."""
    texts, settings = draft.texts, draft.settings
    found = here(settings.models_folder)
    panel = st.expander(texts["set_here"].format(len(found)), key="set-here", on_change="rerun")
    if not panel.open:
        return
    with panel:
        if found:
            columns = [texts[f"set_col_{name}"] for name in _COLUMNS]
            fitting = _fitting(settings)
            st.html(tabled(columns, (_row(held, draft, fitting) for held in found)))
        st.caption(texts["set_here_fetch"])
        st.button(
            texts["set_rescan"],
            icon=":material/refresh:",
            type="tertiary",
            key="set-rescan",
            on_click=_forget,
        )


def _forget() -> None:
    """Let the next look be a new one."""
    here.clear()
    _fitting.clear()


def _row(held: Installed, draft: Draft, fitting: dict[str, bool | None]) -> tuple[str, ...]:
    texts = draft.texts
    fit = {True: "set_yes", False: "set_no", None: "set_unknown"}[fitting.get(held.spec)]
    task, size = texts[f"set_task_{held.task}"], _size(held, draft)
    return (held.name, task, size, texts[fit], held.kind, held.languages, held.licence)
