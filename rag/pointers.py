"""What a question points at by its place: a page, the first or the last one, a figure, a section.

«Что на странице 14», "Table 2", "Appendix E" name a place and not a subject, so the places decide
and not the words. A page is meant by its count from 1, by its label, or by the number printed in
its header or footer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.types import RUNNING_FOOTER, RUNNING_HEADER
from rag.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Chunk, Document

_NUMERALS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty"
).split()
_PAGE_WORD = r"(?:pages?|slides?|pp?\.|страниц(?:а|е|у|ы|ей|ах)|стр\.|слайд(?:а|е|ы|у|ах)?)"
#: «3», «3 and 4», «3, 4 и 5», «3–5»
_AND = r"(?:,? (?:and|и|or|или) |, ?)"
_TO = r"(?: ?[-–—] ?| to | по )"
_PAGES = rf"\d{{1,4}}(?:(?:{_AND}|{_TO})\d{{1,4}}(?!\w))*|{'|'.join(_NUMERALS)}"
_PAGE = re.compile(
    rf"\b{_PAGE_WORD} ?(?:no\.?|number|№|номер)? ?(?P<numbers>{_PAGES})\b"
    rf"|\b(?P<before>\d{{1,4}})(?:-?(?:й|я|ой|ей|ом|ую|th|st|nd|rd)) {_PAGE_WORD}"
)
_RANGE = re.compile(rf"(\d{{1,4}}){_TO}(\d{{1,4}})")
_LONGEST_RANGE = 20  # pages; «pages 3–500» means no place
_FIRST = re.compile(
    r"\b(?:first|cover|title|front) (?:page|slide)"
    r"|\btitle of (?:the|this) (?:slide|slides|document|paper|report|presentation|book|manual)\b"
    r"|\bперв(?:ая|ой|ую|ый|ого|ом) (?:страниц|слайд)|\bтитульн\w+ (?:лист|страниц)|\bобложк\w+"
)
_LAST = re.compile(
    r"\b(?:last|final) (?:page|slide)|\bпоследн(?:яя|ей|юю|ий|его|ем) (?:страниц|слайд)"
)
#: names of numbered places, and what each is called here
_KINDS = {
    "figure": r"figures?|figs?\.?|рисун(?:ок|ка|ке|ки|ку|ках)|рис\.",
    "table": r"tables?|таблиц(?:а|е|у|ы|ей|ах)?|табл\.",
    "section": r"sections?|sect?\.|раздел(?:а|е|у|ы|ах)?|пункт(?:а|е|у|ы|ах)?|п\.|§",
    "appendix": r"appendix|appendices|приложени(?:е|и|ю|я|ях)",
    "chapter": r"chapters?|глав(?:а|е|у|ы|ах)",
    "item": r"items?|exhibits?|units?|lesson|step|note|article|стать(?:я|е|ю|и)|урок(?:а|е)?|шаг",
}
#: a number, or a capital letter; a small one is a word: «на рисунке и в таблице»
_NUMBER = r"\d{1,3}(?:\.\d{1,3}){0,3}|[A-ZА-Я]"
_ONE_NUMBER = re.compile(rf"(?<!\w)(?:{_NUMBER})(?!\w)")
_NUMBERED = re.compile(
    "|".join(
        rf"(?<!\w)(?P<{kind}>(?i:{names}))(?![^\W\d_]) ?№? ?"
        rf"(?P<{kind}_numbers>(?:{_NUMBER})(?:{_AND}(?:{_NUMBER})(?!\w))*)(?!\w)"
        for kind, names in _KINDS.items()
    )
)
_FIRST_OF = re.compile(
    r"\bfirst (?P<en>figure|table)\b|\bперв(?:ый|ая|ом|ой|ого|ую) (?P<ru>рисун|таблиц)"
)
_PRINTED = re.compile(
    r"^\W*(?:page|стр(?:аница|\.)?|с\.)?\W*(\d{1,4})\b|\b(\d{1,4})\W*$",
    re.MULTILINE | re.IGNORECASE,
)
_SPACES = re.compile(r"[ \t\n\xa0]+")
#: what a place that is only spoken of is worth against one that begins here
_MENTIONED = 0.5


@dataclass(frozen=True, slots=True)
class Pointers:
    """The places a question names. `numbered` are pairs such as ("figure", "7")."""

    pages: frozenset[int] = frozenset()
    first: bool = False
    last: bool = False
    numbered: frozenset[tuple[str, str]] = frozenset()

    @property
    def to_pages(self) -> bool:
        """Whether pages are meant."""
        return bool(self.pages) or self.first or self.last


def pointers(question: str) -> Pointers:
    """The places that a question names; none for most."""
    spaced = _SPACES.sub(" ", question)
    text = fold(spaced)
    pages = {n for m in _PAGE.finditer(text) for n in _pages(m["numbers"] or m["before"])}
    numbered = {place for place, _ in _numbered(spaced)}
    for match in _FIRST_OF.finditer(text):
        numbered.add(("table" if (match["en"] or match["ru"])[0] in "tт" else "figure", "1"))
    return Pointers(
        frozenset(pages),
        bool(_FIRST.search(text)),
        bool(_LAST.search(text)),
        frozenset(numbered),
    )


def _pages(numbers: str) -> set[int]:
    """The numbers of «3, 4 и 7–9» or of "four"."""
    if numbers in _NUMERALS:
        return {_NUMERALS.index(numbers) + 1}
    found = {int(number) for number in re.findall(r"\d+", numbers)}
    for first, last in _RANGE.findall(numbers):
        if int(last) - int(first) < _LONGEST_RANGE:
            found.update(range(int(first), int(last)))
    return found


def _numbered(text: str) -> Iterator[tuple[tuple[str, str], int]]:
    """Numbered places in a text, and where each is named."""
    for match in _NUMBERED.finditer(text):
        kind = str(match.lastgroup).removesuffix("_numbers")
        for number in _ONE_NUMBER.findall(match[f"{kind}_numbers"]):
            yield (kind, number.lower()), match.start()


def pages_meant(asked: Pointers, document: Document) -> frozenset[int]:
    """Numbers of the pages of a document that are meant, counted from 1."""
    if not document.pages or not asked.to_pages:
        return frozenset()
    meant = {page.number for page in document.pages if page.number in asked.pages}
    labels = {str(number) for number in asked.pages}
    meant.update(page.number for page in document.pages if page.label in labels)
    meant.update(_printed(document, labels))
    if asked.first:
        meant.add(document.pages[0].number)
    if asked.last:
        meant.add(document.pages[-1].number)
    return frozenset(meant)


def _printed(document: Document, labels: set[str]) -> Iterator[int]:
    """Pages with one of the labels printed at an end of a line of their header or footer."""
    if not labels:
        return
    for mark in document.marks:
        if mark.kind == "aside" and mark.note in (RUNNING_HEADER, RUNNING_FOOTER):
            found = _PRINTED.findall(document.text[mark.start : mark.end])
            if any(first in labels or last in labels for first, last in found):
                number = document.page_at(mark.start)
                if number is not None:
                    yield number


def named_in(asked: Pointers, text: str, context: str) -> float:
    """The share of the numbered places asked for that a passage names, from 0 to 1.

    A place that begins a line, as a caption or a heading does, counts whole, another for half. A
    section is met by its bare number at the beginning of a line or of a heading, too.
    """
    if not asked.numbered:
        return 0.0
    whole = f"{context}\n{text}".replace(" › ", "\n")
    worth: dict[tuple[str, str], float] = {}
    for place, at in _numbered(whole):
        begins = not whole[whole.rfind("\n", 0, at) + 1 : at].strip(" \t|*#")
        worth[place] = max(worth.get(place, 0.0), 1.0 if begins else _MENTIONED)
    for kind, number in asked.numbered:
        if kind in ("section", "chapter", "appendix") and re.search(
            rf"^\W*{re.escape(number)}(?:\.|\)|:)? +\w", whole, re.MULTILINE | re.IGNORECASE
        ):
            worth[kind, number] = 1.0
    return sum(worth.get(place, 0.0) for place in asked.numbered) / len(asked.numbered)


def pages_of(document: Document, chunk: Chunk) -> tuple[int, ...]:
    """Numbers of the pages a chunk touches; none where the document has no pages."""
    first = document.page_at(chunk.start)
    last = document.page_at(max(chunk.end - 1, chunk.start))
    return () if first is None or last is None else tuple(range(first, last + 1))
