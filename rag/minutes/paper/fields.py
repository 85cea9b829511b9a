"""The labelled fields of an item: «Отв.: …», «Срок – …», "(Owner: …; due …)", by what labels mean.

A label opens a field at the start of a line or behind punctuation, a bracket or a gap; its value
goes to the next label, to the end of the bracket it stands in, of the sentence or of the line.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.paper.words import pattern_of, wordings

if TYPE_CHECKING:
    from collections.abc import Iterator

#: kinds of labels that open fields, those first whose wordings are the longer or surer ones
KINDS = ("owner", "due", "helper", "control", "status", "task", "other")
#: letters from which a label is sure enough to stand before a dash too
_SURE = 4
_BEFORE = re.compile(r"(?:^|[.,;:!?()\[\]|—–•·>/*_-]|\s{2,}|\n)\s*[*_]*\s*$|^\s*$")
_COLON = r"\s*(?:\([^()\n]{0,24}\)\s*)?[*_]*\s*(?:[:：]|\s\|(?=\s)|(?<=\s)=(?=\s))[*_]*[ \t]*"
_DASH = r"\s*(?:\([^()\n]{0,24}\)\s*)?(?:[—–]|-(?=\s|\d|$)|(?<=\s)-)[ \t]*"
#: labels that need no separator where what follows is plainly a name or a day
_NAKED = {
    "owner": re.compile(
        r"(?:отв\.?|исп\.|ответственн(?:ый|ая|ые)(?:\s+исполнител[ьи])?|исполнител[ьи]|owners?|assignee)"
        r"\s+(?-i:(?=[А-ЯЁA-Z@][\w.]+))",
        re.IGNORECASE,
    ),
    "due": re.compile(
        r"(?:срок(?:и|ом)?(?:\s+(?:исполнения|выполнения|сдачи))?|дедлайн|due(?:\s+date)?|deadline)"
        r"\s+(?=\d|до\b|по\b|к\b|не\s+позднее|в\s+теч|конец|by\b|on\b|end\b|next\b|mon|tue|wed|thu|fri"
        r"|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
        re.IGNORECASE,
    ),
}
SENTENCE_END = re.compile(r"(?<![^\W\d_]\.)(?<!\b[^\W\d_])[.!?]\s+(?=[А-ЯЁA-Z][а-яёa-z]{2,})")
_GOES_ON = re.compile(r"(?:[,&]|\bи|\band)\s*$")
_EMPTY_LINE = re.compile(r"\n\s*(?=\n|$)")


class Field(NamedTuple):
    """A labelled value: `start` is where the label (or its bracket) begins, `value` a span."""

    kind: str
    start: int
    value: tuple[int, int]


@cache
def _labels(kind: str) -> re.Pattern[str]:
    """Labels of one kind with what parts them from their value."""
    entries = tuple(e for row in wordings("fields") if row.kind == kind for e in row.entries)
    sure = kind in ("owner", "due", "helper", "control")
    long = tuple(entry for entry in entries if sure and len(entry.strip("*")) >= _SURE)
    long = ("action", "action by", "ap") if kind == "task" else long
    dashed = rf"|(?:{pattern_of(long)})\.?{_DASH}" if long else ""
    colon = rf"(?:{pattern_of(entries)})\.?{_COLON}"
    abbreviated = r"|(?:отв|исп|соисп)\.\s*(?:[—–-]\s*|(?-i:(?=[А-ЯЁ])))" if kind == "owner" else ""
    return re.compile(rf"(?<!\w)(?:{colon}{dashed}{abbreviated})", re.IGNORECASE)


def fields_in(text: str, start: int, end: int) -> list[Field]:
    """The fields of `text[start:end]` in order; a label with nothing behind it has an empty one."""
    return [
        Field(kind, at + start, (first + start, last + start))
        for kind, at, (first, last) in _fields_of(text[start:end])
    ]


@lru_cache(maxsize=2_000)
def _fields_of(text: str) -> tuple[Field, ...]:
    """The fields of a piece; the same line is looked at several times, so the last are kept."""
    labels: list[tuple[int, int, str]] = []
    for found in sorted(_opened(text), key=lambda f: (f[0], -f[1], KINDS.index(f[2]))):
        if not labels or found[0] >= labels[-1][1]:
            labels.append(found)
    borders = [_opening(text, at) for at, _, _ in labels[1:]] + [len(text)] * bool(labels)
    return tuple(
        Field(kind, _opening(text, at), _value(text, value, border))
        for (at, value, kind), border in zip(labels, borders, strict=True)
    )


def _opened(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end with what parts it from its value, kind) of every label that can open a field."""
    for kind in KINDS:
        patterns = (_labels(kind), *((_NAKED[kind],) if kind in _NAKED else ()))
        for pattern in patterns:
            for match in pattern.finditer(text):
                if _BEFORE.search(text[: match.start()]):
                    yield match.start(), match.end(), kind


@cache
def _label_words(kind: str) -> re.Pattern[str]:
    entries = tuple(e for row in wordings("fields") if row.kind == kind for e in row.entries)
    return re.compile(rf"(?<!\w)(?:{pattern_of(entries)})(?!\w)", re.IGNORECASE)


def label_of(cell: str) -> str | None:
    """What a cell that heads a column, or the label of a row of two cells, means."""
    words = cell.strip(" *_:.")
    if not words or len(words.split()) > 6:
        return None
    best: tuple[int, int, str] | None = None
    for kind in (*KINDS, "column"):
        for match in _label_words(kind).finditer(words):
            whole = match.end() - match.start() == len(words)
            if len(match.group()) < 4 and not whole:
                continue
            found = (match.start(), -(match.end() - match.start()), kind)
            best = min(best, found) if best else found
    return best[2] if best else None


def _opening(text: str, at: int) -> int:
    """The place before a label where what belongs to it begins: its bracket or emphasis."""
    while at > 0 and text[at - 1] in " \t*":
        at -= 1
    if text[max(0, at - 3) : at].endswith(" __"):
        at -= 2
    return at - 1 if at > 0 and text[at - 1] in "([" else at


def _value(text: str, start: int, border: int) -> tuple[int, int]:
    """The value that begins at `start` and ends no later than `border`."""
    depth = 0
    at = start
    while at < border:
        letter = text[at]
        if letter in "([":
            depth += 1
        elif letter in ")]":
            if depth == 0:
                break
            depth -= 1
        elif _ends(text, start, at, border, depth):
            break
        at += 1
    while start < at and text[start] in " \t\n*_~":
        start += 1
    while at > start and text[at - 1] in " \t\n*_~,—–|-":
        at -= 1
    return start, at


def _ends(text: str, start: int, at: int, border: int, depth: int) -> bool:
    """Whether the letter at `at` ends a value: a semicolon, a bar, a line, a sentence."""
    letter = text[at]
    if letter == "\n":
        return not _runs_on(text, start, at, border)
    outside = depth == 0 and (letter == "|" or SENTENCE_END.match(text, at) is not None)
    return letter == ";" or outside


def _runs_on(text: str, start: int, at: int, border: int) -> bool:
    """Whether a value goes on behind the line end at `at`."""
    if _EMPTY_LINE.match(text, at, border):
        return False
    return not text[start:at].strip() or _GOES_ON.search(text[start:at]) is not None
