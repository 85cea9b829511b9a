"""Where sentences begin and end, in Russian and English, without moving a character.

Rules over punctuation: a full stop ends a sentence unless it closes a known abbreviation, an
initial, a number of a list or an ellipsis that goes on in lower case. Blank lines, list items,
speakers and headings end one too, and so does a line that stops before it had to: one whose
neighbour's first word would still have fitted. Spans never overlap and leave out nothing but
white space.
"""

from __future__ import annotations

import re
from itertools import pairwise

Span = tuple[int, int]

_LOOK_BACK = 40  # characters before a full stop that tell what it ends

_ABBREVIATIONS = frozenset(
    """
    г гг в вв р руб коп тыс млн млрд трлн кв м см мм км кг ч мин сек др пр т п пп ст гл рис табл стр
    с им ул пл пер просп пр-т д корп оф обл респ гор пос дер акад проф доц канд зав зам инж ред сост
    изд англ нем фр лат греч рус св н э наст ок прим ср см напр отв тел факс доб янв фев мар апр июн
    июл авг сен сент окт ноя нояб дек пн вт чт пт сб вс ул бул наб ж-д жен муж ед мн шт экз чел
    mr mrs ms dr prof st jr sr vs etc inc ltd co corp no vol pp p fig figs eq eqs sec ch dept
    sen rep gen col capt lt sgt approx al cf ed eds e.g i.e u.s u.k a.m p.m jan feb mar apr jun jul
    est gov aug sep sept oct nov dec mon tue wed thu fri sat sun
    """.split()
)
#: after these a capital letter may well begin a new sentence («… в 2019 г. Завод …»)
_MAY_END = frozenset(
    """
    г гг в вв руб коп тыс млн млрд трлн др пр м мм см км кг л ч мин сек шт чел
    etc inc ltd co corp a.m p.m u.s u.k jr sr al
    """.split()
)
_UNIT_LETTERS = frozenset("ВWVA")  # watts, volts, amperes after a number
_UNIT_END = re.compile(r"(?:°[CFС]|\d\s*к?Вт)$")
_END = re.compile(r"[.!?…]+[\"'»”’)\]]*")
_BREAK = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*•–—▪●◦]\s|\d{1,3}[.)]\s|#{1,6}\s|\|))|\f")
_OPENING = re.compile(r"[ \t]*[\"'«“(\[]?([A-ZА-ЯЁ\d])(\S*)")
_SPEAKER = re.compile(r"(?:\[?\d{1,2}:\d{2}(?::\d{2})?\]? ?)?[A-ZА-ЯЁ][\w.\- ]{0,40}:\s")
_SEPARATORS = (";", "\t", "|")
_NUMBER_LINE = re.compile(r"[ \t]*\d[\d.,  ]*+%?[ \t]*+(?:\n|\Z)")
_GOES_ON = tuple(",;([-–—")
_LAST_WORD = re.compile(r"([^\W_][\w.\-]*)$")
_NEXT = re.compile(r"\s*[\"'«“‘(\[—–-]*\s*(\w)?")
_AFTER_NUMBER = re.compile(r"\d\s*\w$")
_LIST_NUMBER = re.compile(r"(?:^|\n)[ \t]*\d{1,3}(?:\.\d{1,3})*$")


def _ends(text: str, start: int, mark: re.Match[str]) -> bool:
    """Whether the punctuation `mark` closes the sentence that began at `start`."""
    after = text[mark.end() : mark.end() + 1]
    if after and not after.isspace():
        return False
    following = _NEXT.match(text, mark.end())
    letter = following.group(1) if following else None
    if letter is None:
        return True
    lower = letter.islower()
    if mark.group()[0] != "." or mark.group().startswith(".."):
        return not lower
    if lower:
        return False
    before = text[max(start, mark.start() - _LOOK_BACK) : mark.start()]
    if before[-1:].isdigit() and (_LIST_NUMBER.search(before) or _is_number(before)):
        return False
    last = None if before[-1:].isspace() else _LAST_WORD.search(before.rpartition(" ")[2])
    if last is None:
        return True
    word = last.group(1)
    if (word in _UNIT_LETTERS and _AFTER_NUMBER.search(before)) or _UNIT_END.search(before):
        return True  # «220 В. Проверьте», not «В. Проверкин»
    if len(word) == 1 and word.isalpha() and word.isupper():
        return False  # an initial: «О. Титов»
    folded = word.lower()
    pieces = folded.rsplit(".", 1)
    if folded not in _ABBREVIATIONS and (len(pieces) == 1 or pieces[-1] not in _ABBREVIATIONS):
        return True
    if folded in ("г", "в", "м") and not _AFTER_NUMBER.search(before):
        return False  # «г. Москва», not «2019 г.»
    return (folded in _MAY_END or pieces[-1] in _MAY_END) and letter.isupper()


def _is_number(before: str) -> bool:
    """Whether nothing but a short number stands before a full stop."""
    return before.strip().isdigit() and len(before.strip()) <= 3


def split(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Spans of the sentences of `text[start:end]`, trimmed, in order, as offsets into `text`."""
    end = len(text) if end is None else end
    spans: list[Span] = []
    breaks = {m.end() for m in _BREAK.finditer(text, start, end)}
    borders = [start, *sorted(breaks.union(_short_lines(text, start, end))), end]
    for left, right in pairwise(borders):
        begin = left
        for mark in _END.finditer(text, left, right):
            if _ends(text, begin, mark):
                _add(spans, text, begin, mark.end())
                begin = mark.end()
        _add(spans, text, begin, right)
    return spans


def _short_lines(text: str, start: int, end: int) -> list[int]:
    """Where a line begins that the one before it did not run into for want of room."""
    lines = text[start:end].split("\n")
    del lines[-1]  # it ends with the text, not before another line
    width = max(map(len, lines), default=0)
    begins = []
    right = start
    for line in lines:
        right += len(line) + 1
        if sum(map(line.count, _SEPARATORS)) > 1:
            begins.append(right)  # a row of a table
            continue
        opening = _OPENING.match(text, right, end)
        stripped = line.strip()
        if opening is None or stripped.endswith(_GOES_ON) or _NUMBER_LINE.match(text, right, end):
            continue
        if stripped.isalnum() and not stripped.islower() and not _SPEAKER.match(text, right, end):
            continue  # a lone word is a cell of a table: what it labels follows
        room = width - len(line)
        if room > 1 + len(opening.group(1) + opening.group(2)) or _SPEAKER.match(text, right, end):
            begins.append(right)
    return begins


def _add(spans: list[Span], text: str, start: int, end: int) -> None:
    """Append the span without the white space around it, unless nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))
