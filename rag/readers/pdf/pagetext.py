"""Puts the text of pages in order: line ends, broken words, running headers and footers."""

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
_HYPHENS = ("\ufffe", "-\n", "‐\n", "\xad\n")
#: letters of a broken word that are looked at before the break
_MAX_WORD = 40
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
_BEFORE = re.compile(r"[^\W_]+$")
_AFTER = re.compile(r"[^\W_]+")
_LINE = re.compile(r"[^\n]+")
_DIGITS = re.compile(r"\d+")


def clean(pages: Iterable[str]) -> list[str]:
    """Page texts with LF line ends, broken words joined and control characters gone."""
    texts = [page.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ") for page in pages]
    if any(map(_may_be_broken, texts)):
        hyphenated = frozenset().union(*map(_hyphenated, texts))
        texts = [_join_words(text, hyphenated) if _may_be_broken(text) else text for text in texts]
    return [
        text.strip() if text.replace("\n", " ").isprintable() else _CONTROL.sub("", text).strip()
        for text in texts
    ]


def _may_be_broken(text: str) -> bool:
    return any(hyphen in text for hyphen in _HYPHENS)


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
    spans = line_spans(text, page)
    top = [(span, _key(text, span)) for span in spans[:_EDGE_LINES]]
    bottom = [(span, _key(text, span)) for span in reversed(spans[-_EDGE_LINES:])]
    return len(spans), top, bottom


def line_spans(text: str, page: Page) -> list[tuple[int, int]]:
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
