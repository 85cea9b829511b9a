"""The last question's budget: what each part of its prompt took of the model's window."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from rag import budget
from ui import spelling
from ui.chat import address
from ui.meter import Share, bar, table
from ui.parts import literal

if TYPE_CHECKING:
    from rag.desk.talks import Turn
    from rag.types import Receipt
    from ui.visit import Visit

_RULES = frozenset({"template", "system", "examples"})


def show(visit: Visit) -> None:
    """The part of the tab."""
    texts = visit.texts
    st.subheader(texts["set_budget_head"], anchor=False)
    turn = last_turn(visit)
    if turn is None:
        st.info(texts["set_budget_none"], icon=":material/info:")
        return
    st.caption(literal(texts["set_budget_question"].format(turn.question)))
    if turn.answer is None:
        said = turn.error.message if turn.error else ""
        st.caption(literal(texts["set_budget_failed"].format(said)))
    elif turn.answer.receipt is None:
        st.caption(literal(budget.why_none(turn.answer, turn.model, visit.language)))
        if not turn.model:
            st.caption(texts["set_budget_no_model"])
    else:
        _show(turn.answer.receipt, visit)


def last_turn(visit: Visit) -> Turn | None:
    """The last question of this person's conversation that is through."""
    held = address.current(visit)
    return next((turn for turn in reversed(held.turns if held else ()) if turn.done), None)


def _show(receipt: Receipt, visit: Visit) -> None:
    texts, language = visit.texts, visit.language
    st.html(window_bar(receipt, visit))
    columns = [texts[f"set_budget_{name}"] for name in ("part", "tokens", "share", "from")]
    rows = (
        (
            budget.named(part.name, language),
            spelling.number(part.tokens, texts),
            spelling.decimal(100 * part.tokens / receipt.window, texts, 1),
            budget.place(part, language),
        )
        for part in receipt.parts
    )
    st.html(table(columns, rows))
    st.caption(literal(budget.counted(receipt, language)))
    if receipt.left_out:
        with st.expander(texts["set_budget_left"].format(len(receipt.left_out)), type="compact"):
            for each in receipt.left_out:
                told = budget.named(each.name, language), budget.reason(each, language)
                tokens = spelling.number(each.tokens, texts)
                st.text(texts["set_budget_about"].format(*told, tokens))


def window_bar(receipt: Receipt, visit: Visit) -> str:
    """What took the window, as HTML; parts of a kind together."""
    texts = visit.texts

    def share(kind: str, label: str, tokens: int) -> Share:
        percent = spelling.decimal(100 * tokens / receipt.window, texts, 1)
        return Share(kind, label, tokens, f"{spelling.number(tokens, texts)} ({percent} %)")

    kinds = sorted((_kind(part.name), part.tokens) for part in receipt.parts)
    sums = {kind: sum(t for _, t in each) for kind, each in groupby(kinds, lambda part: part[0])}
    shares = [
        share(kind, texts[f"set_part_{kind}"], sums[kind])
        for kind in ("rules", "history", "question", "passages")
        if kind in sums
    ]
    free = receipt.window - receipt.reserve - receipt.total
    shares.append(share("reserve", texts["set_budget_reserve"], receipt.reserve))
    shares.append(share("free", texts["set_budget_free"], free))
    return bar(texts["set_budget_window"].format(spelling.number(receipt.window, texts)), shares)


def _kind(name: str) -> str:
    """What a part of a prompt is: "passage 2" is of the passages."""
    first = name.split()[0].rstrip(",")
    if first in _RULES:
        return "rules"
    return first if first in ("history", "question") else "passages"
