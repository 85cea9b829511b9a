"""All that is known of one document: facts, remarks, its first words, a picture of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.errors import RagError
from rag.picture import DRAWN, Wanted
from ui import spelling
from ui.library import words
from ui.parts import escaped, literal

if TYPE_CHECKING:
    from rag.holdings import Holding
    from ui.visit import Visit

_FIRST_WORDS = 600  # characters
_PICTURE_WIDTH = 700


def show(visit: Visit, row: Holding) -> None:
    """The document that is ticked."""
    with st.container(border=True, key="library-details"):
        st.html(f'<h3 class="library-name">{escaped(row.name)}</h3>{facts(visit, row)}')
        for remark in row.remarks:
            said = literal(words.remark(remark, visit.texts))
            st.markdown(f":material/{'warning' if remark.is_problem else 'info'}: {said}")
        _first_words(visit, row)
        if row.kind in DRAWN and row.pages:
            _page(visit, row)


def facts(visit: Visit, row: Holding) -> str:
    """What is known of it, as HTML; what is not known has no line."""
    texts = visit.texts
    lines = {
        "library_title": row.title if row.title != row.name else "",
        "library_kind": words.kind(row.kind, texts),
        "library_date": spelling.day(row.date, texts),
        "library_pages": spelling.number(row.pages, texts) if row.pages else "",
        "library_size": spelling.size(row.size, texts),
        "library_characters": spelling.number(row.characters, texts),
        "library_coverage": words.coverage(row, texts),
        "library_promises": "" if row.promises is None else spelling.number(row.promises, texts),
        "library_file": _place(row, visit),
    }
    told = (
        f"<dt>{escaped(texts[key])}</dt><dd>{escaped(said)}</dd>"
        for key, said in lines.items()
        if said
    )
    return f'<dl class="library-facts">{"".join(told)}</dl>'


def _place(row: Holding, visit: Visit) -> str:
    place = visit.texts["library_kept_copy"] if row.uploaded else row.file
    return visit.texts["library_inside"].format(place) if row.member else place


def _first_words(visit: Visit, row: Holding) -> None:
    text = visit.app.opening(row.id, _FIRST_WORDS)
    st.caption(visit.texts["library_first_words" if text else "library_no_words"])
    if text:
        st.html(
            f'<div class="around">{escaped(text)}{"…" if len(text) == _FIRST_WORDS else ""}</div>'
        )


@st.fragment
def _page(visit: Visit, row: Holding) -> None:
    """A page as a picture, when it is asked for."""
    texts = visit.texts
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input(
            texts["library_page_number"].format(spelling.number(row.pages, texts)),
            min_value=1,
            max_value=row.pages,
            key=f"library-page-{row.id}",
            width=180,
        )
        shown = st.toggle(texts["library_show_page"], key=f"library-picture-{row.id}")
    if not shown:
        return
    try:
        with st.spinner(texts["library_drawing"]):
            picture = visit.app.picture(row.name, Wanted(page=int(number)))
    except RagError:
        st.warning(texts["library_no_picture"])
        return
    caption = texts["library_page_of"].format(int(number), row.pages)
    st.image(picture.png, caption=caption, width=_PICTURE_WIDTH, alt=f"{row.name}: {caption}")
