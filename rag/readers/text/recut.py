"""Transcripts in plain text that are cut by the clock: a sentence over several stamps is one turn.

A recogniser begins a line every few seconds, in the middle of a sentence, too. Such lines of one
speaker are joined as captions are, and every word keeps the physical line it came from.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.readers.text.captions import Piece, meeting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Document, Turn

#: seconds between the beginnings of two lines that may be of one sentence
_MAX_STEP = 30.0
#: share of turns that end a sentence where a recogniser writes full stops
_PUNCTUATED = 0.3
_ENDED = re.compile(r"[.!?…][\"»”)]?$")


def recut(document: Document, starts: Sequence[int]) -> Document:
    """The document laid out anew where sentences go on over stamps, else as it is.

    `starts` are the places of the labels of its turns.
    """
    joins = _joins(document, starts)
    if not any(joins):
        return document
    pieces: list[Piece] = []
    covered = 0
    for place, turn in enumerate(document.turns):
        rows = tuple(_rows(document, turn.start, turn.end))
        if joins[place]:
            pieces[-1] = replace(pieces[-1], rows=(*pieces[-1].rows, *rows))
        else:
            pieces += _unspoken(document, covered, starts[place])
            pieces.append(Piece(turn.speaker, turn.time, rows))
        covered = turn.end
    pieces += _unspoken(document, covered, len(document.text))
    encoding = document.encoding or ""
    return meeting(document.id, document.title, pieces, document.date, encoding, document.notes)


def _joins(document: Document, starts: Sequence[int]) -> list[bool]:
    """Of each turn, whether it goes on with the sentence of the one before it."""
    turns = document.turns
    ended = sum(_ENDED.search(turn.text) is not None for turn in turns)
    if ended < _PUNCTUATED * len(turns):
        return [False] * len(turns)
    return [False] + [
        _goes_on(last, turn) and not document.text[last.end : start].strip()
        for (last, turn), start in zip(pairwise(turns), starts[1:], strict=True)
    ]


def _goes_on(last: Turn, turn: Turn) -> bool:
    """Whether a turn is the rest of the sentence that the one before it began."""
    if not turn.time or not last.time or turn.day or not turn.speaker:
        return False
    step = _seconds(turn.time) - _seconds(last.time)
    return (
        turn.speaker == last.speaker
        and 0 <= step <= _MAX_STEP
        and not _ENDED.search(last.text)
        and turn.text[:1].islower()
    )


def _seconds(stamp: str) -> float:
    """Seconds that a stamp of two or three parts means: «1:02:40», «02:40.5»."""
    seconds = 0.0
    for part in re.findall(r"\d+(?:[.,]\d+)?", stamp):
        seconds = seconds * 60 + float(part.replace(",", "."))
    return seconds


def _rows(document: Document, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The lines of a span that are not blank, with their numbers."""
    offset = start
    for line in document.text[start:end].split("\n"):
        if line.strip():
            yield document.line_at(offset) or 1, line.strip()
        offset += len(line) + 1


def _unspoken(document: Document, start: int, end: int) -> list[Piece]:
    """What stands between two turns, as a piece that nobody says."""
    rows = tuple(_rows(document, start, end))
    return [Piece(None, None, rows, spoken=False)] if rows else []
