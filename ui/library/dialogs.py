"""What is asked before something is done that cannot be undone, or that needs a name.

What a button does is done before the page is run again; where it fails, the dialog stays open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.desk import uploads
from rag.errors import RagError
from ui import spelling
from ui.library import choosing, words
from ui.parts import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.holdings import Holding
    from rag.store.collections import Collection
    from ui.visit import Visit

_NAMES_SHOWN = 10
_TROUBLE = "library_trouble"


def delete(visit: Visit, rows: Sequence[Holding]) -> None:
    """Ask whether documents are to go, and tell what exactly goes and what stays."""
    texts = visit.texts
    names = [row.name for row in rows]

    def ask() -> None:
        for key, told in deleted(rows).items():
            if told:
                st.markdown(texts[key].format(spelling.number(len(told), texts)))
                st.markdown(words.listed(told, _NAMES_SHOWN, texts))
        st.caption(texts["library_delete_also"])

        def act() -> str:
            uploads.remove(visit.app, *names)
            return texts["library_deleted"].format(spelling.number(len(names), texts))

        _buttons(visit, texts["library_delete_yes"], act)

    _open(texts["library_delete_title"], ask)


def deleted(rows: Sequence[Holding]) -> dict[str, list[str]]:
    """What becomes of the files of documents that are deleted, by the text that says so."""
    told: dict[str, list[str]] = {
        "library_copies_go": [],
        "library_files_stay": [],
        "library_parts_stay": [],
    }
    for row in rows:
        if row.member:
            told["library_parts_stay"].append(row.name)
        elif row.uploaded:
            told["library_copies_go"].append(row.name)
        else:
            told["library_files_stay"].append(f"{row.name} — {row.file}")
    return told


def rename(visit: Visit, row: Holding) -> None:
    """Ask for another name for a document."""
    texts = visit.texts

    def ask() -> None:
        key = f"library-name-{row.id}"
        st.text_input(texts["library_new_name"], row.name, key=key, max_chars=200)
        st.caption(texts["library_rename_help"])

        def act() -> str:
            new = " ".join(st.session_state[key].split())
            visit.app.rename(row.name, new)
            return texts["library_renamed"].format(new)

        _buttons(visit, texts["library_rename"], act, trouble="name")

    if row.member:
        st.info(texts["library_rename_part"])
    else:
        _open(texts["library_rename_title"], ask)


def create_collection(visit: Visit) -> None:
    """Ask for the name of a new collection, which is shown then."""
    texts = visit.texts

    def ask() -> None:
        key = "library-new-collection"
        st.text_input(texts["library_collection_name"], key=key, max_chars=64)
        st.caption(texts["library_collection_help"])

        def act() -> str:
            from rag.store import collections

            name = st.session_state[key].strip()
            collections.create(visit.desk.home, name)
            choosing.choose(name)
            return texts["library_created"].format(name)

        _buttons(visit, texts["library_create"], act, trouble="collection")

    _open(texts["library_create_title"], ask)


def rename_collection(visit: Visit, name: str) -> None:
    """Ask for another name for a collection."""
    texts = visit.texts

    def ask() -> None:
        key = f"library-collection-{name}"
        st.text_input(texts["library_collection_name"], name, key=key, max_chars=64)
        st.caption(texts["library_collection_help"])

        def act() -> str:
            new = st.session_state[key].strip()
            visit.desk.rename_collection(name, new)
            choosing.choose(new)
            return texts["library_renamed"].format(new)

        _buttons(visit, texts["library_rename"], act, trouble="collection")

    _open(texts["library_rename_collection_title"], ask)


def delete_collection(visit: Visit, held: Collection) -> None:
    """Ask whether a collection is to go, and tell what goes and what stays."""
    texts = visit.texts

    def ask() -> None:
        said = texts["library_delete_collection_what"]
        count = spelling.number(held.documents, texts)
        size = spelling.size(sum(visit.app.disk_used().values()), texts)
        shown = literal(words.collection(held.name, texts))
        st.markdown(said.format(name=shown, count=count, size=size))

        def act() -> str:
            visit.desk.delete_collection(held.name)
            choosing.choose(visit.desk.settings.collection)
            name = words.collection(held.name, texts)
            return texts["library_collection_deleted"].format(name)

        _buttons(visit, texts["library_delete_yes"], act)

    _open(texts["library_delete_collection_title"], ask)


def show_trouble() -> None:
    """What went wrong when a dialog's button was pressed, where that is still to be told."""
    found = st.session_state.pop(_TROUBLE, None)
    if found is not None:
        what, mend = found
        st.error(literal(mend or what), title=literal(what) if mend else None)


def _open(title: str, ask: Callable[[], None]) -> None:
    st.session_state.pop(_TROUBLE, None)
    st.dialog(title)(ask)()


def _buttons(visit: Visit, label: str, act: Callable[[], str], trouble: str = "") -> None:
    """The button that does it and the one that does not; `trouble` names the words for a refusal.

    `act` gives what is said when it is done.
    """
    state = st.session_state

    def press() -> None:
        try:
            state.library_said = act()
        except RagError as error:
            state[_TROUBLE] = words.trouble(error, visit.texts, trouble)

    failed = _TROUBLE in state
    show_trouble()
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(visit.texts["library_cancel"], key="library-no"):
            st.rerun()
        if st.button(label, key="library-yes", type="primary", on_click=press) and not failed:
            st.rerun()
