"""The library: documents, what could not be read, folders, collections, disk, and its health."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.errors import LibraryError, LibraryMissing
from rag.holdings import Holdings
from ui.library import dialogs, folders, health, listing, shelves, unread, words, work
from ui.parts import literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.visit import Visit

#: The sections below the list: the word for each, its icon, and what shows it.
_SECTIONS: tuple[tuple[str, str, Callable[[Visit], None]], ...] = (
    ("library_folders", ":material/folder_eye:", folders.show),
    ("library_collections", ":material/collections_bookmark:", shelves.show),
    ("library_disk", ":material/hard_drive:", shelves.show_disk),
    ("library_health", ":material/health_and_safety:", health.show),
)


def show(visit: Visit) -> None:
    """The tab."""
    said = st.session_state.pop("library_said", None)
    if said:
        st.toast(literal(said), icon=":material/check:")
    dialogs.show_trouble()
    work.show(visit)
    try:
        _documents(visit, _holdings(visit))
    except LibraryError as error:  # what is below can mend it, or lead away from it
        what, mend = words.trouble(error, visit.texts)
        st.error(literal(mend), title=literal(what))
    for key, icon, section in _SECTIONS:
        expander = st.expander(visit.texts[key], key=key, icon=icon, on_change="rerun")
        if expander.open:
            with expander:
                section(visit)


def _documents(visit: Visit, held: Holdings) -> None:
    if held.documents:
        listing.show(visit, held.documents)
    else:
        name = words.collection(visit.app.settings.collection, visit.texts)
        st.info(visit.texts["library_empty"].format(literal(name)))
    if held.unread:
        unread.show(visit, held.unread)


def _holdings(visit: Visit) -> Holdings:
    """What is in the collection; nothing where there is none yet."""
    try:
        return visit.app.holdings()
    except LibraryMissing:
        return Holdings()
