"""What a model has read, merged with the promises of the rules, of which none is ever lost.

both see it, alike       ─ as the rules have it; what they left empty may be filled, checked
both, but differently    ─ as the rules have it, flagged "check", with what the model says
the rules alone          ─ as it is
the model alone          ─ added, flagged "check", where code sees an actor, a future act and a
                           deadline in the clause; otherwise a suggestion, outside of the minutes

An invented item, an owner swapped, a date moved: none of these changes what the rules have found.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.minutes.dialogue.changes import SAME, SAME_SOON
from rag.minutes.drafts import content, overlap
from rag.minutes.findings import GROUP, SPEAKER
from rag.minutes.russian import people as rp
from rag.scribe.checking import phrases
from rag.scribe.nouns import Doubt
from rag.scribe.signals import signal
from rag.types import WE, Promise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.scribe.checking import Checked
    from rag.scribe.meeting import Meeting
    from rag.scribe.nouns import Field
    from rag.scribe.quotes import Span
    from rag.scribe.signals import Signal
    from rag.types import Due


@dataclass
class Merged:
    """Promises while they are merged; the first are those of the rules, in their order."""

    promises: list[Promise]
    doubts: list[Doubt] = field(default_factory=list)
    suggested: list[Promise] = field(default_factory=list)
    agreed: set[int] = field(default_factory=set)
    filled: int = 0
    added: list[Promise] = field(default_factory=list)


def merge(meeting: Meeting, promises: Sequence[Promise], found: Sequence[Checked]) -> Merged:
    """The promises of the rules, and what the model's, in order, come to beside them."""
    merged = Merged(list(promises))
    rules = _Rules(promises)
    taken: dict[int, list[Checked]] = {}
    for item in found:
        at = rules.same(meeting, item)
        if at is not None:
            if item.lines & _lines(promises[at]):
                merged.agreed.add(at)
                _compare(meeting, merged, at, item, alone=rules.alone(at))
        elif not any(
            _repeats(meeting, old, item) for line in item.lines for old in taken.get(line, ())
        ):
            for line in item.lines:
                taken.setdefault(line, []).append(item)
            seen = _confirmed(meeting, promises, item)
            if seen is not None:
                merged.added.append(_promise(meeting, item, seen))
            else:
                merged.suggested.append(_suggestion(meeting, item))
    return merged


def _lines(promise: Promise) -> frozenset[int]:
    return frozenset((promise.line, *promise.support))


def _said(meeting: Meeting, span: Span) -> str:
    return meeting.text[span[0] : span[1]]


class _Rules:
    """The promises of the rules, with what is asked of each of them again and again."""

    def __init__(self, promises: Sequence[Promise]) -> None:
        self._promises = promises
        self._words = [_meaning(promise.what) for promise in promises]
        self._sentences = Counter((promise.start, promise.end) for promise in promises)

    def alone(self, at: int) -> bool:
        """Whether a promise is the only one in its sentence."""
        return self._sentences[self._promises[at].start, self._promises[at].end] == 1

    @staticmethod
    def _borrows(promise: Promise) -> bool:
        """Whether the words that name the act stand elsewhere than the promise."""
        return promise.what not in promise.quote

    def same(self, meeting: Meeting, item: Checked) -> int | None:
        """The place of the promise that an item is about; None where there is none of it."""
        mine = _meaning(_said(meeting, item.what))
        best: tuple[float, int] | None = None
        for at, (promise, theirs) in enumerate(zip(self._promises, self._words, strict=True)):
            common = overlap(mine, theirs)
            here = bool(item.lines & _lines(promise))
            inside = promise.start <= item.what[0] < promise.end and self.alone(at)
            # «сделаю»: the words of the promise are those of the request before it
            alike = common >= SAME_SOON or (inside and (common > 0 or self._borrows(promise)))
            elsewhere = common >= SAME and min(len(mine), len(theirs)) > 1
            if (here and alike) or elsewhere:
                score = common + here + (here and inside)
                if best is None or score > best[0]:
                    best = (score, at)
        return best[1] if best else None


@lru_cache(maxsize=4096)
def _meaning(text: str) -> frozenset[str]:
    return content(text)


def _repeats(meeting: Meeting, old: Checked, new: Checked) -> bool:
    """Whether the model says a thing of the same lines again, in the same words or like ones."""
    if old.what[0] < new.what[1] and new.what[0] < old.what[1]:
        return True
    alike = overlap(_meaning(_said(meeting, old.what)), _meaning(_said(meeting, new.what)))
    return alike >= SAME_SOON


# -- what both see


def _compare(meeting: Meeting, merged: Merged, at: int, item: Checked, *, alone: bool) -> None:
    """Fill what the rules left empty, and note what the model reads otherwise."""
    promise = merged.promises[at]
    filled = _filled(meeting, promise, item, alone=alone)
    merged.filled += filled != promise
    for name, rules, model in _differences(filled, item):
        doubt = Doubt(at, name, rules, model)
        if doubt not in merged.doubts:
            merged.doubts.append(doubt)
        if "check" not in filled.flags:
            filled = replace(filled, flags=(*filled.flags, "check"))
    merged.promises[at] = filled


