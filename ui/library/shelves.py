"""The collections: what each holds, a new one, another name, one less; what this one takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.store import collections
from ui import meter, spelling
from ui.library import choosing, dialogs, words
from ui.meter import Share
from ui.parts import literal

if TYPE_CHECKING:
    from rag.store.collections import Collection
    from rag.store.disk import Part
    from ui.texts import Texts
    from ui.visit import Visit


def show(visit: Visit) -> None:
    """All collections, and what can be done to the one that is shown."""
    texts = visit.texts
    here = visit.app.settings.collection
    held = {row.name: row for row in collections.collections(visit.desk.home)}
    for number, row in enumerate(held.values()):
        _row(visit, row, number, here)
    with st.container(horizontal=True, key="library-collections-deeds"):
        if st.button(texts["library_new_collection"], icon=":material/create_new_folder:"):
            dialogs.create_collection(visit)
        if here in held:
            name = words.collection(here, texts)
            if st.button(texts["library_rename_collection"].format(literal(name))):
                dialogs.rename_collection(visit, here)
            if st.button(texts["library_delete_collection"].format(literal(name))):
                dialogs.delete_collection(visit, held[here])


def _row(visit: Visit, row: Collection, number: int, here: str) -> None:
    texts = visit.texts
    name = words.collection(row.name, texts)
    with st.container(horizontal=True, vertical_alignment="center"):
        count = texts["library_holds"].format(spelling.number(row.documents, texts))
        told = texts["library_damaged"] if row.trouble else count
        st.markdown(f"**{literal(name)}** — {told}")
        if row.name == here:
            st.markdown(f":material/check: {texts['library_this']}")
        else:
            label = texts["library_open"]
            key = f"library-open-{number}"
            help_ = texts["library_open_help"].format(literal(name))
            st.button(
                label,
                key=key,
                type="tertiary",
                help=help_,
                on_click=choosing.choose,
                args=(row.name,),
            )


def show_disk(visit: Visit) -> None:
    """The disk that the collection takes, as a bar and in figures."""
    used = {part: count for part, count in visit.app.disk_used().items() if count}
    if used:
        st.html(bar(used, visit.texts))
    else:
        st.info(visit.texts["library_disk_none"])


def bar(used: dict[Part, int], texts: Texts) -> str:
    """The parts as a bar with a legend, as HTML; the figures stand in the legend."""
    shares = [
        Share(part, texts[f"library_part_{part}"], count, spelling.size(count, texts))
        for part, count in used.items()
    ]
    total = spelling.size(sum(used.values()), texts)
    return meter.bar(texts["library_disk_total"].format(total), shares)
