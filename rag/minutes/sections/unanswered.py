"""Questions that nobody answers in a meeting.

A question of the kind who, when, how many, where or which waits a few turns for an assertion of
that kind, or one that shares its words. Any other is taken for answered unless the reply puts it
off in so many words («посмотрим», "we'll see"). Requests, small talk and rhetoric are no questions
here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rag.minutes.morphology import reading
from rag.minutes.sections.talk import CONTENT
from rag.words import STOP_WORDS, stems_of, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.minutes.sections.remarks import Remark
    from rag.minutes.sections.talk import Talk
    from rag.types import Decision, Promise

#: kinds of questions, and the kind of words that answer one
WANTED = {
    "when": "time",
    "amount": "number",
    "who": "person",
    "place": "spot",
    "which": None,
    "other": None,
}
#: turns that a question waits for its answer or a decision, and those in which a promise answers
_PATIENCE, _SOON = 4, 2
#: words up to which a reply can be the bare name of what was asked for
_SHORT = 5
#: share of a question's words that an assertion anywhere later holds when it answers it
_LATER = 0.6
_OPENING = re.compile(
    r"(?:[\s,.—–-]*(?:ну|так|а|и|но|слушайте|тогда|вот|хорошо|ок|окей|ладно|кстати"
    r"|so|and|but|well|okay|ok|right|then|now|also)(?!\w))*[\s,.—–-]*"
)
_CLAUSE = re.compile(r"(?:(?<=[,:;])|(?<=\s[—–-]))\s+")
_ANNOUNCED = re.compile(r"(?:вопрос|question):\s+")
_YOU = re.compile(r"(?<!\w)(?:you|your)(?!\w)")


def opening_of(said: str, start: int = 0) -> int:
    """Behind «ну», «а», "so" at the beginning of words."""
    found = _OPENING.match(said, start)
    return found.end() if found else start


@dataclass(frozen=True)
class Unanswered:
    """The questions of a meeting, with its promises and decisions, which answer too."""

    talk: Talk
    promises: Sequence[Promise]
    decisions: Sequence[Decision]

    def find(self, at: int) -> tuple[int, int] | None:
        """The span of the question in a remark; None without one, or where it is answered."""
        remark = self.talk.remarks[at]
        said = remark.said
        if not (remark.asks or self._asks_unmarked(said)) or self._is_no_question(said):
            return None
        begin, kind = self._begin(said)
        if len(_content(said[begin:])) < CONTENT or self._is_answered(at, kind):
            return None
        return remark.start + begin, remark.end

    def _asks_unmarked(self, said: str) -> bool:
        """Whether a recogniser's text, which has no question marks, asks here."""
        opening = opening_of(said)
        return not self._has_marks and any(
            sort and self.talk.kind(kind).match(said, opening) for kind, sort in WANTED.items()
        )

    def _is_no_question(self, said: str) -> bool:
        """Whether words are rhetoric, a request, or ask the hearer for an act or an opinion."""
        if self.talk.find("rhetoric", said) or self.talk.find("request", said):
            return True
        if self.talk.language == "en":
            return _YOU.search(said) is not None
        return any(
            word.endswith(("шь", "те", "шься")) and reading(word, "VERB", "2per", at_least=0.3)
            for word in words(said)
        )

    def _begin(self, said: str) -> tuple[int, str | None]:
        """Where the question proper begins, and its kind; None is yes or no."""
        for start in (0, *(cut.end() for cut in _CLAUSE.finditer(said))):
            begin = opening_of(said, start)
            for kind in WANTED:
                if self.talk.kind(kind).match(said, begin):
                    return begin, kind
        announced = _ANNOUNCED.search(said)
        return (announced.end() if announced else opening_of(said)), None

    def _is_answered(self, at: int, kind: str | None) -> bool:
        own = self._bags[at]
        vague = WANTED.get(kind or "") is None
        put_off = replied = False
        for count, reply in self._replies(at):
            replied = replied or count > 0
            each = self.talk.remarks[reply]
            if self._puts_off(each):
                if not vague and kind != "who" and self._is_sort(kind, each):
                    return True
                put_off = True
            elif each.asks or (put_off and vague):
                continue
            elif not own.isdisjoint(self._bags[reply]) or self._fits(kind, each, first=count == 1):
                return True
        if self._is_settled(at, kind) or self._is_told_later(at, own):
            return True
        return vague and replied and not put_off

    def _replies(self, at: int) -> Iterator[tuple[int, int]]:
        """How many turns behind a question, and the remark: its own turn's rest, then others'."""
        remarks = self.talk.remarks
        asked = remarks[at]
        turns, turn = 0, asked.turn
        for reply in range(at + 1, len(remarks)):
            each = remarks[reply]
            if each.turn != turn:
                turn, turns = each.turn, turns + 1
            if turns > _PATIENCE:
                return
            own = each.speaker is not None and each.speaker == asked.speaker
            if not turns or not own:
                yield turns, reply

    def _puts_off(self, reply: Remark) -> bool:
        """Whether a reply says that it is no answer."""
        if self.talk.find("defer", reply.said):
            return True
        return self.talk.kind("later").match(reply.said, opening_of(reply.said)) is not None

    def _fits(self, kind: str | None, reply: Remark, *, first: bool) -> bool:
        """Whether a reply asserts what a kind of question asks for; `first`: in the next turn."""
        if kind is None or kind == "other":
            return first
        if kind == "which":
            return first and len(reply.said.split()) <= _SHORT
        return self._is_sort(kind, reply)

    def _is_sort(self, kind: str | None, reply: Remark) -> bool:
        """Whether a reply holds words of the kind that is asked for."""
        if kind in ("when", "amount") and any(map(str.isdigit, reply.said)):
            return True
        if kind == "who" and self.talk.language == "ru" and _names_somebody(reply.said):
            return True
        sort = WANTED.get(kind or "")
        return sort is not None and self.talk.find(sort, reply.said) is not None

    def _is_settled(self, at: int, kind: str | None) -> bool:
        """Whether a decision in the turns behind answers, or who or when: a promise."""
        if self._falls(self._decided, at, _PATIENCE):
            return True
        return kind in ("who", "when") and self._falls(self._promised, at, _SOON)

    def _falls(self, places: Sequence[int], at: int, turns: int) -> bool:
        """Whether the first of sorted places behind a remark lies in the next turns."""
        place = bisect_right(places, self.talk.remarks[at].end)
        if place == len(places):
            return False
        holder = bisect_right(self.talk.remarks, places[place], key=lambda each: each.start) - 1
        return self.talk.remarks[holder].turn <= self.talk.remarks[at].turn + turns

    def _is_told_later(self, at: int, own: frozenset[str]) -> bool:
        """Whether an assertion later in the meeting holds most words of the question."""
        counts = Counter(holder for stem in own for holder in self._behind(stem, at))
        return max(counts.values(), default=0) >= max(CONTENT, _LATER * len(own))

    def _behind(self, stem: str, at: int) -> Sequence[int]:
        """The assertions behind a remark that hold a stem."""
        holders = self._holders.get(stem, [])
        return holders[bisect_right(holders, at) :]

    @cached_property
    def _bags(self) -> list[frozenset[str]]:
        return [_content(remark.folded) for remark in self.talk.remarks]

    @cached_property
    def _holders(self) -> dict[str, list[int]]:
        """Which assertions hold a stem, in order."""
        holders: dict[str, list[int]] = {}
        for at, bag in enumerate(self._bags):
            if not self.talk.remarks[at].asks:
                for stem in bag:
                    holders.setdefault(stem, []).append(at)
        return holders

    @cached_property
    def _promised(self) -> list[int]:
        return sorted(promise.start for promise in self.promises)

    @cached_property
    def _decided(self) -> list[int]:
        return sorted(decision.start for decision in self.decisions)

    @cached_property
    def _has_marks(self) -> bool:
        return any(remark.asks for remark in self.talk.remarks)


def _names_somebody(said: str) -> bool:
    """Whether words hold a Russian noun or name for a living being."""
    return any(reading(word, "NOUN", "anim", at_least=0.4) is not None for word in words(said))


def _content(said: str) -> frozenset[str]:
    return frozenset(stems_of(word for word in words(said) if word not in STOP_WORDS))
