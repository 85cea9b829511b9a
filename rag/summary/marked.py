"""Where a document's headings and the spans set aside lie."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Document, MarkKind

    Span = tuple[int, int]


class Marked:
    """The spans of a document's marks of one kind, merged, for a quick look."""

    def __init__(self, document: Document, kind: MarkKind) -> None:
        self._spans: list[Span] = []
        for start, end in sorted((m.start, m.end) for m in document.marks if m.kind == kind):
            if self._spans and start <= self._spans[-1][1]:
                start, before = self._spans.pop()
                end = max(end, before)
            self._spans.append((start, end))

    def touch(self, start: int, end: int) -> bool:
        """Whether one of them lies in a span, or a part of it."""
        at = bisect_left(self._spans, end, key=lambda span: span[0]) - 1
        return at >= 0 and self._spans[at][1] > start

    def between(self, start: int, end: int) -> Iterator[Span]:
        """What is left of a span without them."""
        at = bisect_right(self._spans, start, key=lambda span: span[1])
        for left, right in islice(self._spans, at, None):
            if left >= end:
                break
            if start < left:
                yield start, left
            start = max(start, right)
        if start < end:
            yield start, end

    def parts(self, start: int, end: int) -> Iterator[Span]:
        """All of a span, cut at their borders."""
        at = bisect_right(self._spans, start, key=lambda span: span[1])
        for span in islice(self._spans, at, None):
            if span[0] >= end:
                break
            for border in span:
                if start < border < end:
                    yield start, border
                    start = border
        if start < end:
            yield start, end
