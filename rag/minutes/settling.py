"""Which words of which remark settle something, by the table of decisions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.clauses import is_finite
from rag.minutes.morphology import reading
from rag.minutes.patterns import phrases
from rag.minutes.remarks import fold_letters
from rag.words import STOP_WORDS, content_stems, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.minutes.remarks import Remark
    from rag.words import Language

ACCEPTED, SETTLED, ANNOUNCED = range(3)

_BORDER = re.compile(r"(?<!\d),|,(?!\d)|[;()…]+|\.{2,}|:\s|\s[—–-]\s")
_AFTER_MARK = re.compile(
    r"(?:(?:[\s,]+[^\s:,]+){1,4}:|[\s:,—–-]*"
    r"(?:(?:на том,?\s)?что\s|чтобы\s|that\s|to\s|on\s|is\s)?)[\s:,—–-]*"
)
#: the words behind a clause that give its reason or what follows from it
_REASON = re.compile(r"\s*(?:потому|так как|чтобы|а то|иначе|потом|поэтому|because|so|otherwise)\b")
#: words after «решили», within which «ещё в прошлый раз» still dates it
_BEHIND = 25
#: remarks before, in which what a faint verb settles was asked or proposed
_ECHO = 8
#: turns that a proposal waits for assent, and remarks that a vote looks back for what it is on
_PATIENCE, _VOTE_BACK = 2, 8
#: content words without which a remark says nothing by itself
_CONTENT = 2
#: what asks for a nod behind the last comma or full stop
_NOD = re.compile(r"[,.—–-]\s*(?P<nod>[^,.?]{2,30})\?\s*$")
#: words up to which a remark is no more than an opening of the next
_SHORT = 4
_DAY = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|the|on|\d{1,2}(?:st|nd|rd|th)?"
)
_EDGES = " \t\n.,:;!?—–-*_~"


class Settled(NamedTuple):
    """The span of a decision, how it was made, and offsets of the assent to a proposal."""

    start: int
    end: int
    rank: int
    accepted: tuple[int, ...] = ()


def settled_in(text: str, language: Language, remarks: Sequence[Remark]) -> list[Settled]:
    """What the remarks settle, in their order; at most one decision each."""
    reader = _Reader(text, language, remarks)
    return [found for at in range(len(remarks)) if (found := reader.read(at)) is not None]


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without blanks, emphasis and punctuation at its edges."""
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    return start, end


