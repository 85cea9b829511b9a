"""The field for a question at the foot of the page, and beside it where the question looks."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from rag.app import QUESTION_LIMIT
from rag.errors import RagError
from rag.types import Scope
from ui import spelling
from ui.chat import address
from ui.parts import error_text, literal

if TYPE_CHECKING:
    from rag.desk.talks import Conversation
    from ui.texts import Texts
    from ui.visit import Visit

_FIELD = "question"
_SCOPE_OPEN = "scope-open"
_REFUSED = "question-refused"  # why the last one was not put
_NAMED = 2  # documents named beside the field; more are counted
_DATES = "DD.MM.YYYY"


def show(visit: Visit, held: Conversation | None) -> None:
    """The field, and a button that tells where it looks and changes that."""
    texts, documents = visit.texts, visit.documents()
    if why := st.session_state.pop(_REFUSED, ""):
        st.toast(literal(why), icon=":material/hourglass_top:")
    with st.bottom, st.container(key="ask", gap="xsmall"):
        if documents:
            _choose_scope(visit, held)
        st.chat_input(
            texts["ask" if documents else "ask_nothing"],
            key=_FIELD,
            max_chars=QUESTION_LIMIT,
            disabled=not documents,
            on_submit=partial(_asked, visit),
        )


def write(question: str) -> None:
    """Put words into the field, to be changed and asked by the person."""
    st.session_state[_FIELD] = question


def ask(visit: Visit, question: str, scope: Scope | None) -> None:
    """Put a question to the conversation on the page; it is answered beside it."""
    held = address.begun(visit)
    if held.busy:
        _give_back(question, visit.texts["busy"])
        return
    try:
        held.ask(visit.app, question, None if scope is None or scope.everything else scope)
    except RagError as error:
        _give_back(question, ". ".join(filter(None, error_text(error, visit.texts))))


def _give_back(question: str, why: str) -> None:
    """Leave a question in the field, since it cannot be put now."""
    write(question)
    st.session_state[_REFUSED] = why


def _asked(visit: Visit) -> None:
    state, question = st.session_state, st.session_state[_FIELD]
    state[_SCOPE_OPEN] = state["scope"] = False  # room for the answer
    if question and question.strip():
        ask(visit, question, address.scope_of(address.current(visit)))


def scope_text(scope: Scope | None, texts: Texts) -> str:
    """Where a question looks, in words; "" for everywhere."""
    if scope is None or scope.everything:
        return ""
    names = scope.documents
    said = [", ".join(names) if len(names) <= _NAMED else texts["scope_some"].format(len(names))]
    if scope.since:
        said.append(texts["scope_since"].format(spelling.day(scope.since, texts)))
    if scope.until:
        said.append(texts["scope_until"].format(spelling.day(scope.until, texts)))
    return ", ".join(filter(None, said))


def _choose_scope(visit: Visit, held: Conversation | None) -> None:
    texts, scope = visit.texts, address.scope_of(held)
    said = scope_text(scope, texts) or texts["scope_all"]
    label = literal(texts["scope"].format(said))
    folded = st.expander(
        label,
        expanded=st.session_state.get(_SCOPE_OPEN, False),  # a new label would close it
        type="compact",
        icon=":material/filter_list:",
        key="scope",
        on_change=_note_open,
    )
    if folded.open:  # the names of thousands of documents are sent when somebody wants them
        with folded:
            _scope_fields(visit, held, scope)


def _note_open() -> None:
    st.session_state[_SCOPE_OPEN] = st.session_state["scope"]


def _scope_fields(visit: Visit, held: Conversation | None, scope: Scope) -> None:
    texts, name = visit.texts, held.id if held else "new"
    keys = {part: f"scope-{part}-{name}" for part in ("documents", "since", "until")}
    present = [row.name for row in visit.documents()]
    known = set(present)
    change = partial(_chosen, held, keys)
    st.multiselect(
        texts["scope_documents"],
        present,
        default=[each for each in scope.documents if each in known],
        key=keys["documents"],
        placeholder=texts["scope_all"],
        select_all=False,
        on_change=change,
    )
    with st.container(horizontal=True):
        for part, value in (("since", scope.since), ("until", scope.until)):
            st.date_input(
                texts[f"scope_from_{part}"],
                value=date.fromisoformat(value) if value else None,
                key=keys[part],
                format=_DATES,
                on_change=change,
            )
    if scope.since or scope.until:
        st.caption(texts["scope_undated"])


def _chosen(held: Conversation | None, keys: dict[str, str]) -> None:
    """Keep what the fields say."""
    state = st.session_state
    since, until = (state.get(keys[part]) for part in ("since", "until"))
    address.choose(
        held,
        Scope(
            tuple(state.get(keys["documents"], ())),
            since.isoformat() if since else None,
            until.isoformat() if until else None,
        ),
    )
