"""The pages of a PDF as one text: where each is, what is hidden, where recognised words stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.readers.pdf.pagetext import clean
from rag.readers.pdf.sheet import HIDE, SHOW
from rag.types import HIDDEN_TEXT, Box, Mark, Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.readers.pdf.source import Source

_PAGE_BREAK = "\n\n"
_BORDER = re.compile(f"([{HIDE}{SHOW}])")


class Joined(NamedTuple):
    """The text of a document, its pages, recognised words and hidden spans, all by place."""

    text: str
    pages: tuple[Page, ...]
    boxes: tuple[Box, ...]
    hidden: tuple[Mark, ...]


def joined(source: Source) -> Joined:
    """The pages with an empty line between; labels kept where they say anything."""
    texts = clean(_kept(source))
    labels = _labels(source, len(texts))
    pieces: list[str] = []
    pages: list[Page] = []
    boxes: list[Box] = []
    hidden: list[Mark] = []
    start = 0
    for index, layer in enumerate(texts):
        recognised = source.recognised.get(index)
        text, spans = (recognised.text, []) if recognised else _without_borders(layer)
        end = start + len(text)
        kind = source.sheets[index].kind
        pages.append(Page(index + 1, labels[index], start, end, kind, recognised is not None))
        hidden += [
            Mark("aside", start + left, start + right, note=HIDDEN_TEXT) for left, right in spans
        ]
        if recognised:
            boxes += [Box(start + s, start + e, *sides) for s, e, *sides in recognised.words]
        pieces.append(text)
        start = end + len(_PAGE_BREAK)
    return Joined(_PAGE_BREAK.join(pieces), tuple(pages), tuple(boxes), tuple(hidden))


def _kept(source: Source) -> Iterator[str]:
    """The text layers; nothing of those that are garbled, or that recognition stands for."""
    for index, sheet in enumerate(source.sheets):
        yield "" if sheet.kind == "garbled" or index in source.recognised else sheet.text


def _labels(source: Source, count: int) -> list[str | None]:
    labels = [*source.labels[:count], *[""] * (count - len(source.labels))]
    telling = any(label and label != str(number) for number, label in enumerate(labels, start=1))
    return [label or None if telling else None for label in labels]


def _without_borders(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without HIDE and SHOW, and the spans that stood between them, joined over spaces."""
    if HIDE not in text:
        return text, []
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    length, inside = 0, False
    for piece in _BORDER.split(text):
        if piece in (HIDE, SHOW):
            inside = piece == HIDE
            continue
        if inside and piece.strip():
            gap = "".join(pieces)[spans[-1][1] : length] if spans else "-"
            start = length if gap.strip() else spans.pop()[0]
            spans.append((start, length + len(piece)))
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces), spans