@dataclass(frozen=True)
class _Reader:
    """The remarks of a meeting under the table of their language."""

    text: str
    language: Language
    remarks: Sequence[Remark]

    @cached_property
    def _kinds(self) -> dict[str, re.Pattern[str]]:
        return {kind: phrases("decisions", kind, self.language) for kind in _KINDS}

    def _find(self, kind: str, said: str, *span: int) -> re.Match[str] | None:
        return self._kinds[kind].search(said, *span)

    def _opens(self, kind: str, said: str) -> re.Match[str] | None:
        return self._kinds[kind].match(said)

    def read(self, at: int) -> Settled | None:
        """What a remark settles, by the first of the rules that fits."""
        remark = self.remarks[at]
        for rule in (self._announced, self._closed, self._settles, self._voted, self._proposed):
            found = rule(at, remark)
            if found is not None:
                return found
        return None

    def _span(
        self, start: int, end: int, rank: int, accepted: tuple[int, ...] = ()
    ) -> Settled | None:
        """The span without fillers in front and tags behind; None where nothing is left."""
        start, end = trimmed(self.text, start, end)
        folded = self._folded(start, end)
        while not self._opens("settle", folded) and (lead := self._opens("lead", folded)):
            after = lead.end()
            rest = trimmed(self.text, start + after, end)
            if rest[0] >= rest[1]:
                return None
            start = rest[0]
            folded = self._folded(start, end)
        for tag in reversed(list(self._kinds["tag"].finditer(folded))):
            before = folded[: tag.start()].rstrip(_EDGES)
            if tag.end() == len(folded) and before and len(before) < tag.start():
                folded = before
                end = start + len(before)
        if not any(word[0].isalpha() for word in set(words(folded)) - STOP_WORDS):
            return None
        return Settled(start, end, rank, accepted)

    def _folded(self, start: int, end: int) -> str:
        return fold_letters(self.text[start:end])

    def _announced(self, at: int, remark: Remark) -> Settled | None:
        """«Решили: …», "no matinee, decided": what follows the word, or what stands before it."""
        if remark.asks and not self._confirms(remark):
            return None
        mark = self._find("announce", remark.said)
        if mark is None or self._is_barred(remark, mark.start(), mark.end() + _BEHIND):
            return None
        if self._find("month", remark.said, 0, mark.start()):
            return None
        if self.language == "ru" and _other_people(remark.said[: mark.start()]):
            return None
        return self._behind(remark, mark) or self._in_front(at, remark, mark)

    def _behind(self, remark: Remark, mark: re.Match[str]) -> Settled | None:
        """What follows the word of deciding; with its object, where that stands in front."""
        after = _AFTER_MARK.match(remark.folded, mark.end())
        begin = after.end() if after else mark.end()
        found = self._span(remark.start + begin, remark.end, ANNOUNCED)
        if found is None or not self._says(found.start, found.end, mark.group()):
            return None
        opening = max(
            (cut.end() for cut in _BORDER.finditer(remark.said, 0, mark.start())), default=0
        )
        object_ = remark.said[opening : mark.start()]
        if remark.said[mark.end() : begin].strip(" \n") or not self._is_object(object_):
            return found
        return self._span(remark.start + opening, remark.end, ANNOUNCED)

    def _is_object(self, said: str) -> bool:
        """Whether words before «решили» are what was decided on: «мебель решили не везти»."""
        if self.language == "en":
            return False
        found = [w for w in words(said) if not self._kinds["lead"].fullmatch(w) and w not in _WE]
        return bool(found) and found[0] not in STOP_WORDS

    def _in_front(self, at: int, remark: Remark, mark: re.Match[str]) -> Settled | None:
        """What stands before the word of deciding: "no matinee, decided"."""
        return self._span(remark.start, remark.start + mark.start(), ANNOUNCED)

    def _closed(self, at: int, remark: Remark) -> Settled | None:
        """The remark before «без обсуждений», "that's settled", where that says all there is."""
        close = None if remark.asks else self._find("close", remark.said)
        before = self.remarks[at - 1] if at else None
        if close is None or before is None or before.asks or before.turn != remark.turn:
            return None
        if (
            len(content_stems(remark.said[: close.start()] + remark.said[close.end() :]))
            >= _CONTENT
        ):
            return None
        if self._find("bar", before.said) or len(content_stems(before.said)) < _CONTENT:
            return None
        return self._span(before.start, before.end, SETTLED)

    def _says(self, start: int, end: int, mark: str) -> bool:
        """Whether words behind «договорились» say what; a bare date or a name says when or who."""
        folded = self._folded(start, end)
        if self.language == "en":
            return len(content_stems(folded)) > 1 or mark not in ("agreed", "decided", "settled")
        return (
            any(is_finite(w) or w.endswith(("ть", "ти", "чь")) for w in words(folded))
            or (mark not in ("договорились", "решено") and len(content_stems(folded)) > 1)
            or (mark == "решено" and len(content_stems(folded)) > 1)
        )

    def _is_barred(self, remark: Remark, start: int, end: int) -> bool:
        """Whether a guard stands before `start`, or times gone by before `end`."""
        bar = self._find("bar", remark.said, 0, end)
        if bar is not None and bar.start() < start + 1:
            return True
        return self._find("before", remark.said, 0, end) is not None

    def _confirms(self, remark: Remark) -> bool:
        """Whether a remark only asks for a nod: «…, так?», "…, right?"."""
        found = _NOD.search(remark.said)
        return found is not None and self._kinds["nod"].fullmatch(found["nod"]) is not None

    def _settles(self, at: int, remark: Remark) -> Settled | None:
        """A verb that settles by itself, or a fainter one under a mark or after a question."""
        said = remark.said
        confirms = remark.asks and self._confirms(remark)
        if remark.asks and not confirms:
            return None
        if echo := self._find("echo", said):
            rest = said[echo.end() :].strip(_EDGES)
            if rest or self._is_guarded(said, echo) or self._is_haggling(said[: echo.start()]):
                return None
            return self._span(remark.start, remark.end, SETTLED, (remark.start,))
        if verb := self._find("settle", said):
            return None if self._is_guarded(said, verb) else self._clause(remark, verb)
        marked = confirms or self._is_marked(at, remark)
        on_paper = not self._is_talk
        for kind, fits in (
            ("past", marked or on_paper),
            ("state", marked),
            ("weak", marked or on_paper or self._is_echo(at, remark)),
        ):
            verb = self._verb(kind, said) if fits else None
            if verb is None or self._is_guarded(said, verb):
                continue
            if kind == "past" and (self._find("before", said) or self._find("month", said)):
                continue
            answers = self._is_asked(at, remark, verb.group())
            return self._clause(remark, verb, least=0 if answers else _CONTENT)
        return None

    def _verb(self, kind: str, said: str) -> re.Match[str] | None:
        """A verb of a kind; among the faint ones every «не делаем» of the first person plural."""
        found = self._find(kind, said)
        if found is None and kind == "weak" and self.language == "ru":
            for refused in _REFUSED.finditer(said):
                if reading(refused["verb"], "VERB", "1per", "plur", "pres", at_least=0.3):
                    return refused
        return found

    def _is_asked(self, at: int, remark: Remark, verb: str) -> bool:
        """Whether the turn before asked with this very verb: «Встаём? — Встаём»."""
        asked = (
            r for r in self.remarks[max(0, at - 3) : at] if r.asks and r.turn == remark.turn - 1
        )
        return any(verb.removeprefix("не ") in before.said for before in asked)

    def _is_guarded(self, said: str, verb: re.Match[str]) -> bool:
        """Whether a guard stands before the verb, or a condition anywhere."""
        return any(
            bar.start() < verb.end() or bar.group() in _CONDITIONS
            for bar in self._kinds["bar"].finditer(said)
        )

    def _is_haggling(self, said: str) -> bool:
        """Whether words name nothing but a day: that is a deadline, not a decision."""
        rest = [word for word in words(said) if not self._kinds["lead"].fullmatch(word)]
        return bool(rest) and all(_DAY.fullmatch(word) for word in rest)

    def _is_marked(self, at: int, remark: Remark) -> bool:
        """Whether the remark concludes by its words, or a short one before it in the turn does."""
        if self._find("mark", remark.said):
            return True
        before = self.remarks[at - 1] if at else None
        return (
            before is not None
            and before.turn == remark.turn
            and len(before.said.split()) <= _SHORT
            and self._find("mark", before.said) is not None
        )

    @cached_property
    def _is_talk(self) -> bool:
        return any(remark.speaker for remark in self.remarks)

    def _is_echo(self, at: int, remark: Remark) -> bool:
        """Whether the matter was asked about or proposed a little before, by another turn."""
        own = set(content_stems(remark.folded))
        for before in self.remarks[max(0, at - _ECHO) : at]:
            if before.turn == remark.turn or not (
                before.asks or self._find("propose", before.said)
            ):
                continue
            if own & set(content_stems(before.folded)):
                return True
        return False

    def _clause(self, remark: Remark, verb: re.Match[str], least: int = 0) -> Settled | None:
        """The clause of the verb, with the one before where it says little, and what goes on.

        None where it has fewer than `least` words of content.
        """
        said = remark.said
        cuts = [m.span() for m in _BORDER.finditer(said)]
        starts = [0, *(end for _, end in cuts)]
        ends = [*(start for start, _ in cuts), len(said)]
        first = last = max(i for i, start in enumerate(starts) if start <= verb.start())
        while last + 1 < len(starts) and ends[last] < verb.end():
            last += 1
        while last + 1 < len(starts) and self._goes_on(said[starts[last + 1] : ends[last + 1]]):
            last += 1
        while first and len(content_stems(said[starts[first] : ends[last]])) < _CONTENT:
            first -= 1
        if len(set(words(said[starts[first] : ends[last]])) - _FAINT - STOP_WORDS) < least:
            return None
        return self._span(remark.start + starts[first], remark.start + ends[last], SETTLED)

    def _goes_on(self, clause: str) -> bool:
        if not clause.strip() or _REASON.match(clause):
            return False
        if self.language == "en":
            return clause.split()[0] in _EN_GO_ON
        if self._find("weak", clause) or self._find("settle", clause):
            return True
        return not any(is_finite(word) for word in words(clause))

    def _voted(self, at: int, remark: Remark) -> Settled | None:
        """What was put to a vote that went through."""
        vote = None if remark.asks else self._find("vote", remark.said)
        if vote is None or self._find("bar", remark.said) or self._find("before", remark.said):
            return None
        rest = remark.said[: vote.start()] + remark.said[vote.end() :]
        put = self._put_before(at)
        if put is not None:
            return self._span(*put, ANNOUNCED)
        weighty = vote.group() not in (
            "принято",
            "принимается",
            "все за",
            "carried",
            "большинством",
        )
        if weighty and len(content_stems(rest)) >= _CONTENT:
            return self._span(
                remark.start, remark.start + (vote.start() or len(remark.said)), SETTLED
            )
        return None

    def _put_before(self, at: int) -> tuple[int, int] | None:
        """The span put to the vote a little before, or the proposal before that."""
        asked = None
        for back in range(at, max(-1, at - _VOTE_BACK), -1):
            before = self.remarks[back]
            put = self._find("put", before.said)
            if put is not None and asked is None:
                asked = back
                rest = before.said[put.end() :]
                after = re.match(
                    r"[\s:,—–-]*(?:то,?\s+)?(?:чтобы\s|что\s|of\s)?", before.said[put.end() :]
                )
                begin = put.end() + (after.end() if after else 0)
                if len(content_stems(rest)) >= _CONTENT or (rest.strip(" ?.,") and _has_noun(rest)):
                    return before.start + begin, before.end - before.asks
                continue
            if asked is not None and (proposed := self._proposal(before)):
                return proposed
        return None

    def _proposed(self, at: int, remark: Remark) -> Settled | None:
        """A proposal that another turn agrees to; a firm one that no turn objects to."""
        span = self._proposal(remark)
        if span is None:
            return None
        firm = self._find("firm", remark.said) is not None and not remark.asks
        assent = self._assent(at, remark, firm=firm)
        if assent is None:
            return None
        return self._span(*span, ACCEPTED, assent)

    def _proposal(self, remark: Remark) -> tuple[int, int] | None:
        """The span of what a remark proposes, without the words of proposing."""
        said = remark.said
        words_ = self._find("propose", said)
        if words_ is None or self._find("bar", said) or self._find("before", said):
            return None
        tail = said[words_.end() :]
        opening = tail.lstrip(" ,:—–-")
        if self._opens("noise", opening) or not opening:
            return None
        if words_.group() in ("может", "может быть") and said[: words_.start()].strip(" ,а-—и"):
            return None
        begin = words_.end() + len(tail) - len(opening)
        if len(content_stems(opening)) < _CONTENT and not _has_noun(opening):
            return None
        return remark.start + begin, remark.end - remark.asks

    def _assent(self, at: int, remark: Remark, *, firm: bool) -> tuple[int, ...] | None:
        """Where the turns after a proposal agree to it; () for a firm one nobody objects to."""
        heard = 0
        turn = remark.turn
        for reply in self.remarks[at + 1 :]:
            if reply.turn == turn:
                continue
            turn = reply.turn
            heard += 1
            if heard > _PATIENCE:
                break
            if reply.speaker is not None and reply.speaker == remark.speaker:
                continue
            opening = reply.said.lstrip(" —–-,")
            if self._opens("refuse", opening):
                return None
            if self._opens("assent", opening) and not reply.asks:
                return (reply.start,)
            if reply.asks and not firm:
                return None
        return () if firm else None


