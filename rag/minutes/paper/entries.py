"""Entries of lists: «смета — Олег, до пт», «подготовить смету» under a name, a ticked box."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.minutes.clauses import sentences_of, tokens_of
from rag.minutes.morphology import reading
from rag.minutes.paper import orders as protocol_orders
from rag.minutes.paper.acts import Order
from rag.minutes.paper.drafting import act_in, draft_of, of_order, orders_of, recipient
from rag.minutes.paper.dues import MOVED, cut, due_in, moved_due
from rag.minutes.paper.lines import trim_space
from rag.minutes.paper.owners import only_people
from rag.minutes.paper.pieces import is_due, is_struck, pieces_of, state_of, struck_in
from rag.minutes.paper.prose import from_prose
from rag.minutes.paper.words import matcher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.minutes.dates import Found
    from rag.minutes.drafts import Draft
    from rag.minutes.paper.layout import Item
    from rag.minutes.view import Scene

Span = tuple[int, int]
#: words of a line without a bullet that can be an entry of a list
_ENTRY_WORDS = 16
#: lines under a list of tasks that sign the paper
_SIGNED = re.compile(
    r"\s*(?:председател|секретар|протокол|согласован|утвержд|подпис|глава|директор|вел[аи]?\b|вёл"
    r"|верно|исп\.\s+[а-я]|signed|chair|clerk|secretary|minutes|approved|date\s+of|next\s+meeting"
    r"|следующ)",
    re.IGNORECASE,
)
_ARROW = re.compile(r"\s(?:->|→|=>)\s")
_PARTED = re.compile(r"\s[—–-]\s|[:(]|\s->\s")


def from_words(
    scene: Scene, item: Item, body: Span, due: Found | None, *, listed: bool, announced: bool
) -> Iterator[Draft]:
    """Tasks by the words of an item: the order they give, their pieces, what they report."""
    text = scene.text
    start, end = trim_space(text, *body)
    if start >= end:
        return
    heads = _heads(scene, item)
    entry = (not item.alone or _is_entry(text[start:end])) and not _states(scene, start, end)
    arrow = _ARROW.search(text, start, end) is not None
    tasked = listed or arrow or (item.section in ("tasks", "review") and entry) or any(heads)
    tasked = tasked or (entry and not item.alone and _is_whole(scene, start, end))
    whole = (item.start, item.end)
    if tasked:
        entries = list(
            _from_pieces(
                scene,
                item,
                (start, end),
                due or heads[1],
                heads[0],
                whole,
                listed=listed,
                announced=announced,
            )
        )
        if entries:
            yield from entries
            return
    listed = item.section in ("tasks", "review")
    late = due or (heads[1] if tasked else None)
    yield from from_prose(scene, (start, end), late, whole, listed=listed)


def _is_whole(scene: Scene, start: int, end: int) -> bool:
    """Whether a bullet is a task, those who do it and a day, and nothing else."""
    found = pieces_of(scene, start, end)
    if not (found.owners and found.task and found.due) or found.due.start < found.task[1]:
        return False
    words = len(scene.text[slice(*found.task)].split())
    return words + len(found.owners) * 2 + 4 >= len(scene.text[start:end].split())


def _is_entry(line: str) -> bool:
    """Whether a line without a bullet can be an entry: short, in parts, and no signature."""
    short = len(line.split()) <= _ENTRY_WORDS and "\n" not in line and line[-1:] != ":"
    return short and _PARTED.search(line) is not None and _SIGNED.match(line) is None


def _states(scene: Scene, start: int, end: int) -> bool:
    """Whether an entry tells what somebody said or did rather than what is to be done."""
    if scene.language != "ru":
        return False
    told = (("past",), ("pres", "3per"), ("1per", "plur"))
    moved = MOVED.search(scene.text, start, end)
    stop = moved.start() if moved else end
    return any(
        reading(token.word, "VERB", *tags, at_least=0.5)
        and not matcher("marks", "gone").fullmatch(token.word)
        for token in tokens_of(scene.text, start, stop)
        for tags in told
    )


def _heads(scene: Scene, item: Item) -> tuple[list[str], Found | None]:
    """(owners, deadline) that the lines over a list give to its items."""
    owners: list[str] = []
    due: Found | None = None
    for start, end in reversed(item.heads):
        words = scene.text[start:end].strip().rstrip(":*_ ")
        if not owners:
            named = {m.name for m in scene.roster.mentions(tokens_of(words, 0, len(words)))}
            owners = [who for who in only_people(scene, words) if who in named]
        if not owners and scene.text[end - 1 : end + 1].strip().endswith(":"):
            owners = protocol_orders.addressed(scene, start, end)
        found = (
            due_in(scene, start, end) if scene.text[start:end].rstrip("*_ ").endswith(":") else None
        )
        if due is None and found and (owners or is_due(scene.text, start, end, found)):
            due = found
    return owners, due


def _from_pieces(
    scene: Scene,
    item: Item,
    body: Span,
    due: Found | None,
    heads: list[str],
    whole: Span,
    *,
    listed: bool,
    announced: bool,
) -> Iterator[Draft]:
    """The tasks of an entry of a list: «смета — Олег, до пт», «подготовить смету» under a name."""
    text = scene.text
    struck = is_struck(text, *body)
    said = struck_in(text, *body) if struck else body
    ordered = list(_from_orders(scene, said, due, whole))
    if ordered:
        yield from (
            replace(draft, status="cancelled") if struck else _stated(draft, item.checked)
            for draft in ordered
        )
        return
    found = pieces_of(scene, *body, announced=announced)
    status = state_of(text[body[0] : item.end], item.checked, struck=struck)
    if found.owners and found.task:
        due = found.due or due
        if due and (status != "open" or item.section == "review"):
            due = due_in(scene, due.start, due.end, past=True) or due
        moved = moved_due(scene, found.task[1], item.end, due)
        task = act_in(scene, *found.task) or found.task
        for who in found.owners:
            draft = draft_of(scene, who, task, due, whole, status=status, at=body[0], moved=moved)
            yield replace(draft, to_whom=recipient(scene, task, who))
        return
    prose = list(from_prose(scene, body, due, whole, listed=True))
    if prose:
        yield from (replace(d, status=status) if status != "open" else d for d in prose)
        return
    if text[body[0] : body[1]].rstrip(" *_").endswith(":"):
        return
    moved = moved_due(scene, *body, found.due or due)
    if heads:
        for order in _acts(scene, body, tuple(heads)):
            yield of_order(scene, order, due, whole, status)[0]
        return
    if listed and found.task:
        yield draft_of(
            scene, None, found.task, found.due or due, whole, status=status, at=body[0], moved=moved
        )


def _stated(draft: Draft, checked: str | None) -> Draft:
    """A draft that a ticked box tells to be done."""
    status = state_of("", checked)
    return draft if status == "open" else replace(draft, status=status)


def _from_orders(scene: Scene, body: Span, due: Found | None, whole: Span) -> Iterator[Draft]:
    """The orders in the words of an entry."""
    for sentence in sentences_of(scene.text, *body, scene.language):
        for order in orders_of(scene, sentence.start, sentence.end):
            yield from of_order(scene, order, due, whole, None)


def _acts(scene: Scene, body: Span, owners: tuple[str, ...]) -> list[Order]:
    if scene.language == "ru":
        acts = protocol_orders.acts_of(scene, *body, owners)
        if acts:
            return acts
    found = pieces_of(scene, *body)
    if found.task is None:
        return []
    due = found.due
    return [Order(owners, cut(scene, body, due), due, body[0], "assigned")]
