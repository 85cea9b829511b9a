"""Where a citation stands: the page with the quote marked, the words or turns around it.

`show` puts one source where it is called. `open_at` and `drawer` show those of an answer one after
another in a drawer at the side, which Esc closes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from rag.around import excerpt, exchanges, flowed, headings_of, pages_of, place_of
from rag.errors import RagError, ReadError
from rag.picture import DRAWN, marked_at
from ui import browser, spelling
from ui.parts import escaped, literal, show_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.app import App
    from rag.around import Excerpt, Exchanges, Place, Spoken
    from rag.picture import Drawing
    from rag.types import Citation, Document
    from ui.texts import Texts
    from ui.visit import Visit

_OPENED = "source"  # of the session's state: what the drawer shows
_LARGE = "sources-large"  # and whether pictures are wanted as large as they are
_WIDTH = 1000  # CSS pixels of the drawer; on a narrower screen it takes all there is
_PICTURES = 48  # drawn pages kept for all visitors, some 200 KB each
_DOCUMENTS = 8  # texts kept for all visitors; one may have a few MB
_MOST_PAGES = 3  # drawn for one quote, however many it runs over


@dataclass(frozen=True, slots=True)
class Opened:
    """The sources of an answer, all of one collection, and which one of them is looked at."""

    citations: tuple[Citation, ...]
    at: int
    collection: str


class _Gone(Exception):
    """The file is not there any more, or is another one."""


def open_at(citations: Sequence[Citation], at: int, collection: str = "") -> None:
    """Have the drawer show one of some sources; for the callback of a button.

    `collection` is the one they stand in, by default the one that is chosen.
    """
    st.session_state[_OPENED] = Opened(tuple(citations), at, collection)


def close() -> None:
    """Have the drawer show nothing."""
    st.session_state.pop(_OPENED, None)


def drawer(visit: Visit) -> None:
    """The drawer, if a source was opened; called once in a run, behind all that may open one."""
    if _OPENED in st.session_state:
        dialog = st.dialog(visit.texts["source"], width=_WIDTH, position="right", on_dismiss=close)
        dialog(_leaf)(visit)


def _leaf(visit: Visit) -> None:
    """What is opened, and the way to the sources before and after it."""
    opened: Opened | None = st.session_state.get(_OPENED)
    if opened is None:
        return
    texts, count = visit.texts, len(opened.citations)
    if count > 1:
        with st.container(
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
            key="source-leaf",
        ):
            _step(texts["source_before"], "left", opened, -1)
            said = texts["source_of"].format(opened.at + 1, count)
            st.html(f'<span role="status">{said}</span>', width="content")
            _step(texts["source_after"], "right", opened, +1)
    there = visit.desk.app(opened.collection) if opened.collection else visit.app
    show(replace(visit, app=there), opened.citations[opened.at])


def _step(label: str, side: str, opened: Opened, by: int) -> None:
    """A button that goes to another source."""
    at = opened.at + by
    st.button(
        label,
        key=f"source-{side}",
        icon=f":material/chevron_{side}:",
        icon_position="left" if by < 0 else "right",
        type="tertiary",
        shortcut=side,
        disabled=not 0 <= at < len(opened.citations),
        on_click=open_at,
        args=(opened.citations, at, opened.collection),
    )


def show(visit: Visit, citation: Citation) -> None:
    """A source: its place, the words or turns around the quote, and the picture of its page."""
    texts = visit.texts
    try:
        document = read(visit.app, citation.document)
        _show_place(document, citation, texts)
        if document.kind not in DRAWN or citation.page is None:
            _show_words(document, citation, texts)
            return
        large = _enlarged(citation, texts)
        words, pages = (st.container(), st.container()) if large else st.columns((2, 3))
        with words:
            _show_words(document, citation, texts)
        size = "large" if large else "whole"
        with pages, st.container(key=f"source-pages-{size}-{_named(citation)}"):
            _show_pages(visit.app, document, citation, texts)
    except RagError as error:
        show_error(error)


def _named(citation: Citation) -> str:
    """What tells the widgets of a source from those of another one on the page."""
    return f"{citation.document}-{citation.start}-{citation.end}"


def _enlarged(citation: Citation, texts: Texts) -> bool:
    """Whether the picture is wanted as large as it is; of the next source as of this one."""
    key, state = f"source-large-{_named(citation)}", st.session_state

    def note() -> None:
        state[_LARGE] = state[key]

    if key not in state:
        state[key] = state.get(_LARGE, False)
    return st.toggle(texts["source_large"], key=key, on_change=note)


def read(app: App, name: str) -> Document:
    """A document of the library, as it is now."""
    return _read(app.state, name, app)


@st.cache_resource(show_spinner=False, max_entries=_DOCUMENTS)
def _read(state: str, name: str, _app: App) -> Document:  # noqa: ARG001 (a part of the key)
    return _app.document(name)[1]


def place_text(citation: Citation, texts: Texts, place: Place | None = None) -> str:
    """Where a citation stands: document, page or line; with a `place` more of what is known."""
    parts = [citation.document]
    if citation.page is not None:
        parts.append(texts["page"].format(citation.page))
    elif citation.line is not None:
        parts.append(texts["line"].format(citation.line))
    if place is not None:
        if place.label:
            parts[-1] += f" ({texts['page_label'].format(place.label)})"
        parts += filter(None, (spelling.day(place.day, texts), place.time, place.speaker))
    return ", ".join(parts)


def _show_place(document: Document, citation: Citation, texts: Texts) -> None:
    said = escaped(place_text(citation, texts, place_of(document, citation.start)))
    above = " › ".join(headings_of(document, citation.start))
    under = f'<div class="source-path">{escaped(above)}</div>' if above else ""
    st.html(f'<div class="source-place">{said}</div>{under}')


def _show_words(document: Document, citation: Citation, texts: Texts) -> None:
    """The turns around the quote, or else the lines; further at every press of a button."""
    key = f"source-steps-{_named(citation)}"
    steps = 1 + st.session_state.get(key, 0)
    span = (citation.start, citation.end)
    spoken = exchanges(document, *span, steps=steps)
    if spoken is not None:
        st.html(_turns_html(spoken, texts))
        more, label = spoken.earlier + spoken.later, texts["more_turns"]
    else:
        words = excerpt(document, *span, steps=steps)
        if document.kind in DRAWN:
            words = flowed(words)
        st.html(f'<div class="around">{_excerpt_html(words)}</div>')
        more, label = words.cut_before + words.cut_after, texts["more_text"]
    if more:
        st.button(
            label,
            key=f"source-more-{_named(citation)}",
            type="tertiary",
            icon=":material/unfold_more:",
            on_click=_further,
            args=(key,),
        )


def _further(key: str) -> None:
    st.session_state[key] = 1 + st.session_state.get(key, 0)


def _excerpt_html(words: Excerpt) -> str:
    """Words with the quote in them marked, everything escaped."""
    before, quote, after = map(escaped, (words.before, words.quote, words.after))
    first, last = "… " if words.cut_before else "", " …" if words.cut_after else ""
    marked = f"<mark>{quote}</mark>" if quote else ""
    return f"{first}{before}{marked}{after}{last}"


def _turns_html(spoken: Exchanges, texts: Texts) -> str:
    """Turns of a meeting, those that are quoted set apart."""
    rows = "".join(_turn_html(turn, texts) for turn in spoken.turns)
    return f'<div class="around turns">{rows}</div>'


def _turn_html(turn: Spoken, texts: Texts) -> str:
    stamp = turn.time or texts["line"].format(turn.line)
    who = f"<b>{escaped(turn.speaker)}</b> " if turn.speaker else ""
    kind = "turn quoted" if turn.quoted else "turn"
    head = f"{who}<span>{escaped(stamp)}</span>"
    return f'<div class="{kind}"><div>{head}</div>{_excerpt_html(turn.words)}</div>'


def _show_pages(app: App, document: Document, citation: Citation, texts: Texts) -> None:
    """The pages that the quote stands on."""
    for number in pages_of(document, citation.start, citation.end)[:_MOST_PAGES]:
        _show_page(app, document, replace(citation, page=number), texts)


def _show_page(app: App, document: Document, citation: Citation, texts: Texts) -> None:
    try:
        found = picture(app, document, citation)
    except ReadError as error:
        st.caption(literal(texts["no_picture"].format(error.message)))
        return
    if found is None:
        st.caption(texts["no_picture"].format(texts["moved"]))
        return
    caption = texts["marked" if found.marked else "unmarked"].format(citation.page)
    alt = f"{place_text(citation, texts)}. {caption}"
    if found.marked:
        key = f"source-look-{citation.page}-{_named(citation)}"
        browser.look_at(_where_marked(found.png) or 0.0, key)
    st.image(found.png, caption=caption, alt=alt, width="stretch", output_format="PNG")


def picture(app: App, document: Document, citation: Citation) -> Drawing | None:
    """The page that a citation points at, the quote marked where it is found there.

    None where the file is gone or no longer the one that was read. Raises ReadError where the page
    cannot be drawn.
    """
    if citation.page is None:
        raise ReadError("it has no pages")
    # a page of these very bytes with these words marked looks the same for ever
    looks = f"{document.id} {citation.page} {citation.start} {citation.quote}"
    try:
        return _drawn(looks, app, citation)
    except _Gone:
        return None


@st.cache_resource(show_spinner=False, max_entries=_PICTURES)
def _drawn(looks: str, _app: App, _citation: Citation) -> Drawing:  # noqa: ARG001 (it is the key)
    span = (_citation.start, _citation.end)
    drawing = _app.drawing(_citation.document, _citation.page or 1, span)
    if drawing is None:
        raise _Gone  # which is not kept
    return drawing


@st.cache_data(show_spinner=False, max_entries=_PICTURES)
def _where_marked(png: bytes) -> float | None:
    return marked_at(png)
