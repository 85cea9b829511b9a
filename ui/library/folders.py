"""The folders that a collection was filled from: what differs there, and bringing it up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.errors import LibraryError
from ui import spelling
from ui.library import words, work
from ui.parts import escaped, literal

if TYPE_CHECKING:
    from pathlib import Path

    from rag.desk.chores import Difference
    from rag.store.folders import Folder
    from ui.visit import Visit

_NAMES_SHOWN = 15


def show(visit: Visit) -> None:
    """Each folder with what differs, once that was looked for."""
    texts = visit.texts
    try:
        folders = visit.app.folders()
    except LibraryError:
        folders = []
    if not folders:
        st.info(texts["library_no_folders"])
        st.code("rag ingest ~/Documents", language=None)
        return
    chores = work.chores_of(visit)
    compared = chores.last("compare")
    found = {each.folder: each for each in compared.differences} if compared else {}
    busy = bool(chores.running)
    with st.container(horizontal=True, key="library-folders-deeds"):
        if st.button(texts["library_compare"], icon=":material/difference:", disabled=busy):
            chores.compare(visit.app)
            st.rerun()
        there = [folder.path for folder in folders if folder.there]
        if st.button(texts["library_sync_all"], icon=":material/sync:", disabled=busy or not there):
            chores.sync(visit.app, there)
            st.rerun()
    if compared is not None and compared.error is not None:
        what, mend = words.trouble(compared.error, texts)
        st.error(literal(mend), title=literal(what))
    for number, folder in enumerate(folders):
        _folder(visit, folder, number, found.get(folder.path))


def _folder(visit: Visit, folder: Folder, number: int, found: Difference | None) -> None:
    texts = visit.texts
    with st.container(border=True, key=f"library-folder-{number}"):
        counted = texts["library_folder_holds"].format(spelling.number(folder.documents, texts))
        when = texts["library_synced"].format(words.synced(folder.synced, texts))
        st.html(
            f'<div class="library-folder"><b>{escaped(str(folder.path))}</b><br>'
            f"{escaped(counted)} · {escaped(when)}</div>"
        )
        if not folder.there:
            st.warning(texts["library_folder_gone"])
            _forget(visit, folder.path, number)
        elif found is not None:
            _difference(visit, folder, found, number)
            _forget(visit, folder.path, number)


def _difference(visit: Visit, folder: Folder, found: Difference, number: int) -> None:
    texts, report = visit.texts, found.report
    if report is None:
        st.warning(texts["library_not_compared"])
        return
    if found.is_none:
        st.markdown(f":material/check: {texts['library_same']}")
    else:
        st.markdown(texts["library_differs"].format(words.outcome(report, texts)))
        if folder.documents and len(report.removed) >= folder.documents:
            st.warning(texts["library_all_gone"])
    for key, names in (
        ("library_new_files", report.added),
        ("library_changed_files", report.changed),
        ("library_gone_files", report.removed),
        ("library_unread_files", [row.path for row in report.skipped]),
    ):
        if names:
            with st.expander(texts[key].format(spelling.number(len(names), texts)), type="compact"):
                st.markdown(words.listed(names, _NAMES_SHOWN, texts))
    if not found.is_none:
        chores = work.chores_of(visit)
        label, key = texts["library_sync"], f"library-sync-{number}"
        if st.button(label, key=key, icon=":material/sync:", disabled=bool(chores.running)):
            chores.sync(visit.app, [folder.path])
            st.rerun()


def _forget(visit: Visit, folder: Path, number: int) -> None:
    texts = visit.texts
    st.button(
        texts["library_forget_folder"],
        key=f"library-forget-{number}",
        type="tertiary",
        help=texts["library_forget_help"],
        on_click=visit.app.forget_folder,
        args=(folder,),
    )
