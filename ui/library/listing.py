"""The documents of a collection: searched, sorted, a page at a time, and what is done to them."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Literal

import streamlit as st

from rag.holdings import ORDERS, ordered, sought
from ui import spelling
from ui.library import details, dialogs, words, work
from ui.parts import selected_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.holdings import Holding
    from ui.texts import Texts
    from ui.visit import Visit

PAGE = 50  # rows shown at once
_ROW = 35  # pixels
_MOST_ROWS = 12  # seen at once; the table scrolls
#: Columns with their width in pixels and where they are aligned.
_COLUMNS: dict[str, tuple[int, Literal["left", "right"]]] = {
    "library_document": (250, "left"),
    "library_problems": (95, "left"),
    "library_kind": (120, "left"),
    "library_pages": (75, "right"),
    "library_date": (95, "left"),
    "library_size": (75, "right"),
    "library_coverage": (75, "right"),
    "library_promises": (85, "right"),
}


def show(visit: Visit, rows: Sequence[Holding]) -> None:
    """The fields that narrow the list, the list, and what can be done to the rows ticked."""
    found = _narrowed(visit.texts, rows)
    if not found:
        st.info(visit.texts["library_none_found"])
        st.button(visit.texts["library_clear"], on_click=_clear, icon=":material/filter_alt_off:")
        return
    shown = _page_of(visit.texts, found, len(rows))
    ticked = _table(visit.texts, shown)
    _deeds(visit, ticked)
    if len(ticked) == 1:
        details.show(visit, ticked[0])


def _clear() -> None:
    state = st.session_state
    state.library_search, state.library_kinds, state.library_troubled = "", [], False


def _narrowed(texts: Texts, rows: Sequence[Holding]) -> list[Holding]:
    """The rows that are asked for, in the order that is."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="library-search"):
        asked = st.text_input(
            texts["library_search"],
            key="library_search",
            placeholder=texts["library_search_hint"],
            icon=":material/search:",
        )
        order = st.selectbox(
            texts["library_order"],
            ORDERS,
            key="library_order",
            width=220,
            format_func=lambda order: texts[f"library_order_{order}"],
        )
    kinds = Counter(row.kind for row in rows)
    troubled = sum(bool(row.problems) for row in rows)
    with st.container(horizontal=True, vertical_alignment="center", key="library-filters"):
        wanted: list[str] = []
        if len(kinds) > 1:
            wanted = st.pills(
                texts["library_kinds"],
                sorted(kinds),
                selection_mode="multi",
                key="library_kinds",
                label_visibility="collapsed",
                format_func=lambda kind: f"{words.kind(kind, texts)} {kinds[kind]}",
            )
        if troubled:
            label = texts["library_troubled"].format(spelling.number(troubled, texts))
            if st.toggle(label, key="library_troubled"):
                rows = [row for row in rows if row.problems]
    if wanted:
        rows = [row for row in rows if row.kind in wanted]
    if asked.strip():
        rows = sought(rows, asked, lambda row: _told(row, texts))
    return ordered(rows, order)


def _told(row: Holding, texts: Texts) -> str:
    """What else of a document is searched: its kind and its problems, as they are shown."""
    return f"{words.kind(row.kind, texts)} {words.problems(row, texts)}"


def _page_of(texts: Texts, rows: Sequence[Holding], total: int) -> Sequence[Holding]:
    pages = -(-len(rows) // PAGE)
    page = 1
    with st.container(horizontal=True, vertical_alignment="center", key="library-pages"):
        said = st.empty()
        if pages > 1:
            page = st.pagination(pages, key="library_page")
    first = (page - 1) * PAGE
    shown = rows[first : first + PAGE]
    numbers = (spelling.number(n, texts) for n in (first + 1, first + len(shown), len(rows), total))
    key = "library_shown" if len(rows) == total else "library_shown_of"
    said.caption(texts[key].format(*numbers))
    return shown


def _table(texts: Texts, rows: Sequence[Holding]) -> list[Holding]:
    """The rows as a table; gives those that are ticked."""
    key = key_of(rows)
    state = st.dataframe(
        [_cells(row, texts) for row in rows],
        key=key,
        hide_index=True,
        placeholder="",
        on_select="rerun",
        selection_mode="multi-row",
        height=_ROW * (min(len(rows), _MOST_ROWS) + 1) + 3,
        column_config={
            texts[key]: st.column_config.Column(width=width, alignment=side)
            for key, (width, side) in _COLUMNS.items()
        },
        column_order=[
            texts[key]
            for key in _COLUMNS
            if key != "library_promises" or any(row.promises is not None for row in rows)
        ],
        alt=texts["library_table"],
    )
    return [rows[row] for row in selected_rows(state) if row < len(rows)]


def key_of(rows: Sequence[Holding]) -> str:
    """The key of the table: with other rows it is another one, in which nothing is ticked."""
    names = "\n".join(f"{row.id} {row.name}" for row in rows)
    digest = hashlib.blake2b(names.encode("utf-8", "replace"), digest_size=6)
    return f"library-rows-{digest.hexdigest()}"


def _cells(row: Holding, texts: Texts) -> dict[str, str | int | None]:
    return {
        texts["library_document"]: row.name,
        texts["library_problems"]: words.problems(row, texts),
        texts["library_kind"]: words.kind(row.kind, texts),
        texts["library_pages"]: row.pages or None,
        texts["library_date"]: spelling.day(row.date, texts),
        texts["library_size"]: spelling.size(row.size, texts),
        texts["library_coverage"]: spelling.share(row.covered, texts),
        texts["library_promises"]: row.promises,
    }


def _deeds(visit: Visit, ticked: Sequence[Holding]) -> None:
    """What can be done to the rows that are ticked."""
    texts = visit.texts
    if not ticked:
        st.caption(texts["library_pick"])
        return
    count = spelling.number(len(ticked), texts)
    with st.container(horizontal=True, key="library-deeds"):
        if st.button(texts["library_reread"].format(count), icon=":material/refresh:"):
            work.chores_of(visit).reread(visit.app, [row.name for row in ticked])
            st.rerun()
        if len(ticked) == 1 and st.button(texts["library_rename"], icon=":material/edit:"):
            dialogs.rename(visit, ticked[0])
        if st.button(texts["library_delete"].format(count), icon=":material/delete:"):
            dialogs.delete(visit, ticked)
