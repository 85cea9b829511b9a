"""A finding of a Russian clause with its span, deadline, recipient and condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.minutes.findings import Finding
from rag.minutes.russian import conditions as rn
from rag.minutes.russian import dues as rd
from rag.minutes.russian import recipients as rto
from rag.minutes.russian import spans as rs
from rag.minutes.russian.edges import without_edges

if TYPE_CHECKING:
    from rag.minutes.findings import Kind
    from rag.minutes.view import View
    from rag.types import Act, Force


def make(
    view: View,
    kind: Kind,
    at: int,
    who: str | None,
    verb: str,
    *,
    act: Act = "self",
    force: Force = "firm",
    to_whom: str | None = None,
    bare: bool = False,
    imperative: bool = False,
    first: int | None = None,
    anaphoric: bool = False,
) -> Finding:
    """A finding with its span, deadline and condition; `at` is the index of the decisive token.

    `first` is the first token of `what` where the rule knows it.
    """
    to_whom = rto.recipient(view, at, who) if to_whom is None else to_whom
    told = bool(to_whom) or bool({"ей", "ему", "им", "мне", "нам", "тебе", "вам"} & set(view.words))
    told = told and (view.is_in(verb, "call") or view.is_in(verb, "tell"))
    start, end, clauses, lonely = rs.what_span(view, at, first, bare)
    visits = view.is_in(verb, "fetch") and bool({"к", "ко", "за", "до"} & set(view.words))
    bare = lonely and not told and not visits
    due = rd.corrected(view, view.due(clauses) or rd.due_elsewhere(view, bare=bare))
    cut = rs.own_start(view, at)
    if due and cut is not None and view.clause.start <= due.start and due.end <= cut:
        due = None  # it is the other verb's
    start, end = without_edges(view, start, end, due, _told_to(view, at))
    return Finding(
        kind=kind,
        turn=view.turn,
        at=view.tokens[at].start,
        what_start=start,
        what_end=end,
        sentence_start=view.sentence.start,
        sentence_end=view.sentence.end,
        who=who,
        to_whom=to_whom,
        verb=verb,
        act=act,
        force=force,
        due=due,
        condition=rn.condition(view),
        bare=bare,
        named=who is not None and not who.startswith("\0"),
        imperative=imperative,
        anaphoric=anaphoric,
        thing=rs.has_thing(view, at) or (not bare and (told or rs.object_beside(view))),
    )


def _told_to(view: View, at: int) -> frozenset[int]:
    """Offsets of the recipient's words, where something else is left to name the act."""
    rows = rto.dative_rows(view)
    return rows if rs.has_thing(view, at, but=rows) else frozenset()
