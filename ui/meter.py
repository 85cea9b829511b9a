"""Bars of what takes room, memory, a disk or a model's window, and tables: pure HTML.

Whoever does not see the bar reads the list below it, which has all its numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui.parts import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"[\d.,\N{NO-BREAK SPACE}]+")


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a bar: `kind` names its colour, `amount` is its size and `said` that in words."""

    kind: str
    label: str
    amount: float
    said: str


def bar(head: str, shares: Sequence[Share], *, over: bool = False) -> str:
    """A bar of the shares with its list, as HTML; `over` marks one that is more than full."""
    total = sum(share.amount for share in shares) or 1.0
    parts = "".join(
        f'<i class="{share.kind}" style="width:{100 * share.amount / total:.2f}%"></i>'
        for share in shares
        if share.amount > 0
    )
    rows = "".join(
        f'<li><i class="{share.kind}" aria-hidden="true"></i>{escaped(share.label)}'
        f" <b>{escaped(share.said)}</b></li>"
        for share in shares
    )
    state = " over" if over else ""
    return (
        f'<div class="meter{state}"><div class="meter-head">{escaped(head)}</div>'
        f'<div class="meter-bar" aria-hidden="true">{parts}</div><ul>{rows}</ul></div>'
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows as an HTML table, everything in it escaped.

    Unlike a grid drawn on a canvas it wraps on a narrow page and can be read aloud.
    """
    head = "".join(f'<th scope="col">{escaped(column)}</th>' for column in columns)
    body = "".join(
        f"<tr>{''.join(f'<td{_side(cell)}>{escaped(cell)}</td>' for cell in row)}</tr>"
        for row in rows
    )
    return f'<table class="rows"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _side(cell: str) -> str:
    return ' class="number"' if _NUMBER.fullmatch(cell) else ""
