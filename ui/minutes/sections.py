"""The summary of a meeting, its topics, decisions and open questions, each opening its line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from rag.exports.outline import cut
from rag.types import Citation
from ui import sources
from ui.parts import escaped, literal, show_error, watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.app.correcting import Held
    from rag.desk.meetings import Making
    from ui.visit import Visit

_LOOK_EVERY = 0.5  # seconds, while a summary is being made
_OPEN = "minutes-line"  # of the session's state: the line that is open, of all sections


class _Item(NamedTuple):
    """A line of a section: its words, who said them, when, and where it stands.

    Of a part of the meeting (`is_part`) the line that it begins with is shown.
    """

    text: str
    citation: Citation | None
    who: str = ""
    time: str | None = None
    is_part: bool = False


def show_summary(visit: Visit, making: Making) -> None:
    """The summary, as soon as it is made."""
    st.subheader(visit.texts["minutes_summary"], anchor=False)
    if making.done:
        _summary(visit, making)
    else:
        # when it is made all is shown anew, for its files are ready
        watch("minutes-making", _LOOK_EVERY, lambda: making.done, lambda: _waiting(visit))


def _waiting(visit: Visit) -> None:
    """A word that it is on its way."""
    told = escaped(visit.texts["minutes_making"])
    st.html(f'<p role="status" class="minutes-quiet">{told}</p>')


@st.fragment
def _summary(visit: Visit, making: Making) -> None:
    if making.error is not None:
        show_error(making.error)
    if making.record is not None:
        items = [
            _Item(sentence.text, sentence.citations[0] if sentence.citations else None)
            for sentence in making.record.summary.sentences
        ]
        _items(visit, "summary", items, visit.texts["minutes_no_summary"])


def show_rest(visit: Visit, held: Held) -> None:
    """Decisions, open questions and topics."""
    minutes, name = held.corrected.minutes, held.name

    def at(line: int, start: int, end: int, text: str) -> Citation:
        return Citation(name, None, line, start, end, text)

    decisions = [
        _Item(cut(d.text), at(d.line, d.start, d.end, d.text), time=d.time)
        for d in minutes.decisions
    ]
    questions = [
        _Item(cut(q.text), at(q.line, q.start, q.end, q.text), q.asker or "", q.time)
        for q in minutes.questions
    ]
    topics = [
        _Item(t.title, at(t.line, t.start, t.end, t.title), time=t.time, is_part=True)
        for t in minutes.topics
    ]
    for key, items in (("decisions", decisions), ("questions", questions), ("topics", topics)):
        st.fragment(_section)(visit, key, items)


def _section(visit: Visit, key: str, items: Sequence[_Item]) -> None:
    st.subheader(visit.texts[f"minutes_{key}"], anchor=False)
    _items(visit, key, items, visit.texts[f"minutes_no_{key}"])


def _items(visit: Visit, key: str, items: Sequence[_Item], none: str) -> None:
    """Items, each with a button that opens its line below it."""
    if not items:
        st.html(f'<p class="minutes-quiet">{escaped(none)}</p>')
    with st.container(gap="xsmall", key=f"minutes-list-{key}"):
        for number, item in enumerate(items):
            _item(visit, f"{key}-{number}", item)


def _item(visit: Visit, key: str, item: _Item) -> None:
    who = f"<b>{escaped(item.who)}:</b> " if item.who else ""
    citation, state = item.citation, st.session_state
    with st.container(horizontal=True, wrap=False, gap="small"):
        st.html(f'<div class="minutes-item">{who}{escaped(item.text)}</div>')
        if citation is None:
            return
        line = citation.line or 0
        label = visit.texts["page"].format(citation.page) if citation.page else ""
        label = label or visit.texts["line"].format(line)
        st.button(
            literal(f"{label}, {item.time}" if item.time else label),
            key=f"minutes-chip-{key}",
            type="tertiary",
            on_click=_toggle,
            args=((citation.document, key),),
        )
    if state.get(_OPEN) == (citation.document, key):
        if item.is_part:
            quote = visit.app.line_from(citation.document, citation.start)
            citation = replace(citation, end=citation.start + len(quote), quote=quote)
        sources.show(visit, citation)


def _toggle(place: tuple[str, str]) -> None:
    state = st.session_state
    state[_OPEN] = None if state.get(_OPEN) == place else place