def _filled(meeting: Meeting, promise: Promise, item: Checked, *, alone: bool) -> Promise:
    """A promise with what the rules left empty and the model's words, checked, can fill.

    A deadline has to be the only one in the sentence, and the promise the only one (`alone`).
    """
    span = (promise.start, promise.end)
    if promise.to_whom is None and _receives(meeting, span, item.to_whom, promise.who):
        promise = replace(promise, to_whom=item.to_whom)
    due = item.due if promise.when is None and alone else None
    if due and _inside((due.start, due.end), span) and len(phrases(meeting, span)) == 1:
        promise = replace(promise, when=due.due)
    missing = promise.status == "conditional" and promise.condition is None
    if missing and item.condition and _inside(item.condition, span):
        promise = replace(promise, condition=_said(meeting, item.condition))
    return promise


def _inside(part: Span, span: Span) -> bool:
    return span[0] <= part[0] and part[1] <= span[1]


def _receives(meeting: Meeting, span: Span, name: str | None, owner: str | None) -> bool:
    """Whether a sentence gives to somebody by name: «Анне», "to Anna", "for Anna"."""
    if name is None or name == owner:
        return False
    for mention in meeting.mentions(span):
        if mention.name != name:
            continue
        if meeting.language == "ru":
            return rp.is_dative(mention) and "datv" in mention.cases
        start = meeting.name_start(span, mention)
        return meeting.text[span[0] : start].lower().split()[-1:] in (["to"], ["for"])
    return False


def _differences(promise: Promise, item: Checked) -> list[tuple[Field, str | None, str | None]]:
    """What the model reads otherwise than a promise says; silence is no difference."""
    found: list[tuple[Field, str | None, str | None]] = []
    if item.who and item.who != promise.who:
        found.append(("who", promise.who, item.who))
    if item.to_whom and promise.to_whom and item.to_whom != promise.to_whom:
        found.append(("to_whom", promise.to_whom, item.to_whom))
    said = item.due.due if item.due else None
    raw = promise.when.raw if promise.when else None
    anchored = said and (said.start or said.end) and said.raw != raw
    if said and anchored and _days(said) != _days(promise.when):
        found.append(("when", raw, said.raw))
    if item.status != "open" and item.status != promise.status:
        found.append(("status", promise.status, item.status))
    return found


def _days(due: Due | None) -> tuple[str | None, str | None]:
    return (due.start, due.end) if due else (None, None)


# -- what the model alone sees


def _confirmed(
    meeting: Meeting, promises: Sequence[Promise], item: Checked
) -> tuple[str | None, Signal] | None:
    """The owner and the signal of an item that code can confirm; None for others.

    The sentence must hold no promise of the rules, who have judged it already, and its actor must
    be the one that the model names.
    """
    start, end = meeting.sentence_span(item.what)
    judged = any(promise.start < end and start < promise.end for promise in promises)
    home = meeting.turn_at(item.what[0])
    if judged or item.status in ("done", "cancelled") or home.index != item.turn.index:
        return None
    seen = signal(meeting.views(item.what))
    if seen is None or seen.due is None or not item.what[0] <= seen.at < item.what[1]:
        return None
    owner: str | None = seen.who
    if seen.who == SPEAKER:
        owner = meeting.speaker(home)
    elif seen.who == GROUP:
        owner = WE[meeting.language]
    return (owner, seen) if owner == item.who else None


def _promise(meeting: Meeting, item: Checked, confirmed: tuple[str | None, Signal]) -> Promise:
    """A promise of the model's as code confirms it: the actor and the deadline are those seen."""
    owner, seen = confirmed
    made = _suggestion(meeting, item)
    span = (made.start, made.end)
    return replace(
        made,
        who=owner,
        to_whom=item.to_whom if _receives(meeting, span, item.to_whom, owner) else None,
        when=seen.due.due if seen.due else None,
        act="self" if seen.who == SPEAKER else "joint" if seen.who == GROUP else "reported",
        force="firm",
    )


def _suggestion(meeting: Meeting, item: Checked) -> Promise:
    """An item as a promise that nobody has confirmed."""
    home = meeting.turn_at(item.what[0])
    at = item.what if home.index == item.turn.index else _opening(item)
    start, end = meeting.sentence_span(at)
    return Promise(
        who=item.who,
        to_whom=item.to_whom,
        what=_said(meeting, item.what),
        when=item.due.due if item.due else None,
        act=item.act or "self",
        status=item.status,
        quote=meeting.text[start:end],
        line=item.line,
        start=start,
        end=end,
        support=item.support,
        force="tentative",
        condition=_said(meeting, item.condition) if item.condition else None,
        time=item.turn.time,
        flags=("check",),
    )


def _opening(item: Checked) -> Span:
    """Where the line of an item begins: the answer to a request that has the words."""
    row = next((row for row in item.turn.rows if row.number == item.line), item.turn.rows[0])
    return row.start, row.start + 1
