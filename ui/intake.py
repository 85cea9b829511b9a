"""The field for files, and a row for each that was dropped: how far it is, and what came of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from rag.desk.drops import THERE
from ui.parts import escaped, literal, page_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from rag.desk.drops import Drop
    from rag.desk.intake import Intake
    from ui.texts import Texts
    from ui.visit import Visit

_TICK = 0.5  # seconds between two looks at files on their way
_AGAIN_AFTER = 3.0  # seconds between two runs of the whole page while many files come in
_ROWS = 5  # more are folded
_FOLDED = 20  # rows of the fold on one page
_PLACED = "intake-placed"  # of the session's state


def begin() -> None:
    """A run of the page begins: nothing has placed the field yet."""
    st.session_state[_PLACED] = False


def show(visit: Visit) -> None:
    """The field at the side, where this run of the page has placed it nowhere else."""
    if not st.session_state[_PLACED]:
        field(visit, "side")


def field(visit: Visit, key: str) -> None:
    """A place to drop files, and what became of them; each place on a page has its own `key`."""
    state, texts = st.session_state, visit.texts
    state[_PLACED] = True
    limit = _limit(visit)
    count = state.setdefault("drops", {}).setdefault(key, 0)
    with st.container(key=f"intake-{visit.language}-{key}"):
        files = st.file_uploader(
            texts["drop"].format(limit),
            accept_multiple_files=True,
            key=f"drop-{key}-{count}",
            max_upload_size=limit,
        )
        with st.popover(texts["intake_folder"], type="tertiary", icon=":material/folder:"):
            folder = _folder(visit, f"{key}-{count}")
    dropped = [*files, *folder]
    if dropped:
        state.drops[key] += 1  # an empty field for the next files
        _intake(visit).take([(file.name, file.getvalue()) for file in dropped])
        st.rerun()
    rows(visit, key)


def _folder(visit: Visit, key: str) -> Sequence[UploadedFile]:
    """A place for a whole folder, and what can be read at all."""
    with st.container(key=f"intake-{visit.language}-folder-{key}"):
        files = st.file_uploader(
            visit.texts["intake_whole_folder"],
            accept_multiple_files="directory",
            key=f"folder-{key}",
            max_upload_size=_limit(visit),
        )
    st.caption(visit.texts["kinds"])
    return files


def rows(visit: Visit, key: str) -> None:
    """A row for every file. They move by themselves while any is on its way."""
    intake = _intake(visit)
    busy = intake.busy
    st.session_state["intake-ready"] = intake.ready
    st.session_state["intake-moving"] = busy
    if intake.drops:
        st.fragment(_rows, run_every=_TICK if busy else None)(visit, key)


def _limit(visit: Visit) -> int:
    """Megabytes that a file may have: what is set, and what the server lets through."""
    return min(visit.desk.settings.max_upload_mb, int(st.get_option("server.maxUploadSize")))


def _intake(visit: Visit) -> Intake:
    return visit.desk.intake(visit.app.settings.collection)


def _rows(visit: Visit, key: str) -> None:
    """The rows as they are now; the page as a whole is told when there is more to be asked."""
    intake, texts = _intake(visit), visit.texts
    _run_page_again(intake)
    drops = list(intake.drops)
    drops.reverse()  # the newest of each first
    drops.sort(key=_urgency)
    ended = sum(drop.done for drop in drops)
    if len(drops) > 1:
        st.caption(_so_far(drops, texts))
    for drop in drops[:_ROWS]:
        _row(visit, intake, drop, key)
    if len(drops) > _ROWS:
        _fold(visit, intake, drops[_ROWS:], key)
    if ended > 1:
        st.button(
            texts["intake_clear"],
            key=f"intake-clear-{key}",
            type="tertiary",
            icon=":material/clear_all:",
            on_click=_dismiss_done,
            args=(intake,),
        )


def _run_page_again(intake: Intake) -> None:
    """Run the whole page where it knows less than there is, not too often while files come in."""
    state, busy, now = st.session_state, intake.busy, time.monotonic()
    more = intake.ready != state["intake-ready"]
    patient = busy and now - state.get("intake-told", 0.0) < _AGAIN_AFTER
    if (more and not patient) or busy != state["intake-moving"]:
        state["intake-told"] = now
        st.rerun()


def _urgency(drop: Drop) -> int:
    """What wants to be seen comes first: what moves, what needs a hand, what is done."""
    if drop.state in ("reading", "indexing"):
        return 0
    if drop.done and (drop.locked or drop.state not in THERE):
        return 1
    return 3 if drop.done else 2


def _so_far(drops: Sequence[Drop], texts: Texts) -> str:
    """How many files are in, how many are not taken, and how many are on their way."""
    there = sum(drop.state in THERE for drop in drops)
    moving = sum(not drop.done for drop in drops)
    counts = {"there": there, "not_taken": len(drops) - there - moving, "moving": moving}
    said = [texts[f"intake_{name}"].format(count) for name, count in counts.items() if count]
    return " · ".join(said)


def _fold(visit: Visit, intake: Intake, drops: Sequence[Drop], key: str) -> None:
    with st.expander(visit.texts["intake_more"].format(len(drops))):
        for drop in page_of(drops, _FOLDED, f"intake-page-{key}"):
            _row(visit, intake, drop, key)


def _row(visit: Visit, intake: Intake, drop: Drop, key: str) -> None:
    texts, place = visit.texts, f"{key}-{drop.id}"
    with st.container(horizontal=True, gap="small", key=f"intake-row-{place}"):
        st.html(_described(drop, texts), width="stretch")
        end = texts["intake_dismiss" if drop.done else "intake_cancel"]
        if drop.state != "indexing":
            st.button(
                f"{end}: {literal(drop.name)}",
                key=f"intake-end-{place}",
                type="tertiary",
                icon=":material/close:",
                help=end,
                on_click=intake.dismiss if drop.done else intake.cancel,
                args=(drop,),
            )
    if drop.locked:
        _ask_password(visit, intake, drop, place)
    elif drop.state == "failed" and drop.kept is not None:
        st.button(
            texts["intake_retry"],
            key=f"intake-retry-{place}",
            icon=":material/refresh:",
            on_click=intake.retry,
            args=(drop,),
        )


def _ask_password(visit: Visit, intake: Intake, drop: Drop, place: str) -> None:
    texts = visit.texts
    with st.form(f"intake-unlock-{place}", border=False):
        password = st.text_input(
            texts["intake_password"], type="password", key=f"intake-password-{place}"
        )
        if st.form_submit_button(texts["intake_unlock"]) and password:
            intake.unlock(drop, password)
            st.rerun()


def _dismiss_done(intake: Intake) -> None:
    for drop in intake.drops:
        if drop.done:
            intake.dismiss(drop)


def _described(drop: Drop, texts: Texts) -> str:
    """A row as HTML, everything in it escaped."""
    name, said = escaped(drop.name), escaped(_said(drop, texts))
    look = "locked" if drop.locked else drop.state
    parts = [f'<div class="drop {look}"><b>{name}</b><span>{said}</span>']
    if drop.state == "reading":
        label = escaped(texts["intake_progress"].format(drop.name))
        value = "" if drop.share is None else f' value="{drop.share:.3f}"'
        parts.append(f'<progress aria-label="{label}"{value}></progress>')
    parts += [f"<span>{escaped(line)}</span>" for line in _remarks(drop, texts)]
    return "".join(parts) + "</div>"


def _said(drop: Drop, texts: Texts) -> str:
    """How far a file is, or what came of it and what to do about it."""
    if drop.state == "reading":
        return _pages(drop, texts) or texts["reading"]
    if drop.state == "indexing":
        return texts["held" if drop.held else "indexing"]
    if drop.cause == "mismatch" and not drop.kind:
        return texts["why_mismatch_unknown"]
    if drop.state == "refused" and drop.kept is not None:  # it was looked into
        why = _why_unread(drop, texts)
        return why if drop.locked else texts["intake_refused"].format(why)
    if drop.state in ("refused", "failed"):
        return texts[f"why_{drop.cause}"].format(drop.reason, drop.kind)
    pages = _pages(drop, texts)
    return f"{texts[drop.state]} · {pages}" if pages else texts[drop.state]


def _why_unread(drop: Drop, texts: Texts) -> str:
    """Why a file could not be read and what to do, in the words of the library."""
    return f"{texts[f'library_cause_{drop.cause}']} {texts[f'library_step_{drop.cause}']}"


def _pages(drop: Drop, texts: Texts) -> str:
    """Pages done, of how many, and how fast; "" where the file has none."""
    if not drop.pages:
        return ""
    said = texts["intake_pages"].format(drop.pages)
    if not drop.done and drop.total_pages and drop.pages <= drop.total_pages:
        said = texts["intake_pages_of"].format(drop.pages, drop.total_pages)
    speed = drop.pages_per_second
    return f"{said} · {texts['intake_speed'].format(speed)}" if speed else said


def _remarks(drop: Drop, texts: Texts) -> list[str]:
    """What else is worth knowing of a file that is in the library."""
    if drop.state not in THERE:
        return []
    said = []
    if len(drop.documents) > 1:
        said.append(texts["intake_holds"].format(len(drop.documents)))
    elif drop.documents and drop.documents[0] != drop.name:
        said.append(texts["intake_called"].format(drop.documents[0]))
    if drop.kind:
        said.append(texts["intake_read_as"].format(drop.kind.upper()))
    if drop.unread:
        said.append(texts["intake_unread"].format(drop.unread))
    if drop.locked:
        said.append(_why_unread(drop, texts))
    return said
