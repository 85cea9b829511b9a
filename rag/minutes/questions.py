"""What a meeting left open: questions that nobody answered in it, and what was said to be open.

A question of the kind who, when, how many, where or which waits a few turns for an assertion of
that kind, or one that shares its words. Any other is taken for answered unless the reply puts it
off in so many words («посмотрим», "we'll see"). Requests, small talk and rhetoric are no questions
here. The phrases stand in `data/questions.tsv`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rag.minutes.morphology import reading
from rag.minutes.patterns import phrases
from rag.minutes.places import time_at
from rag.minutes.protocol_lines import BULLET, CHECKBOX
from rag.types import OpenQuestion
from rag.words import STOP_WORDS, stems_of, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.minutes.names import Roster
    from rag.minutes.remarks import Remark
    from rag.types import Decision, Document, Promise
    from rag.words import Language

#: turns that a question waits for its answer, and those in which a promise answers it
_PATIENCE, _SOON = 4, 2
#: words of content without which nobody could tell later what was asked
_CONTENT = 2
#: words up to which a reply can be the bare name of what was asked for
_SHORT = 5
#: share of a question's words that an assertion anywhere later holds when it answers it
_LATER = 0.6
_OPEN_LIST = re.compile(
    r"^[#*_\d.\s]*(?:открытые вопросы|нерешённые вопросы|нерешенные вопросы|вопросы без ответа|"
    r"open questions?|open issues?|parking lot|outstanding questions?)[*_ \t]*:?[*_ \t]*\n"
    r"(?P<items>(?:[ \t]*\n)?(?:[ \t]*(?:[-*•–—]|\d+[.)])[ \t]+\S[^\n]*(?:\n|\Z))+)",
    re.IGNORECASE | re.MULTILINE,
)
_OPENING = re.compile(r"(?:[\s,.—–-]*(?:ну|так|а|и|но|слушайте|тогда|вот|хорошо|ок|окей|ладно|кстати"
                      r"|so|and|but|well|okay|ok|right|then|now|also)(?!\w))*[\s,.—–-]*")
_CLAUSE = re.compile(r"(?:(?<=[,:;])|(?<=\s[—–-]))\s+")
_INDIRECT = re.compile(r"(?<!\w)(?:\w+\s+ли|whether|if)(?!\w)")
_ANNOUNCED = re.compile(r"(?:вопрос|question):\s+")
_ANSWERS = {"who": "person", "when": "time", "amount": "number", "place": "spot"}
_KINDS = (
    "who when amount place which other open unclear unsettled defer rhetoric request person time "
    "number spot later"
).split()


def questions_in(
    document: Document,
    language: Language,
    remarks: Sequence[Remark],
    promises: Sequence[Promise],
    decisions: Sequence[Decision],
    roster: Roster,
    line_of: Callable[[Document, int], int],
) -> tuple[OpenQuestion, ...]:
    """Open questions of a meeting in the order of the text, each once.

    `asker` is the speaker by the roster's name, None where nobody is named.
    """
    text = document.text
    found = [(start, end, None) for start, end in _listed(text)]
    reader = _Reader(language, remarks, promises, decisions)
    found += [(start, end, remark.speaker) for start, end, remark in reader.open()]
    kept: list[OpenQuestion] = []
    seen: set[tuple[str, ...]] = set()
    for start, end, speaker in sorted(found, key=lambda each: each[:2]):
        key = tuple(sorted(_content(text[start:end])))
        if key in seen:
            continue
        seen.add(key)
        asker = roster.canonical(speaker)
        line, time = line_of(document, start), time_at(document, start)
        kept.append(OpenQuestion(text[start:end], asker, line, start, end, time))
    return tuple(kept)


def _listed(text: str) -> Iterator[tuple[int, int]]:
    """The items below a heading such as «Открытые вопросы»."""
    for block in _OPEN_LIST.finditer(text):
        start = block.start("items")
        for line in block["items"].splitlines(keepends=True):
            item = CHECKBOX.match(line) or BULLET.match(line)
            if item and line.strip():
                yield start + item.start("body"), start + len(line.rstrip())
            start += len(line)


def _content(said: str) -> set[str]:
    return set(stems_of(word for word in words(said) if word not in STOP_WORDS))


@dataclass(frozen=True)
class _Reader:
    """The remarks of a meeting under the table of questions of its language."""

    language: Language
    remarks: Sequence[Remark]
    promises: Sequence[Promise]
    decisions: Sequence[Decision]

    @cached_property
    def _kinds(self) -> dict[str, re.Pattern[str]]:
        return {kind: phrases("questions", kind, self.language) for kind in _KINDS}

    @cached_property
    def _bags(self) -> list[set[str]]:
        return [_content(remark.folded) for remark in self.remarks]

    @cached_property
    def _holders(self) -> dict[str, list[int]]:
        """Which remarks hold a stem."""
        holders: dict[str, list[int]] = {}
        for at, bag in enumerate(self._bags):
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
        """Whether the text has question marks at all; a recogniser's often has none."""
        return any(remark.asks for remark in self.remarks)

    def open(self) -> Iterator[tuple[int, int, Remark]]:
        """The spans of what is open, and the remark each stands in."""
        for at, remark in enumerate(self.remarks):
            span = self._told(at, remark) or self._asked(at, remark)
            if span is not None:
                yield remark.start + span[0], remark.start + span[1], self._whose(at, span, remark)

    def _whose(self, at: int, span: tuple[int, int], remark: Remark) -> Remark:
        return self.remarks[at - 1] if span[0] < 0 else remark

    def _told(self, at: int, remark: Remark) -> tuple[int, int] | None:
        """What a remark says to be open: the question in it, or else all of it."""
        said = remark.said
        if remark.asks:
            return None
        if unclear := self._kinds["unclear"].search(said):
            question = self._indirect(said, unclear.end())
            if question is not None:
                return question
        if unsettled := self._kinds["unsettled"].search(said):
            before = self.remarks[at - 1] if at else None
            alone = len(_content(said[: unsettled.start()] + said[unsettled.end() :])) == 0
            if before is not None and alone and before.turn >= remark.turn - 1:
                question = self._indirect(before.said, 0)
                if question is not None:
                    shift = before.start - remark.start
                    return question[0] + shift, question[1] + shift
        is_open = self._kinds["open"].search(said)
        if is_open and len(_content(said)) >= _CONTENT:
            after = said[is_open.end() :]
            colon = len(after) - len(after.lstrip(" ")) if after.lstrip().startswith(":") else None
            begin = _opening(said)
            if colon is not None and len(_content(after)) >= _CONTENT:
                begin = is_open.end() + len(after) - len(after.lstrip(" :—-"))
            return begin, _end(said)
        return None

    def _indirect(self, said: str, start: int) -> tuple[int, int] | None:
        """The indirect question behind `start`: «кто поведёт автобус», "whether we need it"."""
        places = [
            found.start()
            for kind in ("who", "when", "amount", "place", "which", "other")
            if (found := self._kinds[kind].search(said, start))
        ]
        if found := _INDIRECT.search(said, start):
            places.append(found.start())
        if not places or len(said[start : min(places)].split()) > _CONTENT + 1:
            return None if start or not places else self._span(said, min(places))
        return self._span(said, min(places))

    def _span(self, said: str, start: int) -> tuple[int, int] | None:
        end = _end(said)
        return (start, end) if _content(said[start:end]) else None

    def _asked(self, at: int, remark: Remark) -> tuple[int, int] | None:
        """A question that the turns after it do not answer."""
        said = remark.said
        if not (remark.asks or self._asks_unmarked(said)):
            return None
        if self._kinds["rhetoric"].search(said) or self._kinds["request"].search(said):
            return None
        if self._is_to_somebody(said):
            return None
        start, kind = self._opening_of(said)
        if len(_content(said[start:])) < _CONTENT or self._is_answered(at, remark, kind):
            return None
        return start, len(said)

    def _asks_unmarked(self, said: str) -> bool:
        if self._has_marks:
            return False
        opening = _opening(said)
        return any(
            self._kinds[kind].match(said, opening) for kind in ("who", "when", "amount", "place")
        )

    def _opening_of(self, said: str) -> tuple[int, str | None]:
        """Where the question proper begins, and what kind of answer it wants."""
        starts = [0, *(m.end() for m in _CLAUSE.finditer(said))]
        for start in starts:
            begin = start + len(_OPENING.match(said[start:]).group())  # type: ignore[union-attr]
            for kind in ("when", "amount", "who", "place", "which", "other"):
                if self._kinds[kind].match(said, begin):
                    return begin, kind
        announced = _ANNOUNCED.search(said)
        return (announced.end() if announced else _opening(said)), None

    def _is_to_somebody(self, said: str) -> bool:
        """Whether a verb in the second person asks for an act or an opinion."""
        if self.language == "en":
            return re.search(r"(?<!\w)(?:you|your)(?!\w)", said) is not None
        return any(
            word.endswith(("шь", "те", "шься")) and reading(word, "VERB", "2per", at_least=0.3)
            for word in words(said)
        )

    def _is_answered(self, at: int, remark: Remark, kind: str | None) -> bool:
        own = self._bags[at]
        put_off = False
        replies = 0
        turn = remark.turn
        for reply in range(at + 1, len(self.remarks)):
            each = self.remarks[reply]
            if each.turn == remark.turn:
                if each.asks or not self._fits(kind, reply, own):
                    continue
                return True
            if each.turn != turn:
                turn, replies = each.turn, replies + 1
            if replies > _PATIENCE:
                break
            if remark.speaker is not None and each.speaker == remark.speaker:
                continue
            puts_off = self._puts_off(each)
            if each.asks and not puts_off:
                continue
            if puts_off:
                if self._fits(kind, reply, own - own) and kind in _ANSWERS and kind != "who":
                    return True
                put_off = True
                continue
            if put_off and kind in (None, "other", "which"):
                continue
            if self._fits(kind, reply, own, first=replies == 1):
                return True
        if self._is_settled(at, kind) or self._is_told_later(at, own):
            return True
        return not put_off and kind in (None, "other", "which") and replies > 0

    def _puts_off(self, reply: Remark) -> bool:
        """Whether a reply says that it is no answer."""
        if self._kinds["defer"].search(reply.said):
            return True
        return self._kinds["later"].match(reply.said, _opening(reply.said)) is not None

    def _fits(self, kind: str | None, reply: int, own: set[str], *, first: bool = False) -> bool:
        """Whether a reply asserts what the kind of question asks for, or shares its words."""
        each = self.remarks[reply]
        if own & self._bags[reply]:
            return True
        if kind in (None, "other"):
            return first
        if kind == "which":
            return first and len(each.said.split()) <= _SHORT
        sort = _ANSWERS[kind or ""]
        if kind in ("when", "amount") and any(letter.isdigit() for letter in each.said):
            return True
        if kind == "who" and self._names(each):
            return True
        return self._kinds[sort].search(each.said) is not None

    def _names(self, remark: Remark) -> bool:
        """Whether a reply names somebody: a noun or name for a living being."""
        if self.language == "en":
            return False
        return any(
            reading(word, "NOUN", "anim", at_least=0.4) is not None for word in words(remark.said)
        )

    def _is_settled(self, at: int, kind: str | None) -> bool:
        """Whether a decision in the turns behind answers, or who or when: a promise."""
        if self._falls(self._decided, at, _PATIENCE):
            return True
        return kind in ("who", "when") and self._falls(self._promised, at, _SOON)

    def _falls(self, places: Sequence[int], at: int, turns: int) -> bool:
        """Whether the first of sorted places behind a remark lies in the next turns."""
        place = bisect_right(places, self.remarks[at].end)
        if place == len(places):
            return False
        holder = bisect_right(self._starts, places[place]) - 1
        return self.remarks[holder].turn <= self.remarks[at].turn + turns

    @cached_property
    def _starts(self) -> list[int]:
        return [remark.start for remark in self.remarks]

    def _is_told_later(self, at: int, own: set[str]) -> bool:
        """Whether an assertion later in the meeting holds most words of the question."""
        need = max(_CONTENT, _LATER * len(own))
        counts: dict[int, int] = {}
        for stem in own:
            for holder in self._holders[stem]:
                if holder > at and not self.remarks[holder].asks:
                    counts[holder] = counts.get(holder, 0) + 1
        return any(count >= need for count in counts.values())


def _opening(said: str) -> int:
    found = _OPENING.match(said)
    return found.end() if found else 0


def _end(said: str) -> int:
    return len(said.rstrip(" \n\t.!…"))
