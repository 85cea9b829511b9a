"""What a meeting left open: questions that nobody answered in it, and what was said to be open.

The phrases stand in `data/questions.tsv`, each kind with an example and a counter-example.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.paper.lines import BULLET, CHECKBOX
from rag.minutes.places import time_at
from rag.minutes.sections.left_open import left_open
from rag.minutes.sections.talk import Talk
from rag.minutes.sections.unanswered import Unanswered
from rag.types import OpenQuestion
from rag.words import STOP_WORDS, stems_of, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.minutes.people.names import Roster
    from rag.minutes.sections.remarks import Remark
    from rag.types import Decision, Document, Promise
    from rag.words import Language

    Asked = tuple[int, int, str | None]

_LIST = re.compile(
    r"^[#*_\d.\s]{0,40}+(?:открытые вопросы|нереш[её]нные вопросы|вопросы без ответа|"
    r"open questions?|open issues?|parking lot|outstanding questions?)[*_ \t]*+:?[*_ \t]*+\n"
    r"(?P<items>(?:[ \t]*\n)?(?:[ \t]*(?:[-*•–—]|\d+[.)])[ \t]+\S[^\n]*(?:\n|\Z))+)",
    re.IGNORECASE | re.MULTILINE,
)


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

    A decision or a promise soon after a question answers it. `asker` is the speaker by the
    roster's name, None where nobody is named. Linear in the length of the text.
    """
    text = document.text
    talk = Talk(text, language, remarks, on_paper=not document.turns, table="questions")
    found = [*_listed(text), *_in_talk(talk, promises, decisions)]
    kept: dict[tuple[str, ...], OpenQuestion] = {}
    for start, end, speaker in sorted(found, key=lambda each: each[:2]):
        known = (word for word in words(text[start:end]) if word not in STOP_WORDS)
        key = tuple(sorted(stems_of(known)))
        line, time = line_of(document, start), time_at(document, start)
        asker = roster.canonical(speaker)
        kept.setdefault(key, OpenQuestion(text[start:end], asker, line, start, end, time))
    return tuple(kept.values())


def _in_talk(
    talk: Talk, promises: Sequence[Promise], decisions: Sequence[Decision]
) -> Iterator[Asked]:
    unanswered = Unanswered(talk, promises, decisions)
    for at, remark in enumerate(talk.remarks):
        span = left_open(talk, at) or unanswered.find(at)
        if span is not None:
            yield span[0], span[1], remark.speaker


def _listed(text: str) -> Iterator[Asked]:
    """The items below a heading such as «Открытые вопросы»."""
    for block in _LIST.finditer(text):
        start = block.start("items")
        for line in block["items"].splitlines(keepends=True):
            item = CHECKBOX.match(line) or BULLET.match(line)
            if item:
                yield start + item.start("body"), start + len(line.rstrip()), None
            start += len(line)
