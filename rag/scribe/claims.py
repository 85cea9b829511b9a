"""What a model's reply says, item by item, before any of it is believed.

Models write a line's number as a number, a string, "12–14" or "[12]", one thing as a list of one,
and nothing as "null" or «нет». What can only be meant one way is taken so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from rag.types import Act, Status
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.scribe.nouns import Kind

_KINDS: dict[str, Kind] = {
    "promises": "promise",
    "decisions": "decision",
    "questions": "question",
    "open_questions": "question",
}
#: items of one reply that are looked at; no window holds so many
_MOST = 500
#: characters of a text that are looked at: longer than any sentence that names an act
_LONGEST = 600
#: lines of one item; a promise and its answer are never so far apart
_MOST_LINES = 24
_NUMBER = re.compile(r"(\d{1,9})(?:\s*(?:-|–|—|\.\.)\s*(\d{1,9}))?")
_NOTHING = frozenset("null none nil n/a na - – — нет unknown неизвестно".split())


@dataclass(frozen=True, slots=True)
class Claim:
    """One item of a reply, as the model puts it. `lines` are in its order, the first the line.

    Texts are "" where it says nothing; `what` is the text of a decision or question.
    """

    kind: Kind
    lines: tuple[int, ...]
    what: str
    who: str = ""
    to_whom: str = ""
    when: str = ""
    condition: str = ""
    act: Act | None = None
    status: Status = "open"


def claims_in(value: Any) -> Iterator[Claim]:
    """The items of a reply that is a JSON object; anything that is none is passed over."""
    if not isinstance(value, dict):
        return
    for key, kind in _KINDS.items():
        items = value.get(key)
        for item in items[:_MOST] if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield _claim(kind, item)


def _claim(kind: Kind, item: dict[Any, Any]) -> Claim:
    lines = [n for key in ("line", "lines", "support") for n in _numbers(item.get(key))]
    numbers = tuple(dict.fromkeys(lines))[:_MOST_LINES]
    what = next((said for key in ("what", "text", "quote") if (said := _said(item.get(key)))), "")
    if kind != "promise":
        return Claim(kind, numbers, what, who=_said(item.get("who")))
    act, status = _said(item.get("act")).lower(), _said(item.get("status")).lower()
    return Claim(
        kind,
        numbers,
        what,
        _said(item.get("who")),
        _said(item.get("to_whom")),
        _said(item.get("when")) or _said(item.get("when_raw")),
        _said(item.get("condition")),
        next((known for known in get_args(Act) if known == act), None),
        next((known for known in get_args(Status) if known == status), "open"),
    )


def _numbers(value: Any) -> Iterator[int]:
    """The line numbers of a value; a range that is absurdly long counts by its ends."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, list):
        for item in value[:_MOST_LINES]:
            if not isinstance(item, list):
                yield from _numbers(item)
        return
    if isinstance(value, float) and not value.is_integer():
        return
    text = str(int(value)) if isinstance(value, (int, float)) else str(value)[:_LONGEST]
    for match in _NUMBER.finditer(text):
        first = int(match[1])
        last = int(match[2] or first)
        yield from range(first, last + 1) if 0 <= last - first < _MOST_LINES else (first, last)


def _said(value: Any) -> str:
    """A text of the reply in one line; "" for one that says there is nothing."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        return ""
    text = " ".join(value[:_LONGEST].split())
    return "" if fold(text) in _NOTHING else text
