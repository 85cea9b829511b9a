"""The documents of a collection, and a way to take some of them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.desk import uploads
from ui.parts import literal, selected_rows

if TYPE_CHECKING:
    from rag.store.catalogue import DocumentRow
    from ui.texts import Texts
    from ui.visit import Visit


def show(visit: Visit) -> None:
    """The tab."""
    documents, texts = visit.documents(), visit.texts
    if not documents:
        st.info(texts["empty"])
        return
    rows = [_document_row(row, texts) for row in documents]
    ticked = selected_rows(
        st.dataframe(
            rows,
            key="documents",
            hide_index=True,
            placeholder="",
            on_select="rerun",
            selection_mode="multi-row",
        )
    )
    st.caption(texts["pick"])
    names = [documents[row].name for row in ticked if row < len(documents)]
    label = texts["remove"].format(len(names))
    if st.button(label, disabled=not names, icon=":material/delete:"):
        for name in names:
            uploads.remove(visit.app, name)
        del st.session_state["documents"]
        st.toast(literal(texts["removed"].format(", ".join(names))))
        st.rerun()


def _document_row(row: DocumentRow, texts: Texts) -> dict[str, str | int | None]:
    return {
        texts["document"]: row.name,
        texts["name"]: row.title,
        texts["kind"]: row.kind,
        texts["date"]: row.date,
        texts["pages"]: row.pages or None,
        texts["chunks"]: row.chunks,
        texts["notes"]: "; ".join(row.notes),
    }
