"""Promises in a table, those that are chosen; the plot of their deadlines, and files of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from rag.corrections import STATES
from rag.desk.deadlines import NOBODY, ORDERS, Chosen, kept, people_of
from rag.register import EVERY, Wish, select
from ui.minutes import files, rows, timeline
from ui.minutes.own import show_own, show_set_aside
from ui.parts import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from rag.app.correcting import Held
    from rag.desk.deadlines import Order
    from rag.desk.meetings import Making, Shelf
    from rag.types import Entry
    from ui.visit import Visit

_ANYBODY = " "  # among the people of a filter; None would put a cross into the field
_A_PAGE = 20  # rows; each holds a few elements
_DUES = ("any", "overdue", "today", "this-week", "next-week", "none", "range")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the table is about: the meetings, and the one of them that is looked at alone."""

    shelf: Shelf
    held: Held | None
    making: Making | None

    @property
    def key(self) -> str:
        """What the widgets of this table are told apart by."""
        return self.held.id[:12] if self.held else "all"


def show(visit: Visit, shelf: Shelf, held: Held, making: Making) -> None:
    """The promises of one meeting."""
    _table(visit, Shown(shelf, held, making))


def show_all(visit: Visit, shelf: Shelf) -> None:
    """The promises of all meetings, joined over time."""
    _table(visit, Shown(shelf, None, None))


@st.fragment
def _table(visit: Visit, shown: Shown) -> None:
    texts, held = visit.texts, shown.held
    st.subheader(texts["minutes_promises"], anchor=False)
    joined = visit.desk.meetings.joined(shown.shelf, held.name if held else None)
    today = visit.app.today
    every = select(joined, Wish(states=EVERY), today)
    if every:
        chosen, order = _filters(visit, shown, every)
        found = kept(joined, chosen, today, order)
        _told(visit, shown, len(found), len(every))
        timeline.show(visit, shown.key, found, today)
        _rows(visit, shown, found, today)
        if held is not None:
            files.show(visit, found, today, held, shown.making)
        else:
            files.show(visit, found, today)
    else:
        told = texts["minutes_no_promises" if held else "minutes_no_promises_all"]
        st.info(told)
        if held is not None:
            files.show(visit, [], today, held, shown.making)
    if held is not None:
        show_own(visit, held)
        show_set_aside(visit, held)


def _told(visit: Visit, shown: Shown, found: int, every: int) -> None:
    """How many are shown, and the way back to all."""
    texts = visit.texts
    if found == every:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        told = texts["minutes_shown"].format(found, every)
        if not found:
            told = texts["minutes_no_match"]
        st.html(f'<span role="status" class="minutes-quiet">{escaped(told)}</span>')
        st.button(
            texts["minutes_clear"],
            key=f"minutes-clear-{shown.key}",
            type="tertiary",
            on_click=_clear,
            args=(shown.key,),
        )


def _clear(key: str) -> None:
    for name in ("who", "to", "due", "states", "words"):
        st.session_state.pop(f"minutes-{name}-{key}", None)


def _filters(visit: Visit, shown: Shown, every: Sequence[Entry]) -> tuple[Chosen, Order]:
    """What is chosen, and in which order it is shown."""
    texts, key = visit.texts, shown.key
    owners, recipients = people_of(every)
    nobody = [NOBODY] if any(entry.who is None for entry in every) else []
    with st.container(horizontal=True, key="minutes-filters", vertical_alignment="bottom"):
        who = _person(visit, key, "who", [*owners, *nobody])
        to = _person(visit, key, "to", recipients)
        due = st.selectbox(
            texts["minutes_when"],
            _DUES,
            format_func=lambda word: texts[f"minutes_due_{word}"],
            key=f"minutes-due-{key}",
        )
        order = st.selectbox(
            texts["minutes_sort"],
            ORDERS,
            format_func=lambda name: texts[f"minutes_sort_{name}"],
            key=f"minutes-sort-{key}",
        )
        words = st.text_input(
            texts["minutes_search"],
            key=f"minutes-words-{key}",
            placeholder=texts["minutes_search_help"],
        )
    there = [state for state in STATES if any(e.state == state for e in every)]
    states = st.pills(
        texts["minutes_state"],
        there,
        selection_mode="multi",
        format_func=lambda state: texts[f"minutes_state_{state}"],
        key=f"minutes-states-{key}",
    )
    between = _between(visit, key) if due == "range" else due
    chosen = Chosen(
        who,
        to,
        "" if between == "any" else between,
        frozenset(states) if states else EVERY,
        words or "",
    )
    return chosen, order


def _person(visit: Visit, key: str, name: str, people: Sequence[str]) -> str | None:
    """One of some people; None for anybody."""
    texts = visit.texts

    def said(person: str) -> str:
        return texts["minutes_anybody"] if person == _ANYBODY else person or texts["minutes_noone"]

    chosen = st.selectbox(
        texts[f"minutes_{name}"],
        [_ANYBODY, *people],
        format_func=said,
        key=f"minutes-{name}-{key}",
    )
    return None if chosen == _ANYBODY else chosen


def _between(visit: Visit, key: str) -> str:
    """Two days as the register takes them; "any" while they are not both chosen."""
    days = st.date_input(
        visit.texts["minutes_range"], value=[], format="DD.MM.YYYY", key=f"minutes-range-{key}"
    )
    both = [day.isoformat() for day in days] if isinstance(days, tuple) else []
    return "..".join(both) if len(both) == 2 else "any"


def _rows(visit: Visit, shown: Shown, found: Sequence[Entry], today: date) -> None:
    """The rows, a page of them at a time; that of an opened one first of all."""
    if not found:
        return
    pages = -(-len(found) // _A_PAGE)
    key = f"minutes-page-{shown.key}"
    state = st.session_state
    if (at := state.pop(f"minutes-goto-{shown.key}", None)) is not None:
        state[key] = at // _A_PAGE + 1
    if state.get(key, 1) > pages:
        state[key] = pages
    page = state.get(key, 1)
    first = (page - 1) * _A_PAGE
    rows.show_head(visit.texts)
    for entry in found[first : first + _A_PAGE]:
        rows.show(visit, shown.shelf, entry, today, alone=shown.held is not None)
    if pages > 1:
        st.pagination(pages, key=key)
