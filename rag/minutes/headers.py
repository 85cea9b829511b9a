"""Who was there, by the head of a meeting's text.

The head ends where the first words are said: a list that somebody reads out is no list of those
present. Lists stand behind their label, on the lines below it, or in a table.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from rag.minutes.attendance import listed_in, titled_in
from rag.minutes.places import label_start
from rag.minutes.turns.labels import clean_name, is_plausible, is_thing
from rag.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.types import Document

_LIST = re.compile(
    r"[ \t*_>#•-]*(?:на\s+(?:встрече|созвоне|совещании|планёрке|планерке)\s+(?=были|присутств))?"
    r"(?:были|участники|участвовали|участвуют|присутствовали|присутствуют|присутствующие|"
    r"на\s+(?:созвоне|встрече|связи)|(?:список|состав)\s+(?:участников|присутствующих|комиссии)|"
    r"в\s+составе|председатель(?:ствовал|ствует|ствующ(?:ий|ая))?|секретарь|ведущий|ведущая|отсутствовали|отсутствуют|"
    r"вели|вёл|вела|не\s+было|приглаш[её]н(?:ные|ный|ная|[аы])?|члены\s+(?:комиссии|совета|правления|рабочей\s+группы)|записывает|"
    r"attendees|attendance|present|participants|on\s+the\s+call|in\s+attendance|"
    r"in\s+the\s+room|on\s+the\s+(?:phone|line)|remote|online|who\s+was\s+there|apologies|absent|chair(?:ed\s+by)?|invitees|"
    r"minutes\s+by|note-?taker|also\s+present)\b"
    r"(?P<more>\s+(?:на\s+\w+|были|from\s+\w+|for\s+\w+))?[ \t*_]*"
    r"(?:\([^)\n]*\)|\d+)?[ \t*_]*(?P<colon>:?)[*_ \t]*(?P<names>.*)",
    re.IGNORECASE,
)
_INITIALS = r"[^\W\d_]\.\s?(?:[^\W\d_]\.)?"
_CAPITAL = r"[^\W\d_a-zа-яё][\w'’-]+"
_NAME = re.compile(
    rf"(?:{_CAPITAL}(?:\s+{_INITIALS}|(?:\s+{_CAPITAL}){{0,2}})|{_INITIALS}\s?{_CAPITAL})"
)
#: «директор ООО «Ромашка» Титов О. В.»
_OFFICE_BEFORE = re.compile(
    rf"(?:(?:[^\W\d_A-ZА-ЯЁ][\w-]*\.?|«[^»]*»|[А-ЯЁA-Z]{{2,5}})\s+){{1,8}}(?P<name>{_NAME.pattern})"
)
_OFFICE = re.compile(
    r"^[ \t*_]*(?P<office>(?i:секретарь|председатель|ведущий|протоколист|модератор|chair"
    rf"|secretary))[*_ \t]*:[*_ \t]*(?P<name>{_NAME.pattern})",
    re.MULTILINE,
)
_BESIDE = re.compile(r"\([^)]*\)|<[^>]*>")
#: «5 чел.:»
_COUNT = re.compile(r"\b\d+\s*(?:чел\w*|people|persons)?\.?:?", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•–—]|\d{1,3}[.)]|\[[ xXхХ]\])\s+")
_BETWEEN = re.compile(r"[,;•]|\s+(?:и|and)\s+|\s&\s|(?<=[^\W\d_]{3})\.\s+(?=[A-ZА-ЯЁ])")
#: what a list adds to a name: «по телефону», "from Leeds"
_WHERE = re.compile(r"\s(?:on|by|via|from|at|по|из|от|через|онлайн|удал[её]нно)(?:\s.*)?$")
#: parts a name from what somebody is: «Титов О. В. — директор», «председатель — Титов О. В.»
_ROLE = re.compile(r"\s[-–—]\s|\s*\||:")
_PEOPLE_COLUMN = re.compile(
    r"\W*(?:участник\w*|присутствующ\w+|фио|ф\.\s?и\.\s?о\.|имя|name|attendee|participant)s?\W*",
    re.IGNORECASE,
)
#: characters of a text that its head can take
_HEAD = 3000


def participants_in(document: Document) -> list[str]:
    """Names listed under «Участники:», "Attendees" and the like, in order, each person once.

    «Галеев Т. И.» under the list and «Т. И. Галеев» under the paper are one; two of the same first
    name are two.
    """
    lines = _head_of(document).split("\n")
    found: dict[tuple[str, ...], str] = {}
    for place, line in enumerate(lines):
        below = lines[place + 1 :]
        listed = _LIST.fullmatch(line)
        pieces = _listed(listed, below) if listed else _in_column(line, below)
        for name in pieces:
            found.setdefault(tuple(sorted(words(name))), name)
    for one in listed_in(_head_of(document)):
        found.setdefault(tuple(sorted(words(one.name))), one.name)
    return list(found.values())


def offices_in(document: Document) -> dict[str, str]:
    """Who holds which office, in lower case: «Секретарь: Носкова Е. М.», "Joan Tully (chair)".

    Initials that a list gives beside a name ("Sam Price (SP)") stand among the offices.
    """
    head = _head_of(document)
    found: dict[str, str] = {}
    for one in (*listed_in(head), *titled_in(document.text)):
        for key in (one.office.lower(), one.short.lower()):
            if key:
                found.setdefault(key, one.name)
    stated = {match["office"].lower(): match["name"].strip() for match in _OFFICE.finditer(head)}
    return found | stated


def _head_of(document: Document) -> str:
    """What stands before the first words that are said."""
    end = label_start(document.text, document.turns[0]) if document.turns else _HEAD
    return document.text[: min(end, _HEAD)]


def _listed(match: re.Match[str], below: Sequence[str]) -> Iterator[str]:
    """The names behind a label, and on the lines below it where the list goes on there."""
    row = _COUNT.sub("", _BESIDE.sub("", match["names"])).strip(" \t[]*_")
    yield from _names(row)
    if row.endswith((",", ";")):
        for line in takewhile(str.strip, below):
            yield from _names(line)
            if not line.rstrip().endswith((",", ";")):
                break
    elif not row or not any(map(str.isalpha, row)):
        rows = below[1:] if below and not below[0].strip() else below
        for line in takewhile(str.strip, rows):
            names = list(_names(_BULLET.sub("", line)))
            if not names:
                break
            yield from names


def _in_column(header: str, below: Sequence[str]) -> Iterator[str]:
    """The names in a table's column of people, given its line of headings."""
    cells = _cells(header)
    columns = [place for place, cell in enumerate(cells) if _PEOPLE_COLUMN.fullmatch(cell)]
    if len(cells) < 2 or not columns:
        return
    for line in takewhile(lambda row: "|" in row, below):
        row = _cells(line)
        if columns[0] < len(row):
            yield from _names(row[columns[0]])


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if "|" in line else []


def _names(listed: str) -> Iterator[str]:
    """The people that a row names; offices beside them are passed over."""
    for piece in _BETWEEN.split(_BESIDE.sub("", listed)):
        for part in _ROLE.split(piece):
            name = _name_in(part.strip(" \t*_\"'"))
            if name:
                yield name
                break


def _name_in(part: str) -> str | None:
    """The name that the words are, or that stands behind an office; None without one."""
    part = _WHERE.sub("", part)
    for form in (part, part.rstrip(". ")):
        name = _NAME.fullmatch(form) or _OFFICE_BEFORE.fullmatch(form)
        said = name.groupdict().get("name") or name.group() if name else ""
        if is_plausible(said) and not is_thing(said):
            return clean_name(said)
    return None
