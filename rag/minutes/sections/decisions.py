"""What a meeting settled without an actor: «решили: …», "let's drop …", a vote, items under РЕШИЛИ.

The phrases stand in `data/decisions.tsv`, each kind with an example and a counter-example. A
proposal becomes a decision by the assent of another turn, a vote decides what was put to it. What
somebody promised stays a promise.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.paper.lines import CHECKBOX, DUE_FIELD, OWNER_FIELD
from rag.minutes.places import time_at
from rag.minutes.sections.proposals import proposed, voted
from rag.minutes.sections.settling import announced, closed, settles
from rag.minutes.sections.talk import ANNOUNCED, Settled, Talk, trimmed
from rag.types import Decision
from rag.words import content_stems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.minutes.sections.remarks import Remark
    from rag.types import Document, Promise
    from rag.words import Language

_BLOCK = re.compile(
    r"^[#*_\d.\s]{0,40}+(?:решили|постановили|решения|принятые решения|приняли решения|"
    r"decisions?(?: made)?|decisions? taken|resolved|resolutions?)[*_ \t]*+:?[*_ \t]*+\n"
    r"(?P<items>(?:[ \t]*\n)?(?:[ \t]*\S[^\n]*(?:\n|\Z))+)",
    re.IGNORECASE | re.MULTILINE,
)
_ITEM = re.compile(r"^[ \t]*(?:[-*•–—]|\d+(?:\.\d+)*[.)]?)[ \t]+(?P<text>\S[^\n]*)", re.MULTILINE)
#: a line of a form that nobody filled in
_BLANK = re.compile(r"_{3,}|\.{5,}")
_RULES = (announced, closed, settles, voted, proposed)
#: share of the words of the shorter of two decisions that makes them one
_SAME = 0.75


def decisions_in(
    document: Document,
    language: Language,
    remarks: Sequence[Remark],
    promises: Sequence[Promise],
    line_of: Callable[[Document, int], int],
) -> tuple[Decision, ...]:
    """Decisions of a meeting in the order of the text, at most one a sentence, each said once."""
    text = document.text
    blocks = [block.span() for block in _BLOCK.finditer(text)]
    found = [Settled(*span, ANNOUNCED) for span in _items(text)]
    outside = [each for each in remarks if not _touches(blocks, each.start, each.end)]
    found += _settled_in(Talk(text, language, outside, on_paper=not document.turns))
    promised = _Promised(document, promises, line_of)
    kept = [each for each in found if not promised.holds(each)]
    return tuple(
        Decision(text[start:end], line_of(document, start), start, end, time_at(document, start))
        for start, end, _, _ in _once(text, sorted(kept))
    )


def _settled_in(talk: Talk) -> Iterator[Settled]:
    """What the remarks settle, each by the first rule that fits."""
    for at in range(len(talk.remarks)):
        found = next(filter(None, (rule(talk, at) for rule in _RULES)), None)
        if found is not None:
            yield found


class _Promised:
    """Where promises stand; what they touch is none of the meeting's decisions."""

    def __init__(
        self,
        document: Document,
        promises: Sequence[Promise],
        line_of: Callable[[Document, int], int],
    ) -> None:
        self._document = document
        self._line_of = line_of
        self._spans = [_act(document.text, promise) for promise in promises]
        kept = [promise for promise in promises if promise.status != "cancelled"]
        self._lines = {line for each in kept for line in (each.line, *each.support)}

    def holds(self, found: Settled) -> bool:
        """Whether a promised act stands in it; a proposal's lines and those of its assent count."""
        if _touches(self._spans, found.start, found.end):
            return True
        places = (found.start, *found.accepted)
        return bool(found.accepted) and any(
            self._line_of(self._document, place) in self._lines for place in places
        )


def _act(text: str, promise: Promise) -> tuple[int, int]:
    """Where a promise names its act; its sentence where the words stand elsewhere."""
    at = text.find(promise.what, promise.start, promise.end) if promise.what else -1
    return (at, at + len(promise.what)) if at >= 0 else (promise.start, promise.end)


def _items(text: str) -> Iterator[tuple[int, int]]:
    """The items of lists of decisions; of a form's empty lines none."""
    for block in _BLOCK.finditer(text):
        for item in _ITEM.finditer(text, *block.span("items")):
            line = item.group()
            if not any(mark.search(line) for mark in (_BLANK, CHECKBOX, OWNER_FIELD, DUE_FIELD)):
                yield trimmed(text, *item.span("text"))


def _touches(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(left < end and start < right for left, right in spans)


def _once(text: str, found: Sequence[Settled]) -> list[Settled]:
    """Each decision once: as announced, or where it fell first."""
    kept: list[Settled] = []
    bags: list[frozenset[str]] = []
    for each in found:
        bag = frozenset(content_stems(text[each.start : each.end]))
        alike = next((i for i, other in enumerate(bags) if _are_same(bag, other)), None)
        if alike is None:
            kept.append(each)
            bags.append(bag)
        elif each.rank > kept[alike].rank:
            kept[alike], bags[alike] = each, bag
    return sorted(kept)


def _are_same(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _SAME * min(len(one), len(other))
