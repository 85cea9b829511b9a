"""A task on paper as a draft: its words without what surrounds them, its recipient, its state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.drafts import Draft
from rag.minutes.paper import english as protocol_english
from rag.minutes.paper import orders as protocol_orders
from rag.minutes.paper.dues import cut, due_in, moved_due
from rag.minutes.paper.lines import trim, trim_space
from rag.minutes.paper.pieces import is_due, state_of
from rag.sentences import split

if TYPE_CHECKING:
    from rag.minutes.dates import Found
    from rag.minutes.paper.acts import Order
    from rag.minutes.view import Scene
    from rag.types import Act, Status

Span = tuple[int, int]
#: words of a body that still is one task, whole
_WHOLE = 22
_LAST_DASH = re.compile(r"\s+[—–-]\s+(?=[^—–\n]{2,30}$)", re.MULTILINE)


def orders_of(scene: Scene, start: int, end: int) -> list[Order]:
    """The orders of a sentence in the language of the paper."""
    read = protocol_orders.orders_of if scene.language == "ru" else protocol_english.orders_of
    return read(scene, start, end)


def act_in(scene: Scene, start: int, end: int) -> Span | None:
    """The sentence of a task's words that is the task: one that begins with an act, or the last."""
    start, end = trim(scene.text, start, end)
    if start >= end:
        return None
    if len(scene.text[start:end].split()) <= _WHOLE:
        parts = [(start, end)]
    else:
        parts = [trim(scene.text, a, b) for a, b in split(scene.text, start, end)]
    if scene.language == "ru":
        for part in parts:
            orders = protocol_orders.acts_of(scene, *part, ("",))
            orders = orders or protocol_orders.orders_in(scene, *part)
            if orders:
                return orders[0].what[0], max(orders[-1].what[1], orders[0].what[1])
    chosen = parts[-1]
    if scene.language == "en":
        stated = protocol_english.orders_in(scene, *chosen)
        if stated:
            return stated[0].what[0], stated[-1].what[1]
    due = due_in(scene, *chosen, bare=False)
    return cut(scene, chosen, due)


def acts_in(scene: Scene, task: Span) -> list[Span]:
    """The acts of a task: «купить обогреватели и выдать их» is two."""
    if scene.language == "ru":
        orders = protocol_orders.acts_of(scene, *task, ("",))
    else:
        orders = protocol_english.acts_of(scene, *task)
    return [order.what for order in orders] if len(orders) > 1 else [task]


def recipient(scene: Scene, task: Span, who: str | None) -> str | None:
    """To whom a task's words give, send or tell something."""
    if scene.language == "ru":
        acts = protocol_orders.acts_of(scene, *task, (who or "",))
        return acts[0].to_whom if acts else None
    return protocol_english.recipient(scene, task, (who or "",))


def of_order(
    scene: Scene,
    order: Order,
    due: Found | None,
    whole: Span,
    status: Status | None,
    quote: Span | None = None,
) -> list[Draft]:
    order = _dashed(scene, order)
    anchored = order.due is not None and (order.due.due.start or order.due.due.end)
    found = order.due if anchored or due is None else due
    rest = scene.text[order.what[1] : whole[1]]
    moved = moved_due(scene, order.what[1], whole[1], found)
    return [
        draft_of(
            scene,
            who,
            order.what,
            found,
            quote or whole,
            status=status or state_of(rest, None),
            at=order.at,
            moved=moved,
            act=order.act,
            condition=order.condition,
            to_whom=order.to_whom,
        )
        for who in order.owners
    ]


def _dashed(scene: Scene, order: Order) -> Order:
    """An order whose deadline stands bare behind a dash at its end («… the client - Mon»)."""
    dash = _LAST_DASH.search(scene.text, *order.what) if order.due is None else None
    if dash is None:
        return order
    due = due_in(scene, dash.end(), order.what[1])
    if due is None or not is_due(scene.text, dash.end(), order.what[1], due):
        return order
    return order._replace(due=due, what=trim(scene.text, order.what[0], dash.start()))


def draft_of(
    scene: Scene,
    who: str | None,
    task: Span,
    due: Found | None,
    whole: Span,
    *,
    status: Status,
    at: int,
    moved: tuple[Found, str | None] | None = None,
    act: Act = "assigned",
    condition: Span | None = None,
    to_whom: str | None = None,
) -> Draft:
    history = ((at, moved[1]),) if moved else ()
    due = moved[0] if moved else due
    start, end = trim(scene.text, *task)
    first, last = trim_space(scene.text, *whole)
    below = re.finditer(r"(?<=\n)[ \t]*[^\s]", scene.text[first:last])
    return Draft(
        who=who,
        to_whom=to_whom,
        what=(start, end),
        due=due,
        act=act,
        status="conditional" if condition and status == "open" else status,
        force="firm",
        condition=condition,
        at=at,
        sentence=(first, last),
        turn=0,
        support=tuple(first + m.end() - 1 for m in below),
        history=history,
    )