_KINDS = (
    "announce close settle weak state past echo mark propose firm noise assent refuse put vote bar before month "
    "lead tag nod"
).split()
_CONDITIONS = ("если", "if", "unless")
#: «не выплачиваем», but no verb of knowing or being able
_REFUSED = re.compile(
    r"(?<!\w)не (?P<verb>(?!зна|понима|вид|слыш|успева|хвата|мож|хот|помн|говор|спор|обсужда|забыва"
    r"|теря|дума|увер|ищ|чита|смотр|сп|перебива)\w+[еиё]м(?:ся)?)(?!\w)"
)
_FAINT = frozenset("пока больше тоже вообще теперь сейчас сегодня мы тогда now still too".split())
_WE = ("мы", "мы же", "коллеги", "и", "ведь", "же", "вроде", "уже", "в", "общем")
_EN_GO_ON = frozenset("not and until for from at by in on with except only".split())


def _has_noun(said: str) -> bool:
    return any(len(word) > 3 and word not in STOP_WORDS for word in words(said))


def _other_people(said: str) -> bool:
    """Whether somebody else is the subject of what follows: «соседи», «они»."""
    found = words(said)[-4:]
    return any(
        word in ("они", "те") or reading(word, "NOUN", "anim", "plur", "nomn", at_least=0.3)
        for word in found
        if word not in ("коллеги", "друзья", "ребята", "участники", "стороны", "члены")
    )
