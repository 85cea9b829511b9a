"""The field for files, and a row for each that was dropped: how far it is, and what came of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from ui.parts import escaped

if TYPE_CHECKING:
    from rag.desk.drops import Drop
    from rag.desk.intake import Intake
    from ui.texts import Texts
    from ui.visit import Visit

_TICK = 0.5  # seconds between two looks at files on their way
_AGAIN_AFTER = 3.0  # seconds between two runs of the whole page while many files come in
_ROWS = 6  # a longer list is folded
_MEBIBYTE = 1024**2


def show(visit: Visit) -> None:
    """The field, and the rows."""
    field(visit, "side")
    rows(visit)


def field(visit: Visit, key: str) -> None:
    """A place to drop files; there may be several on a page, each with a key of its own."""
    state, texts = st.session_state, visit.texts
    count = state.setdefault("drops", {}).setdefault(key, 0)
    files = st.file_uploader(
        texts["drop"].format(visit.desk.settings.upload_mb),
        accept_multiple_files=True,
        key=f"drop-{key}-{count}",
        help=texts["kinds"],
        max_upload_size=visit.desk.settings.upload_mb,
    )
    if files:
        state.drops[key] += 1  # an empty field for the next files
        _intake(visit).take([(file.name, file.getvalue()) for file in files])
        st.rerun()


def rows(visit: Visit) -> None:
    """A row for every file; they move by themselves while anything is on its way."""
    intake = _intake(visit)
    st.session_state["intake-seen"] = (intake.version, time.monotonic())
    tick = _TICK if intake.busy else None
    st.fragment(_rows, run_every=tick)(visit)


def _intake(visit: Visit) -> Intake:
    return visit.desk.intake(visit.app.settings.collection)


def _rows(visit: Visit) -> None:
    """The rows as they are now; the whole page runs again when more can be asked."""
    intake = _intake(visit)
    drops = intake.drops[::-1]
    seen, at = st.session_state["intake-seen"]
    if intake.version != seen and (not intake.busy or time.monotonic() - at > _AGAIN_AFTER):
        st.rerun()
    for drop in drops[:_ROWS]:
        _row(visit, intake, drop)
    if len(drops) > _ROWS:
        with st.expander(visit.texts["intake_more"].format(len(drops) - _ROWS)):
            for drop in drops[_ROWS:]:
                _row(visit, intake, drop)


def _row(visit: Visit, intake: Intake, drop: Drop) -> None:
    texts = visit.texts
    st.html(
        f'<div class="taken {drop.state}"><b>{escaped(drop.name)}</b><br>'
        f"{escaped(_said(drop, texts))}</div>"
    )
    if drop.state == "reading" and drop.share is not None:
        st.progress(drop.share)
    if drop.locked:
        password = st.text_input(
            texts["intake_password"], type="password", key=f"password-{drop.id}"
        )
        if password:
            intake.unlock(drop, password)
            st.rerun()


def _said(drop: Drop, texts: Texts) -> str:
    return texts[drop.state].format(drop.reason, drop.pages)
