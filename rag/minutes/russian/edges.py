"""What the words of an act in Russian leave out at their edges: days, fillers, the recipient."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.morphology import reading

if TYPE_CHECKING:
    from collections.abc import Collection

    from rag.minutes.dates import Found
    from rag.minutes.view import View

#: words that name no act at either edge
IDLE = frozenset(
    "на за я мы тебе вам мне нам всем ему ей им сам сама сами уже же бы еще тоже также "
    "раз надо нужно лично сразу быстро там тут это вот то ведь только лучше пусть прошу накануне "
    "заодно потом затем".split()
)

#: what denies a day, so that another is meant («не в пятницу, а в понедельник»)
_DENIES = frozenset("не только".split())


def _taken_back(view: View, due: Found) -> tuple[Found, ...]:
    """Other days of the sentence beside the one that counts, from the word that denies them."""
    text, found = view.scene.text, []
    for other in view.dues:
        if other.start == due.start:
            continue
        start = other.start
        while (word := text[:start].rsplit(maxsplit=1)[-1:]) and word[0].lower() in _DENIES:
            start = text.rindex(word[0], 0, start)
        found.append(other._replace(start=start))
    return tuple(found)


#: what begins something new behind a deadline where a recogniser left no comma
_FRESH = ("и ещё", "и еще", "а ещё", "а еще", "плюс", "потому", "там", "у меня", "у нас", "честное")


#: the hour behind a day («сегодня часиков в восемь»)
_CLOCK = frozenset(
    "часиков часов часа час в к до после около утра дня вечера ночи обеда обед утром днем "
    "вечером".split()
)
#: a day that is not meant, at the end of a clause whose day is another
_DENIED = re.compile(
    r"[\s,]+(?:только\s+)?не\s+(?:во?|ко?|на|до|завтра|сегодня)\b[^,.]{0,25}$", re.I
)


def _before_next(view: View, start: int, end: int, due: Found | None) -> int:
    """Where the words end that go with the verb: before what is begun behind the deadline."""
    if due is not None and due.start >= end:
        denied = _DENIED.search(view.scene.text, start, end)
        return denied.start() if denied else end
    if due is None or due.start <= start:
        return end
    behind = view.scene.text[due.end : end].lower().lstrip(" ,;.")
    words = behind.split()
    if words and all(w.isdigit() or w in _CLOCK or reading(w, "NUMR") for w in words):
        return due.end
    return due.end if behind.startswith(_FRESH) else end


def without_edges(
    view: View, start: int, end: int, due: Found | None, told_to: Collection[int] = ()
) -> tuple[int, int]:
    """The span without fillers, pronouns, the called name and the deadline at its edges.

    Nor the recipient, whose tokens begin at the offsets `told_to`.
    """
    end = _before_next(view, start, end, due)
    tokens = [
        t for c in view.sentence.clauses for t in c.tokens if start <= t.start and t.end <= end
    ]
    called = {
        view.at(i).tokens[k].start
        for i in range(len(view.sentence.clauses))
        for m in view.at(i).mentions
        if m.cases & {"nomn", "voct"} and (m.last - m.first) == len(view.at(i).tokens)
        for k in range(m.first, m.last)
    }

    dues = [due, *_taken_back(view, due)] if due else []

    def idle(position: int) -> bool:
        token = tokens[position]
        return (
            view.is_in(token.word, "filler")
            or token.word in IDLE
            or token.start in called
            or token.start in told_to
            or any(found.start <= token.start < found.end for found in dues)
        )

    low, high = 0, len(tokens)
    while low < high and idle(low):
        low += 1
    while high > low and idle(high - 1):
        high -= 1
    return (tokens[low].start, tokens[high - 1].end) if low < high else (start, end)
