"""Headings of a PDF: the entries of its outline, else lines that look like headings."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from rag.readers.pdf.pagetext import line_spans
from rag.types import Mark, Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rag.readers.pdf.joining import Joined
    from rag.readers.pdf.source import Source

_NOT_ALNUM = re.compile(r"[\W_]+")
_MAX_HEADING = 80
_NUMBERED = re.compile(
    r"^(\d{1,2}(?:\.\d{1,2}){0,3})\.?[ \t]+(?=[A-ZА-ЯЁ])"
    r"(?=[^\n]*[^\W\d_]{3})[^\d\n]{3,}(?:\d[^\d\n]+)?$",
    re.MULTILINE,
)
_NO_HEADING_END = re.compile(r"[.,;:!?…\d]\s*$|\.\s?\.\s?\.")
#: characters that must part two numbered headings, or they are the items of a list
_MIN_SECTION = 200
#: a line whose sentence runs on into the next one
_GOES_ON = re.compile(r"\s*[a-zа-яё(,]")
_MAX_TITLE_LINES = 3
#: what a title may have before it on the page and not in the outline: «1.2», «Глава 3»
_NUMBER_BEFORE = re.compile(r"(?:[^\W\d_]{0,8}\d{1,4})?")

#: Characters that a line which may be a heading has at most.
MAX_LINE = 100
#: A heading begins with a capital or a number and holds a word.
_HEADING = re.compile(r"[\"«“‘(]?(?:[A-ZА-ЯЁ]|\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+[A-ZА-ЯЁ])")
_WORD = re.compile(r"[^\W\d_]{3}")
_NO_STYLED_END = re.compile(r"[.,;:…\d%]\s*$|\.\s?\.\s?\.")
#: how much larger than the body a heading is, and how much smaller a bold one may be
_LARGER, _AS_LARGE = 1.12, 0.97
#: shares of a document's lines beyond which bold, or large, is no sign of a heading
_MAX_SHARE = 0.2
_MAX_LEVEL = 6
#: characters below a line set like a heading without which it is a label, or a line of a title page
_MIN_STYLED_SECTION = 400


class Look(NamedTuple):
    """How a line that may be a heading is set: its size in points, to a half, and its weight.

    `row` counts the lines of its page.
    """

    row: int
    text: str
    size: float
    bold: bool


def outline_headings(
    text: str, pages: Sequence[Page], outline: Iterable[tuple[int, str, int]]
) -> Iterator[Mark]:
    """Outline entries (level, title, page index from 0) found as lines of their page."""
    lines_of: dict[int, list[tuple[tuple[int, int], str]]] = {}
    taken: set[int] = set()
    for level, title, index in outline:
        wanted = _letters(title)
        if len(wanted) < 2 or not 0 <= index < len(pages):
            continue
        if index not in lines_of:
            spans = line_spans(text, pages[index])
            lines_of[index] = [(span, _letters(text[slice(*span)])) for span in spans]
        found = _find_title(lines_of[index], wanted)
        if found and found[0] not in taken:
            taken.add(found[0])
            yield Mark("heading", *found, level=level)


def _letters(text: str) -> str:
    return _NOT_ALNUM.sub("", text.casefold())


def _find_title(
    lines: Sequence[tuple[tuple[int, int], str]], wanted: str
) -> tuple[int, int] | None:
    """Span of up to three lines that read `wanted`, a number before it allowed."""
    for place, ((start, _), first) in enumerate(lines):
        joined = ""
        for (_, end), letters in lines[place : place + _MAX_TITLE_LINES]:
            joined += letters
            extra = len(joined) - len(wanted)
            if extra >= len(first) > 0:
                break
            if joined.endswith(wanted) and _NUMBER_BEFORE.fullmatch(joined, 0, extra):
                return start, end
    return None


def numbered_headings(text: str, pages: Sequence[Page]) -> Iterator[Mark]:
    """Short lines «2.1 Title» whose numbers follow each other with text between them."""
    last: tuple[int, ...] = (0,)
    last_end = -_MIN_SECTION
    for page in pages:
        for line in _NUMBERED.finditer(text, page.start, page.end):
            words = line.group()
            number = tuple(map(int, line[1].split(".")))
            if (
                len(words) <= _MAX_HEADING
                and line.start() - last_end >= (_MIN_SECTION if len(number) == 1 else 0)
                and _follows(number, last)
                and not _NO_HEADING_END.search(words)
                and not _GOES_ON.match(text, line.end())
            ):
                yield Mark("heading", line.start(), line.end(), level=len(number))
                last, last_end = number, line.end()


def _follows(number: tuple[int, ...], last: tuple[int, ...]) -> bool:
    """Whether `number` comes next after `last` (2.1 after 2, 3 after 2.2), or next but one."""
    depth = len(number)
    if depth > len(last) + 1:
        return False
    if depth == len(last) + 1:
        return number[:-1] == last and number[-1] == 1
    return number[:-1] == last[: depth - 1] and 0 < number[-1] - last[depth - 1] <= 2


def may_begin_heading(line: str) -> bool:
    """Whether a line begins as headings do, with a capital or with a number and a capital."""
    return bool(_HEADING.match(line))


def styled_headings(
    text: str,
    pages: Sequence[Page],
    looks: Mapping[int, Sequence[Look]],
    sizes: Mapping[tuple[float, bool], int],
) -> Iterator[Mark]:
    """Lines set larger than the body of the document, or bold where the body is not.

    `looks` are the lines that may be headings by page index, `sizes` the characters of the whole
    document by size and weight. The larger a heading, the higher it stands.
    """
    chosen = _heading_looks(sizes)
    for index, lines in looks.items():
        page = pages[index]
        start = page.start
        for run in _runs(lines):
            if not _is_heading(run, chosen):
                continue
            place = _place_of(text, Page(page.number, None, start, page.end), run)
            if place:
                yield Mark("heading", *place, level=chosen[run[0].size, run[0].bold])
                start = place[1]


def _place_of(text: str, page: Page, run: Sequence[Look]) -> tuple[int, int] | None:
    """Where the lines stand on a page: as they are, or as they were cleaned."""
    wanted = "\n".join(line.text for line in run).strip()
    start = text.find(wanted, page.start, page.end)
    end = start + len(wanted)
    if start >= 0 and text[start - 1 : start] in ("", "\n") and not text[end : end + 1].strip():
        return start, end
    spans = line_spans(text, page)
    lines = [(span, _letters(text[slice(*span)])) for span in spans]
    return _find_title(lines, _letters(wanted))


def _heading_looks(sizes: Mapping[tuple[float, bool], int]) -> dict[tuple[float, bool], int]:
    """The ways headings are set in a document that is set like this, and their levels."""
    if not sizes:
        return {}
    total = sum(sizes.values())
    body, bold_body = max(sizes, key=lambda look: sizes[look])
    looks = [
        (size, bold)
        for (size, bold), count in sizes.items()
        if count <= _MAX_SHARE * total
        and (size >= _LARGER * body or (bold and not bold_body and size >= _AS_LARGE * body))
    ]
    ranks = sorted({size for size, _ in looks}, reverse=True)
    return {(size, bold): min(ranks.index(size) + 1, _MAX_LEVEL) for size, bold in looks}


def _runs(lines: Sequence[Look]) -> Iterator[list[Look]]:
    """Lines that follow each other and are set alike, up to three."""
    run: list[Look] = []
    for line in lines:
        goes_on = run and line.row == run[-1].row + 1 and line[2:] == run[-1][2:]
        if run and not (goes_on and len(run) < _MAX_TITLE_LINES):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _is_heading(run: Sequence[Look], chosen: Mapping[tuple[float, bool], int]) -> bool:
    words = " ".join(line.text.strip() for line in run)
    return (
        (run[0].size, run[0].bold) in chosen
        and bool(_HEADING.match(words))
        and bool(_WORD.search(words))
        and not _NO_STYLED_END.search(words)
    )


def headings_of(source: Source, joined: Joined) -> list[Mark]:
    """The headings of a document: of its outline, else by their look, else by their numbers."""
    text, pages = joined.text, joined.pages
    looks = {index: sheet.looks for index, sheet in enumerate(source.sheets) if sheet.looks}
    sizes = Counter[tuple[float, bool]]()
    for sheet in source.sheets:
        sizes.update(sheet.sizes)
    return (
        list(outline_headings(text, pages, source.outline))
        or _with_sections(text, list(styled_headings(text, pages, looks, sizes)))
        or list(numbered_headings(text, pages))
    )


def _with_sections(text: str, headings: Sequence[Mark]) -> list[Mark]:
    """The headings that have a section below them, or right below them another that has one."""
    kept: list[Mark] = []
    end = len(text)
    for heading in reversed(headings):
        follows = bool(kept) and kept[-1].start == end
        section = text[heading.end : end]
        if len(section) >= _MIN_STYLED_SECTION or (follows and not section.strip()):
            kept.append(heading)
        end = heading.start
    return kept[::-1]
