"""The library looked over: each check as it comes, and beside a failure what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rag.errors import LibraryError
from ui.library import words, work
from ui.parts import literal, watch

if TYPE_CHECKING:
    from pathlib import Path

    from rag.doctor import Check
    from ui.visit import Visit

_EVERY = 1.0  # seconds between two looks while checks are coming


def show(visit: Visit) -> None:
    """The button, and what was found last."""
    texts, chores = visit.texts, work.chores_of(visit)
    st.caption(texts["library_doctor_about"])
    chore = chores.last("doctor")
    going = chore if chore is not None and not chore.done else None
    if st.button(
        texts["library_doctor"], icon=":material/stethoscope:", disabled=going is not None
    ):
        chores.doctor(visit.app)
        st.rerun()
    if going is not None:
        ended, coming = lambda: going.done, lambda: _checks(visit, going.checks)
        watch("library-doctor", _EVERY, ended, coming)
    elif chore is not None:
        _checks(visit, chore.checks)
        good = all(check.ok for check in chore.checks) and chore.state == "done"
        if good:
            st.success(texts["library_sound"])
        elif chore.error is not None:
            what, mend = words.trouble(chore.error, texts)
            st.error(literal(f"{what}. {mend}"))


def _checks(visit: Visit, checks: tuple[Check, ...]) -> None:
    for check in checks:
        what, found = (literal(said) for said in words.check(check, visit.texts))
        sign = ":material/check_circle:" if check.ok else ":material/error:"
        st.markdown(f"{sign} **{what}** — {found}")
        if check.mend and (not check.ok or check.mend == "sync"):
            _remedy(visit, check)


def _remedy(visit: Visit, check: Check) -> None:
    """The button that mends it, or the command where the page cannot."""
    texts, chores = visit.texts, work.chores_of(visit)
    if check.mend == "fresh":
        st.markdown(texts["library_mend_fresh"])
        st.code(check.remedy, language=None)
        return
    label = texts[f"library_mend_{check.mend}"]
    key = f"library-mend-{check.name}"
    if not st.button(label, key=key, icon=":material/build:", disabled=bool(chores.running)):
        return
    if check.mend == "reindex":
        chores.reindex(visit.app)
    elif check.mend == "reread":
        chores.reread(visit.app, [row.name for row in visit.app.documents()])
    else:
        chores.sync(visit.app, _folders(visit))
    st.rerun()


def _folders(visit: Visit) -> list[Path]:
    try:
        return [folder.path for folder in visit.app.folders() if folder.there]
    except LibraryError:
        return []
