"""Puts the text of pages in order: line ends, hyphens, running headers, headings."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from rag.types import RUNNING_FOOTER, RUNNING_HEADER, Mark

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from rag.types import Page

#: Lines at the top and at the bottom of a page that may be a running header or footer.
_EDGE_LINES = 3
_MIN_REPEATS = 3
_MIN_REPEAT_SHARE = 0.4

#: pdfium puts one of these where it joined a word broken at a line end
_HYPHEN = re.compile(r"\ufffe\n?|(?<=[a-zа-яё])[-‐\xad]\n(?=[a-zа-яё])")
#: letters of a broken word that are looked at before the break
_MAX_WORD = 40
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u2028\u2029\ufeff\ufffe\uffff]"
)
_BEFORE = re.compile(r"[^\W_]+$")
_AFTER = re.compile(r"[^\W_]+")
_LINE = re.compile(r"[^\n]+")
_DIGITS = re.compile(r"\d+")
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


def clean(pages: Iterable[str]) -> list[str]:
    """Page texts with LF line ends, broken words joined and control characters gone."""
    texts = [page.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ") for page in pages]
    if any(_HYPHEN.search(text) for text in texts):
        hyphenated = frozenset().union(*map(_hyphenated, texts))
        texts = [_join_words(text, hyphenated) for text in texts]
    return [_CONTROL.sub("", text).strip() for text in texts]


def _hyphenated(text: str) -> set[str]:
    """The words with a hyphen inside a line, in lower case."""
    found = set()
    for hyphen in re.finditer("-", text):
        left, right = _around(text, hyphen)
        if left and right:
            found.add(f"{left}-{right}".lower())
    return found


def _around(text: str, match: re.Match[str]) -> tuple[str, str]:
    """The word that ends where `match` begins, and the one that begins where it ends."""
    before = _BEFORE.search(text, max(0, match.start() - _MAX_WORD), match.start())
    after = _AFTER.match(text, match.end())
    return before.group() if before else "", after.group() if after else ""


def _join_words(text: str, hyphenated: Collection[str]) -> str:
    """Join words broken at line ends; keep the hyphen of those the document writes with one."""

    def joint(match: re.Match[str]) -> str:
        left, right = _around(text, match)
        if not left or not right:
            return "\n" if match.group()[-1] == "\n" else "-"
        letters = left.isalpha() and left[-1].islower() and right.islower()
        return "" if letters and f"{left}-{right}".lower() not in hyphenated else "-"

    return _HYPHEN.sub(joint, text)


def running_lines(text: str, pages: Sequence[Page]) -> Iterator[Mark]:
    """Headers and footers: lines at the edges of pages that repeat, numbers aside.

    A line is one where at least 3 pages and 40 % of the pages with text have it, and all lines
    further out are such lines too. A page that would have nothing left keeps everything.
    """
    edges = [_edge_lines(text, page) for page in pages]
    edges = [(lines, top, bottom) for lines, top, bottom in edges if lines]
    counts = Counter(key for _, top, bottom in edges for key in {key for _, key in (*top, *bottom)})
    needed = max(_MIN_REPEATS, _MIN_REPEAT_SHARE * len(edges))
    running = {key for key, count in counts.items() if count >= needed}
    for lines, top, bottom in edges if running else ():
        head = _leading(top, running)
        foot = _leading(bottom, running)
        if len(head) + len(foot) >= lines:
            continue
        if head:
            yield Mark("aside", head[0][0], head[-1][1], note=RUNNING_HEADER)
        if foot:
            yield Mark("aside", foot[-1][0], foot[0][1], note=RUNNING_FOOTER)


_Edge = list[tuple[tuple[int, int], str]]


def _edge_lines(text: str, page: Page) -> tuple[int, _Edge, _Edge]:
    """How many lines a page has; its first and its last ones, outermost first, with their keys."""
    spans = _line_spans(text, page)
    top = [(span, _key(text, span)) for span in spans[:_EDGE_LINES]]
    bottom = [(span, _key(text, span)) for span in reversed(spans[-_EDGE_LINES:])]
    return len(spans), top, bottom


def _line_spans(text: str, page: Page) -> list[tuple[int, int]]:
    """The lines of a page that are not blank."""
    lines = _LINE.finditer(text, page.start, page.end)
    return [line.span() for line in lines if not line.group().isspace()]


def _key(text: str, span: tuple[int, int]) -> str:
    return _DIGITS.sub("#", " ".join(text[slice(*span)].split()))


def _leading(edge: _Edge, running: set[str]) -> list[tuple[int, int]]:
    """The spans from the edge of the page inwards up to the first line that does not repeat."""
    spans = []
    for span, key in edge:
        if key not in running:
            break
        spans.append(span)
    return spans


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
            spans = _line_spans(text, pages[index])
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
