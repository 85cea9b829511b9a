"""Who was there, by the head of a meeting's text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.minutes.attendance import listed_in, titled_in, without_title
from rag.words import words

if TYPE_CHECKING:
    from rag.types import Document

_LIST = re.compile(
    r"^[ \t*_>-]*(?:были|участники|участвовали|присутствовали|присутствуют|"
    r"на\s+(?:созвоне|встрече|связи)|"
    r"в\s+составе|председатель(?:ствовал)?|секретарь|ведущий|отсутствовали|приглашенные|приглашённые|"
    r"attendees|present|participants|on\s+the\s+call|in\s+attendance|who\s+was\s+there|apologies|chair|"
    r"minutes\s+by|also\s+present)\b[ \t*_]*:?[*_ \t]*(?P<names>[^\n]*)(?=\n(?P<next>[^\n]+))?",
    re.IGNORECASE | re.MULTILINE,
)
_INITIALS = r"[^\W\d_]\.\s?(?:[^\W\d_]\.)?"
_NAME = re.compile(
    rf"(?:[^\W\d_a-zа-яё][\w'’-]+(?:\s+{_INITIALS}|(?:\s+[^\W\d_a-zа-яё][\w'’-]+){{0,2}})"
    rf"|{_INITIALS}\s?[^\W\d_a-zа-яё][\w'’-]+)"
)
_OFFICE = re.compile(
    r"^[ \t*_]*(?P<office>секретарь|председатель|ведущий|протоколист|модератор|chair|secretary)"
    rf"[*_ \t]*:[*_ \t]*(?P<name>{_NAME.pattern})",
    re.IGNORECASE | re.MULTILINE,
)
#: characters of a text that its head can take
_HEAD = 3000


def participants_in(document: Document) -> list[str]:
    """Names listed under «Участники:», "Attendees" and the like, in order, each person once.

    «Галеев Т. И.» under the list and «Т. И. Галеев» under the paper are one.
    """
    head = document.text[:_HEAD]
    found: dict[tuple[str, ...], str] = {}
    for match in _LIST.finditer(head):
        listed = match["names"].strip() or (match["next"] or "").strip()
        if match["names"].rstrip().endswith(",") and match["next"]:
            listed = match["names"] + " " + match["next"]
        for piece in re.split(r"[,;•]|\s+и\s+|\s+and\s+", re.sub(r"\([^)]*\)", "", listed)):
            name = _NAME.fullmatch(piece.strip(" *_\n")) or _NAME.fullmatch(piece.strip(" .*_"))
            if name:
                plain = without_title(name.group())
                found.setdefault(tuple(sorted(words(plain))), plain)
    for one in listed_in(head):
        found.setdefault(tuple(sorted(words(one.name))), one.name)
    return list(found.values())


def offices_in(document: Document) -> dict[str, str]:
    """Who holds which office, in lower case: «Секретарь: Носкова Е. М.», "Joan Tully (chair)".

    Initials that a list gives beside a name ("Sam Price (SP)") stand among the offices.
    """
    head = document.text[:_HEAD]
    found: dict[str, str] = {}
    for one in (*listed_in(head), *titled_in(document.text)):
        for key in (one.office.lower(), one.short.lower()):
            if key:
                found.setdefault(key, one.name)
    stated = {match["office"].lower(): match["name"].strip() for match in _OFFICE.finditer(head)}
    return found | stated
