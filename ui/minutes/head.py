"""What a meeting is: its file, its day, who was there, and what a person has set right in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from ui import spelling
from ui.minutes.rows import attempt
from ui.parts import escaped

if TYPE_CHECKING:
    from rag.app.correcting import Held
    from ui.visit import Visit

_FIRST, _LAST = date(1970, 1, 1), date(2100, 12, 31)  # of meetings that somebody has a record of


def show(visit: Visit, held: Held) -> None:
    """The title, the facts, the day, and a way back from all corrections."""
    texts, minutes = visit.texts, held.corrected.minutes
    told = held.corrected.day is not None
    if minutes.date:
        day = escaped(spelling.day(minutes.date, visit.texts))
        day += f' <span class="minutes-mark">✎ {escaped(texts["minutes_day_yours"])}</span>' * told
    else:
        day = escaped(texts["minutes_day_unknown"])
    people = ", ".join(minutes.participants) or texts["minutes_nobody"]
    facts = {
        texts["minutes_file"]: escaped(held.name),
        texts["minutes_day"]: day,
        texts["minutes_people"]: escaped(people),
    }
    rows = "".join(f"<dt>{escaped(name)}</dt><dd>{value}</dd>" for name, value in facts.items())
    title = escaped(held.title or held.name)
    st.html(f'<h2 class="minutes-title">{title}</h2><dl class="minutes-facts">{rows}</dl>')
    with st.container(horizontal=True, gap="small"):
        _day(visit, held)
        _undo_all(visit, held)


def _day(visit: Visit, held: Held) -> None:
    texts, day = visit.texts, held.corrected.minutes.date
    label = texts["minutes_day_change" if day else "minutes_day_tell"]
    with st.popover(label, icon=":material/event:", type="secondary" if day else "primary"):
        chosen = st.date_input(
            texts["minutes_day"],
            value=date.fromisoformat(day) if day else None,
            min_value=_FIRST,
            max_value=_LAST,
            format="DD.MM.YYYY",
            key=f"minutes-day-{held.id}-{day}",
        )
        if st.button(texts["minutes_day_save"], key="minutes-day-save", disabled=chosen is None):
            said = chosen.isoformat() if isinstance(chosen, date) else None
            attempt(visit, lambda: visit.app.tell_day(held.name, said))
        if held.corrected.day is not None and st.button(
            texts["minutes_day_back"], key="minutes-day-back", type="tertiary"
        ):
            attempt(visit, lambda: visit.app.tell_day(held.name, None))


def _undo_all(visit: Visit, held: Held) -> None:
    texts = visit.texts
    count = held.corrected.count + len(held.corrected.lost)
    if not count:
        return
    with st.popover(texts["minutes_undo_all"].format(count), icon=":material/undo:"):
        st.write(texts["minutes_undo_sure"])
        if st.button(texts["minutes_undo_yes"], key="minutes-undo-all", type="primary"):
            attempt(visit, lambda: visit.app.undo_all(held.name))
