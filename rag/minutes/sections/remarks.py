"""A meeting as remarks: its sentences in order, folded, each with the turn it is said in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.minutes.clauses import spans_of
from rag.minutes.paper.lines import BULLET, CHECKBOX, continues, rows_of
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Document

#: what a question may end with behind its mark: a bracket, a quotation mark, a smile
_TAIL = "\"'»”)🙂😅 \n\t"
_STRAIGHT = str.maketrans("İ", "I")  # the one letter that changes its length when it is folded
_QUOTED = re.compile(r"«[^»\n]*»|“[^”\n]*”|\"[^\"\n]*\"|\[[^\]\n]*\]|\{[^}\n]*\}")


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence: `document.text[start:end]`, folded letter for letter.

    `said` is that with blanks for what is quoted in it or noted by a typist. `turn` counts from 0;
    on paper every line is one, and `speaker` is None. `asks` says that it ends as a question.
    """

    start: int
    end: int
    folded: str
    said: str
    asks: bool
    turn: int
    speaker: str | None


def remarks_of(document: Document) -> tuple[Remark, ...]:
    """The sentences of a meeting: of its turns, or where nobody speaks of the lines of the paper.

    Linear in the length of the text.
    """
    return tuple(_of_turns(document) if document.turns else _of_lines(document))


def fold_letters(text: str) -> str:
    """A text folded so that every offset stays."""
    return fold(text.translate(_STRAIGHT))


def _of_turns(document: Document) -> Iterator[Remark]:
    for number, turn in enumerate(document.turns):
        for start, end in spans_of(document.text, turn.start, turn.end):
            yield _remark(document.text, start, end, number, turn.speaker)


def _of_lines(document: Document) -> Iterator[Remark]:
    """Items without their bullets; a line that was wrapped goes on with the item above."""
    text = document.text
    rows = list(rows_of(text))
    at = number = 0
    while at < len(rows):
        start, end = rows[at].start, rows[at].end
        at += 1
        worded = bool(text[start:end].strip())
        while worded and at < len(rows) and continues(text, rows[at]):
            end = rows[at].end
            at += 1
        item = CHECKBOX.match(text[start:end]) or BULLET.match(text[start:end])
        begin = start + (item.start("body") if item else 0)
        for first, last in spans_of(text, begin, end):
            yield _remark(text, first, last, number, None)
        number += 1


def _remark(text: str, start: int, end: int, turn: int, speaker: str | None) -> Remark:
    folded = fold_letters(text[start:end])
    said = _QUOTED.sub(lambda quoted: " " * len(quoted.group()), folded)
    asks = folded.rstrip(_TAIL).endswith("?")
    return Remark(start, end, folded, said, asks, turn, speaker)
