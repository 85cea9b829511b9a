"""What goes on in the background in a collection, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import spelling
from ui.library import words
from ui.parts import literal, watch

if TYPE_CHECKING:
    from rag.desk.chores import Chore, Chores, Kind
    from ui.visit import Visit

_EVERY = 1.0  # seconds between two looks at what goes on
_SKIPPED_SHOWN = 10
#: Kinds whose outcome is told here; the others have a place of their own.
_TOLD: tuple[Kind, ...] = ("sync", "reread", "reindex")


def chores_of(visit: Visit) -> Chores:
    """The chores of the collection that is shown."""
    return visit.desk.chores(visit.app.settings.collection)


def show(visit: Visit) -> None:
    """Bars for what goes on, and the outcomes of what has ended until they are put away."""
    chores = chores_of(visit)
    if chores.running:
        watch("library-work", _EVERY, lambda: not chores.running, lambda: _going_on(visit))
    for kind in _TOLD:
        chore = chores.last(kind)
        if chore is not None and chore.done:
            _ended(visit, chore)


def _going_on(visit: Visit) -> None:
    for chore in chores_of(visit).running:
        with st.container(border=True, key=f"library-chore-{chore.kind}"):
            st.progress(_share(chore), _said(chore, visit))
            label = visit.texts["library_stop"]
            st.button(label, key=f"library-stop-{chore.kind}", on_click=chore.stop, type="tertiary")


def _share(chore: Chore) -> float:
    return min(chore.counted / chore.total, 1.0) if chore.total else 0.0


def _said(chore: Chore, visit: Visit) -> str:
    texts = visit.texts
    said = texts[f"library_doing_{chore.kind}"]
    if chore.state == "waiting":
        return f"{said} — {texts['library_waiting']}"
    if chore.total:
        said += f": {spelling.number(chore.counted, texts)} / {spelling.number(chore.total, texts)}"
    return f"{said} · {literal(chore.file)}" if chore.file else said


def _ended(visit: Visit, chore: Chore) -> None:
    texts = visit.texts
    with st.container(border=True, key=f"library-ended-{chore.kind}"):
        title = texts[f"library_{chore.state}_{chore.kind}"]
        if chore.error is not None:
            what, mend = words.trouble(chore.error, texts)
            st.error(literal(f"{what}. {mend}" if mend else what), title=title)
        elif chore.report is not None:
            st.markdown(f"**{title}** {words.outcome(chore.report, texts)}.")
            _skipped(visit, chore)
        else:
            st.markdown(f"**{title}**")
        label = texts["library_dismiss"]
        done = (chore.kind,)
        key = f"library-dismiss-{chore.kind}"
        st.button(label, key=key, on_click=chores_of(visit).forget, args=done, type="tertiary")


def _skipped(visit: Visit, chore: Chore) -> None:
    """The files that were not read, each with why."""
    from rag.holdings import cause_of

    assert chore.report is not None
    lines = [
        f"{row.path}: {visit.texts[f'library_cause_{cause_of(row.reason)}']}"
        for row in chore.report.skipped
    ]
    if lines:
        st.markdown(words.listed(lines, _SKIPPED_SHOWN, visit.texts))
