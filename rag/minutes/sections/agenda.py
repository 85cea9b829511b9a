"""The parts of a meeting by its own headings: Markdown, «1. СЛУШАЛИ: …», numbered agenda items."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.minutes.sections.phrasing import nominative_phrase

if TYPE_CHECKING:
    from rag.types import Document

#: headings of lists and forms that are no part of the talk
_NO_PART = re.compile(
    r"повестк|agenda|шаблон|template|участник|attendee|present|participants|apologies|не заполнять"
    r"|^(?:\d+[.)]\s*)?(?:задачи|поручения|действия|action(?:s| items| points)?|tasks|next steps|"
    r"to-?dos?|решения|решили|decisions?|открытые вопросы|open (?:questions|issues)|"
    r"обсудили|ход встречи|протокол|discussion|notes|minutes|итоги|summary|transcript)\s*:?$",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(r"^(?P<level>#{1,6})[ \t]++(?P<title>[^\n]*\S)", re.MULTILINE)
_HEARD = re.compile(
    r"^[ \t]*+(?P<number>\d{1,2})?[.)]?[ \t]*+"
    r"(?:слушали|рассмотрели|по вопросу(?: №)?\s*+\d*+)[ \t]*:"
    r"(?P<title>[^\n]*\S)?",
    re.IGNORECASE | re.MULTILINE,
)
_AGENDA = re.compile(
    r"^[ \t*_#]*(?:повестка(?: дня)?|agenda)[ \t*_]*+:?[ \t*_]*+\n(?P<items>(?:[ \t]*\n)?"
    r"(?:[ \t]*\d{1,2}[.)][^\n]*(?:\n|\Z))+)",
    re.IGNORECASE | re.MULTILINE,
)
_AGENDA_ITEM = re.compile(r"^[ \t]*(?P<number>\d{1,2})[.)][ \t]*+(?P<title>[^\n]*\S)", re.MULTILINE)
_NUMBERED = re.compile(
    r"^[ \t]*(?P<number>\d{1,2})[.)][ \t]+(?P<title>[^\n]{3,100}\S)", re.MULTILINE
)
_REPORTER = re.compile(
    r"[.,;]?\s*\(?\b(?:докладчик|докладыва\w+|докл\.|reporter|speaker)\b.*$", re.IGNORECASE
)
_SPEAKER = re.compile(
    r"^\s*(?:[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?"
    r"|[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?\s?[А-ЯЁ][а-яё]+)"
    r"[\s,—–-]*"
)
_ABOUT = re.compile(r"^(?:о|об|обо)\s+", re.IGNORECASE)
_NUMBER = re.compile(r"^(?:\d{1,2}(?:\.\d+)*[.)]?|[IVX]+\.)\s+")


class _Heading(NamedTuple):
    start: int
    end: int
    title: str


def headed(document: Document) -> list[tuple[str, int, int]]:
    """Titles and spans of the parts that have a heading, in order; [] with fewer than two."""
    text = document.text
    for read in (_markdown, _heard, _agenda_items):
        headings = read(text)
        if len(headings) >= 2:
            return _parts(text, headings)
    return []


def _parts(text: str, headings: list[_Heading]) -> list[tuple[str, int, int]]:
    ends = [*(heading.start for heading in headings[1:]), len(text)]
    found = []
    for heading, end in zip(headings, ends, strict=True):
        body = text[heading.end : end]
        if heading.title and body.strip():
            found.append((heading.title, heading.start, heading.end + len(body.rstrip())))
    return found


def _markdown(text: str) -> list[_Heading]:
    """Headings below the title of the page; those that only hold others have no body."""
    found = list(_MARKDOWN.finditer(text))
    if len(found) < 2:
        return []
    top = min(len(heading["level"]) for heading in found)
    alone = sum(len(heading["level"]) == top for heading in found) == 1
    return [
        _Heading(h.start(), h.end(), "" if _is_idle(h, top, alone=alone) else _clean(h["title"]))
        for h in found
    ]


def _is_idle(heading: re.Match[str], top: int, *, alone: bool) -> bool:
    title = _NUMBER.sub("", heading["title"].strip(" #*_:"))
    return _NO_PART.search(title) is not None or (alone and len(heading["level"]) == top)


def _clean(title: str) -> str:
    title = _NUMBER.sub("", title.strip(" #*_")).strip(" *_:.")
    return title[:1].upper() + title[1:]


def _heard(text: str) -> list[_Heading]:
    """«1. СЛУШАЛИ: Титова О. В. о пуске печи»: the item of the agenda, or what it was about."""
    agenda = _items_of(text)
    found: list[_Heading] = []
    for heard in _HEARD.finditer(text):
        title = agenda.get(heard["number"] or str(len(found) + 1)) or _about(heard["title"] or "")
        found.append(_Heading(heard.start(), heard.end() - len(heard["title"] or ""), title))
    return found


def _items_of(text: str) -> dict[str, str]:
    agenda = _AGENDA.search(text)
    if agenda is None:
        return {}
    return {
        item["number"]: _clean(_REPORTER.sub("", item["title"]))
        for item in _AGENDA_ITEM.finditer(agenda["items"])
    }


def _about(said: str) -> str:
    """«Титова О. В. о пуске печи» as «Пуск печи»."""
    said = _SPEAKER.sub("", said.strip()).strip(" .")
    about = _ABOUT.match(said)
    if about:
        return nominative_phrase(said[about.end() :], "loct")
    return said[:1].upper() + said[1:]


def _agenda_items(text: str) -> list[_Heading]:
    """Numbered lines that repeat the items of the agenda above them."""
    agenda = _AGENDA.search(text)
    if agenda is None:
        return []
    titles = _items_of(text)
    found = []
    for line in _NUMBERED.finditer(text, agenda.end()):
        title = titles.get(line["number"])
        if title and title.lower()[:12] == _clean(line["title"]).lower()[:12]:
            found.append(_Heading(line.start(), line.end(), title))
    return found
