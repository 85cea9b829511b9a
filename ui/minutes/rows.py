"""A promise as a row: who, what, by when, how it stands; opened, its line and a form."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from rag.corrections import FIELDS, STATES, Fault, value_of
from rag.errors import RagError
from rag.exports.outline import cut
from rag.register import cited, is_overdue, link_line
from ui import sources, spelling
from ui.minutes.wording import place_text
from ui.parts import escaped, literal, show_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from rag.app.correcting import Held
    from rag.desk.meetings import Shelf
    from rag.types import Entry, Promise
    from ui.texts import Texts
    from ui.visit import Visit

OPEN = "minutes-row"  # of the session's state: the row that is open
_LOOKS = {
    "ambiguous owner": "minutes_look_owner",
    "ambiguous recipient": "minutes_look_recipient",
    "check": "minutes_look_check",
}


def key_of(entry: Entry) -> str:
    """What a row is known by, whatever is corrected in it."""
    promise = entry.promise.read or entry.promise
    own = entry.promise.edits[0].time if entry.promise.read is None and entry.promise.edits else ""
    what = "" if own else promise.what
    parts = (entry.document, str(promise.start), what, own)
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:12]


def show_head(texts: Texts) -> None:
    """The names of the columns."""
    names = ("minutes_who", "minutes_what", "minutes_when", "minutes_state")
    cells = "".join(f"<div>{escaped(texts[name])}</div>" for name in names)
    st.html(f'<div class="minutes-row minutes-head" aria-hidden="true">{cells}</div>')


def show(visit: Visit, shelf: Shelf, entry: Entry, today: date, *, alone: bool) -> None:
    """A row, and what belongs to it where it is open."""
    texts, key = visit.texts, key_of(entry)
    is_open = st.session_state.get(OPEN) == key
    where = place_text(entry.promise, texts, with_time=alone)
    if not alone:
        day = spelling.day(entry.date, visit.texts) if entry.date else entry.document
        where = f"{day}, {where}"
    with st.container(key=f"minutes-promise-{key}", gap="xsmall"):
        with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="small"):
            st.html(_cells(visit, entry, today))
            named = texts["minutes_close_row" if is_open else "minutes_open_row"]
            st.button(
                literal(where),
                key=f"minutes-open-{key}",
                icon=":material/expand_less:" if is_open else ":material/expand_more:",
                help=literal(named.format(cut(entry.promise.what))),
                type="tertiary",
                wrap=True,
                on_click=toggle,
                args=(key,),
            )
        if is_open:
            with st.container(border=True):
                _opened(visit, shelf, entry, key)


def toggle(key: str) -> None:
    """Open a row, or close it."""
    state = st.session_state
    state[OPEN] = None if state.get(OPEN) == key else key


def _cells(visit: Visit, entry: Entry, today: date) -> str:
    """The cells of a row as HTML, each with its name for those who do not see the columns."""
    texts, promise = visit.texts, entry.promise
    edited = {edit.field for edit in promise.edits}

    def marked(field: str, text: str) -> str:
        if field not in edited:
            return text
        title = escaped(_whose(visit, promise, field))
        return f'{text} <span class="minutes-mark" title="{title}">✎ {title}</span>'

    who = marked("who", escaped(entry.who or "—"))
    if entry.to_whom or "to_whom" in edited:
        who += f" → {marked('to_whom', escaped(entry.to_whom or '—'))}"
    what = marked("what", escaped(cut(promise.what)))
    if "own" in edited:
        what += f' <span class="minutes-mark">✎ {escaped(texts["minutes_own"])}</span>'
    if promise.flags:
        what += f' <span class="minutes-look">⚠ {escaped(texts["minutes_look"])}</span>'
    when = ""
    if promise.when:
        days = spelling.days(promise.when, visit.texts)
        raw = f'<span class="minutes-quiet">{escaped(promise.when.raw)}</span>'
        when = f"{escaped(days)} {raw}" if days else raw
    when = marked("when", when or "—")
    state = escaped(texts[f"minutes_state_{entry.state}"])
    if is_overdue(entry, today):
        state = f'<b class="minutes-late">! {escaped(texts["minutes_overdue"])}</b>'
    state = marked("state", state)
    cells = {"who": who, "what": what, "when": when, "state": state}
    inner = "".join(
        f'<div class="minutes-{name}"><span class="minutes-name">'
        f"{escaped(texts[f'minutes_{name}'])}: </span>{value}</div>"
        for name, value in cells.items()
    )
    closed = " minutes-closed" if entry.state in ("done", "cancelled") else ""
    return f'<div class="minutes-row{closed}">{inner}</div>'


def _whose(visit: Visit, promise: Promise, field: str) -> str:
    """Who has set a field, by name where the page is used by somebody else."""
    by = next(edit.by for edit in promise.edits if edit.field == field)
    if by and by != visit.app.settings.me:
        return visit.texts["minutes_yours_by"].format(by)
    return visit.texts["minutes_yours"]


def _opened(visit: Visit, shelf: Shelf, entry: Entry, key: str) -> None:
    """The line, what to look at, what other meetings say, and the form."""
    texts, promise = visit.texts, entry.promise
    held = shelf.named(entry.document)
    for flag in promise.flags:
        among = " ".join(_among(visit, held, promise)) if flag != "check" and held else ""
        st.warning(literal(f"{texts['minutes_look']}: {texts[_LOOKS[flag]]}{among}"))
    if promise.condition:
        told = texts["minutes_condition"].format(cut(promise.condition))
        st.html(f"<div>{escaped(told)}</div>")
    citation = cited(entry.document, promise)
    if citation is None:
        st.html(f'<p class="minutes-quiet">{escaped(texts["minutes_no_line"])}</p>')
    else:
        sources.show(visit, citation)
    for link in entry.links:
        st.html(f'<div class="minutes-quiet">{escaped(link_line(link, visit.language))}</div>')
    if held is not None:
        _undo(visit, held, promise)
        _form(visit, held, entry, key)


def _among(visit: Visit, held: Held, promise: Promise) -> list[str]:
    """The people that an ambiguous name may be, in words."""
    names = visit.app.candidates(held.name, promise)
    if not names:
        return []
    return [f" — {visit.texts['minutes_look_among'].format(' / '.join(names))}"]


def _undo(visit: Visit, held: Held, promise: Promise) -> None:
    """A button for each field that was corrected, which says what had been read."""
    texts = visit.texts
    for correction in held.corrected.of(promise):
        if promise.read is None or correction.kind not in FIELDS:
            continue
        field = texts[f"minutes_field_{correction.kind}"]
        was = _said(visit, promise.read, correction.kind)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            said = f"{field}: {_whose(visit, promise, correction.kind)}, "
            said += f"{spelling.day(correction.time[:10], visit.texts)}; "
            said += texts["minutes_was"].format(was)
            st.html(f'<span class="minutes-edit">✎ {escaped(said)}</span>', width="content")
            if st.button(
                texts["minutes_undo"].format(field.lower()),
                key=f"minutes-undo-{correction.id}",
                icon=":material/undo:",
                type="tertiary",
                help=literal(texts["minutes_undo_help"].format(was)),
            ):
                attempt(visit, partial(visit.app.undo, [correction]))


def _said(visit: Visit, promise: Promise, kind: str) -> str:
    """A field in words."""
    value = value_of(promise, kind)
    if kind == "state":
        return visit.texts[f"minutes_state_{value}"]
    if kind == "when" and promise.when:
        days = spelling.days(promise.when, visit.texts)
        return f"{days} ({value})" if days else f"{value}"
    return value or visit.texts["minutes_nothing"]


def _form(visit: Visit, held: Held, entry: Entry, key: str) -> None:
    texts, promise = visit.texts, entry.promise
    with st.form(f"minutes-form-{key}", border=False):
        wanted = fields(visit, held, f"{key}-{len(promise.edits)}", promise, entry)
        with st.container(horizontal=True, gap="small"):
            save = st.form_submit_button(texts["minutes_save"], type="primary")
            strike = st.form_submit_button(
                texts["minutes_strike"], icon=":material/strikethrough_s:"
            )
    if strike:
        attempt(visit, lambda: visit.app.strike(held.name, promise))
    if save:
        shown: dict[str, str | None] = {kind: value_of(promise, kind) for kind in FIELDS}
        shown["state"] = entry.state
        changes = {k: v for k, v in wanted.items() if (v or None) != (shown[k] or None)}
        if not changes:
            st.info(texts["minutes_unchanged"])
            return
        attempt(visit, lambda: visit.app.correct(held.name, promise, changes))


def fields(
    visit: Visit, held: Held, key: str, promise: Promise | None, entry: Entry | None = None
) -> dict[str, str | None]:
    """The fields of a promise to be filled in, and what is in them."""
    texts = visit.texts
    minutes = held.corrected.minutes
    names = dict.fromkeys(
        [*minutes.participants, *(n for p in minutes.promises for n in (p.who, p.to_whom) if n)]
    )
    options = list(names)
    one, other = st.columns(2)

    def person(where: object, label: str, field: str) -> str | None:
        value = getattr(promise, field) if promise else None
        return where.selectbox(  # type: ignore[attr-defined, no-any-return]
            label,
            options,
            index=options.index(value) if value in options else None,
            placeholder=texts["minutes_noone"],
            accept_new_options=True,
            key=f"minutes-{field}-{key}",
        )

    found: dict[str, str | None] = {
        "who": person(one, texts["minutes_who"], "who"),
        "to_whom": person(other, texts["minutes_to"], "to_whom"),
        "what": st.text_input(
            texts["minutes_what"],
            value=promise.what if promise else "",
            placeholder=texts["minutes_what_help"],
            key=f"minutes-what-{key}",
        ),
    }
    one, other = st.columns(2)
    found["when"] = one.text_input(
        texts["minutes_when"],
        value=promise.when.raw if promise and promise.when else "",
        help=texts["minutes_when_help"],
        key=f"minutes-when-{key}",
    )
    found["state"] = other.selectbox(
        texts["minutes_state"],
        STATES,
        index=STATES.index(entry.state) if entry else 0,
        format_func=lambda state: texts[f"minutes_state_{state}"],
        key=f"minutes-state-{key}",
    )
    return found


def attempt(visit: Visit, work: Callable[[], object]) -> None:
    """Do what changes the minutes, and show them anew; or say what is wrong with it."""
    try:
        work()
    except Fault as fault:
        st.error(visit.texts[f"minutes_fault_{fault.field}"])
        return
    except RagError as error:
        show_error(error)
        return
    st.toast(visit.texts["minutes_saved"], icon=":material/check:")
    st.rerun()
